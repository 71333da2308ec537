// One value of one kind: its normal form, or what is wrong with it, as in engines/forms/src/value.rs.

import { isDate, readTime } from './conditions';
import {
  compilePattern,
  email,
  fitsMask,
  halfWidth,
  idNumber,
  isTime,
  lines,
  oneLine,
  phone,
  region,
  url,
  utc,
} from './form_texts';
import { isEmpty, isObject, trim, type JsonObject } from './json';
import type { ChoiceKind, DecimalKind, FieldKind, MomentKind, TextLimits } from './form_types';

/** A mistake inside of a value, `at` a JSON pointer from the value to it. */
export interface Fault {
  at: string;
  code: string;
  params: Readonly<Record<string, unknown>>;
}

/** A value in its normal form, undefined for an empty one, or what is wrong. */
export type Normal = { value: unknown } | { fault: Fault };

class Wrong extends Error {
  readonly fault: Fault;

  constructor(code: string, params: Fault['params'] = {}, at = '') {
    super(code);
    this.fault = { at, code, params };
  }
}

const MAX_LINE = 500;
const MAX_LONG_TEXT = 20_000;
const MAX_IDS = 100;
const LARGEST = Number.MAX_SAFE_INTEGER;

/** A key as a part of a JSON pointer (RFC 6901). */
export function pointerPart(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The value in its normal form. `old` is what the record had: a retired option stays valid where it was. */
export function normal(kind: FieldKind, value: unknown, old: unknown): Normal {
  if (isEmpty(value)) return { value: undefined };
  try {
    return { value: read(kind, value, old) };
  } catch (error) {
    if (error instanceof Wrong) return { fault: error.fault };
    throw error;
  }
}

function read(kind: FieldKind, value: unknown, old: unknown): unknown {
  switch (kind.type) {
    case 'text':
      return limited(oneLine(textOf(value)), kind, MAX_LINE);
    case 'barcode':
      return limited(halfWidth(textOf(value)), kind, MAX_LINE);
    case 'long_text':
    case 'rich_text':
      return limited(lines(textOf(value)), kind, MAX_LONG_TEXT);
    case 'integer':
    case 'money':
      return integer(value, kind.min, kind.max);
    case 'duration':
      return integer(value, Math.max(kind.min ?? 0, 0), kind.max);
    case 'rating':
      return integer(value, 1, kind.max ?? 5);
    case 'decimal':
    case 'percent':
      return decimal(value, kind);
    case 'date':
      return within(
        spelled(value, 'date', (text) => (isDate(text) ? text : undefined)),
        kind,
        (text) => text,
      );
    case 'time':
      return within(
        spelled(value, 'time', (text) => (isTime(text) ? text : undefined)),
        kind,
        (text) => text,
      );
    case 'date_time':
      return within(spelled(value, 'date_time', utc), kind, (text) => readTime(text)?.instant);
    case 'boolean':
      if (typeof value !== 'boolean') throw new Wrong('wrong_type', { expected: 'true or false' });
      return value;
    case 'choice':
      return option(kind, value, old);
    case 'choices':
      return chosen(kind, value, old);
    case 'region':
      return spelled(value, 'region', region);
    case 'person':
    case 'team':
    case 'signature':
      return id(value);
    case 'relation':
    case 'attachment':
    case 'image':
    case 'media':
      return kind.many === true ? ids(value) : id(value);
    case 'location':
      return location(value);
    case 'phone':
      return spelled(value, 'phone', phone);
    case 'email':
      return spelled(value, 'email', email);
    case 'url':
      return spelled(value, 'url', url);
    case 'id_number':
      return spelled(value, 'id_number', idNumber);
    case 'sub_table':
      throw new Wrong('wrong_type', { expected: 'a list of rows' });
    case 'auto_number':
    case 'formula':
    case 'roll_up':
    case 'look_up':
    case 'system':
      throw new Wrong('wrong_type', { expected: 'nothing; the server works it out' });
  }
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new Wrong('wrong_type', { expected: 'a text' });
  return value;
}

function spelled(value: unknown, form: string, spell: (text: string) => string | undefined): string {
  const written = spell(halfWidth(textOf(value)));
  if (written === undefined) throw new Wrong('invalid', { form });
  return written;
}

function limited(text: string, limits: TextLimits, longest: number): string | undefined {
  const length = [...text].length;
  const max = limits.max_length ?? longest;
  const min = limits.min_length ?? 0;
  if (length === 0) return undefined;
  if (length > max) throw new Wrong('too_long', { max });
  if (length < min) throw new Wrong('too_short', { min });
  if (limits.mask !== undefined && !fitsMask(limits.mask, text))
    throw new Wrong('mask_mismatch', { mask: limits.mask });
  if (limits.pattern !== undefined && compilePattern(limits.pattern)?.test(text) === false) {
    throw new Wrong('pattern_mismatch');
  }
  return text;
}

/** A number, also when it is written as text with digits of either width. */
function numberOf(value: unknown, expected: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value + 0;
  const written = typeof value === 'string' ? halfWidth(value) : '';
  if (!/^-?[0-9]{1,16}(?:\.[0-9]{1,16})?$/.test(written)) throw new Wrong('wrong_type', { expected });
  return Number(written) + 0;
}

function between(number: number, min: number, max: number): void {
  if (number < min) throw new Wrong('too_small', { min });
  if (number > max) throw new Wrong('too_large', { max });
}

function integer(value: unknown, min?: number, max?: number): number {
  const number = numberOf(value, 'a whole number');
  if (!Number.isInteger(number)) throw new Wrong('wrong_type', { expected: 'a whole number' });
  between(number, Math.max(min ?? -LARGEST, -LARGEST), Math.min(max ?? LARGEST, LARGEST));
  return number;
}

function decimal(value: unknown, limits: DecimalKind): number {
  const number = numberOf(value, 'a number');
  const scale = limits.scale ?? 2;
  const power = 10 ** Math.min(scale, 6);
  const largest = LARGEST / power;
  between(number, Math.max(limits.min ?? -largest, -largest), Math.min(limits.max ?? largest, largest));
  if (rounded(number, power) !== number) throw new Wrong('too_many_decimals', { max: scale });
  return number;
}

/** Rounded to so many parts of one, halves upwards, with the same steps as in Rust. */
function rounded(number: number, power: number): number {
  return Math.floor(number * power + 0.5) / power + 0;
}

function within(text: string, limits: MomentKind, order: (text: string) => string | bigint | undefined): string {
  const place = order(text);
  const min = limits.min === undefined ? undefined : order(limits.min);
  const max = limits.max === undefined ? undefined : order(limits.max);
  if (place !== undefined && min !== undefined && place < min) throw new Wrong('too_small', { min: limits.min });
  if (place !== undefined && max !== undefined && place > max) throw new Wrong('too_large', { max: limits.max });
  return text;
}

function option(kind: ChoiceKind, value: unknown, old: unknown): string {
  const text = textOf(value);
  const found = (kind.options ?? []).find((one) => one.id === text);
  if (found === undefined) throw new Wrong('not_an_option');
  if (found.retired === true && !holds(old, text)) throw new Wrong('option_retired');
  return text;
}

/** Whether a value is this text, or a list with it. */
function holds(value: unknown, text: string): boolean {
  return Array.isArray(value) ? value.some((one) => holds(one, text)) : value === text;
}

function chosen(kind: ChoiceKind, value: unknown, old: unknown): string[] {
  const all = list(value, 'a list of options', (one) => option(kind, one, old));
  if (kind.max_chosen !== undefined && all.length > kind.max_chosen) {
    throw new Wrong('too_many', { max: kind.max_chosen });
  }
  return all;
}

/** What `readOne` gives, with faults below `key`. */
function under<Value>(key: string | number, readOne: () => Value): Value {
  try {
    return readOne();
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    throw new Wrong(error.fault.code, error.fault.params, `/${key}${error.fault.at}`);
  }
}

/** Each entry once, in the order given. */
function list(value: unknown, expected: string, readOne: (value: unknown) => string): string[] {
  if (!Array.isArray(value)) throw new Wrong('wrong_type', { expected });
  return [...new Set(value.map((one: unknown, index) => under(index, () => readOne(one))))];
}

function id(value: unknown): string {
  const written = trim(textOf(value)).toLowerCase();
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(written)) throw new Wrong('invalid', { form: 'id' });
  return written;
}

function ids(value: unknown): string[] {
  if (Array.isArray(value) && value.length > MAX_IDS) throw new Wrong('too_many', { max: MAX_IDS });
  return list(value, 'a list of ids', id);
}

function location(value: unknown): JsonObject {
  if (!isObject(value)) throw new Wrong('wrong_type', { expected: 'a place with lat, lng and system' });
  const known = ['lat', 'lng', 'system', 'address'];
  const unknown = Object.keys(value)
    .toSorted()
    .find((key) => !known.includes(key));
  if (unknown !== undefined) throw new Wrong('unknown_field', {}, `/${pointerPart(unknown)}`);
  const lat = degrees(value, 'lat', 90);
  const lng = degrees(value, 'lng', 180);
  const system = given(value, 'system');
  if (system !== 'wgs84' && system !== 'gcj02' && system !== 'bd09') throw new Wrong('not_an_option', {}, '/system');
  const address = under('address', () =>
    isEmpty(value['address']) ? undefined : limited(oneLine(textOf(value['address'])), {}, MAX_LINE),
  );
  return address === undefined ? { lat, lng, system } : { lat, lng, system, address };
}

function given(place: JsonObject, key: string): unknown {
  const value = place[key];
  if (isEmpty(value)) throw new Wrong('required', {}, `/${key}`);
  return value;
}

/** Degrees rounded to seven decimals, which is a centimetre. */
function degrees(place: JsonObject, key: string, limit: number): number {
  const value = given(place, key);
  return under(key, () => {
    const number = numberOf(value, 'a number');
    between(number, -limit, limit);
    return rounded(number, 1e7);
  });
}
