/** What lists have beside their rows: saved views, changes in bulk, cells to edit, groups, export and import. */
import { queryOptions } from '@tanstack/react-query';
import type { ComponentType, ReactNode } from 'react';
import { api } from '../api/api';
import type { Condition } from '../conditions';
import type { FilterField } from '../filter/tree';
import type { Label } from '../i18n';
import type { ListColumn } from './list_page';
import type { ListSearch } from './list_search';

/** How a list is looked at, as saved views keep it. */
export interface ViewSettings {
  layout: 'table' | 'board' | 'calendar' | 'gallery' | 'map';
  columns: { field: string; width?: number }[];
  sort: string[];
  filter: Condition | null;
  group_by: string | null;
  board: { by: string } | null;
  calendar: { start: string; end?: string } | null;
  gallery: { image?: string } | null;
  map: { place: string } | null;
  archived: boolean;
}

export interface SavedView {
  id: string;
  version: number;
  list: string;
  name: string;
  owner_id: string;
  owner_name: string;
  mine: boolean;
  shared: boolean;
  /** Role keys; empty for everybody. */
  roles: string[];
  default_for: string[];
  /** Whether it opens first for the person who reads. */
  default: boolean;
  settings: ViewSettings;
}

/** A field of a list, as the server lists them for export, import and changes in bulk. */
export interface TargetField {
  id: string;
  label: Label;
  type: string;
  required: boolean;
  importable: boolean;
  changeable: boolean;
  /** A field of the company's own. */
  own: boolean;
  options?: { id: string; label: Label }[];
  relation?: { list: string; many: boolean; match: { field: string; label: Label }[]; can_create: boolean };
}

export interface ListTarget {
  list: string;
  name: Label;
  fields: TargetField[];
  match: string[];
  archivable: boolean;
  may_create: boolean;
  may_update: boolean;
}

/** A row as the tools read it. */
export type ToolRow = Readonly<Record<string, unknown>> & { id: string };

/** Where in the pages of a list the tools stand. */
export interface ListPlace {
  /** The list, as its address names it. */
  list: string;
  /** The first part of the query keys, and where its records are read and changed. */
  object: string;
  path: string;
  title: string;
}

export interface ViewsProps extends ListPlace {
  search: ListSearch;
  /** Which order the list has when nobody asks for one. */
  defaultSort: string | undefined;
  onOpen: (next: Partial<Record<keyof ListSearch, unknown>>) => void;
}

export interface BulkProps extends ListPlace {
  target: ListTarget;
  /** The ticked records. */
  ids: readonly string[];
  /** What the list is narrowed to, and how many records pass; for changes to all of them. */
  all: { q: string | undefined; filter: Condition | undefined; count: number | undefined; more: boolean };
  archived: boolean;
  onDone: () => void;
}

export interface ExchangeProps extends ListPlace {
  columns: readonly { key: string; field?: string | undefined }[];
  q: string | undefined;
  filter: Condition | undefined;
  sort: string | undefined;
  archived: boolean;
  may: { exports: boolean; imports: boolean };
}

export interface CellProps extends ListPlace {
  field: TargetField;
  /** A field of the company's own. */
  own: boolean;
  row: ToolRow;
  /** Done, and whether the cell beside it is next. */
  onDone: (next?: 1 | -1) => void;
}

export interface GroupsProps<T> extends ListPlace {
  field: FilterField;
  params: Record<string, string | number | boolean | undefined>;
  filter: Condition | undefined;
  draw: (rows: T[], label: string, busy: boolean) => ReactNode;
}

export interface GroupSelectProps {
  fields: readonly FilterField[];
  value: string | undefined;
  onChange: (field: string | undefined) => void;
}

export interface ListTools {
  Views: ComponentType<ViewsProps>;
  Bulk: ComponentType<BulkProps>;
  Exchange: ComponentType<ExchangeProps>;
  Cell: ComponentType<CellProps>;
  Groups: ComponentType<GroupsProps<ToolRow>>;
  GroupSelect: ComponentType<GroupSelectProps>;
}

let offered: ListTools | undefined;

/** Says with what lists are equipped; the pieces load when a list shows them. */
export function offerListTools(tools: ListTools): void {
  offered = tools;
}

export function listTools(): ListTools | undefined {
  return offered;
}

const LISTS: ReadonlySet<string> = new Set([
  'tickets',
  'customers',
  'devices',
  'products',
  'parts',
  'engineers',
  'contracts',
  'maintenance-plans',
  'orders',
  'quotes',
  'surveys',
  'recovery-tasks',
  'renewals',
]);

/** The list that an address of the API reads; undefined for lists without tools. */
export function listOf(path: string): string | undefined {
  const key = path.replace(/^\/api\/v1\//, '');
  return LISTS.has(key) || /^records\/[a-z][a-z0-9_]+$/.test(key) ? key : undefined;
}

/** What a row of any list is called: its number, its name, or both. */
export function rowName(row: object): string {
  const words = (...names: string[]): string => {
    const found = names.map((name) => (row as Readonly<Record<string, unknown>>)[name]);
    return String(found.find((value) => typeof value === 'string' && value !== '') ?? '');
  };
  const [number, name] = [words('number', 'serial_number'), words('name', 'title')];
  return [...new Set([number, name].filter(Boolean))].join(' ') || words('ticket_number');
}

const SOON = 60_000;

export const viewsQuery = (list: string) =>
  queryOptions({
    queryKey: ['view', 'list', list],
    queryFn: async ({ signal }) => (await api.get<{ items: SavedView[] }>('/api/v1/views', { list }, { signal })).items,
    staleTime: SOON,
  });

/** The lists whose records the person may change, with their fields. Definitions of own fields make it stale. */
export const bulkTargetsQuery = queryOptions({
  queryKey: ['object', 'bulk_targets'],
  queryFn: async ({ signal }) =>
    (await api.get<{ items: ListTarget[] }>('/api/v1/bulk/targets', undefined, { signal })).items,
  staleTime: SOON,
});

/** The fields that a column shows, where they are not called like the column. */
const COLUMN_FIELDS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  tickets: { customer: ['customer_id'], engineer: ['engineer_id'], due: ['resolution_due_at'] },
  customers: { address: ['province', 'city', 'district', 'street'] },
  devices: { product: ['product_id'], customer: ['customer_id'], warranty: ['warranty_ends_on'] },
  products: { warranty: ['warranty_months'], response: ['default_response_minutes'] },
  parts: { price: ['price_minor'], cost: ['cost_minor'] },
  engineers: { team: ['team_id'], region: ['region_id'] },
  contracts: {
    customer: ['customer_id'],
    term: ['starts_on', 'ends_on'],
    covers: ['covers_labour', 'covers_parts', 'covers_travel'],
  },
  'maintenance-plans': {
    scope: ['product_id', 'contract_id', 'device_ids'],
    rhythm: ['every_days', 'every_months', 'meter_name', 'meter_every'],
  },
  quotes: { ticket: ['ticket_number'], customer: ['customer_id'], total: ['total_minor'], paid: ['paid_minor'] },
  renewals: { customer: ['customer_id'], age: ['device_age_years'], lead: ['offered', 'offered_order_number'] },
  surveys: { ticket: ['ticket_number'], customer: ['customer_id'], answered: ['answered_at'] },
  'recovery-tasks': { ticket: ['ticket_number'], assignee: ['assignee_name'], due: ['due_at'] },
};

/** The fields that a column shows, as the server names them; none for columns that only the page makes. */
export function fieldsOfColumn(
  target: ListTarget,
  column: { key: string; field?: string | undefined },
): readonly TargetField[] {
  const named = COLUMN_FIELDS[target.list]?.[column.key] ?? [column.field ?? column.key];
  return named.flatMap((name) => {
    // An own field is called by its place only where a standard field has its name.
    const plain = name.startsWith('ext.') ? name.slice('ext.'.length) : name;
    const found = target.fields.find((one) => one.id === name) ?? target.fields.find((one) => one.id === plain);
    return found ? [found] : [];
  });
}

/** Kinds whose values have no room in a cell, or depend on other values of the record. */
const NOT_IN_A_CELL: ReadonlySet<string> = new Set([
  'site',
  'skills',
  'rich_text',
  'location',
  'signature',
  'attachment',
  'image',
  'media',
  'sub_table',
  'barcode',
  'region',
]);

/** The one field that is edited in the cells of a column; undefined when its cells are only shown. */
export function cellField(
  target: ListTarget,
  column: Pick<ListColumn<never>, 'key'> & { field?: string | undefined },
): TargetField | undefined {
  const fields = fieldsOfColumn(target, column);
  const [field] = fields;
  if (!field || fields.length > 1 || !target.may_update || NOT_IN_A_CELL.has(field.type)) return undefined;
  return field.changeable ? field : undefined;
}

const placeOf = (row: ToolRow): 'values' | 'ext' => (typeof row['values'] === 'object' ? 'values' : 'ext');
const idOf = (field: string): string => field.replace(/^(ext|values)\./, '');

/** The value of a field in a row. */
export function valueOf(row: ToolRow, field: string, own: boolean): unknown {
  if (!own) return row[field];
  const inside = row[placeOf(row)];
  return typeof inside === 'object' && inside !== null ? (inside as Record<string, unknown>)[idOf(field)] : undefined;
}

/** What a change of one field sends. */
export function changeOf(row: ToolRow, field: string, own: boolean, value: unknown): Record<string, unknown> {
  return own ? { [placeOf(row)]: { [idOf(field)]: value } } : { [field]: value };
}

/** Kinds of related records that are few enough to be groups. */
const FEW: ReadonlySet<string> = new Set(['team', 'region', 'engineer', 'product', 'user']);

/** Whether rows can be grouped by what a filter asks for. */
export function isGroupable(field: FilterField): boolean {
  if (field.operators !== undefined && !field.operators.includes('in')) return false;
  if (field.type === 'choice') return field.choices !== undefined;
  return field.type === 'boolean' || (field.type === 'id' && field.of !== undefined && FEW.has(field.of));
}

/** Whether the address says nothing about how the list is looked at, but perhaps which view does. */
export function isBare(search: ListSearch): boolean {
  return search.view !== 'all' && Object.keys(search).every((name) => name === 'create' || name === 'view');
}

/** Lists whose records come about by people filling them in. */
export function isImported(list: string): boolean {
  return !['maintenance-plans', 'quotes', 'renewals', 'surveys', 'recovery-tasks'].includes(list);
}
