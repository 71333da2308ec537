// The TypeScript reader of conditions answers the vectors that it shares with Rust and SQL.

import { describe, expect, it } from 'vitest';

import vectorsJson from '../../../engines/rules/vectors/conditions.json';
import {
  compileCondition,
  conditionError,
  evaluateCondition,
  operatorsOf,
  type ConditionRecord,
  type FieldType,
  type FieldTypes,
} from './conditions';

interface Vector {
  name: string;
  fields: FieldTypes;
  condition: unknown;
  record: ConditionRecord;
  at: string;
  expect?: boolean;
  error_pointer?: string;
  error_code?: string;
}

const vectors = vectorsJson as unknown as Vector[];

describe('shared vectors', () => {
  it('are many', () => {
    expect(vectors.length).toBeGreaterThan(80);
  });

  it.each(vectors.map((vector) => [vector.name, vector] as const))('%s', (_, vector) => {
    const error = conditionError(vector.condition, vector.fields);
    if (vector.expect === undefined) {
      expect({ pointer: error?.pointer, code: error?.code }).toEqual({
        pointer: vector.error_pointer,
        code: vector.error_code,
      });
    } else {
      expect(error).toBeNull();
      expect(evaluateCondition(vector.condition, vector.fields, vector.record, vector.at)).toBe(vector.expect);
    }
  });
});

describe('conditions in forms', () => {
  const types: FieldTypes = { due_at: 'time', sold_on: 'date', title: 'text' };

  it('takes the browser’s clock and zone for now', () => {
    const overdue = compileCondition({ field: 'due_at', op: 'lt', value: { now: 'P0D' } }, types);
    const now = new Date(2026, 6, 1, 0, 30);
    expect(overdue({ due_at: new Date(now.getTime() - 1).toISOString() }, now)).toBe(true);
    expect(overdue({ due_at: now.toISOString() }, now)).toBe(false);
    const today = compileCondition({ field: 'sold_on', op: 'eq', value: { now: 'P0D' } }, types);
    expect(today({ sold_on: '2026-07-01' }, now)).toBe(true);
  });

  it('refuses a now that is no time', () => {
    expect(() => evaluateCondition({ all: [] }, types, {}, 'today')).toThrow(RangeError);
  });

  it('takes a key without a value for no key', () => {
    const condition = { field: 'title', op: 'is_empty', value: undefined };
    expect(evaluateCondition(condition, types, {}, '2026-07-01T00:00:00Z')).toBe(true);
  });

  it('knows no fields but the record’s and the types’ own', () => {
    const condition = { field: 'constructor', op: 'is_empty' };
    expect(conditionError(condition, types)?.code).toBe('unknown_field');
    const own = Object.fromEntries<FieldType>([['toString', 'text']]);
    const missing = { field: 'toString', op: 'is_empty' };
    expect(evaluateCondition(missing, own, {}, '2026-07-01T00:00:00Z')).toBe(true);
  });

  it('offers each type the operators it has', () => {
    expect(operatorsOf('tags')).toEqual(['contains_any', 'contains_all', 'is_empty', 'is_not_empty']);
    expect(operatorsOf('boolean')).toEqual(['eq', 'ne', 'is_empty', 'is_not_empty']);
    expect(operatorsOf('date')).toContain('between');
  });
});
