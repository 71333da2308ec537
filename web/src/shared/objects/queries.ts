/** Objects, their fields and forms, as every page that shows records reads them. */
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
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
  archived_at?: string | null;
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

/** The published forms that somebody at a desk is offered, as the server orders them: those that name a role of theirs first. */
export function offeredForms(forms: readonly FormInfo[], roles: readonly string[]): FormInfo[] {
  const names = (form: FormInfo) => form.roles.some((role) => roles.includes(role));
  const mine = forms.filter(
    (form) =>
      form.channel === 'staff' &&
      form.published_version &&
      !form.archived_at &&
      (form.roles.length === 0 || names(form)),
  );
  return [...mine.filter(names), ...mine.filter((form) => !names(form))];
}

export interface StaffForm {
  /** Null when there is none, undefined before that is known. */
  form: Form | null | undefined;
  /** All that fit. */
  offered: readonly FormInfo[];
  choose: (id: string) => void;
}

/** The form that people at desks use, and the others that they may choose instead. */
export function useStaffForms(object: string): StaffForm {
  const roles = useRoles();
  const forms = useQuery(formsQuery(object));
  const [wanted, choose] = useState<string>();
  const offered = useMemo(() => offeredForms(forms.data ?? [], roles), [forms.data, roles]);
  const chosen = offered.find((form) => form.id === wanted) ?? offered[0];
  const form = useQuery({
    ...formQuery(chosen?.id ?? '', chosen?.published_version ?? undefined),
    enabled: chosen !== undefined,
    // While another form is on its way the one before it stays, and with it what was typed.
    placeholderData: keepPreviousData,
  });
  if (forms.isError || form.isError) return { form: null, offered: [], choose };
  if (!forms.data) return { form: undefined, offered: [], choose };
  return { form: chosen === undefined ? null : form.data?.form, offered, choose };
}

/** The first of them. */
export function useStaffForm(object: string): Form | null | undefined {
  return useStaffForms(object).form;
}

/** The keys of the signed-in person's roles, as fields and definitions name them. */
export function useRoles(): readonly string[] {
  return useSession().user.roles;
}
