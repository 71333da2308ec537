/** What others do, as it happens: events refresh the queries that show the object, and tell open records about it. */
import { useEffect, useState } from 'react';
import { queryClient } from './query_client';

export interface LiveEvent {
  kind: string;
  object: string;
  object_id?: string;
  parent?: { object: string; id: string };
  actor_name?: string;
  at: string;
}

/** The pages that tell everything about a customer or a device: they hold a little of nearly every object. */
const FILES = ['customer.full', 'customer.timeline', 'device.full', 'device.timeline'] as const;

/**
 * Queries that show an object begin their key with its name; these show it under another name as well. `a.b` means only
 * the queries whose key begins with `a`, `b`.
 */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  ticket: ['cockpit', 'intake', 'dispatch', 'kpi', ...FILES],
  visit: ['dispatch', 'ticket', 'cockpit', 'field', ...FILES],
  message: ['ticket', 'customer.full'],
  note: ['ticket', 'customer.full'],
  reply: ['ticket', 'customer.full'],
  quote: ['ticket', 'customer.full'],
  payment: ['quote', 'ticket', 'customer.full'],
  survey: ['cockpit', 'kpi', 'task', 'ticket', 'customer.full'],
  recovery_task: ['task'],
  contact: ['customer'],
  site: ['customer'],
  part_use: ['part', 'ticket', 'visit', 'device.full'],
  contract: ['device', 'renewal', 'customer.full'],
  device: ['customer'],
  product: ['device.full'],
  warranty_rule: ['device.full'],
  order: ['customer', 'renewal'],
  maintenance_plan: ['device'],
  user: ['engineer'],
  job: ['job'],
};

/** The first parts of the query keys that an event makes stale. */
export function staleObjects(event: LiveEvent): string[] {
  const names = new Set([event.object, ...(ALSO[event.object] ?? [])]);
  if (event.parent) {
    names.add(event.parent.object);
    for (const name of ALSO[event.parent.object] ?? []) names.add(name);
  }
  return [...names];
}

/** Whether what a query shows is among these names. */
export function isStale(key: readonly unknown[], names: ReadonlySet<string>): boolean {
  return names.has(String(key[0])) || names.has(`${String(key[0])}.${String(key[1])}`);
}

const listeners = new Set<(event: LiveEvent) => void>();
let pending = new Set<string>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** Events come in bursts; the queries they touch are refreshed together a moment later. */
function refreshSoon(names: readonly string[]): void {
  for (const name of names) pending.add(name);
  timer ??= setTimeout(() => {
    const now = pending;
    pending = new Set();
    timer = undefined;
    void queryClient.invalidateQueries({ predicate: (query) => isStale(query.queryKey, now) });
  }, 400);
}

/** Keeps one stream open while the face that uses it is on the screen. */
export function useLiveStream(): void {
  useEffect(() => {
    if (typeof EventSource === 'undefined') return undefined;
    const source = new EventSource('/api/v1/events/stream');
    const take = (message: MessageEvent<string>) => {
      try {
        const event = JSON.parse(message.data) as LiveEvent;
        if (typeof event.object !== 'string') return;
        refreshSoon(staleObjects(event));
        for (const listener of listeners) listener(event);
      } catch {
        // A comment or a message of a newer server: nothing to refresh.
      }
    };
    const reset = () => void queryClient.invalidateQueries();
    // From now on every change is told; what was read before that moment may have missed one.
    const ready = () => void queryClient.invalidateQueries({ predicate: (query) => query.state.dataUpdatedAt > 0 });
    source.addEventListener('event', take);
    source.addEventListener('message', take);
    source.addEventListener('reset', reset);
    source.addEventListener('ready', ready);
    return () => source.close();
  }, []);
}

/** The last change somebody else made to this record since the caller last said `seen`. */
export function useChangedByOthers(
  object: string,
  id: string | undefined,
  me: string,
): [LiveEvent | undefined, () => void] {
  const [change, setChange] = useState<{ of: string | undefined; event: LiveEvent }>();
  useEffect(() => {
    const listen = (event: LiveEvent) => {
      const hit =
        (event.object === object && event.object_id === id) ||
        (event.parent?.object === object && event.parent.id === id);
      // What the system does in consequence of one's own step is no news worth a banner.
      const other = event.actor_name !== undefined && event.actor_name !== me && event.actor_name !== 'system';
      if (hit && other) setChange({ of: id, event });
    };
    listeners.add(listen);
    return () => {
      listeners.delete(listen);
    };
  }, [object, id, me]);
  return [change?.of === id ? change?.event : undefined, () => setChange(undefined)];
}
