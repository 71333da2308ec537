import { describe, expect, it } from 'vitest';
import { movedBy } from './form_actions';

describe('the order of forms', () => {
  it('changes by one place, and not beyond the ends', () => {
    expect(movedBy(['a', 'b', 'c'], 'b', -1)).toEqual(['b', 'a', 'c']);
    expect(movedBy(['a', 'b', 'c'], 'b', 1)).toEqual(['a', 'c', 'b']);
    expect(movedBy(['a', 'b', 'c'], 'a', -1)).toBeUndefined();
    expect(movedBy(['a', 'b', 'c'], 'c', 1)).toBeUndefined();
    expect(movedBy(['a', 'b', 'c'], 'x', 1)).toBeUndefined();
  });
});
