import { expect, it } from 'vitest';
import { shownState } from './exports';

const at = (expires_at: string) => ({ state: 'done' as const, expires_at });
const now = new Date('2026-03-08T00:00:00Z').getTime();

it('a file is ready until it expires', () => {
  expect(shownState(at('2026-03-08T00:00:01Z'), now)).toBe('done');
  expect(shownState(at('2026-03-08T00:00:00Z'), now)).toBe('expired');
});

it('what never became a file does not expire', () => {
  expect(shownState({ ...at('2026-03-01T00:00:00Z'), state: 'failed' }, now)).toBe('failed');
});
