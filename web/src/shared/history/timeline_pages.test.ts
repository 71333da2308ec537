import { describe, expect, it } from 'vitest';
import type { HistoryEvent } from './timeline';
import { placesAfter, woven, type Reading } from './timeline_pages';

const event = (id: string, at: string): HistoryEvent => ({
  id,
  at,
  actor: { kind: 'user', id: 'u', name: 'u' },
  kind: 'ticket.created',
  object: 'ticket',
  object_id: id,
  data: {},
});

const reading = (next: string | null, ...events: HistoryEvent[]): Reading => ({
  events,
  next,
  reached: Date.parse(events.at(-1)?.at ?? ''),
});

const names = (events: readonly HistoryEvent[]) => events.map(({ id }) => id).join(' ');

describe('a timeline of several sources', () => {
  const d9 = event('d9', '2026-03-09T00:00:00Z');
  const d8 = event('d8', '2026-03-08T00:00:00.5Z');
  const d7 = event('d7', '2026-03-07T00:00:00Z');
  const d5 = event('d5', '2026-03-05T00:00:00Z');
  const d1 = event('d1', '2026-03-01T00:00:00Z');

  it('stands in order, however times are written', () => {
    expect(names(woven([[reading(null, d8, d1), reading(null, d9, d7)]]))).toBe('d9 d8 d7 d1');
  });

  it('shows nothing older than a source has been read to', () => {
    const first = [reading(null, d8, d1), reading('more', d9, d7)];
    expect(names(woven([first]))).toBe('d9 d8 d7');
    expect(placesAfter(first)).toEqual([null, 'more']);
    const second = [reading(null), reading(null, d5)];
    expect(names(woven([first, second]))).toBe('d9 d8 d7 d5 d1');
    expect(placesAfter(second)).toBeUndefined();
  });
});
