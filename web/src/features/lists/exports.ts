/** What can be exported and what became of exports, for the dialog and their page. */
import { api } from '@/shared/api/api';
import type { components } from '@/shared/api/schema';
import type { ListTarget } from '@/shared/ui/list_tools';

/** What can be exported, as the server names its fields. */
export const exportTargetsQuery = {
  queryKey: ['object', 'export_targets'],
  queryFn: async ({ signal }: { signal: AbortSignal }) =>
    (await api.get<{ items: ListTarget[] }>('/api/v1/exports/targets', undefined, { signal })).items,
  staleTime: 60_000,
};

type Export = components['schemas']['Export'];

/** A file that is no longer kept is told of as gone. */
export function shownState(
  made: Pick<Export, 'state' | 'expires_at'>,
  now: number = Date.now(),
): Export['state'] | 'expired' {
  return made.state === 'done' && new Date(made.expires_at).getTime() <= now ? 'expired' : made.state;
}
