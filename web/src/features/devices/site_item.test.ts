import { expect, it } from 'vitest';
import { withSite } from './site_item';

const device = { site_id: 's1', customer_id: 'c1' };

it('a site is sent only when it is another one', () => {
  expect(withSite({ model: 'A' }, { site_id: 's1' }, device)).toEqual({ model: 'A' });
  expect(withSite({}, { site_id: 's2' }, device)).toEqual({ site_id: 's2' });
  expect(withSite({}, { site_id: undefined }, device)).toEqual({ site_id: null });
});

it('the site of the customer before doesn’t stay with a new customer', () => {
  expect(withSite({ customer_id: 'c2' }, { site_id: 's1' }, device)).toEqual({ customer_id: 'c2', site_id: null });
  expect(withSite({ customer_id: 'c2' }, { site_id: 's9' }, device)).toEqual({ customer_id: 'c2', site_id: 's9' });
});

it('a new device has the site that was chosen', () => {
  expect(withSite({ customer_id: 'c1' }, { site_id: 's1' })).toEqual({ customer_id: 'c1', site_id: 's1' });
  expect(withSite({}, {})).toEqual({});
});
