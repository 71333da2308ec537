/** One description of a field for forms: its name in the body, its words, its kind. */
import type { Label } from '../i18n';
import type { Choice } from '../labels';
import type { RelationName } from '../records/relations';
import { toMajor, toMinor } from '../money';
import { instantToWall, wallToInstant } from '../time';
import dayjs, { type Dayjs } from 'dayjs';

export type FieldKind =
  | 'text'
  | 'longtext'
  | 'phone'
  | 'email'
  | 'password'
  | 'integer'
  | 'number'
  | 'money'
  | 'date'
  | 'time'
  | 'choice'
  | 'relation'
  | 'relations'
  | 'tags'
  | 'boolean'
  | 'address'
  /** Kept with the form, not shown. */
  | 'hidden';

export interface FieldSpec {
  name: string;
  label: Label;
  kind: FieldKind;
  choices?: readonly Choice[];
  of?: RelationName;
  /** Another list to pick from, depending on what the form holds so far. */
  path?: (values: Readonly<Record<string, unknown>>) => string | undefined;
  required?: boolean;
  max?: number;
  min?: number;
  help?: Label;
  only?: 'create' | 'update';
  half?: boolean;
  /** Whether the form asks for it, by what it holds so far; a field not asked for keeps its value. */
  when?: (values: Readonly<Record<string, unknown>>) => boolean;
  /** What stands above the field where another part of the form begins, and what is to know of that part. */
  heading?: Label;
  hint?: Label;
}

export type Values = Record<string, unknown>;

/** A record as the form's controls want it: pickers get day objects, money its major unit. */
export function toForm(
  fields: readonly FieldSpec[],
  record: Readonly<Record<string, unknown>>,
  currency = 'CNY',
): Values {
  const values: Values = {};
  for (const field of fields) {
    const value = record[field.name];
    if (value === undefined || value === null) {
      values[field.name] = field.kind === 'boolean' ? false : undefined;
      continue;
    }
    if (field.kind === 'money') values[field.name] = toMajor(Number(value), currency);
    else if (field.kind === 'date') values[field.name] = dayjs(String(value));
    else if (field.kind === 'time') values[field.name] = instantToWall(String(value));
    else values[field.name] = value;
  }
  return values;
}

function bodyValue(field: FieldSpec, value: unknown, currency: string): unknown {
  if (typeof value === 'string') {
    const trimmed = field.kind === 'password' ? value : value.trim();
    return trimmed === '' ? null : trimmed;
  }
  if (value === undefined || value === null) return null;
  if (field.kind === 'money') return toMinor(Number(value), currency);
  if (field.kind === 'date') return (value as Dayjs).format('YYYY-MM-DD');
  if (field.kind === 'time') return wallToInstant(value as Dayjs);
  if (field.kind === 'address') {
    const parts = Object.entries(value as Record<string, string | null | undefined>)
      .map(([key, part]) => [key, part?.trim()] as const)
      .filter(([, part]) => part);
    return Object.fromEntries(parts);
  }
  return value;
}

/** What a create sends: everything that was filled in. */
export function createBody(fields: readonly FieldSpec[], values: Values, currency = 'CNY'): Values {
  const body: Values = {};
  for (const field of fields) {
    if (field.only === 'update') continue;
    const value = bodyValue(field, values[field.name], currency);
    if (value !== null) body[field.name] = value;
  }
  return body;
}

/** What an update sends: only what differs from the record, so that others' changes to other fields survive. */
export function updateBody(
  fields: readonly FieldSpec[],
  values: Values,
  record: Readonly<Record<string, unknown>>,
  currency = 'CNY',
): Values {
  const body: Values = {};
  for (const field of fields) {
    if (field.only === 'create' || !(field.name in values)) continue;
    let value = bodyValue(field, values[field.name], currency);
    if (value === null && field.kind === 'boolean') value = false;
    if (value === null && (field.kind === 'tags' || field.kind === 'relations')) value = [];
    const before = record[field.name] ?? (Array.isArray(value) ? [] : null);
    if (JSON.stringify(value) !== JSON.stringify(before)) body[field.name] = value;
  }
  return body;
}
