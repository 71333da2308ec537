import { describe, expect, it } from 'vitest';
import { operatorsOf as allowed } from '../conditions';
import { both, fromTree, isComplete, operatorsOf, parseTree, toTree, type Filter } from './tree';

const TYPES = ['text', 'integer', 'number', 'boolean', 'time', 'date', 'id', 'choice', 'tags'] as const;

describe('the filter builder', () => {
  it('says nothing while no row is filled in', () => {
    expect(toTree({ match: 'all', rows: [] })).toBeUndefined();
    expect(toTree({ match: 'all', rows: [{ field: 'status', op: 'in', value: [] }] })).toBeUndefined();
    expect(toTree({ match: 'any', rows: [{ field: 'title', op: 'contains', value: '' }] })).toBeUndefined();
  });

  it('writes one row bare and several under all or any', () => {
    const one: Filter = { match: 'any', rows: [{ field: 'title', op: 'contains', value: '漏水' }] };
    expect(toTree(one)).toEqual({ field: 'title', op: 'contains', value: '漏水' });
    const two: Filter = { match: 'any', rows: [...one.rows, { field: 'tags', op: 'is_empty' }] };
    expect(toTree(two)).toEqual({ any: [one.rows[0], { field: 'tags', op: 'is_empty' }] });
    expect(toTree({ ...two, match: 'all' })).toEqual({ all: [one.rows[0], { field: 'tags', op: 'is_empty' }] });
  });

  it('leaves the value out where the operator takes none', () => {
    expect(toTree({ match: 'all', rows: [{ field: 'title', op: 'is_empty', value: 'x' }] })).toEqual({
      field: 'title',
      op: 'is_empty',
    });
  });

  it('keeps false and zero, and wants both ends of between', () => {
    expect(isComplete({ field: 'sla_met', op: 'eq', value: false })).toBe(true);
    expect(isComplete({ field: 'reopen_count', op: 'eq', value: 0 })).toBe(true);
    expect(isComplete({ field: 'reopen_count', op: 'between', value: [1, ''] })).toBe(false);
    expect(isComplete({ field: 'reopen_count', op: 'between', value: [1, 3] })).toBe(true);
  });

  it('reads back what it wrote', () => {
    const filter: Filter = {
      match: 'any',
      rows: [
        { field: 'status', op: 'in', value: ['new', 'assigned'] },
        { field: 'reopen_count', op: 'between', value: [1, 3] },
      ],
    };
    expect(fromTree(toTree(filter))).toEqual(filter);
    expect(fromTree(undefined)).toEqual({ match: 'all', rows: [] });
    expect(fromTree({ not: { field: 'status', op: 'is_empty' } })).toBeUndefined();
    expect(fromTree({ all: [{ any: [] }] })).toBeUndefined();
  });

  it('offers only operators that the condition reader takes for the type', () => {
    for (const type of TYPES) {
      const offered = operatorsOf(type);
      expect(offered.length).toBeGreaterThan(0);
      for (const op of offered) expect(allowed(type), `${type} ${op}`).toContain(op);
    }
  });

  it('joins two conditions and survives an unreadable address', () => {
    const a = { field: 'title', op: 'is_empty' } as const;
    expect(both(a, undefined)).toEqual(a);
    expect(both(undefined, a)).toEqual(a);
    expect(both(a, a)).toEqual({ all: [a, a] });
    expect(parseTree('{"field"')).toBeUndefined();
    expect(parseTree('7')).toBeUndefined();
    expect(parseTree(JSON.stringify(a))).toEqual(a);
  });
});
