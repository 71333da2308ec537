/** What somebody else made of a record while a form was open over it. */
import { api } from '../api/api';
import { ApiError } from '../api/problem';
import type { Page } from '../api/types';
import type { HistoryEvent } from '../history/timeline';
import type { ReactNode } from 'react';

export type Versioned = Readonly<Record<string, unknown>> & { version: number };

export interface Meanwhile {
  /** The record as it is by now; whoever saves again does so on top of it. */
  now: Versioned;
  /** What was done to it since the form was opened, newest first; empty where the person may not know. */
  events: readonly HistoryEvent[];
}

/** A field that somebody else changed while a form was open over it. */
export interface Clash {
  key: string;
  label: string;
  /** What stood there when the form was opened. */
  was: ReactNode;
  theirs: ReactNode;
  /** What was typed; absent where nobody typed, and the other's value simply stays. */
  mine?: ReactNode;
  /** Which of both is saved. */
  chosen?: 'mine' | 'theirs';
  choose?: (whose: 'mine' | 'theirs') => void;
}

/** What happened to the record that stands at `path`, when that is why `error` came; undefined when it is not. */
export async function readMeanwhile(error: unknown, path: string, opened: Versioned): Promise<Meanwhile | undefined> {
  if (!(error instanceof ApiError) || error.status !== 412) return undefined;
  try {
    const now = await api.get<Versioned>(path);
    const history = await api.get<Page<HistoryEvent>>(`${path}/timeline`, { limit: 50 }).catch(() => undefined);
    const since = Date.parse(String(opened['updated_at']));
    // An event is written a moment after the record, so time alone would count the change that came just before.
    const events = (history?.items ?? [])
      .filter((event) => event.object_id === opened['id'] && Date.parse(event.at) > since)
      .slice(0, Math.max(now.version - opened.version, 0));
    return { now, events };
  } catch {
    // What can't be read again can't be saved on either; the refusal says so.
    return undefined;
  }
}
