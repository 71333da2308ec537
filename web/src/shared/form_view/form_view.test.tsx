import { describe, expect, it } from 'vitest';
import type { Catalogue, ChoiceKind, ChoiceOption, Field } from '../form_types';
import { unoffered } from '../forms';
import { offered, pathOf } from './inputs/choices';
import { loadMarkdown } from './markdown';
import { problemText } from './problems';
import { changedValues, startValues } from './record_form';
import { levelsOf, pathTo, regionsOf, regionText } from './regions';
import { wholeForm, withRest } from './whole_form';

const label = { zh: '字段', en: 'Field' };

describe('regions', () => {
  const regions = regionsOf([
    ['310115', '浦东新区'],
    ['310000', '上海市'],
    ['310100', '上海市'],
    ['320000', '江苏省'],
    ['320500', '苏州市'],
    ['320505', '虎丘区'],
    ['429000', '省直辖县级行政区划'],
    ['420000', '湖北省'],
    ['429004', '仙桃市'],
  ]);

  it('a municipality is not said twice', () => {
    expect(regionText(regions, '310115')).toBe('上海市浦东新区');
    expect(pathTo(regions, '310115')).toEqual(['310000', '310115']);
  });

  it('districts stand below their city, and cities without one below the province', () => {
    expect(regionText(regions, '320505')).toBe('江苏省苏州市虎丘区');
    expect(pathTo(regions, '320505')).toEqual(['320000', '320500', '320505']);
    expect(pathTo(regions, '429004')).toEqual(['420000', '429004']);
    expect(levelsOf('320500')).toEqual(['320000', '320500']);
  });

  it('a code that nobody knows is kept as it is', () => {
    expect(pathTo(regions, '990000')).toEqual(['990000']);
    expect(regionText(regions, '990000')).toBe('');
  });
});

describe('options', () => {
  const option = (id: string, more: Partial<ChoiceOption> = {}): ChoiceOption => ({ id, label, ...more });
  const options = [option('car'), option('truck', { retired: true }), option('van', { parent: 'small' })];

  it('only what lies below the choice above is offered, and nothing retired that was not chosen before', () => {
    const kind = { options, within: 'size' };
    expect(offered(kind, undefined, undefined).map((one) => one.id)).toEqual(['car']);
    expect(offered(kind, 'small', undefined).map((one) => one.id)).toEqual(['car', 'van']);
    expect(offered(kind, ['small'], 'truck').map((one) => one.id)).toEqual(['car', 'truck', 'van']);
  });

  it('what else is filled in withholds options', () => {
    const field: Field = {
      id: 'vehicle',
      label,
      kind: {
        type: 'choice',
        options: [option('car'), option('bus', { offered_if: { field: 'seats', op: 'gt', value: 8 } })],
      },
    };
    const fields: Field[] = [field, { id: 'seats', label, kind: { type: 'integer' } }];
    const open = (seats?: number) => {
      const withheld = unoffered(field, fields, seats === undefined ? {} : { seats }, new Date(0));
      return offered(field.kind as ChoiceKind, undefined, undefined, withheld).map((one) => one.id);
    };
    expect(open()).toEqual(['car']);
    expect(open(8)).toEqual(['car']);
    expect(open(9)).toEqual(['car', 'bus']);
  });

  it('the way to an option ends where parents go round in a circle', () => {
    const circle = [option('a', { parent: 'b' }), option('b', { parent: 'a' })];
    expect(pathOf(circle, 'a')).toEqual(['b', 'a']);
    expect(pathOf(options, 'van')).toEqual(['small', 'van']);
  });
});

describe('what is sent', () => {
  it('only what differs, and null for what was emptied', () => {
    const before = { plate: '沪A1', note: 'old', tags: ['a'] };
    expect(changedValues(before, { plate: '沪A1', note: '', tags: ['a', 'b'], state: 'ready' })).toEqual({
      note: null,
      tags: ['a', 'b'],
      state: 'ready',
    });
    expect(changedValues(undefined, { plate: '沪A2', note: null })).toEqual({ plate: '沪A2' });
  });

  it('a new record begins with the defaults of fields in use', () => {
    const catalogue: Catalogue = {
      object: 'vehicle',
      fields: [
        { id: 'state', kind: { type: 'text' }, label, default: 'ready' },
        { id: 'old', kind: { type: 'text' }, label, default: 'x', retired: true },
        { id: 'plate', kind: { type: 'text' }, label },
      ],
    };
    expect(startValues(catalogue)).toEqual({ state: 'ready' });
    const shown = wholeForm(catalogue).body.flatMap((section) => section.parts.flatMap((part) => part.items));
    expect(shown).toEqual([
      { type: 'field', field: 'state', width: 3 },
      { type: 'field', field: 'plate', width: 3 },
    ]);
  });
});

describe('a form for reading', () => {
  const text = (id: string) => ({ id, kind: { type: 'text' as const }, label });
  const catalogue: Catalogue = { object: 'vehicle', fields: [text('a'), text('b'), text('c')] };
  const form = { ...wholeForm({ ...catalogue, fields: [text('a')] }), id: 'f' };
  const shown = (values: Record<string, unknown>) =>
    withRest(form, catalogue, values).body.flatMap((section) =>
      section.parts.flatMap((part) => part.items.flatMap((item) => (item.type === 'field' ? [item.field] : []))),
    );

  it('shows what others filled in beside it, and no empty field more', () => {
    expect(shown({ a: 'x', b: '', c: 'z' })).toEqual(['a', 'c']);
    expect(withRest(form, catalogue, { a: 'x' })).toBe(form);
  });
});

describe('problems in words', () => {
  const catalogue: Catalogue = {
    object: 'vehicle',
    fields: [
      { id: 'price', kind: { type: 'money', currency: 'CNY', max: 100_000 }, label },
      { id: 'days', kind: { type: 'date', max: '2026-01-01' }, label },
      {
        id: 'rows',
        kind: { type: 'sub_table', fields: [{ id: 'hours', kind: { type: 'duration' }, label }] },
        label,
      },
    ],
  };
  const say = (pointer: string, code: string, params: Record<string, unknown>, locale: 'zh-CN' | 'en' = 'zh-CN') =>
    problemText({ pointer, code, params }, catalogue, locale);

  it('amounts are said in yuan, lengths of time in minutes, days as days', () => {
    expect(say('/price', 'too_large', { max: 100_000 })).toContain('1,000.00');
    expect(say('/rows/0/hours', 'too_large', { max: 5400 })).toBe('不能超过 90 分钟');
    expect(say('/days', 'too_large', { max: '2026-01-01' }, 'en')).toBe('Not after 2026-01-01');
  });

  it('no problem leaves a hole or a code in its words', () => {
    const codes = [
      'required',
      'wrong_type',
      'pattern_mismatch',
      'not_an_option',
      'option_retired',
      'not_unique',
      'who knows',
    ];
    for (const code of codes) {
      for (const locale of ['zh-CN', 'en'] as const) {
        expect(say('/days', code, {}, locale)).not.toMatch(/[{}_]/);
      }
    }
  });
});

describe('Markdown', () => {
  it('is read, and nothing in it can act', async () => {
    const render = await loadMarkdown();
    expect(render('**要点**\n\n- 一\n- 二')).toContain('<strong>要点</strong>');
    const bad = render(
      '<script>alert(1)</script><img src=x onerror=alert(2)><iframe src="https://example.com"></iframe>\n\n' +
        '[here](javascript:alert(3)) [there](https://example.com) <a href="data:text/html,x" onclick="y()">z</a>',
    );
    expect(bad).not.toMatch(/script|onerror|onclick|iframe|<img|data:/i);
    expect(bad).toContain('href="https://example.com"');
  });
});
