/** The whole customer as `GET /api/v1/customers/{id}/full` answers it, its merges, and how its page is laid out. */
import { queryOptions } from '@tanstack/react-query';
import { api, url } from '@/shared/api/api';
import type { components } from '@/shared/api/schema';

type Schemas = components['schemas'];

export type CustomerFile = Schemas['CustomerFull'];

export const customerFileQuery = (id: string) =>
  queryOptions({
    queryKey: ['customer', 'full', id],
    queryFn: ({ signal }) => api.get<CustomerFile>(url('/api/v1/customers/{id}/full', { id }), undefined, { signal }),
  });

/** The sections of a customer's page, in the order in which a company starts. */
export const SECTIONS = [
  'profile',
  'tickets',
  'devices',
  'contacts',
  'sites',
  'contracts',
  'money',
  'orders',
  'visits',
  'complaints',
  'surveys',
  'messages',
  'files',
  'hierarchy',
  'notes',
  'timeline',
] as const;
export type Section = (typeof SECTIONS)[number];

export const isSection = (name: string): name is Section => (SECTIONS as readonly string[]).includes(name);

/** Narrow sections stand at the side of a wide screen. */
export const AT_SIDE: ReadonlySet<Section> = new Set(['profile', 'contacts', 'sites', 'hierarchy', 'notes']);

export interface CustomerLayout {
  version: number;
  updated_at: string | null;
  sections: string[];
  roles: Record<string, string[]>;
  default: string[];
}

export const customerLayoutQuery = queryOptions({
  queryKey: ['customer_layout'],
  queryFn: ({ signal }) => api.get<CustomerLayout>('/api/v1/layouts/customer-360', undefined, { signal }),
  staleTime: 300_000,
});

/** What somebody with these roles sees: the first of the roles that has a layout decides. */
export function sectionsFor(layout: CustomerLayout | undefined, roles: readonly string[]): readonly Section[] {
  if (!layout) return SECTIONS;
  const own = roles.map((role) => layout.roles[role]).find((sections) => sections !== undefined);
  return (own ?? layout.default).filter(isSection);
}

/** As much of a customer as tells it from its doubles. */
export type Double = Schemas['Double'];

export type Doubles = Schemas['Doubles'];

export type MergePreview = Schemas['Preview'];

export type CustomerMerge = Schemas['CustomerMerge'];
