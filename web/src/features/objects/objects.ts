/** What the pages of objects ask the server for besides what every page knows of objects. */
import { queryOptions } from '@tanstack/react-query';
import { api, url } from '@/shared/api/api';
import type { Page } from '@/shared/api/types';
import type { Label } from '@/shared/form_types';
import { fieldsQuery, type ObjectDefinition, type ObjectInfo } from '@/shared/objects/queries';

export type MenuPlace = ObjectInfo['menu'];
export type RoleGrants = ObjectDefinition['roles'];
export const ACTIONS = ['read', 'create', 'update'] as const;

export const objectPath = (key: string, rest = ''): string => url('/api/v1/objects/{key}', { key }) + rest;

/** The fields as they are now; while values are gathered for a filter, also how far that is. */
export const freshFieldsQuery = (key: string) => ({
  ...fieldsQuery(key),
  staleTime: 0,
  refetchInterval: (query: { state: { data?: { index: { state: string }[] } | undefined } }) =>
    query.state.data?.index.some((one) => one.state === 'filling') ? 2000 : (false as const),
});

export interface RoleInfo {
  id: string;
  key: string;
  name: string;
}

export const rolesQuery = queryOptions({
  queryKey: ['role', 'keys'],
  queryFn: async ({ signal }) => {
    const answer = await api.get<Page<RoleInfo> | RoleInfo[]>('/api/v1/roles', { limit: 200 }, { signal });
    return Array.isArray(answer) ? answer : answer.items;
  },
});

/** What relations can lead to besides the objects of the list. */
export const MORE_TARGETS: readonly { key: string; name: Label }[] = [
  { key: 'visit', name: { zh: '上门任务', en: 'Visit' } },
];
