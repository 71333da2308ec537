import { expect, it } from 'vitest';
import { typedAmount } from './numbers';

it('an amount reads as typed or pasted, and one that is cleared is none rather than nought', () => {
  expect(typedAmount('1,234.5')).toBe(1234.5);
  expect(typedAmount('￥1，200 元')).toBe(1200);
  expect(typedAmount('-3')).toBe(-3);
  expect(typedAmount('')).toBe('');
  expect(typedAmount('一百')).toBeNaN();
});
