/** Every kind of field is drawn, to fill in and to read, in both languages, with words and never with ids or codes. */
import { act } from 'react';
import { describe, expect, it, vi } from 'vitest';
import type { Catalogue, Field, FieldKind } from '../form_types';
import type { FormRecord } from '../forms';
import { draw } from '../testing/draw';
import { FormView } from './form_view';
import { KIND_NAMES } from './kinds';
import type { FormViewProps } from './types';
import { wholeForm } from './whole_form';

const option = (id: string, zh: string, en: string, parent?: string) => ({
  id,
  label: { zh, en },
  ...(parent === undefined ? {} : { parent }),
});

const size = [option('small', '小型', 'Small'), option('large', '大型', 'Large')];

const SAMPLES: readonly [FieldKind, unknown, zh: string, en: string][] = [
  [{ type: 'text' }, '沪A·1', '沪A·1', '沪A·1'],
  [{ type: 'long_text' }, '一行\n两行', '两行', '两行'],
  [{ type: 'rich_text' }, '**要点**', '要点', '要点'],
  [{ type: 'integer' }, 12345, '12,345', '12,345'],
  [{ type: 'decimal', scale: 2 }, 1.5, '1.5', '1.5'],
  [{ type: 'money', currency: 'CNY' }, 123456, '1,234.56', '1,234.56'],
  [{ type: 'percent', scale: 1 }, 12.5, '12.5%', '12.5%'],
  [{ type: 'date' }, '2026-03-01', '2026-03-01', '2026-03-01'],
  [{ type: 'time' }, '08:30', '08:30', '08:30'],
  [{ type: 'date_time' }, '2026-03-01T00:30:00Z', '2026-03-01 08:30', '2026-03-01 08:30'],
  [{ type: 'duration' }, 5400, '1 小时 30 分钟', '1 h 30 min'],
  [{ type: 'boolean' }, true, '是', 'Yes'],
  [{ type: 'choice', options: size }, 'small', '小型', 'Small'],
  [{ type: 'choices', options: size }, ['small', 'large'], '大型', 'Large'],
  [{ type: 'rating', max: 5 }, 4, '4 分（满分 5 分）', '4 of 5'],
  [{ type: 'location' }, { lat: 31.2, lng: 121.4, system: 'gcj02', address: '张江路 1 号' }, '张江路 1 号', 'GCJ-02'],
  [{ type: 'barcode' }, '690123', '690123', '690123'],
  [{ type: 'phone' }, '13800138000', '13800138000', '13800138000'],
  [{ type: 'email' }, 'a@example.com', 'a@example.com', 'a@example.com'],
  [{ type: 'url' }, 'https://example.com/a', 'example.com/a', 'example.com/a'],
  [{ type: 'id_number' }, '11010519491231002X', '11010519491231002X', '11010519491231002X'],
  [{ type: 'auto_number', digits: 4 }, 'AS0001', 'AS0001', 'AS0001'],
  [{ type: 'formula', expression: 'a', result: 'number' }, 1234.5, '1,234.5', '1,234.5'],
  [{ type: 'roll_up', object: 'ticket', relation: 'r', function: 'count' }, 7, '7', '7'],
  [{ type: 'look_up', relation: 'r', field: 'f', result: 'boolean' }, false, '否', 'No'],
  [{ type: 'system', of: 'created_at' }, '2026-03-01T00:30:00Z', '2026-03-01 08:30', '2026-03-01 08:30'],
  [
    {
      type: 'sub_table',
      fields: [{ id: 'what', kind: { type: 'text' }, label: { zh: '项目', en: 'What' } }],
    },
    [{ what: '换油' }],
    '换油',
    'What',
  ],
];

/** Kinds whose words come from the server or from files, and that a preview shows as they are. */
const WITHOUT_WORDS: readonly FieldKind[] = [
  { type: 'region' },
  { type: 'person' },
  { type: 'team' },
  { type: 'relation', object: 'vehicle' },
  { type: 'attachment' },
  { type: 'image' },
  { type: 'media' },
  { type: 'signature' },
];

const field = (kind: FieldKind, more: Partial<Field> = {}): Field => ({
  id: `f_${kind.type}`,
  kind,
  label: KIND_NAMES[kind.type],
  ...more,
});

const catalogue: Catalogue = {
  object: 'vehicle',
  fields: [...SAMPLES.map(([kind]) => field(kind)), ...WITHOUT_WORDS.map((kind) => field(kind))],
};
const values: FormRecord = Object.fromEntries(SAMPLES.map(([kind, value]) => [`f_${kind.type}`, value]));

// All kinds at once are a lot to draw for a machine that does other things as well.
vi.setConfig({ testTimeout: 60_000 });

function drawForm(props: Partial<FormViewProps>): Promise<HTMLElement> {
  const form = wholeForm(catalogue);
  const whole: FormViewProps = { catalogue, form, values, mode: 'read', roles: [], preview: true, ...props };
  return draw(<FormView {...whole} />);
}

const cellOf = (box: HTMLElement, id: string) => box.querySelector(`[data-field="${id}"]`);

describe('every kind of field', () => {
  it('is among the samples', () => {
    const kinds = new Set(catalogue.fields.map((one) => one.kind.type));
    expect([...kinds].toSorted()).toEqual(Object.keys(KIND_NAMES).toSorted());
  });

  for (const locale of ['zh-CN', 'en'] as const) {
    it(`is read in words in ${locale}`, async () => {
      const box = await drawForm({ locale, width: 'desktop' });
      for (const [kind, , zh, en] of SAMPLES) {
        const cell = cellOf(box, `f_${kind.type}`);
        expect(cell?.textContent, kind.type).toContain(locale === 'en' ? en : zh);
        expect(cell?.textContent, kind.type).toContain(
          locale === 'en' ? KIND_NAMES[kind.type].en : KIND_NAMES[kind.type].zh,
        );
      }
    });

    it(`has an input with a name in ${locale}`, async () => {
      const box = await drawForm({ locale, width: 'phone', mode: 'edit', onChange: () => undefined });
      for (const one of catalogue.fields) {
        const cell = cellOf(box, one.id);
        const name = locale === 'en' ? one.label.en : one.label.zh;
        expect(cell?.textContent, one.id).toContain(name);
        for (const input of cell?.querySelectorAll('input:not([type="hidden"]), textarea') ?? []) {
          const { id } = input;
          const labelled =
            input.getAttribute('aria-label') ??
            (id === '' ? null : box.querySelector(`label[for="${id}"]`)?.textContent) ??
            input.closest('label')?.textContent;
          expect(labelled, `${one.id} ${input.outerHTML.slice(0, 120)}`).toBeTruthy();
        }
      }
    });
  }
});

describe('a form', () => {
  const asked: Catalogue = {
    object: 'vehicle',
    fields: [
      { id: 'plate', kind: { type: 'text' }, label: { zh: '车牌号', en: 'Plate' }, required: true },
      { id: 'leased', kind: { type: 'boolean' }, label: { zh: '租赁', en: 'Leased' } },
      {
        id: 'until',
        kind: { type: 'date' },
        label: { zh: '租期至', en: 'Lease until' },
        visible_if: { field: 'leased', op: 'eq', value: true },
        required_if: { field: 'leased', op: 'eq', value: true },
      },
      { id: 'secret', kind: { type: 'text' }, label: { zh: '底价', en: 'Floor price' }, see_roles: ['manager'] },
      { id: 'phone', kind: { type: 'phone' }, label: { zh: '电话', en: 'Phone' }, personal: true },
      { id: 'sum', kind: { type: 'formula', expression: 'a', result: 'number' }, label: { zh: '合计', en: 'Sum' } },
    ],
  };
  const edit = (given: FormRecord, more: Partial<FormViewProps> = {}) =>
    drawForm({ catalogue: asked, form: wholeForm(asked), values: given, mode: 'edit', locale: 'zh-CN', ...more });

  it('shows a field while its condition holds, and asks for it then', async () => {
    expect(cellOf(await edit({ leased: false }), 'until')).toBeNull();
    const box = await edit({ leased: true }, { show: 'all' });
    expect(cellOf(box, 'until')?.querySelector('[role="alert"]')?.textContent).toBe('请填写此项');
  });

  it('writes amounts that were worked out as amounts, in their currency, alone and in the rows of a table', async () => {
    const net: FieldKind = { type: 'formula', expression: 'a', result: 'money', currency: 'CNY' };
    const price: FieldKind = { type: 'look_up', relation: 'r', field: 'p', result: 'money', currency: 'JPY' };
    const total: FieldKind = {
      type: 'roll_up',
      object: 'o',
      relation: 'r',
      function: 'sum',
      field: 'p',

      currency: 'EUR',
    };
    const lines: FieldKind = { type: 'sub_table', fields: [field(net)] };
    const worked: Catalogue = { object: 'vehicle', fields: [net, price, total, lines].map((kind) => field(kind)) };
    const held = {
      f_formula: 123456,
      f_look_up: 123456,
      f_roll_up: 123456,
      f_sub_table: [{ f_formula: 250050 }],
    };
    for (const width of ['desktop', 'phone'] as const) {
      const box = await drawForm({ catalogue: worked, form: wholeForm(worked), values: held, locale: 'zh-CN', width });
      expect(cellOf(box, 'f_formula')?.textContent).toContain('¥1,234.56');
      expect(cellOf(box, 'f_look_up')?.textContent).toContain('¥123,456');
      expect(cellOf(box, 'f_roll_up')?.textContent).toContain('€1,234.56');
      expect(cellOf(box, 'f_sub_table')?.textContent).toContain('¥2,500.50');
    }
  });

  it('shows what rows are worked out to, until somebody types in them', async () => {
    const count = field({ type: 'integer' });
    const sum = field({ type: 'formula', expression: 'a', result: 'money', currency: 'CNY' });
    const rows = field({ type: 'sub_table', fields: [count, sum] });
    const table: Catalogue = { object: 'vehicle', fields: [rows] };
    const stored = { [rows.id]: [{ [count.id]: 2, [sum.id]: 250050 }, { [count.id]: 3 }] };
    const onChange = vi.fn();
    for (const width of ['desktop', 'phone'] as const) {
      const more = { width, mode: 'edit', locale: 'en', before: stored, onChange } as const;
      const box = await drawForm({ catalogue: table, form: wholeForm(table), values: stored, ...more });
      expect(cellOf(box, rows.id)?.textContent).toContain('¥2,500.50');
      expect(cellOf(box, rows.id)?.textContent).toContain('Worked out when saved');
      expect(box.querySelectorAll('input')).toHaveLength(2);
    }
    const [input] = document.querySelectorAll<HTMLInputElement>('input');
    const write = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set;
    await act(async () => {
      write?.call(input, '5');
      input?.dispatchEvent(new Event('input', { bubbles: true }));
    });
    expect(onChange.mock.lastCall?.[0]).toEqual({ [rows.id]: [{ [count.id]: 5 }, { [count.id]: 3 }] });
  });

  it('does not ask for what the server fills in by a formula in a new record, and says so', async () => {
    const day = field({ type: 'date' }, { required: true, default_expression: 'today' });
    const filled: Catalogue = { object: 'vehicle', fields: [day] };
    const form = wholeForm(filled);
    const edited = (more: Partial<FormViewProps>) =>
      drawForm({ catalogue: filled, form, values: {}, mode: 'edit', locale: 'en', show: 'all', ...more });
    const fresh = cellOf(await edited({}), day.id);
    expect(fresh?.querySelector('[role="alert"]')).toBeNull();
    expect(fresh?.querySelector('.fv-star-required')).toBeNull();
    const hint = document.getElementById(fresh?.querySelector('input')?.getAttribute('aria-describedby') ?? '');
    expect(hint?.textContent).toMatch(/^Filled in when saved, if left empty: \d{4}-\d\d-\d\d$/);
    const written = cellOf(await edited({ values: { [day.id]: '2026-03-01' } }), day.id);
    expect(written?.textContent).not.toContain('Filled in when saved');
    // A stored record is filled in once; whoever empties the field later is asked for it.
    const emptied = cellOf(await edited({ before: { [day.id]: '2026-03-01' }, values: { [day.id]: null } }), day.id);
    expect(emptied?.querySelector('[role="alert"]')?.textContent).toBe('Please fill this in');
  });

  it('shows what formulas make of what is typed, and leaves to the server what it alone knows', async () => {
    const count = field({ type: 'integer' });
    const price = field({ type: 'money', currency: 'CNY' });
    const sum = field({ type: 'formula', expression: 'f_integer * f_money', result: 'money', currency: 'CNY' });
    const months = {
      ...field({ type: 'formula', expression: "today.diff(today, 'month')", result: 'number' }),
      id: 'm',
    };
    const worked: Catalogue = { object: 'vehicle', fields: [count, price, sum, months] };
    const form = wholeForm(worked);
    const edited = (held: FormRecord, more: Partial<FormViewProps> = {}) =>
      drawForm({ catalogue: worked, form, values: held, mode: 'edit', locale: 'en', ...more });
    const fresh = await edited({ f_integer: 3, f_money: 1250 });
    expect(cellOf(fresh, sum.id)?.textContent).toContain('¥37.50');
    expect(cellOf(fresh, 'm')?.textContent).toContain('Worked out when saved');
    // What is stored counts until something is typed.
    const stored = { f_integer: 3, f_money: 1250, [sum.id]: 1, m: 7 };
    const place = { object: 'vehicle', id: 'x' };
    const before = await edited(stored, { before: stored, place });
    expect(cellOf(before, sum.id)?.textContent).toContain('¥0.01');
    expect(cellOf(before, 'm')?.textContent).toContain('7');
    const typed = await edited({ ...stored, f_integer: 4 }, { before: stored, place });
    expect(cellOf(typed, sum.id)?.textContent).toContain('¥50.00');
    expect(cellOf(typed, 'm')?.textContent).toContain('Worked out when saved');
  });

  it('keeps fields of other roles to itself', async () => {
    expect(cellOf(await edit({}), 'secret')).toBeNull();
    expect(cellOf(await edit({}, { roles: ['manager'] }), 'secret')).not.toBeNull();
  });

  it('says what is wrong only where somebody was, unless it was to be sent', async () => {
    const quiet = await edit({});
    expect(quiet.querySelectorAll('[role="alert"]')).toHaveLength(0);
    const loud = await edit({}, { show: 'all' });
    expect(cellOf(loud, 'plate')?.querySelector('[role="alert"]')?.textContent).toBe('请填写此项');
  });

  it('puts the server’s problems beside their fields', async () => {
    const errors = [{ pointer: '/plate', text: '已被使用' }];
    const box = await edit({ plate: '沪A·1' }, { errors });
    const input = cellOf(box, 'plate')?.querySelector('input');
    expect(input?.getAttribute('aria-invalid')).toBe('true');
    expect(document.getElementById(input?.getAttribute('aria-describedby') ?? '')?.textContent).toBe('已被使用');
  });

  it('hides personal data behind a button, and says what is still worked out or failed', async () => {
    const shown = { phone: '***' };
    const box = await edit(shown, { before: shown, place: { object: 'vehicle', id: 'x' }, computing: ['sum'] });
    expect(cellOf(box, 'phone')?.querySelector('input')).toBeNull();
    expect(cellOf(box, 'phone')?.querySelector('button')?.getAttribute('aria-label')).toBe('显示电话');
    expect(cellOf(box, 'sum')?.textContent).toContain('计算中');
    const failed = await edit(
      {},
      { faults: [{ field: 'sum', code: 'x', message: 'Division by nothing.' }], locale: 'en' },
    );
    expect(cellOf(failed, 'sum')?.textContent).toContain('Division by nothing.');
  });
});

describe('personal data', () => {
  const card = field({ type: 'text' }, { personal: true });

  for (const [object, path] of [
    ['customer', '/api/v1/customers'],
    ['device', '/api/v1/devices'],
    ['ticket', '/api/v1/tickets'],
    ['order', '/api/v1/orders'],
    ['contact', '/api/v1/contacts'],
    ['site', '/api/v1/sites'],
    ['visit', '/api/v1/visits'],
    ['quote', '/api/v1/quotes'],
    ['vehicle', '/api/v1/records/vehicle'],
  ] as const) {
    it(`of a ${object} is shown on request`, async () => {
      const headers = { 'content-type': 'application/json' };
      const fetched = vi.fn(() => Promise.resolve(new Response(JSON.stringify({ value: '4711' }), { headers })));
      vi.stubGlobal('fetch', fetched);
      const masked: Catalogue = { object, fields: [card] };
      const box = await drawForm({
        catalogue: masked,
        form: wholeForm(masked),
        values: { [card.id]: '***' },
        place: { object, id: '7' },
        preview: false,
      });
      expect(box.textContent).not.toContain('4711');
      await act(async () => box.querySelector('button')?.click());
      await act(async () => Promise.resolve());
      const [asked, init] = fetched.mock.calls[0] as unknown as [string, RequestInit];
      expect([asked, init.body]).toEqual([`${path}/7/reveal`, JSON.stringify({ field: card.id })]);
      await vi.waitFor(() => expect(box.textContent).toContain('4711'));
    });
  }
});
