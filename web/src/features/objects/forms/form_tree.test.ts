import { describe, expect, it } from 'vitest';
import type { Catalogue, Form, FormItem } from '@/shared/form_types';
import { formDefects } from './form_defects';
import {
  find,
  fitting,
  formDesignOf,
  formOf,
  insertItems,
  moveItem,
  moveSection,
  nodeAt,
  nudge,
  placedFields,
  remove,
  sectionOf,
  updateSection,
  type FormDesign,
} from './form_tree';

const field = (id: string): FormItem => ({ type: 'field', field: id, width: 3 });
const form: Form = {
  id: 'f',
  name: { zh: '表', en: 'Form' },
  channel: 'staff',
  version: 1,
  body: [
    { layout: 'columns', parts: [{ items: [field('a'), field('b')] }, { items: [field('c')] }] },
    { layout: 'steps', parts: [{ title: { zh: '一', en: 'One' }, items: [] }] },
  ],
};
const shape = (design: FormDesign) =>
  design.body.map((section) =>
    section.parts.map((part) => part.items.map(({ item }) => (item.type === 'field' ? item.field : '')).join('')),
  );
const keyOf = (design: FormDesign, id: string): string =>
  design.body
    .flatMap((section) => section.parts.flatMap((part) => part.items))
    .find(({ item }) => item.type === 'field' && item.field === id)?.key ?? '';

describe('a form on the board', () => {
  const design = formDesignOf(form);

  it('is the same form again', () => {
    expect(formOf(design, 'f', 1)).toEqual(form);
    expect([...placedFields(design)]).toEqual(['a', 'b', 'c']);
  });

  it('lets items move within a part, to other parts and out', () => {
    const [first, second] = design.body[0]?.parts ?? [];
    expect(shape(moveItem(design, keyOf(design, 'c'), first?.key ?? '', keyOf(design, 'b')))).toEqual([
      ['acb', ''],
      [''],
    ]);
    expect(shape(moveItem(design, keyOf(design, 'a'), second?.key ?? ''))).toEqual([['b', 'ca'], ['']]);
    expect(shape(remove(design, keyOf(design, 'a')))).toEqual([['b', 'c'], ['']]);
    const more = [{ key: 'new', item: field('d') }];
    expect(shape(insertItems(design, second?.key ?? '', more, keyOf(design, 'c')))).toEqual([['ab', 'dc'], ['']]);
  });

  it('moves by keys from part to part', () => {
    const b = keyOf(design, 'b');
    expect(shape(nudge(design, b, -1))).toEqual([['ba', 'c'], ['']]);
    const next = nudge(design, b, 1);
    expect(shape(next)).toEqual([['a', 'bc'], ['']]);
    expect(shape(nudge(nudge(next, b, 1), b, 1))).toEqual([['a', 'c'], ['b']]);
    expect(shape(moveSection(design, design.body[1]?.key ?? '', 0))).toEqual([[''], ['ab', 'c']]);
  });

  it('keeps every item when a layout has room for fewer parts', () => {
    const parts = ['a', 'b', 'c', 'd'].map((id) => ({ key: `p${id}`, items: [{ key: id, item: field(id) }] }));
    const tabs = updateSection(design, design.body[0]?.key ?? '', { layout: 'tabs', parts });
    const columns = updateSection(tabs, design.body[0]?.key ?? '', { layout: 'columns' });
    expect(shape(columns)[0]).toEqual(['a', 'b', 'cd']);
  });

  it('takes pasted sections without fields that it has already or does not know', () => {
    const copied = design.body.map(sectionOf);
    const without = remove(design, keyOf(design, 'a'));
    const [section] = fitting(without, copied, new Set(['a', 'c']));
    expect(section?.parts.map((part) => part.items.length)).toEqual([1, 0]);
  });

  it('is found by the pointers of its defects', () => {
    expect(nodeAt(design, '/body/0/parts/0/items/1/width')).toEqual({ key: keyOf(design, 'b'), at: '/width' });
    expect(nodeAt(design, '/body/1/parts/0/title')?.key).toBe(design.body[1]?.parts[0]?.key);
    expect(nodeAt(design, '/name')).toBeUndefined();
    expect(find(design, keyOf(design, 'c'))?.what).toBe('item');
  });
});

describe('what is wrong with a form', () => {
  const label = { zh: '字段', en: 'Field' };
  const catalogue: Catalogue = {
    object: 'vehicle',
    fields: [
      { id: 'a', kind: { type: 'text' }, label, required: true },
      { id: 'b', kind: { type: 'text' }, label, retired: true },
      { id: 'n', kind: { type: 'auto_number', digits: 4 }, label },
      { id: 'who', kind: { type: 'person' }, label },
      { id: 'rows', kind: { type: 'sub_table', fields: [{ id: 'file', kind: { type: 'attachment' }, label }] }, label },
    ],
  };
  const codes = (change: Partial<Form>) =>
    formDefects({ ...form, body: [], ...change }, catalogue).map((one) => one.code);
  const body = (...items: FormItem[]): Form['body'] => [{ layout: 'columns', parts: [{ items }] }];

  it('is what the server would refuse', () => {
    expect(codes({ body: body(field('a')) })).toEqual([]);
    expect(codes({ body: body(field('x'), field('b'), field('a'), field('a')) })).toEqual([
      'unknown_field',
      'retired_field',
      'duplicate_field',
    ]);
    expect(codes({ body: body({ type: 'field', field: 'n', width: 3, required: true }) })).toEqual([
      'required_read_only',
    ]);
    expect(codes({ body: [{ layout: 'tabs', parts: [{ items: [] }] }] })).toEqual(['title_missing']);
    expect(codes({ channel: 'customer' })).toEqual(['required_field_missing']);
    const inside = body(field('a'), field('who'), field('rows'));
    expect(codes({ channel: 'engineer', body: inside })).toEqual([]);
    expect(codes({ channel: 'customer', body: inside })).toEqual(['not_for_customers', 'not_for_customers']);
  });
});
