/** Where hits of the global search lead, and what their kinds are called. */
import { describe, expect, it } from 'vitest';
import { wholeTitle } from './marked_text';
import { kindName, targetOf } from './search_kinds';

describe('what the search finds', () => {
  it('is shown on its own page, or in its list when it has none', () => {
    expect(targetOf('ticket', '7', 'T-1')).toEqual({ route: '/tickets/$id', to: '/tickets/7' });
    expect(targetOf('record:vehicle', '7', '沪A')).toEqual({
      route: '/records/$object/$id',
      to: '/records/vehicle/7',
    });
    expect(targetOf('part', '7', '轴承')).toEqual({ route: '/parts', to: '/parts', q: '轴承' });
  });

  it('is called by the words of its kind', () => {
    expect(['客户', 'Customer']).toContain(kindName('customer'));
    expect(['订单', 'Order']).toContain(kindName('order'));
    expect(['车辆', 'Vehicle']).toContain(kindName('record:vehicle', { zh: '车辆', en: 'Vehicle' }));
  });

  it('has its title whole, with what was found marked', () => {
    const pieces = [
      { text: '…6-000785 年度检验 ', hit: false },
      { text: '01003', hit: true },
    ];
    expect(wholeTitle('T-2026-000785 年度检验 01003 号', pieces)).toEqual([
      { text: 'T-202', hit: false },
      { text: '6-000785 年度检验 ', hit: false },
      { text: '01003', hit: true },
      { text: ' 号', hit: false },
    ]);
    expect(wholeTitle('另一个标题', pieces)).toBe(pieces);
  });
});
