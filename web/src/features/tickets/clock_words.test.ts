import { describe, expect, it } from 'vitest';
import type { Params } from '@/shared/i18n';
import { clockWords, stepText, type Step } from './clock_words';

function say(key: keyof typeof clockWords.en, params: Params = {}): string {
  return clockWords.en[key].replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ''));
}

const text = (step: Step): string => stepText(say, step, { p: 'Gold', default: 'Office' }, true);

describe('why this deadline', () => {
  it('names the policy and the calendar', () => {
    const step = { code: 'policy_applied', at: 0, policy: 'p', calendar: 'default', target_minutes: 60 };
    expect(text(step)).toContain('“Gold” applies: ');
    expect(text(step)).toContain('by “Office”.');
    expect(text({ ...step, used_micros: 60_000_000 })).toContain('applies instead');
    expect(text({ ...step, calendar: 'gone' })).toContain('default calendar');
  });

  it('marks holidays that are not published', () => {
    const step = { code: 'holiday', date: '2027-10-01', name: { zh: '国庆节', en: 'National Day' }, usual_micros: 0 };
    expect(text({ ...step, provisional: false })).toContain('2027-10-01 is a holiday (National Day):');
    expect(text({ ...step, provisional: true })).toContain('provisional');
  });

  it('tells why a clock stood still', () => {
    const because = [{ kind: 'status' as const, status: 'waiting', reason: 'customer' }];
    expect(text({ code: 'paused', from: 0, to: 1, because, extended_by_micros: 0 })).toMatch(
      /^Paused from .+: .+\(.+\)/,
    );
    expect(text({ code: 'paused', from: 0, to: null, because, extended_by_micros: 0 })).toContain('so far');
  });

  it('has words for every code of the engine', () => {
    for (const code of [
      'started',
      'no_target',
      'calendar_changed',
      'year_without_list',
      'adjusted_workday',
      'other_hours',
    ]) {
      expect(text({ code, because: 'created' })).not.toBe(code);
    }
    for (const code of ['counted', 'due', 'held', 'out_of_reach', 'breached', 'ended']) {
      expect(text({ code, because: 'resolved' })).not.toBe(code);
    }
  });
});
