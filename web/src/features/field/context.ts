/** What the field pages share: the engine that keeps and sends, and what it knows. */
import { App } from 'antd';
import { createContext, useCallback, useContext, useMemo, useSyncExternalStore } from 'react';
import { translate } from '@/shared/i18n';
import { field } from './messages';
import type { NewCommand } from './queue/commands';
import { overlay, type ShownVisit } from './queue/overlay';
import type { FieldSync, SyncState } from './queue/sync';
import type { FieldVisit, Visit } from './types';

export const SyncContext = createContext<FieldSync | undefined>(undefined);

export function useSync(): FieldSync {
  const sync = useContext(SyncContext);
  if (!sync) throw new Error('a field page was rendered outside the field face');
  return sync;
}

export function useSyncState(): SyncState {
  const sync = useSync();
  return useSyncExternalStore(sync.subscribe, sync.snapshot);
}

/** A job as the pages show it: the visit with what this phone has still to tell. */
export interface Job extends Omit<FieldVisit, 'visit'> {
  visit: ShownVisit;
}

/** The jobs on the phone, by start. */
export function useJobs(): Job[] {
  const { day, commands } = useSyncState();
  return useMemo(
    () =>
      (day?.visits ?? [])
        .map((item) => ({ ...item, visit: overlay(item.visit, commands) }))
        .toSorted((a, b) => Date.parse(a.visit.starts_at) - Date.parse(b.visit.starts_at)),
    [day, commands],
  );
}

export type Record = (
  kind: NewCommand['kind'],
  rest?: Pick<NewCommand, 'payload' | 'shown' | 'picture' | 'kept'>,
) => Promise<boolean>;

/** Records something about a visit on the phone; says so, and says when the phone has no room left. */
export function useRecord(visit: Pick<Visit, 'id' | 'number' | 'version'>): Record {
  const sync = useSync();
  const { message } = App.useApp();
  return useCallback(
    async (kind, rest = {}) => {
      try {
        await sync.add({
          visit_id: visit.id,
          visit_number: visit.number,
          kind,
          based_on_version: visit.version,
          ...rest,
        });
      } catch {
        void message.error(translate(field, 'storageFull'));
        return false;
      }
      void message.success(translate(field, sync.snapshot().online ? 'saved' : 'savedOffline'), 1.6);
      return true;
    },
    [sync, message, visit.id, visit.number, visit.version],
  );
}
