import { expect, it } from 'vitest';
import { flat, niceLength, spots } from './plot_map';

it('scales are 1, 2 or 5 of a power of ten and never longer than there is room', () => {
  expect([0.07, 0.9, 3.4, 26, 1999].map(niceLength)).toEqual([0.05, 0.5, 2, 20, 1000]);
});

it('north is up, and a degree east is shorter than a degree north away from the equator', () => {
  const [south, north] = flat([
    { lat: 31, lng: 121 },
    { lat: 32, lng: 122 },
  ]);
  expect(south?.y).toBeCloseTo(55.66, 1);
  expect(north?.y).toBeCloseTo(-55.66, 1);
  expect(north?.x).toBeGreaterThan(40);
  expect(north?.x).toBeLessThan(50);
});

it('places that would cover each other share one mark', () => {
  const place = (key: string) => ({ key, mark: key, name: key, lat: 0, lng: 0 });
  const near = [
    { x: 0, y: 0 },
    { x: 0.1, y: 0 },
    { x: 3, y: 0 },
  ];
  const found = spots(['1', '2', '3'].map(place), near, 50);
  expect(found.map((spot) => spot.places.map(({ key }) => key))).toEqual([['1', '2'], ['3']]);
});
