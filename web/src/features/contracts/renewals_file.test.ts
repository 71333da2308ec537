import { describe, expect, it } from 'vitest';
import type { components } from '@/shared/api/schema';
import { renewalsCsv, type Headings } from './renewals_file';

type Renewal = components['schemas']['Renewal'];

const heads: Headings = {
  kind: '类别',
  what: '到期内容',
  name: '名称',
  customer: '客户',
  endsOn: '到期日',
  left: '剩余天数',
  age: '机龄',
  tickets: '工单',
  cost: '成本',
  currency: '币种',
  lead: '线索',
};

const row = (more: Partial<Renewal>): Renewal =>
  ({
    kind: 'warranty',
    serial_number: 'EL-1',
    product_name: '电梯',
    customer_name: '甲',
    ends_on: '2026-12-01',
    days_left: 7,
    device_age_years: null,
    tickets_12m: 2,
    cost_12m_minor: 123_450,
    currency: 'CNY',
    ...more,
  }) as Renewal;

describe('renewals as a file', () => {
  it('has a line each, amounts in whole units, and contracts under their number', () => {
    const contract = row({ kind: 'contract', contract_number: 'C-1', contract_name: '年保', currency: 'JPY' });
    const text = renewalsCsv([row({}), contract], heads, (kind) => (kind === 'contract' ? '合同' : '保修'));
    expect(text.split('\r\n')).toEqual([
      '\uFEFF类别,到期内容,名称,客户,到期日,剩余天数,机龄,工单,成本,币种,线索',
      '保修,EL-1,电梯,甲,2026-12-01,7,,2,1234.5,CNY,',
      '合同,C-1,年保,甲,2026-12-01,7,,2,123450,JPY,',
      '',
    ]);
  });

  it('leaves empty what nobody knows', () => {
    const text = renewalsCsv([row({ cost_12m_minor: null, currency: null })], heads, String);
    expect(text).toContain('2026-12-01,7,,2,,,');
  });

  it('quotes what would break a line, and lets nothing become a formula', () => {
    const text = renewalsCsv([row({ customer_name: '=1+1, "甲"\n乙' })], heads, String);
    expect(text).toContain(`"'=1+1, ""甲""\n乙"`);
  });
});
