/** Between the rows of the filter builder and the condition tree that lists take. */
import type { Condition, FieldCondition, FieldType, Operator, Scalar } from '../conditions';
import { defineMessages, type Label } from '../i18n';
import type { Choice } from '../labels';
import type { RelationName } from '../records/relations';

export interface FilterField {
  id: string;
  label: Label;
  type: FieldType;
  choices?: readonly Choice[];
  of?: RelationName;
  /** The number is money in minor units, typed in major ones. */
  money?: boolean;
  /** Of which currency. */
  currency?: string;
  /** The number is seconds, typed in minutes. */
  minutes?: boolean;
  /** The text is the code of a region of China, picked from the tree. */
  region?: boolean;
  /** The tests that make sense for it, where not all of its type do. */
  operators?: readonly Operator[];
}

export interface FilterRow {
  field: string;
  op: Operator;
  value?: Scalar | Scalar[];
}

export interface Filter {
  match: 'all' | 'any';
  rows: FilterRow[];
}

export const EMPTY_FILTER: Filter = { match: 'all', rows: [] };

export const operatorMessages = defineMessages(
  {
    eq: '等于',
    ne: '不等于',
    lt: '小于',
    le: '不超过',
    gt: '大于',
    ge: '不少于',
    between: '介于',
    in: '是其中之一',
    not_in: '不是其中任何一个',
    contains: '包含',
    starts_with: '开头是',
    contains_any: '含有任一',
    contains_all: '含有全部',
    is_empty: '为空',
    is_not_empty: '不为空',
  },
  {
    eq: 'is',
    ne: 'is not',
    lt: 'is less than',
    le: 'is at most',
    gt: 'is greater than',
    ge: 'is at least',
    between: 'is between',
    in: 'is one of',
    not_in: 'is none of',
    contains: 'contains',
    starts_with: 'starts with',
    contains_any: 'has any of',
    contains_all: 'has all of',
    is_empty: 'is empty',
    is_not_empty: 'is not empty',
  },
);

const OPERATORS: Readonly<Record<FieldType, readonly Operator[]>> = {
  text: ['contains', 'eq', 'ne', 'starts_with', 'is_empty', 'is_not_empty'],
  integer: ['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'between', 'is_empty', 'is_not_empty'],
  number: ['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'between', 'is_empty', 'is_not_empty'],
  boolean: ['eq'],
  time: ['ge', 'lt', 'between', 'is_empty', 'is_not_empty'],
  date: ['ge', 'le', 'between', 'is_empty', 'is_not_empty'],
  id: ['in', 'not_in', 'is_empty', 'is_not_empty'],
  choice: ['in', 'not_in', 'is_empty', 'is_not_empty'],
  tags: ['contains_any', 'contains_all', 'is_empty', 'is_not_empty'],
};

export function operatorsOf(type: FieldType): readonly Operator[] {
  return OPERATORS[type];
}

export function takesValue(op: Operator): boolean {
  return op !== 'is_empty' && op !== 'is_not_empty';
}

/** Whether a row says something; half-filled rows are left out of the tree. */
export function isComplete(row: FilterRow): boolean {
  if (!takesValue(row.op)) return true;
  const value = row.value;
  if (value === undefined || value === '') return false;
  if (!Array.isArray(value)) return true;
  return row.op === 'between' ? value.length === 2 && value.every((item) => item !== '') : value.length > 0;
}

export function toTree(filter: Filter): Condition | undefined {
  const nodes = filter.rows.filter(isComplete).map((row): FieldCondition => {
    if (!takesValue(row.op)) return { field: row.field, op: row.op };
    return { field: row.field, op: row.op, value: row.value as Scalar | Scalar[] };
  });
  const [first] = nodes;
  if (!first) return undefined;
  if (nodes.length === 1) return first;
  return filter.match === 'any' ? { any: nodes } : { all: nodes };
}

/** Reads a tree back into rows; `undefined` when it is nested deeper than the builder shows. */
export function fromTree(tree: Condition | undefined): Filter | undefined {
  if (tree === undefined) return EMPTY_FILTER;
  if ('field' in tree) return { match: 'all', rows: [tree] };
  if ('not' in tree) return undefined;
  const [match, nodes] = 'all' in tree ? (['all', tree.all] as const) : (['any', tree.any] as const);
  const rows: FilterRow[] = [];
  for (const node of nodes) {
    if (!('field' in node)) return undefined;
    rows.push(node);
  }
  return { match, rows };
}

/** The tree in an address; what can't be read is no filter. */
export function parseTree(text: string | undefined): Condition | undefined {
  if (!text) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Condition) : undefined;
  } catch {
    return undefined;
  }
}

/** Both trees at once. */
export function both(first: Condition | undefined, second: Condition | undefined): Condition | undefined {
  if (!first) return second;
  if (!second) return first;
  return { all: [first, second] };
}
