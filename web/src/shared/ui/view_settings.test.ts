import { describe, expect, it } from 'vitest';
import type { ListSearch } from './list_search';
import { isChanged, searchOf, settingsOf } from './view_settings';

const SEARCH: ListSearch = {
  view: 'v',
  q: '空压机',
  sort: 'name',
  columns: 'name,phone,ext.grade',
  group_by: 'level',
  filter: { field: 'level', op: 'in', value: ['vip'] },
};

describe('a saved view', () => {
  it('keeps how the list is looked at, and not the words that were searched for', () => {
    const settings = settingsOf(SEARCH, '-created_at');
    expect(settings.columns).toEqual([{ field: 'name' }, { field: 'phone' }, { field: 'ext.grade' }]);
    expect(searchOf(settings, '-created_at')).toEqual({
      sort: 'name',
      columns: 'name,phone,ext.grade',
      group_by: 'level',
      filter: SEARCH.filter,
      archived: undefined,
      layout: undefined,
      by: undefined,
    });
  });

  it('is changed by another column, and no longer when it is taken back', () => {
    const view = settingsOf(SEARCH, '-created_at');
    expect(isChanged(SEARCH, view, '-created_at')).toBe(false);
    expect(isChanged({ ...SEARCH, columns: 'name,phone' }, view, '-created_at')).toBe(true);
    expect(isChanged({ ...SEARCH, q: 'other' }, view, '-created_at')).toBe(false);
  });

  it('keeps how wide columns are', () => {
    const search = { columns: 'name:240,phone' };
    const view = settingsOf(search, undefined);
    expect(view.columns).toEqual([{ field: 'name', width: 240 }, { field: 'phone' }]);
    expect(searchOf(view, undefined).columns).toBe('name:240,phone');
    expect(isChanged({ columns: 'name:250,phone' }, view, undefined)).toBe(true);
  });

  it('reads alike whatever order the server gives the parts of a condition in', () => {
    const view = settingsOf(SEARCH, undefined);
    const other = { ...view, filter: { value: ['vip'], op: 'in', field: 'level' } as never };
    expect(isChanged(SEARCH, other, undefined)).toBe(false);
  });

  it('of a board keeps its lanes and drops the groups of the table', () => {
    const settings = settingsOf({ layout: 'board', by: 'state', group_by: 'level' }, undefined);
    expect(settings.group_by).toBeNull();
    expect(searchOf(settings, undefined).by).toBe('state');
  });

  it('of a calendar keeps where records begin and end', () => {
    const search = { layout: 'calendar', by: 'from', end: 'to', at: '2026-03' };
    const view = settingsOf(search, undefined);
    expect(view.calendar).toEqual({ start: 'from', end: 'to' });
    expect(searchOf(view, undefined)).toMatchObject({ by: 'from', end: 'to' });
    expect(isChanged(search, view, undefined)).toBe(false);
    expect(isChanged({ ...search, end: undefined }, view, undefined)).toBe(true);
  });

  it('that asks for the usual order is the plain list', () => {
    const plain = settingsOf({}, '-created_at');
    expect(plain.sort).toEqual(['-created_at']);
    expect(isChanged({}, plain, '-created_at')).toBe(false);
    expect(isChanged({ sort: 'name' }, plain, '-created_at')).toBe(true);
  });
});
