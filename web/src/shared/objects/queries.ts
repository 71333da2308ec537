/** Objects, their fields and forms, as every page that shows records reads them. */
import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, url } from '../api/api';
import type { components } from '../api/schema';
import type { Catalogue, Form } from '../form_types';
import { useSession } from '../session';

export type ObjectInfo = components['schemas']['ObjectInfo'];
export type ObjectDefinition = components['schemas']['ObjectDefinition'];
export type FormInfo = components['schemas']['FormInfo'];

/** A record of an object that people defined. */
export interface ObjectRecord {
  id: string;
  version: number;
  object: string;
  number: string;
  title: string;
  values: Record<string, unknown>;
  owner_id?: string | null;
  team_id?: string | null;
  region_id?: string | null;
  created_at: string;
  updated_at: string;
  created_by?: string | null;
  archived_at?: string | null;
  /** Fields whose values the server is still working out. */
  computing?: string[];
  /** Fields that could not be worked out, and why. */
  faults?: { field: string; code: string; message: string }[];
}

export interface FieldsView {
  object: string;
  version: number;
  catalogue: Catalogue;
  index: { field: string; state: 'ready' | 'filling'; done: number; total: number }[];
}

export interface FormView {
  id: string;
  object: string;
  form: Form;
  version: number;
  published_version?: number | null;
}

// Definitions change rarely, and events about them refresh everything whose key begins with `object`.
const RARELY = 300_000;

export const objectsQuery = queryOptions({
  queryKey: ['object', 'list'],
  queryFn: async ({ signal }) =>
    (await api.get<{ items: ObjectInfo[] }>('/api/v1/objects', undefined, { signal })).items,
  staleTime: RARELY,
});

export const definitionQuery = (object: string) =>
  queryOptions({
    queryKey: ['object', 'one', object],
    queryFn: ({ signal }) =>
      api.get<ObjectDefinition>(url('/api/v1/objects/{object}', { object }), undefined, { signal }),
    staleTime: RARELY,
  });

export const fieldsQuery = (object: string) =>
  queryOptions({
    queryKey: ['object', 'fields', object],
    queryFn: ({ signal }) =>
      api.get<FieldsView>(url('/api/v1/objects/{object}/fields', { object }), undefined, { signal }),
    staleTime: RARELY,
  });

export const formsQuery = (object: string) =>
  queryOptions({
    queryKey: ['object', 'forms', object],
    queryFn: async ({ signal }) =>
      (await api.get<{ items: FormInfo[] }>(url('/api/v1/objects/{object}/forms', { object }), undefined, { signal }))
        .items,
    staleTime: RARELY,
  });

export const formQuery = (id: string, version?: number) =>
  queryOptions({
    queryKey: ['object', 'form', id, version ?? 'draft'],
    queryFn: ({ signal }) => api.get<FormView>(url('/api/v1/forms/{id}', { id }), { version }, { signal }),
    staleTime: RARELY,
  });

/** What the signed-in person knows of an object; undefined while loading and for objects kept from them. */
export function useObjectInfo(object: string): ObjectInfo | undefined {
  const { data } = useQuery(objectsQuery);
  return data?.find((info) => info.key === object);
}

/** The form that people at desks use: the first published one of theirs; null when there is none, undefined before that is known. */
export function useStaffForm(object: string): Form | null | undefined {
  const forms = useQuery(formsQuery(object));
  const chosen = forms.data?.find((form) => form.channel === 'staff' && form.published_version);
  const form = useQuery({
    ...formQuery(chosen?.id ?? '', chosen?.published_version ?? undefined),
    enabled: chosen !== undefined,
  });
  if (forms.isError || form.isError) return null;
  if (!forms.data) return undefined;
  return chosen === undefined ? null : form.data?.form;
}

/** The keys of the signed-in person's roles, as fields and definitions name them. */
export function useRoles(): readonly string[] {
  return useSession().user.roles;
}
