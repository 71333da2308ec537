import dayjs from 'dayjs';
import { describe, expect, it } from 'vitest';
import { createBody, toForm, updateBody, type FieldSpec } from './spec';

const label = { zh: '', en: '' };
const fields: readonly FieldSpec[] = [
  { name: 'name', label, kind: 'text' },
  { name: 'note', label, kind: 'longtext' },
  { name: 'price_minor', label, kind: 'money' },
  { name: 'sold_on', label, kind: 'date' },
  { name: 'tags', label, kind: 'tags' },
  { name: 'is_primary', label, kind: 'boolean' },
  { name: 'address', label, kind: 'address' },
  { name: 'password', label, kind: 'password', only: 'create' },
];
const record = {
  version: 3,
  name: '张三',
  note: '旧',
  price_minor: 1250,
  sold_on: '2026-03-02',
  tags: ['a'],
  is_primary: true,
  address: { province: '上海市', city: '上海市' },
};

describe('the body of a form', () => {
  it('of a new record holds what was filled in, trimmed, money in minor units', () => {
    const values = {
      name: ' 李四 ',
      note: '  ',
      price_minor: 12.5,
      sold_on: dayjs('2026-03-02'),
      password: ' secret ',
    };
    expect(createBody(fields, values)).toEqual({
      name: '李四',
      price_minor: 1250,
      sold_on: '2026-03-02',
      password: ' secret ',
    });
  });

  it('of a change is empty when nothing was changed', () => {
    expect(updateBody(fields, toForm(fields, record), record)).toEqual({});
  });

  it('of a change holds only what differs, and null for what was emptied', () => {
    const values = {
      ...toForm(fields, record),
      name: '王五',
      note: '',
      tags: [],
      is_primary: false,
      sold_on: null,
      password: 'x',
    };
    expect(updateBody(fields, values, record)).toEqual({
      name: '王五',
      note: null,
      tags: [],
      is_primary: false,
      sold_on: null,
    });
  });

  it('drops empty parts of an address', () => {
    const values = { ...toForm(fields, record), address: { province: '上海市', city: ' ', street: '张杨路1号 ' } };
    expect(updateBody(fields, values, record)).toEqual({ address: { province: '上海市', street: '张杨路1号' } });
  });
});
