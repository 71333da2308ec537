import { describe, expect, it } from 'vitest';
import {
  cellField,
  changeOf,
  fieldsOfColumn,
  isBare,
  isGroupable,
  listOf,
  rowName,
  valueOf,
  type ListTarget,
} from './list_tools';

const field = (id: string, type = 'text', changeable = true, own = false) => ({
  id,
  label: { zh: id, en: id },
  type,
  required: false,
  importable: true,
  changeable,
  own,
});
const target = (list: string, fields: ListTarget['fields'], may_update = true): ListTarget => ({
  list,
  name: { zh: list, en: list },
  fields,
  match: [],
  archivable: true,
  may_create: true,
  may_update,
});
const CUSTOMERS = target('customers', [
  field('name'),
  field('level', 'choice'),
  field('province'),
  field('city'),
  field('district'),
  field('street'),
  field('created_at', 'date_time', false),
  field('grade', 'choice', true, true),
  field('ext.name', 'text', true, true),
]);

describe('the tools of lists', () => {
  it('know the lists of the API and of own objects by their addresses', () => {
    expect(listOf('/api/v1/recovery-tasks')).toBe('recovery-tasks');
    expect(listOf('/api/v1/maintenance-plans')).toBe('maintenance-plans');
    expect(listOf('/api/v1/records/vehicle')).toBe('records/vehicle');
    expect(listOf('/api/v1/users')).toBeUndefined();
    expect(listOf('/api/v1/customers/1/contacts')).toBeUndefined();
  });

  it('find the fields of a column, also of those that show several or a field of the company', () => {
    const ids = (key: string) => fieldsOfColumn(CUSTOMERS, { key }).map((one) => one.id);
    expect(ids('address')).toEqual(['province', 'city', 'district', 'street']);
    expect(ids('ext.grade')).toEqual(['grade']);
    expect(ids('ext.name')).toEqual(['ext.name']);
    expect(ids('map')).toEqual([]);
  });

  it('edit only cells of one field that can be changed', () => {
    expect(cellField(CUSTOMERS, { key: 'level' })?.id).toBe('level');
    expect(cellField(CUSTOMERS, { key: 'address' })).toBeUndefined();
    expect(cellField(CUSTOMERS, { key: 'created_at' })).toBeUndefined();
    expect(cellField(target('customers', CUSTOMERS.fields, false), { key: 'level' })).toBeUndefined();
  });

  it('read and send values where the record keeps them', () => {
    const customer = { id: '1', name: 'A', ext: { grade: 'a' } };
    expect(valueOf(customer, 'name', false)).toBe('A');
    expect(valueOf(customer, 'grade', true)).toBe('a');
    expect(changeOf(customer, 'ext.name', true, 'B')).toEqual({ ext: { name: 'B' } });
    expect(changeOf(customer, 'name', false, 'B')).toEqual({ name: 'B' });
    expect(changeOf({ id: '2', values: {} }, 'plate', true, 'X')).toEqual({ values: { plate: 'X' } });
  });

  it('open a default view only where the address says nothing else', () => {
    expect(isBare({})).toBe(true);
    expect(isBare({ create: true })).toBe(true);
    expect(isBare({ view: 'all' })).toBe(false);
    expect(isBare({ sort: 'name' })).toBe(false);
  });

  it('group by values that are few and known', () => {
    const label = { zh: '', en: '' };
    expect(isGroupable({ id: 'status', label, type: 'choice', choices: [] })).toBe(true);
    expect(isGroupable({ id: 'team_id', label, type: 'id', of: 'team' })).toBe(true);
    expect(isGroupable({ id: 'customer_id', label, type: 'id', of: 'customer' })).toBe(false);
    expect(isGroupable({ id: 'name', label, type: 'text' })).toBe(false);
  });
});

describe('the name of a row', () => {
  it('is its number, its name, or both', () => {
    expect(rowName({ number: 'T-1', title: '不制冷' })).toBe('T-1 不制冷');
    expect(rowName({ serial_number: 'SN-1', name: null })).toBe('SN-1');
    expect(rowName({ name: '甲公司', number: '' })).toBe('甲公司');
    expect(rowName({ number: 'V-1', title: 'V-1' })).toBe('V-1');
    expect(rowName({ ticket_number: 'T-1', title: '' })).toBe('T-1');
    expect(rowName({ ticket_number: 'T-1', title: '回访' })).toBe('回访');
  });
});
