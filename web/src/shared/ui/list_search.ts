/** What the addresses of pages may say, apart from the pages, so that the router stays small. */
import type { Condition } from '../conditions';

export interface ListSearch {
  q?: string;
  sort?: string;
  filter?: Condition;
  archived?: boolean;
  /** Exactly the tickets behind a figure: which KPI, which period, which group, which part. */
  kpi?: string;
  from?: string;
  to?: string;
  group?: string;
  part?: string;
  create?: boolean;
  /** How the records are laid out when not as a table, by which field, up to which field, and at which month. */
  layout?: string;
  by?: string;
  end?: string;
  at?: string;
  /** The saved view that the address began with, the columns in their order, and the field that rows are grouped by. */
  view?: string;
  columns?: string;
  group_by?: string;
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;

const TEXTS = [
  'q',
  'sort',
  'kpi',
  'from',
  'to',
  'group',
  'part',
  'layout',
  'by',
  'end',
  'at',
  'view',
  'columns',
  'group_by',
] as const;

/** What the address of a list may say; everything else is dropped. */
export function listSearch(search: Record<string, unknown>): ListSearch {
  const result: ListSearch = {};
  for (const name of TEXTS) {
    const value = text(search[name]);
    if (value !== undefined) result[name] = value;
  }
  if (typeof search['filter'] === 'object' && search['filter'] !== null) result.filter = search['filter'] as Condition;
  if (search['archived'] === true) result.archived = true;
  if (search['create'] === true) result.create = true;
  return result;
}

export interface IntakeSearch {
  customer_id?: string;
  device_id?: string;
  q?: string;
}

export function intakeSearch(search: Record<string, unknown>): IntakeSearch {
  const result: IntakeSearch = {};
  for (const name of ['customer_id', 'device_id', 'q'] as const) {
    const value = text(search[name]);
    if (value !== undefined) result[name] = value;
  }
  return result;
}
