import { describe, expect, it } from 'vitest';
import { evaluateCondition } from '@/shared/conditions';
import type { Field } from '@/shared/form_types';
import { setZone } from '@/shared/time';
import { daysOf, spanOf, within } from './calendar';
import { barsOf } from './lanes';
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

describe('the days of a record', () => {
  const field = (id: string, type: 'date' | 'date_time'): Field => ({ id, kind: { type }, label: { zh: id, en: id } });
  const [from, to, at] = [field('from', 'date'), field('to', 'date'), field('at', 'date_time')];
  const types = { from: 'date', to: 'date', at: 'time' } as const;
  const month = daysOf('2026-03');
  const drawn = (start: Field, end: Field | undefined, values: Record<string, unknown>) => {
    const span = spanOf(start, end, { values });
    const days = month.filter((day) => span && span.first <= day && day <= span.last);
    // What is asked of the server for one day is what stands on that day.
    const asked = month.filter((day) => evaluateCondition(within(start, end, day, day), types, values, new Date()));
    expect(asked).toEqual(days);
    return days;
  };

  it('are the one on which it begins, or all up to its end', () => {
    setZone('Asia/Shanghai');
    const values = { from: '2026-03-02', to: '2026-03-04', at: '2026-03-03T18:00:00Z' };
    expect(drawn(from, undefined, values)).toEqual(['2026-03-02']);
    expect(drawn(from, to, values)).toEqual(['2026-03-02', '2026-03-03', '2026-03-04']);
    expect(drawn(at, to, values)).toEqual(['2026-03-04']);
    expect(drawn(from, at, { ...values, at: '2026-03-02T18:00:00Z' })).toEqual(['2026-03-02', '2026-03-03']);
  });

  it('are one where the end lacks or lies before the beginning, and none without a beginning', () => {
    expect(drawn(from, to, { from: '2026-03-02' })).toEqual(['2026-03-02']);
    expect(drawn(from, to, { from: '2026-03-02', to: '2026-03-01' })).toEqual(['2026-03-02']);
    expect(drawn(from, to, { to: '2026-03-04' })).toEqual([]);
  });
});

describe('the lanes of a week', () => {
  const week = daysOf('2026-03').slice(7, 14);
  const item = (name: string, first: string, last = first, time = '') => ({ name, first, last, time });
  const drawn = (...items: ReturnType<typeof item>[]) =>
    Object.fromEntries(barsOf(week, items).map(({ item: { name }, lane, at, days }) => [name, [lane, at, days]]));

  it('what lasts keeps one height over all its days, above what takes one day', () => {
    expect(week[0]).toBe('2026-03-02');
    const bars = drawn(
      item('noon', '2026-03-03', '2026-03-03', '12:00'),
      item('morning', '2026-03-03', '2026-03-03', '08:00'),
      item('trip', '2026-03-03', '2026-03-05'),
      item('repair', '2026-03-02', '2026-03-04'),
      item('later', '2026-03-05', '2026-03-06'),
    );
    expect(bars).toEqual({
      repair: [0, 0, 3],
      trip: [1, 1, 3],
      later: [0, 3, 2],
      morning: [2, 1, 1],
      noon: [3, 1, 1],
    });
  });

  it('a record of several weeks has a part in each, and says which side it goes on', () => {
    const [long] = barsOf(week, [item('long', '2026-02-20', '2026-04-01')]);
    expect(long).toMatchObject({ at: 0, days: 7, before: true, after: true });
    const [ends] = barsOf(week, [item('ends', '2026-02-20', '2026-03-02')]);
    expect(ends).toMatchObject({ at: 0, days: 1, before: true, after: false });
    expect(barsOf(week, [item('elsewhere', '2026-03-09')])).toEqual([]);
  });
});
