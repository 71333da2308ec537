import { describe, expect, it } from 'vitest';
import type { Catalogue, Field } from '@/shared/form_types';
import {
  catalogueOf,
  designOf,
  fieldToSend,
  insertFields,
  moveEntry,
  namesIn,
  onTop,
  renameEntry,
  retold,
  togetherWith,
} from './design';
import { freeId, prefixOf, slug, suggestId } from './suggest';
import { begin, redo, step, undo } from './undo';

const text = (id: string, more: Partial<Field> = {}): Field => ({
  id,
  kind: { type: 'text' },
  label: { zh: id, en: id },
  ...more,
});
const catalogue = (...fields: Field[]): Catalogue => ({ object: 'vehicle', fields });
const ids = (found: { fields: readonly Field[] }) => found.fields.map((field) => field.id);

describe('steps', () => {
  it('are taken back and forth again', () => {
    const two = step(step(begin(1), 2, '', 0), 3, '', 1);
    expect(undo(two).present).toBe(2);
    expect(undo(undo(undo(two))).present).toBe(1);
    expect(redo(undo(two)).present).toBe(3);
    expect(step(undo(two), 9, '', 2).future).toEqual([]);
  });

  it('of typing on in one place are one', () => {
    const typed = step(step(step(begin('a'), 'ab', 'name', 0), 'abc', 'name', 100), 'abcd', 'help', 200);
    expect(undo(typed).present).toBe('abc');
    expect(undo(undo(typed)).present).toBe('a');
    const later = step(typed, 'x', 'help', 10_000);
    expect(undo(later).present).toBe('abcd');
  });
});

describe('ids', () => {
  it('come from English names, else from the sound of Chinese ones', async () => {
    expect(slug('  Plate number (new) ')).toBe('plate_number_new');
    expect(slug('2nd Café')).toBe('nd_cafe');
    expect(await suggestId({ zh: '车牌号', en: '' })).toBe('che_pai_hao');
    expect(await suggestId({ zh: '车牌号', en: 'Plate' })).toBe('plate');
    expect(await suggestId({ zh: 'VIN码', en: '' })).toBe('vin_ma');
    expect(prefixOf('vehicle')).toBe('VE');
  });

  it('that are taken get the first free number', () => {
    expect(freeId('plate', ['plate', 'plate_2'])).toBe('plate_3');
    expect(freeId('', [])).toBe('field');
    expect(freeId('a'.repeat(40), ['a'.repeat(40)])).toBe(`${'a'.repeat(38)}_2`);
  });
});

describe('fields on the board', () => {
  it('are sent without what says nothing, in both languages', () => {
    const field = text('a', {
      label: { zh: ' 车牌 ', en: '' },
      help: { zh: '', en: ' ' },
      required: false,
      see_roles: [],
    });
    expect(fieldToSend(field)).toEqual({ id: 'a', kind: { type: 'text' }, label: { zh: '车牌', en: '车牌' } });
    expect(fieldToSend(text('b', { kind: { type: 'boolean' }, default: false })).default).toBe(false);
  });

  it('keep a name of their own in the other language, and let go of one that only repeated it', () => {
    expect(retold({ zh: '车', en: '车' }, 'zh', '车辆')).toEqual({ zh: '车辆', en: '' });
    expect(retold({ zh: '车', en: 'Car' }, 'zh', '车辆')).toEqual({ zh: '车辆', en: 'Car' });
    expect(retold({ zh: 'VI', en: 'VI' }, 'en', 'VIN')).toEqual({ zh: 'VI', en: 'VIN' });
  });

  it('that are copied in get free ids and name each other by them', () => {
    const before = designOf(catalogue(text('a'))).entries;
    const copied = [text('a'), text('b', { visible_if: { field: 'a', op: 'is_not_empty' } })];
    const { entries } = insertFields(before, 1, copied);
    expect(entries.map((entry) => entry.field.id)).toEqual(['a', 'a_2', 'b']);
    expect(entries[2]?.field.visible_if).toEqual({ field: 'a_2', op: 'is_not_empty' });
  });

  it('follow a field that gets another id', () => {
    const formula = text('c', { kind: { type: 'formula', expression: `a * 2 + x.a + len('a')`, result: 'number' } });
    const { entries } = designOf(
      catalogue(text('a'), text('b', { required_if: { all: [{ field: 'a', op: 'eq', value: 1 }] } }), formula),
    );
    const renamed = renameEntry(entries, entries[0]?.key ?? '', 'price').map((entry) => entry.field);
    expect(renamed[1]?.required_if).toEqual({ all: [{ field: 'price', op: 'eq', value: 1 }] });
    expect(renamed[2]?.kind).toMatchObject({ expression: `price * 2 + x.a + len('a')` });
    expect(namesIn(`a_b + sum(c) ?? 'd' and "e"`)).toEqual(['a_b', 'c', 'and']);
  });

  it('are followed by the conditions of options that name them', () => {
    const offered_if = { field: 'a', op: 'eq' as const, value: 1 };
    const option = { id: 'x', label: { zh: 'x', en: 'x' } };
    const choice = text('b', { kind: { type: 'choice', options: [{ ...option, offered_if }, option] } });
    const { entries } = designOf(catalogue(text('a'), choice));
    const renamed = renameEntry(entries, entries[0]?.key ?? '', 'price');
    expect(renamed[1]?.field.kind).toEqual({
      type: 'choice',
      options: [{ ...option, offered_if: { ...offered_if, field: 'price' } }, option],
    });
  });

  it('are unique together by what they are, not by what they are called', () => {
    const design = designOf(catalogue(text('a'), text('b'), text('c')));
    const [a, b] = design.entries.map((entry) => entry.key);
    const grouped = togetherWith(design, a ?? '', [b ?? '']);
    const renamed = { ...grouped, entries: renameEntry(grouped.entries, b ?? '', 'new_b') };
    expect(catalogueOf('vehicle', renamed).unique_together).toEqual([['a', 'new_b']]);
    const gone = { ...grouped, entries: grouped.entries.slice(0, 1) };
    expect(catalogueOf('vehicle', gone).unique_together).toBeUndefined();
    expect(togetherWith(grouped, b ?? '', []).together).toEqual([]);
  });

  it('move to their new place', () => {
    expect(moveEntry(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
    expect(moveEntry(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
  });
});

describe('two who design the same fields', () => {
  const base = catalogue(text('a'), text('b'), text('c'));

  it('both keep what they changed, added and removed', () => {
    const mine = catalogue(text('a', { required: true }), text('b'), text('mine'));
    const theirs = catalogue(text('a'), text('b', { unique: true }), text('theirs'), text('c'));
    const { catalogue: merged, clashes } = onTop(base, mine, theirs);
    expect(ids(merged)).toEqual(['a', 'b', 'theirs', 'mine']);
    expect(merged.fields[0]?.required).toBe(true);
    expect(merged.fields[1]?.unique).toBe(true);
    expect(clashes).toEqual([]);
  });

  it('learn which fields both of them changed', () => {
    const mine = catalogue(text('a', { required: true }), text('b'), text('c'));
    const theirs = catalogue(text('a', { unique: true }), text('c'));
    const { catalogue: merged, clashes } = onTop(base, mine, theirs);
    expect(ids(merged)).toEqual(['a', 'c']);
    expect(merged.fields[0]).toMatchObject({ required: true });
    expect(clashes).toEqual(['a']);
  });
});
