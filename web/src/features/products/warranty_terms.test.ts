import { expect, it } from 'vitest';
import { withTerms, type WarrantyTerms } from './warranty_terms';

const terms: WarrantyTerms = {
  components: [{ months: 60, name: '压缩机', part_id: null }],
  latest_start_months_after_sale: 6,
  start: 'installation',
};

it('terms are sent only when they differ, whatever the order of their parts', () => {
  expect(withTerms({}, { edited_terms: terms }, 'warranty', terms)).toEqual({});
  expect(withTerms({}, { edited_terms: {} }, 'warranty', null)).toEqual({});
});

it('without a start there are no terms of its own', () => {
  expect(withTerms({}, { edited_terms: { ...terms, start: undefined } }, 'warranty', terms)).toEqual({
    warranty: null,
  });
});
