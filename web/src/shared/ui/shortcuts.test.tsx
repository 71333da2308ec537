import { expect, it } from 'vitest';
import { draw } from '../testing/draw';
import { useShortcut } from './shortcuts';

const done: string[] = [];

function Part({ name, order, does = true }: { name: string; order?: 'last'; does?: boolean }) {
  useShortcut(
    'c',
    () => {
      if (!does) return false;
      done.push(name);
    },
    order,
  );
  return null;
}

const press = () => {
  const event = new KeyboardEvent('keydown', { key: 'c', bubbles: true, cancelable: true });
  document.body.dispatchEvent(event);
  return event.defaultPrevented;
};

it('lets a page that is mounted later come before what everything shares', async () => {
  done.length = 0;
  const shell = <Part key="shell" name="shell" order="last" />;
  await draw([shell]);
  await draw([shell, <Part key="page" name="page" />]);
  expect(press()).toBe(true);
  expect(done).toEqual(['page']);
});

it('leaves a key that the page has no use for to what everything shares', async () => {
  done.length = 0;
  await draw([<Part key="page" name="page" does={false} />, <Part key="shell" name="shell" order="last" />]);
  expect(press()).toBe(true);
  expect(done).toEqual(['shell']);
});

it('leaves a key alone that nobody has a use for', async () => {
  await draw(<Part name="page" does={false} />);
  expect(press()).toBe(false);
});
