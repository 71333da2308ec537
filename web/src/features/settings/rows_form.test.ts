import { expect, it } from 'vitest';
import { rowPath } from './rows_form';

it('a problem stands beside its field, however the rows are wrapped in the body', () => {
  expect(rowPath(['items', 3, 'label_en'])).toEqual(['rows', 3, 'label_en']);
  expect(rowPath([0, 'min_level'])).toEqual(['rows', 0, 'min_level']);
  expect(rowPath(['items'])).toEqual([]);
});
