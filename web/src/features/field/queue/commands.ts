/** What the phone reports to the server, and what became of it. */
import type { FieldError } from '@/shared/api/problem';
import type { Id, Time } from '@/shared/api/types';
import type { Visit } from '../types';

export type CommandKind =
  | 'accept'
  | 'decline'
  | 'depart'
  | 'check_in'
  | 'checklist'
  | 'labour'
  | 'part_use'
  | 'photo'
  | 'signature'
  | 'result'
  | 'check_out'
  | 'note'
  | 'fields';

export type Payload = Record<string, unknown>;

/**
 * `waiting` until the server has answered; `sent`, `conflict` and `rejected` are its answers. A conflict ends as
 * `discarded` by the engineer or `decided` by dispatch.
 */
export type CommandState = 'waiting' | 'sent' | 'conflict' | 'rejected' | 'discarded' | 'decided';

export interface CommandProblem {
  code: string;
  detail: string;
  /** Which values of a form are wrong; pointers count from the values. */
  errors?: FieldError[];
}

/** A command as it is kept on the phone. */
export interface Command {
  /** Rises with every command on this phone; the order of delivery. Given by the database. */
  seq: number;
  client_id: Id;
  /** Whose command it is: a phone can change hands, and nobody sends in another's name. */
  owner: Id;
  visit_id: Id;
  visit_number: string;
  kind: CommandKind;
  device_time: Time;
  based_on_version: number | null;
  payload: Payload;
  /** What only this phone needs to show it, such as the name of a part. */
  shown: Record<string, string>;
  /** The picture that must arrive before the command. */
  blob_id?: Id;
  /** Files of a form that stand on this phone and in `payload` by the ids they have here; none when all have arrived. */
  kept?: Id[];
  /** The uploaded picture; kept at once, so that a crash after the upload does not upload again. */
  file_id?: Id;
  state: CommandState;
  attempts: number;
  /** The version of the visit after it, as the server said. */
  version?: number;
  problem?: CommandProblem;
  conflict_id?: Id;
  /** The visit as the server had it when the command contradicted it. */
  theirs?: Visit;
  answered_at?: Time;
}

export interface NewCommand {
  visit_id: Id;
  visit_number: string;
  kind: CommandKind;
  based_on_version: number | null;
  payload?: Payload;
  shown?: Record<string, string>;
  picture?: { bytes: ArrayBuffer; type: string; name: string };
  /** Files of a form, kept on this phone before. */
  kept?: Id[];
}

export interface StoredPicture {
  id: Id;
  bytes: ArrayBuffer;
  type: string;
  name: string;
  /** Since when it is kept, where no command holds it yet. */
  kept_at?: Time;
}

export interface WireCommand {
  client_id: Id;
  visit_id: Id;
  kind: CommandKind;
  device_time: Time;
  based_on_version: number | null;
  payload: Payload;
}

export type Outcome = 'applied' | 'duplicate' | 'conflict' | 'rejected';

export interface CommandOutcome {
  client_id: Id;
  outcome: Outcome;
  first_outcome?: Outcome | null;
  version?: number | null;
  applied_at?: Time | null;
  conflict_id?: Id | null;
  visit?: Visit | null;
  problem?: CommandProblem | null;
}

export interface BatchOutcome {
  server_time: Time;
  clock_skew_seconds?: number | null;
  results: CommandOutcome[];
}

/** A random UUID (version 4). `crypto.randomUUID` is missing on plain HTTP, which private installs use. */
export function newId(): Id {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
