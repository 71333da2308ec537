import { describe, expect, it } from 'vitest';
import type { Visit } from '../types';
import type { Command } from './commands';
import { wrongValues } from '../outbox_page';
import { filledIn, overlay } from './overlay';

const visit = {
  id: 'v',
  version: 5,
  status: 'planned',
  checklist: [
    { id: 'safety', label_zh: '断电', label_en: 'Power off', required: true, done: false, note: null, done_at: null },
  ],
  time_entries: [],
  labour_minutes: 0,
  travel_minutes: 0,
  parts_used: [],
  notes: [],
  photos: [],
  signature: null,
  excused_reason: null,
} as unknown as Visit;

let seq = 0;
const command = (kind: Command['kind'], payload: Command['payload'] = {}, rest: Partial<Command> = {}): Command => {
  seq += 1;
  return {
    seq,
    client_id: `c${seq}`,
    owner: 'me',
    visit_id: 'v',
    visit_number: 'V-1',
    kind,
    device_time: '2026-03-02T06:00:00.000Z',
    based_on_version: 5,
    payload,
    shown: {},
    state: 'waiting',
    attempts: 0,
    ...rest,
  };
};

describe('a visit with what the phone has still to tell', () => {
  it('shows every recorded step at once', () => {
    const shown = overlay(visit, [
      command('accept'),
      command('depart'),
      command('check_in', { lat: 31.2, lng: 121.4 }),
      command('checklist', { items: [{ id: 'safety', done: true, note: '已挂牌' }] }),
      command('labour', { minutes: 30, kind: 'labour' }),
      command('part_use', { part_id: 'p', quantity: 2 }, { shown: { name: '皮带', code: 'B-1', unit: '条' } }),
      command('photo', { kind: 'before' }, { blob_id: 'b' }),
      command('signature', { signer_name: '王经理' }, { blob_id: 's' }),
      command('result', { result: 'fixed', text: '更换皮带' }),
      command('note', { text: '下次带油' }),
      command('check_out'),
    ]);
    expect(shown).toMatchObject({
      status: 'done',
      checked_in_lat: 31.2,
      labour_minutes: 30,
      result: 'fixed',
      waiting: 11,
    });
    expect(shown.checklist[0]).toMatchObject({ done: true, note: '已挂牌' });
    expect(shown.parts_used[0]).toMatchObject({ name: '皮带', quantity: 2 });
    expect(shown.shown_photos).toEqual([
      { key: expect.any(String), kind: 'before', taken_at: '2026-03-02T06:00:00.000Z', blob_id: 'b' },
    ]);
    expect(shown.signature?.signer_name).toBe('王经理');
    expect(shown.notes[0]?.text).toBe('下次带油');
  });

  it('leaves the visit itself untouched', () => {
    overlay(visit, [command('note', { text: 'x' }), command('accept')]);
    expect(visit.status).toBe('planned');
    expect(visit.notes).toEqual([]);
  });

  it('does not count twice what the server already shows', () => {
    const part = command('part_use', { part_id: 'p', quantity: 2 }, { state: 'sent', version: 5 });
    expect(overlay(visit, [part]).parts_used).toEqual([]);
    const newer = command('part_use', { part_id: 'p', quantity: 2 }, { state: 'sent', version: 6 });
    expect(overlay(visit, [newer]).parts_used).toHaveLength(1);
  });

  it('ignores what the server refused', () => {
    const refused = [command('accept', {}, { state: 'rejected' }), command('check_in', {}, { state: 'conflict' })];
    expect(overlay(visit, refused).status).toBe('planned');
  });

  it('never moves a visit backwards, nor one that was cancelled', () => {
    expect(overlay({ ...visit, status: 'on_site' }, [command('accept'), command('depart')]).status).toBe('on_site');
    expect(overlay({ ...visit, status: 'on_site' }, [command('decline', { reason: 'x' })]).status).toBe('on_site');
    expect(overlay({ ...visit, status: 'cancelled' }, [command('check_in')]).status).toBe('cancelled');
  });
});

describe('a form filled in on the phone', () => {
  const fill = (values: Record<string, unknown>, rest: Partial<Command> = {}, of = 'ticket') =>
    command('fields', { of, form: 'f', form_version: 1, values }, rest);

  it('shows what was typed until the server has it, field by field', () => {
    const commands = [
      fill({ load: 630, floor: null }),
      fill({ load: 800 }, { visit_id: 'other' }),
      fill({ load: 900 }, {}, 'device'),
      fill({ load: 1000 }, { state: 'sent', version: 5 }),
      fill({ load: 1100 }, { state: 'rejected' }),
    ];
    expect(filledIn('ticket', { floor: 3, kind: 'a' }, visit, commands)).toEqual({ floor: null, kind: 'a', load: 630 });
    expect(filledIn('device', {}, visit, commands)).toEqual({ load: 900 });
    expect(filledIn('visit', { floor: 3 }, visit, [fill({ floor: 4 }, {}, 'visit')])).toEqual({ floor: 4 });
  });
});

describe('a form that the server refused', () => {
  it('says what is wrong by the names of its fields', () => {
    const label = { zh: '载重', en: 'Load' };
    const catalogue = {
      object: 'ticket',
      fields: [{ id: 'load', kind: { type: 'integer' as const, max: 100 }, label }],
    };
    const refused = command('fields', { of: 'ticket', form: 'f', form_version: 1, values: { load: 630 } }, {
      state: 'rejected',
      problem: {
        code: 'invalid_values',
        detail: 'load: Use 100 or less.',
        errors: [{ pointer: '/load', code: 'too_large', message: 'Use 100 or less.', params: { max: 100 } }],
      },
    } as Partial<Command>);
    expect(wrongValues(refused, [{ object: 'ticket', form: null, catalogue }])).toBe('Load: Not more than 100');
    // Where the form is gone, the server's own words remain.
    expect(wrongValues(refused, [])).toBeUndefined();
  });
});
