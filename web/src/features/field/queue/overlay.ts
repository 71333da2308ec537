/** The visit as the engineer has worked on it: what the server knows, with what this phone has still to tell it. */
import type { FormRecord } from '@/shared/forms';
import type { PhotoKind, TimeKind, Visit, VisitResult, VisitStatus } from '../types';
import type { Command } from './commands';

const PROGRESS: Record<VisitStatus, number> = {
  declined: 0,
  cancelled: 0,
  planned: 0,
  accepted: 1,
  travelling: 2,
  on_site: 3,
  done: 4,
};

export interface ShownPhoto {
  key: string;
  kind: PhotoKind;
  taken_at: string;
  file_id?: string;
  /** The picture on this phone, while the server doesn't have it. */
  blob_id?: string;
}

export interface ShownVisit extends Visit {
  /** Photos in the order they were taken, those that wait included. */
  shown_photos: ShownPhoto[];
  /** A signature that is on this phone only. */
  signature_blob_id?: string;
  /** Commands of this visit that wait. */
  waiting: number;
}

/** Whether a command adds to what a snapshot of `version` shows. */
export function isNews(command: Command, version: number): boolean {
  if (command.state === 'waiting') return true;
  return command.state === 'sent' && command.version !== undefined && command.version > version;
}

function advance(visit: ShownVisit, to: VisitStatus): void {
  if (visit.status === 'cancelled' || visit.status === 'declined') return;
  if (PROGRESS[to] > PROGRESS[visit.status]) visit.status = to;
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const number = (value: unknown): number | null => (typeof value === 'number' ? value : null);

function apply(visit: ShownVisit, command: Command): void {
  const { payload, shown, device_time: at } = command;
  const stamp = { command_id: command.client_id, at, by_name: '' };
  switch (command.kind) {
    case 'accept':
      visit.accepted_at ??= at;
      advance(visit, 'accepted');
      break;
    case 'decline':
      visit.declined_at ??= at;
      visit.decline_reason = text(payload['reason']);
      if (PROGRESS[visit.status] < PROGRESS.on_site && visit.status !== 'cancelled') visit.status = 'declined';
      break;
    case 'depart':
      visit.departed_at ??= at;
      advance(visit, 'travelling');
      break;
    case 'check_in':
      visit.checked_in_at ??= at;
      visit.checked_in_lat ??= number(payload['lat']);
      visit.checked_in_lng ??= number(payload['lng']);
      advance(visit, 'on_site');
      break;
    case 'check_out':
      visit.checked_out_at = at;
      visit.checked_out_lat = number(payload['lat']);
      visit.checked_out_lng = number(payload['lng']);
      advance(visit, 'done');
      break;
    case 'checklist': {
      const ticks = (payload['items'] ?? []) as { id: string; done: boolean; note?: string | null }[];
      visit.checklist = visit.checklist.map((entry) => {
        const tick = ticks.find((item) => item.id === entry.id);
        return tick ? { ...entry, done: tick.done, done_at: at, note: tick.note ?? entry.note } : entry;
      });
      break;
    }
    case 'labour': {
      const kind: TimeKind = payload['kind'] === 'travel' ? 'travel' : 'labour';
      if (visit.time_entries.some((entry) => entry.command_id === command.client_id)) break;
      const entry = { ...stamp, kind, minutes: number(payload['minutes']) ?? 0, note: text(payload['note']) };
      visit.time_entries = [...visit.time_entries, entry];
      const booked = visit.time_entries.filter((item) => item.kind === kind);
      visit[kind === 'travel' ? 'travel_minutes' : 'labour_minutes'] = booked.reduce(
        (sum, item) => sum + item.minutes,
        0,
      );
      break;
    }
    case 'part_use':
      visit.parts_used = [
        ...visit.parts_used,
        {
          use_id: command.client_id,
          part_id: text(payload['part_id']) ?? '',
          code: shown['code'] ?? '',
          name: shown['name'] ?? '',
          unit: shown['unit'] ?? '',
          quantity: number(payload['quantity']) ?? 0,
          serial: text(payload['serial']),
        },
      ];
      break;
    case 'photo':
      if (command.file_id && visit.photos.some((photo) => photo.file_id === command.file_id)) break;
      visit.shown_photos = [
        ...visit.shown_photos,
        {
          key: command.client_id,
          kind: (text(payload['kind']) as PhotoKind | null) ?? 'other',
          taken_at: text(payload['taken_at']) ?? at,
          ...(command.file_id ? { file_id: command.file_id } : {}),
          ...(command.blob_id ? { blob_id: command.blob_id } : {}),
        },
      ];
      break;
    case 'signature':
      if (visit.signature) break;
      if (text(payload['excused_reason'])) {
        visit.excused_reason = text(payload['excused_reason']);
      } else {
        const signer_name = text(payload['signer_name']) ?? '';
        visit.signature = { file_id: command.file_id ?? '', signer_name, signed_at: at, via: 'device' };
        visit.excused_reason = null;
        if (command.blob_id) visit.signature_blob_id = command.blob_id;
      }
      break;
    case 'result':
      visit.result = payload['result'] as VisitResult;
      visit.result_text = text(payload['text']);
      visit.cause_code = text(payload['cause_code']);
      visit.action_code = text(payload['action_code']);
      visit.resolve_ticket = payload['resolve_ticket'] === true;
      break;
    case 'note':
      if (visit.notes.some((note) => note.command_id === command.client_id)) break;
      visit.notes = [...visit.notes, { ...stamp, text: text(payload['text']) ?? '' }];
      break;
    case 'fields':
      // Whatever they are about: see `filledIn`.
      break;
  }
}

/** Own values of a ticket, device or visit as the engineer left them: what the server knows, with what this phone has to tell. */
export function filledIn(
  of: 'ticket' | 'device' | 'visit',
  values: FormRecord,
  visit: Visit,
  commands: readonly Command[],
): FormRecord {
  let shown = values;
  for (const { visit_id, kind, payload, ...command } of commands) {
    if (visit_id !== visit.id || kind !== 'fields' || payload['of'] !== of) continue;
    if (!isNews({ visit_id, kind, payload, ...command }, visit.version)) continue;
    shown = { ...shown, ...(payload['values'] as FormRecord) };
  }
  return shown;
}

/** Lays the phone's own commands over the visit; commands that the server refused change nothing. */
export function overlay(visit: Visit, commands: readonly Command[]): ShownVisit {
  const shown: ShownVisit = {
    ...visit,
    shown_photos: visit.photos.map(({ file_id, kind, taken_at }) => ({ key: file_id, kind, taken_at, file_id })),
    waiting: 0,
  };
  for (const command of commands) {
    if (command.visit_id !== visit.id || !isNews(command, visit.version)) continue;
    if (command.state === 'waiting') shown.waiting += 1;
    apply(shown, command);
  }
  return shown;
}
