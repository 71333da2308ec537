/** A point is picked on the map by mouse and by keyboard. */
import { act, useState } from 'react';
import { beforeEach, describe, expect, it } from 'vitest';
import { setLocale } from '../i18n';
import { draw } from '../testing/draw';
import MapPicker from './map_picker';
import type { Point } from './view';

const picked: Point[] = [];

function Field({ start, disabled = false }: { start?: Point; disabled?: boolean }) {
  const [point, setPoint] = useState(start);
  return (
    <MapPicker
      id="p"
      label="位置"
      point={point}
      disabled={disabled}
      onPick={(next) => {
        picked.push(next);
        setPoint(next);
      }}
    />
  );
}

const ground = (): HTMLElement => {
  const found = document.querySelector<HTMLElement>('[role="application"]');
  if (!found) throw new Error('no map');
  return found;
};

const pointer = (target: Element, type: string, x: number, y: number) =>
  act(async () => {
    const event = new MouseEvent(type, { bubbles: true, button: 0, clientX: x, clientY: y });
    Object.defineProperty(event, 'pointerId', { value: 1 });
    target.dispatchEvent(event);
  });

const press = (key: string, shiftKey = false) =>
  act(async () => {
    ground().dispatchEvent(new KeyboardEvent('keydown', { key, shiftKey, bubbles: true }));
  });

beforeEach(() => {
  picked.length = 0;
  setLocale('zh-CN');
});

describe('the map', () => {
  it('a click picks, and a drag of the ground does not', async () => {
    await draw(<Field key="click" />);
    expect(document.querySelector('output')?.textContent).toBe('尚未选点');
    await pointer(ground(), 'pointerdown', 320, 150);
    await pointer(ground(), 'pointerup', 320, 150);
    expect(picked).toEqual([{ lat: 37, lng: 104 }]);
    expect(document.querySelector('output')?.textContent).toBe('纬度 37，经度 104');
    await pointer(ground(), 'pointerdown', 100, 100);
    await pointer(ground(), 'pointermove', 200, 100);
    await pointer(ground(), 'pointerup', 200, 100);
    expect(picked).toHaveLength(1);
  });

  it('begins where the point is to be looked for', async () => {
    await draw(
      <MapPicker
        key="near"
        id="p"
        label="位置"
        point={undefined}
        near={{ lat: 30, lng: 120 }}
        onPick={(one) => picked.push(one)}
      />,
    );
    await press('Enter');
    expect(picked).toEqual([{ lat: 30, lng: 120 }]);
  });

  it('the marker is dragged', async () => {
    await draw(<Field key="drag" start={{ lat: 31.2, lng: 121.4 }} />);
    const marker = document.querySelector('.map-marker path');
    if (!marker) throw new Error('no marker');
    await pointer(marker, 'pointerdown', 320, 140);
    await pointer(ground(), 'pointermove', 420, 150);
    await pointer(ground(), 'pointerup', 420, 150);
    expect(picked.at(-1)?.lng).toBeCloseTo(121.4 + 100 / 512, 3);
    expect(picked.at(-1)?.lat).toBeCloseTo(31.2, 3);
  });

  it('arrows move the marker, and Enter puts it in the middle', async () => {
    await draw(<Field key="keys" />);
    await press('Enter');
    expect(picked.at(-1)).toEqual({ lat: 37, lng: 104 });
    await press('ArrowRight');
    const small = (picked.at(-1)?.lng ?? 0) - 104;
    expect(small).toBeGreaterThan(0);
    await press('ArrowLeft');
    await press('ArrowRight', true);
    expect((picked.at(-1)?.lng ?? 0) - 104).toBeGreaterThan(3 * small);
    await press('ArrowUp');
    expect(picked.at(-1)?.lat).toBeGreaterThan(37);
  });

  it('what may not be changed can be looked at alone', async () => {
    await draw(<Field key="off" start={{ lat: 31.2, lng: 121.4 }} disabled />);
    await pointer(ground(), 'pointerdown', 10, 10);
    await pointer(ground(), 'pointerup', 10, 10);
    await press('ArrowRight');
    expect(picked).toEqual([]);
  });
});
