/** Imports as the server tells of them, and what their pages read. */
import { queryOptions } from '@tanstack/react-query';
import { api, url } from '@/shared/api/api';
import type { ListTarget } from '@/shared/ui/list_tools';

export type ImportState =
  | 'mapping'
  | 'checking'
  | 'checked'
  | 'running'
  | 'done'
  | 'failed'
  | 'cancelled'
  | 'undoing'
  | 'undone';

export interface ColumnMapping {
  index: number;
  field: string | null;
  relation_by?: string;
  format?: string;
  create_missing?: boolean;
}

export interface Mapping {
  match: string | null;
  on_match: 'update' | 'skip';
  on_missing: 'create' | 'skip';
  columns: ColumnMapping[];
}

export interface Import {
  id: string;
  version: number;
  list: string;
  state: ImportState;
  file_name: string;
  format: string;
  encoding: string | null;
  delimiter: string | null;
  sheets: string[];
  sheet: string | null;
  columns: { index: number; header: string; samples: string[] }[];
  rows: number;
  mapping: Mapping;
  created: number;
  updated: number;
  skipped: number;
  rejected: number;
  done: number;
  total: number;
  undone: number;
  kept: number;
  can_undo: boolean;
  problems: { line: number; column: string | null; value: string; reason: string }[];
  failure: string | null;
  created_by_name: string;
  created_at: string;
}

/** States in which the server is at work. */
export const MOVING: ReadonlySet<ImportState> = new Set(['checking', 'running', 'undoing']);

export const importTargetsQuery = queryOptions({
  queryKey: ['object', 'import_targets'],
  queryFn: async ({ signal }) =>
    (await api.get<{ items: ListTarget[] }>('/api/v1/imports/targets', undefined, { signal })).items,
  staleTime: 60_000,
});

export const importQuery = (id: string, locale: string) =>
  queryOptions({
    queryKey: ['import', 'one', id, locale],
    queryFn: ({ signal }) => api.get<Import>(url('/api/v1/imports/{id}', { id }), { locale }, { signal }),
  });

/** Where the records of a list are shown. */
export function pageOfList(list: string): string {
  return `/${list}`;
}

/** The first part of the query keys of a list's records. */
export function keyOfList(list: string): string {
  return list.startsWith('records/') ? `record:${list.slice('records/'.length)}` : list.replace(/s$/, '');
}
