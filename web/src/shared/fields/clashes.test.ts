import { describe, expect, it } from 'vitest';
import { sameValue } from './clashes';

describe('whether two values of a record say the same', () => {
  it('nothing is nothing, however it is written, and the order of keys means nothing', () => {
    expect(sameValue(null, undefined)).toBe(true);
    expect(sameValue([], null)).toBe(true);
    expect(sameValue('', 0)).toBe(false);
    expect(sameValue({ a: 1, b: null }, { a: 1 })).toBe(true);
    expect(sameValue({ lat: 1, lng: 2 }, { lng: 2, lat: 1 })).toBe(true);
  });

  it('what differs differs, at any depth, and so does the order of a list', () => {
    expect(sameValue({ a: [1, 2] }, { a: [2, 1] })).toBe(false);
    expect(sameValue('1', 1)).toBe(false);
    expect(sameValue(['a'], { 0: 'a' })).toBe(false);
  });
});
