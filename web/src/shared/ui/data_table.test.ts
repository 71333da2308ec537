import { describe, expect, it } from 'vitest';
import { nextSort, rowsInSight } from './data_table';

describe('the table of a list', () => {
  it('draws short lists whole and long ones only around what is in sight', () => {
    expect(rowsInSight(150, 4000, 400)).toEqual([0, 150]);
    expect(rowsInSight(10_000, 0, 760)).toEqual([0, 35]);
    expect(rowsInSight(10_000, 38_000, 760)).toEqual([985, 1035]);
    expect(rowsInSight(10_000, 380_000 - 760, 760)).toEqual([9965, 10_000]);
    // A list that shrank under a box still scrolled far down draws nothing that isn't there.
    expect(rowsInSight(200, 900_000, 760)).toEqual([200, 200]);
  });

  it('sorts up, down and not at all in turn', () => {
    expect(nextSort('created_at', undefined)).toBe('created_at');
    expect(nextSort('created_at', 'name')).toBe('created_at');
    expect(nextSort('created_at', 'created_at')).toBe('-created_at');
    expect(nextSort('created_at', '-created_at')).toBeUndefined();
  });
});
