import { expect, it } from 'vitest';
import { withLines, type Order } from './model';
import { nextStatuses, statusesOf } from './status';

const order = {
  kind: 'invoice',
  status: 'draft',
  currency: 'CNY',
  lines: [
    { product_id: null, text: '滤芯', quantity: '1.50', unit_price_minor: 1000, amount_minor: 1500, device_ids: [] },
  ],
} as unknown as Order;
const line = { text: '滤芯', quantity: '1.5', unit_price: 10, device_ids: [] };

it('lines are sent only when they differ, and leave the amount to the server', () => {
  expect(withLines({ total_minor: 9 }, { edited_lines: [line] }, 'CNY', order)).toEqual({});
  expect(withLines({}, { edited_lines: [{ ...line, unit_price: 12 }] }, 'CNY', order)).toEqual({
    lines: [{ product_id: null, text: '滤芯', quantity: '1.5', unit_price_minor: 1200, device_ids: [] }],
  });
  expect(withLines({ total_minor: 9 }, { edited_lines: [] }, 'CNY', order)).toEqual({ total_minor: 9, lines: [] });
});

it('only invoices are paid, and a status goes along when it is another one', () => {
  expect(withLines({ paid_minor: 5 }, { kind: 'lead', order_status: 'contacted' }, 'CNY')).toEqual({
    status: 'contacted',
  });
  expect(withLines({ paid_minor: 5 }, { edited_lines: [line], order_status: 'draft' }, 'CNY', order)).toEqual({
    paid_minor: 5,
  });
});

it('statuses are those of the kind', () => {
  expect(statusesOf('lead').map((status) => status.value)).toEqual(['new', 'contacted', 'won', 'lost']);
  expect(nextStatuses('invoice', 'issued').map((status) => status.value)).toEqual(['paid']);
  expect(nextStatuses('lead', 'won')).toEqual([]);
});
