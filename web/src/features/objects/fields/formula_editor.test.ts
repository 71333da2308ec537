import { expect, it } from 'vitest';
import { offeredNames, soughtIn } from './formula_editor';

it('fields whose name begins with what was typed are offered first, the others in their order', () => {
  const names = new Map([
    ['order', 'Order'],
    ['model', 'Model'],
    ['device', 'Device'],
    ['depth', 'Depth'],
  ]);
  const offered = (sought: string) => offeredNames(names, sought).map(([id]) => id);
  expect(offered('De')).toEqual(['device', 'depth', 'order', 'model']);
  expect(offered('de')).toEqual(['device', 'depth', 'order', 'model']);
  expect(offered('')).toEqual(['order', 'model', 'device', 'depth']);
});

it('what is sought is what stands in a brace that is still open, however it was typed', () => {
  expect(soughtIn('1 + {预算')).toBe('预算');
  expect(soughtIn('{')).toBe('');
  expect(soughtIn('{预算} + 1')).toBeUndefined();
  expect(soughtIn('预算')).toBeUndefined();
});
