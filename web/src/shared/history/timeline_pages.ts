/** Several sources, each newest first, read page by page and woven into one timeline. */
import { api } from '../api/api';
import type { Page } from '../api/types';
import type { HistoryEvent } from './timeline';

/** A list whose records stand in the timeline of another record, each as one event. */
export interface Along<T = never> {
  path: string;
  /** The time by which the list is read, newest first. */
  by: string;
  /** Which records of the list belong here. */
  filter: { field: string; op: 'in'; value: readonly string[] };
  /** The event that a record stands for; none when nothing has happened yet. */
  read: (row: T) => HistoryEvent | undefined;
}

/** What one reading of one source gave. */
export interface Reading {
  events: readonly HistoryEvent[];
  /** Where it goes on; null at its end. */
  next: string | null;
  /** Everything of the source from this time on is read; only said where it goes on. */
  reached: number;
}

/** Where every source goes on; null for those that are read to their end, undefined from the beginning. */
export type Places = readonly (string | null | undefined)[];

const DONE: Reading = { events: [], next: null, reached: 0 };

async function readEvents(path: string, cursor: string | undefined, signal: AbortSignal): Promise<Reading> {
  const page = await api.get<Page<HistoryEvent>>(path, { limit: 50, cursor }, { signal });
  return { events: page.items, next: page.next_cursor ?? null, reached: Date.parse(page.items.at(-1)?.at ?? '') };
}

async function readRecords(source: Along, cursor: string | undefined, signal: AbortSignal): Promise<Reading> {
  const query = { limit: 50, cursor, sort: `-${source.by}`, filter: JSON.stringify(source.filter) };
  const page = await api.get<Page<never>>(source.path, query, { signal });
  const last = page.items.at(-1) as Readonly<Record<string, unknown>> | undefined;
  return {
    events: page.items.flatMap((row) => source.read(row) ?? []),
    next: page.next_cursor ?? null,
    reached: Date.parse(String(last?.[source.by] ?? '')),
  };
}

/** The next page of every source that has one, the events of the record itself first. */
export function readOn(
  path: string,
  along: readonly Along[],
  places: Places,
  signal: AbortSignal,
): Promise<readonly Reading[]> {
  const at = (index: number) => places[index];
  return Promise.all([
    at(0) === null ? DONE : readEvents(path, at(0) ?? undefined, signal),
    ...along.map((source, index) => {
      const place = at(index + 1);
      return place === null ? DONE : readRecords(source, place, signal);
    }),
  ]);
}

/** Where the sources go on after a page; nothing when all are at their end. */
export function placesAfter(page: readonly Reading[]): Places | undefined {
  return page.some((reading) => reading.next !== null) ? page.map((reading) => reading.next) : undefined;
}

/**
 * One timeline of all that was read, newest first. What is older than the place that some source has only reached so
 * far waits for the next page, so that nothing ever appears between two events that are shown already.
 */
export function woven(pages: readonly (readonly Reading[])[]): HistoryEvent[] {
  const last = pages.at(-1) ?? [];
  const horizon = Math.max(
    Number.NEGATIVE_INFINITY,
    ...last.filter((reading) => reading.next !== null && !Number.isNaN(reading.reached)).map(({ reached }) => reached),
  );
  return pages
    .flatMap((page) => page.flatMap((reading) => reading.events))
    .map((event) => ({ event, at: Date.parse(event.at) }))
    .filter(({ at }) => at >= horizon)
    .toSorted((a, b) => b.at - a.at)
    .map(({ event }) => event);
}
