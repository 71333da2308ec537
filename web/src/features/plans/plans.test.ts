import { expect, it } from 'vitest';
import { planExtras, withExtras, type Plan } from './model';

const plan = {
  scope: { product_id: 'p1', contract_id: null, device_ids: [] },
  meter: { name: '运行小时', every: 500 },
  ticket: { type: 'maintain', priority: 'normal', title: '保养', description: null, checklist: ['清洁'] },
} as unknown as Plan;

it('nothing is sent of a plan that was opened and saved as it was', () => {
  expect(withExtras({}, planExtras(plan), plan)).toEqual({});
});

it('another kind of scope takes the place of the one before', () => {
  const values = { ...planExtras(plan), scope_kind: 'devices', scope: { product_id: 'p1', device_ids: ['d1'] } };
  expect(withExtras({}, values, plan)).toEqual({ scope: { device_ids: ['d1'] } });
});

it('an emptied meter is taken away', () => {
  expect(withExtras({}, { ...planExtras(plan), meter: { name: ' ' } }, plan)).toEqual({ meter: null });
});
