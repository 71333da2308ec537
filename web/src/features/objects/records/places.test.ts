import { describe, expect, it } from 'vitest';
import { daysOf } from './calendar';
import { projection, stepOf } from './places';

describe('places', () => {
  const size = { width: 800, height: 460 };
  const points = [
    { lat: 31, lng: 121 },
    { lat: 32, lng: 120 },
    { lat: 30.5, lng: 122 },
  ];

  it('all stand inside of the drawing, north above and east to the right', () => {
    const draw = projection(points, size);
    const [first, second, third] = points.map(draw);
    for (const at of [first, second, third]) {
      expect(at?.x).toBeGreaterThanOrEqual(0);
      expect(at?.x).toBeLessThanOrEqual(size.width);
      expect(at?.y).toBeGreaterThanOrEqual(0);
      expect(at?.y).toBeLessThanOrEqual(size.height);
    }
    expect(second?.y).toBeLessThan(first?.y ?? 0);
    expect(third?.x).toBeGreaterThan(first?.x ?? 0);
  });

  it('one place alone stands in the middle', () => {
    expect(projection([{ lat: 31, lng: 121 }], size)({ lat: 31, lng: 121 })).toEqual({ x: 400, y: 230 });
  });

  it('the grid has round steps', () => {
    expect(stepOf(2.7)).toBe(0.5);
    expect(stepOf(12)).toBe(2);
    expect(stepOf(0)).toBeCloseTo(0.002);
  });
});

describe('the days of a month', () => {
  it('are whole weeks from Monday to Sunday that hold the month', () => {
    const days = daysOf('2026-11');
    expect(days[0]).toBe('2026-10-26');
    expect(days.at(-1)).toBe('2026-12-06');
    expect(days.length % 7).toBe(0);
    expect(daysOf('2027-02')).toHaveLength(28);
  });
});
