import { describe, expect, it } from 'vitest';
import type { Catalogue, Field } from '@/shared/form_types';
import { browserDefects, defectLabel, fieldDefects } from './defects';
import { conditionText } from './conditions';
import { formulaNames, withIdsOf, withNames } from './formula_editor';

const label = { zh: '甲', en: 'A' };
const field = (id: string, more: Partial<Field> = {}): Field => ({ id, kind: { type: 'text' }, label, ...more });
const found = (...fields: Field[]) =>
  browserDefects({ object: 'x', fields }).map((one) => `${one.pointer} ${one.code}`);

describe('what the browser sees of a wrong catalogue', () => {
  it('is nothing when it is right', () => {
    expect(found(field('a'), field('b', { visible_if: { field: 'a', op: 'is_not_empty' } }))).toEqual([]);
  });

  it('names the place of each mistake', () => {
    expect(found(field('A'), field('b'), field('b'))).toEqual(['/fields/0/id invalid_id', '/fields/2/id duplicate_id']);
    expect(found(field('a', { label: { zh: '', en: '' } }))).toEqual(['/fields/0/label label_missing']);
    expect(found(field('a', { visible_if: { field: 'gone', op: 'is_empty' } }))).toEqual([
      '/fields/0/visible_if/field unknown_field',
    ]);
    expect(found(field('a', { kind: { type: 'integer', min: 5, max: 1 } }))).toEqual(['/fields/0/kind empty_range']);
    expect(found(field('a', { kind: { type: 'choice', options: [] } }))).toEqual([
      '/fields/0/kind/options too_many_options',
    ]);
    expect(found(field('a', { kind: { type: 'text', pattern: '[' } }))).toEqual([
      '/fields/0/kind/pattern invalid_pattern',
    ]);
    expect(found(field('a', { kind: { type: 'integer' }, default: 'x' }))).toEqual([
      '/fields/0/default invalid_default',
    ]);
    expect(found(field('a', { kind: { type: 'long_text' }, unique: true }))).toEqual([
      '/fields/0/unique flag_not_allowed',
    ]);
  });

  it('looks into sub-tables', () => {
    const table: Field = field('t', { kind: { type: 'sub_table', fields: [field('a'), field('a')] } });
    expect(found(table)).toEqual(['/fields/0/kind/fields/1/id duplicate_id']);
  });
});

describe('problems beside fields', () => {
  const say = (text: { zh: string; en: string }) => text.en;

  it('stand once, whoever found them', () => {
    const twice = [
      { pointer: '/fields/1/visible_if/all/0/field', code: 'unknown_field' },
      { pointer: '/fields/1/visible_if', code: 'unknown_field', message: 'Correct the condition.' },
      { pointer: '/fields', code: 'too_many_filterable' },
    ];
    const pair = { pointer: '/unique_together/0', code: 'not_unique' };
    const catalogue = { object: 'x', fields: [field('a'), field('b')], unique_together: [['b', 'a']] };
    const told = fieldDefects([...twice, pair], ['k0', 'k1'], catalogue, say);
    expect(told.map((one) => [one.key, one.at])).toEqual([
      ['k1', '/visible_if'],
      [undefined, ''],
      ['k1', '/together'],
    ]);
  });

  it('are said in both languages without ids', () => {
    const told = defectLabel({ pointer: '/fields/0/id', code: 'reserved_id', message: '`status` is taken.' });
    expect(told.en).not.toContain('`');
    expect(told.zh).toMatch(/[\u4e00-\u9fff]/);
    expect(defectLabel({ pointer: '/fields/0/kind/expression', code: 'syntax' }).zh).toContain('公式');
  });
});

describe('formulas by name', () => {
  const fields = [field('price', { label: { zh: '单价', en: 'Price' } }), field('qty'), field('qty2')];
  const names = formulaNames(fields, 'zh-CN');

  it('tell fields of the same name apart', () => {
    expect([...names.values()]).toEqual(['单价', '甲', '甲 2']);
  });

  it('are the same formula again', () => {
    const expression = `price * qty + qty2 - len('price')`;
    const shown = withNames(expression, names);
    expect(shown).toBe(`{单价} * {甲} + {甲 2} - len('price')`);
    expect(withIdsOf(shown, names)).toBe(expression);
    expect(withIdsOf('{没有} + 1', names)).toBe('{没有} + 1');
  });
});

describe('conditions in words', () => {
  it('say labels, not ids', () => {
    const state: Field = field('state', {
      label: { zh: '状态', en: 'State' },
      kind: { type: 'choice', options: [{ id: 'o1', label: { zh: '维修中', en: 'In repair' } }] },
    });
    const catalogue: Catalogue = { object: 'x', fields: [state] };
    const text = conditionText({ field: 'state', op: 'in', value: ['o1'] }, catalogue.fields, 'zh-CN');
    expect(text).toBe('状态 是其中之一 维修中');
  });
});
