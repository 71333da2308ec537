// Conditions in the browser: the same tree, the same answers as the server's, also without a network.
//
// The language is described in engines/rules/src/lib.rs. The vectors in engines/rules/vectors/conditions.json hold this
// reader, the Rust one and the SQL one together; change them first.

/** The type of a field; it decides the operators and the form of their values. */
export type FieldType = 'text' | 'integer' | 'number' | 'boolean' | 'time' | 'date' | 'id' | 'choice' | 'tags';

export type Operator =
  | 'eq'
  | 'ne'
  | 'lt'
  | 'le'
  | 'gt'
  | 'ge'
  | 'between'
  | 'in'
  | 'not_in'
  | 'contains'
  | 'starts_with'
  | 'contains_any'
  | 'contains_all'
  | 'is_empty'
  | 'is_not_empty';

/** A time counted from now: an ISO 8601 duration of days, hours, minutes and seconds, such as `-PT2H`. */
export interface RelativeTime {
  now: string;
}

export type Scalar = string | number | boolean | RelativeTime;

/** One test of one field. */
export interface FieldCondition {
  field: string;
  op: Operator;
  value?: Scalar | Scalar[];
}

export type Condition = { all: Condition[] } | { any: Condition[] } | { not: Condition } | FieldCondition;

/** The fields that a condition may name, by id. */
export type FieldTypes = Readonly<Record<string, FieldType>>;

/** A record as the API gives it. What it doesn't have, null, and values of another type are missing. */
export type ConditionRecord = Readonly<Record<string, unknown>>;

/** What relative times are counted from. The offset of a text, or the browser's zone for a Date, gives local dates. */
export type Now = Date | string;

export type ConditionProblem =
  | 'malformed'
  | 'unknown_field'
  | 'unknown_operator'
  | 'operator_not_allowed'
  | 'wrong_type'
  | 'empty_list'
  | 'too_deep'
  | 'too_many_conditions'
  | 'too_many_values'
  | 'text_too_long';

/** The first mistake in a condition, in reading order. */
export class ConditionError extends Error {
  override readonly name = 'ConditionError';
  /** JSON pointer from the root of the condition to the wrong node. */
  readonly pointer: string;
  /** The stable code, for translation. */
  readonly code: ConditionProblem;

  constructor(pointer: string, code: ConditionProblem, message: string) {
    super(message);
    this.pointer = pointer;
    this.code = code;
  }
}

export const MAX_DEPTH = 8;
export const MAX_CONDITIONS = 200;
export const MAX_LIST = 500;
export const MAX_VALUES = 5000;
export const MAX_TEXT = 1000;

/** Answers for one record after another, once the condition is checked. */
export type Matcher = (record: ConditionRecord, now: Now) => boolean;

/**
 * Checks a condition and prepares it for many records.
 *
 * @throws ConditionError at the first mistake.
 */
export function compileCondition(condition: unknown, types: FieldTypes): Matcher {
  const answer = new Reader(types).node(condition, '', 1);
  return (record, now) => answer(record, moment(now));
}

/**
 * Whether the record meets the condition.
 *
 * @throws ConditionError when the condition is wrong.
 */
export function evaluateCondition(condition: unknown, types: FieldTypes, record: ConditionRecord, now: Now): boolean {
  return compileCondition(condition, types)(record, now);
}

/** The first mistake in a condition, or null when there is none. */
export function conditionError(condition: unknown, types: FieldTypes): ConditionError | null {
  try {
    compileCondition(condition, types);
    return null;
  } catch (error) {
    if (error instanceof ConditionError) return error;
    throw error;
  }
}

/** The operators that a field of this type has, in the order in which a condition builder offers them. */
export function operatorsOf(type: FieldType): Operator[] {
  return OPERATORS.filter((operator) => applies(operator, type));
}

const OPERATORS: readonly Operator[] = [
  'eq',
  'ne',
  'in',
  'not_in',
  'contains',
  'starts_with',
  'contains_any',
  'contains_all',
  'lt',
  'le',
  'gt',
  'ge',
  'between',
  'is_empty',
  'is_not_empty',
];

function applies(operator: Operator, type: FieldType): boolean {
  switch (operator) {
    case 'is_empty':
    case 'is_not_empty':
      return true;
    case 'eq':
    case 'ne':
      return type !== 'tags';
    case 'in':
    case 'not_in':
      return type !== 'tags' && type !== 'boolean';
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge':
    case 'between':
      return type === 'integer' || type === 'number' || type === 'time' || type === 'date';
    case 'contains':
    case 'starts_with':
      return type === 'text';
    case 'contains_any':
    case 'contains_all':
      return type === 'tags';
  }
}

/** A value that can be compared with another of its type: times are microseconds, ids lower-case. */
type Comparable = string | number | boolean | bigint;

/** An operand, once now is known. */
type Operand = (now: Moment) => Comparable;

type Answer = (record: ConditionRecord, now: Moment) => boolean;

export interface Moment {
  /** Microseconds since 1970-01-01T00:00:00Z. */
  instant: bigint;
  /** Seconds by which local time is ahead of UTC. */
  ahead: number;
}

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

class Reader {
  private conditions = 0;
  private values = 0;
  private readonly types: FieldTypes;

  constructor(types: FieldTypes) {
    this.types = types;
  }

  node(json: unknown, pointer: string, depth: number): Answer {
    if (depth > MAX_DEPTH) {
      throw new ConditionError(pointer, 'too_deep', `conditions may be nested at most ${MAX_DEPTH} deep`);
    }
    if (!isObject(json)) {
      throw new ConditionError(pointer, 'malformed', 'a condition must be an object');
    }
    // A form may leave a key with undefined behind; in JSON it would not stand there.
    const keys = Object.keys(json).filter((key) => json[key] !== undefined);
    if (keys.length === 1) {
      switch (keys[0]) {
        case 'all': {
          const nodes = this.group(json['all'], pointer, 'all', depth);
          return (record, now) => nodes.every((node) => node(record, now));
        }
        case 'any': {
          const nodes = this.group(json['any'], pointer, 'any', depth);
          return (record, now) => nodes.some((node) => node(record, now));
        }
        case 'not': {
          const node = this.node(json['not'], `${pointer}/not`, depth + 1);
          return (record, now) => !node(record, now);
        }
      }
    }
    return this.leaf(json, keys, pointer);
  }

  private group(nodes: unknown, pointer: string, key: string, depth: number): Answer[] {
    if (!Array.isArray(nodes)) {
      throw new ConditionError(`${pointer}/${key}`, 'malformed', `\`${key}\` must be a list of conditions`);
    }
    if (nodes.length === 0) this.countCondition(pointer);
    return nodes.map((node: unknown, index) => this.node(node, `${pointer}/${key}/${index}`, depth + 1));
  }

  private countCondition(pointer: string): void {
    this.conditions += 1;
    if (this.conditions > MAX_CONDITIONS) {
      throw new ConditionError(pointer, 'too_many_conditions', `there may be at most ${MAX_CONDITIONS} conditions`);
    }
  }

  private leaf(json: JsonObject, keys: string[], pointer: string): Answer {
    this.countCondition(pointer);
    const known = keys.every((key) => key === 'field' || key === 'op' || key === 'value');
    if (!known || !keys.includes('field') || !keys.includes('op')) {
      throw new ConditionError(
        pointer,
        'malformed',
        'a condition is {"all":[…]}, {"any":[…]}, {"not":…} or {"field":…,"op":…,"value":…}',
      );
    }
    const { field, op, value } = json;
    if (typeof field !== 'string') {
      throw new ConditionError(`${pointer}/field`, 'malformed', "`field` must be a field's id");
    }
    const type = Object.hasOwn(this.types, field) ? this.types[field] : undefined;
    if (type === undefined) {
      throw new ConditionError(`${pointer}/field`, 'unknown_field', `there is no field \`${field}\` here`);
    }
    if (typeof op !== 'string') {
      throw new ConditionError(`${pointer}/op`, 'malformed', "`op` must be an operator's name");
    }
    const operator = OPERATORS.find((name) => name === op);
    if (operator === undefined) {
      throw new ConditionError(`${pointer}/op`, 'unknown_operator', `there is no operator \`${op}\``);
    }
    if (!applies(operator, type)) {
      throw new ConditionError(
        `${pointer}/op`,
        'operator_not_allowed',
        `\`${op}\` does not apply to a field of type ${type}`,
      );
    }
    return this.test(field, type, operator, value, pointer);
  }

  private test(field: string, type: FieldType, operator: Operator, value: unknown, pointer: string): Answer {
    const at = `${pointer}/value`;
    const given = (record: ConditionRecord) => comparable(type, property(record, field));
    if (operator === 'is_empty' || operator === 'is_not_empty') {
      if (value !== undefined) {
        throw new ConditionError(at, 'malformed', 'this operator takes no value');
      }
      const wanted = operator === 'is_empty';
      return (record) => isEmpty(type, property(record, field)) === wanted;
    }
    if (value === undefined) {
      throw new ConditionError(pointer, 'malformed', '`value` is missing');
    }
    switch (operator) {
      case 'eq':
      case 'ne': {
        const operand = readOperand(type, value, at);
        const wanted = operator === 'eq';
        return (record, now) => (given(record) === operand(now)) === wanted;
      }
      case 'lt':
      case 'le':
      case 'gt':
      case 'ge': {
        const operand = readOperand(type, value, at);
        return (record, now) => ordered(operator, given(record), operand(now));
      }
      case 'between': {
        if (!Array.isArray(value) || value.length !== 2) {
          throw new ConditionError(at, 'wrong_type', 'must be a list of two values, the first and the last');
        }
        const low = readOperand(type, value[0], `${at}/0`);
        const high = readOperand(type, value[1], `${at}/1`);
        return (record, now) => ordered('ge', given(record), low(now)) && ordered('le', given(record), high(now));
      }
      case 'in':
      case 'not_in': {
        const operands = this.list(value, at, (one, place) => readOperand(type, one, place));
        const wanted = operator === 'in';
        return (record, now) => operands.some((operand) => given(record) === operand(now)) === wanted;
      }
      case 'contains':
      case 'starts_with': {
        const part = lower(readText(value, at));
        const starts = operator === 'starts_with';
        return (record) => {
          const text = property(record, field);
          if (typeof text !== 'string') return false;
          return starts ? lower(text).startsWith(part) : lower(text).includes(part);
        };
      }
      case 'contains_any':
      case 'contains_all': {
        const wanted = this.list(value, at, readText);
        const every = operator === 'contains_all';
        return (record) => {
          const tags = property(record, field);
          if (!Array.isArray(tags)) return false;
          return every ? wanted.every((tag) => tags.includes(tag)) : wanted.some((tag) => tags.includes(tag));
        };
      }
    }
  }

  private list<Value>(values: unknown, pointer: string, read: (value: unknown, pointer: string) => Value): Value[] {
    if (!Array.isArray(values)) {
      throw new ConditionError(pointer, 'wrong_type', 'must be a list of values');
    }
    if (values.length === 0) {
      throw new ConditionError(pointer, 'empty_list', 'must have at least one value');
    }
    if (values.length > MAX_LIST) {
      throw new ConditionError(pointer, 'too_many_values', `must have at most ${MAX_LIST} values`);
    }
    this.values += values.length;
    if (this.values > MAX_VALUES) {
      throw new ConditionError(pointer, 'too_many_values', `all lists together may have at most ${MAX_VALUES} values`);
    }
    return values.map((value: unknown, index) => read(value, `${pointer}/${index}`));
  }
}

/** A record's own value of a field; names such as `constructor` are none. */
function property(record: ConditionRecord, field: string): unknown {
  return Object.hasOwn(record, field) ? record[field] : undefined;
}

/** The value in comparable form; undefined when it is missing. */
function comparable(type: FieldType, value: unknown): Comparable | undefined {
  switch (type) {
    case 'text':
    case 'choice':
      return typeof value === 'string' ? value : undefined;
    case 'integer':
      return Number.isSafeInteger(value) ? (value as number) : undefined;
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'time':
      return typeof value === 'string' ? readTime(value)?.instant : undefined;
    case 'date':
      return typeof value === 'string' && isDate(value) ? value : undefined;
    case 'id':
      return typeof value === 'string' && ID.test(value) ? value.toLowerCase() : undefined;
    case 'tags':
      return undefined;
  }
}

function isEmpty(type: FieldType, value: unknown): boolean {
  if (type === 'tags') return !Array.isArray(value) || value.length === 0;
  const known = comparable(type, value);
  return known === undefined || known === '';
}

function ordered(operator: 'lt' | 'le' | 'gt' | 'ge', value: Comparable | undefined, operand: Comparable): boolean {
  if (value === undefined) return false;
  switch (operator) {
    case 'lt':
      return value < operand;
    case 'le':
      return value <= operand;
    case 'gt':
      return value > operand;
    case 'ge':
      return value >= operand;
  }
}

function readOperand(type: FieldType, value: unknown, pointer: string): Operand {
  if (type === 'text' || type === 'choice' || type === 'tags') {
    const text = readText(value, pointer);
    return () => text;
  }
  if (type === 'time' || type === 'date') {
    const duration = readRelative(value);
    if (duration !== undefined) {
      return type === 'time'
        ? (now) => now.instant + duration
        : (now) => dateOf({ ...now, instant: now.instant + duration });
    }
  }
  const operand = comparable(type, value);
  if (operand === undefined) {
    throw new ConditionError(pointer, 'wrong_type', EXPECTED[type]);
  }
  return () => operand;
}

const EXPECTED = {
  integer: 'must be a whole number between -9007199254740991 and 9007199254740991',
  number: 'must be a number',
  boolean: 'must be true or false',
  time: 'must be a time like 2026-03-01T08:30:00Z or {"now":"-PT2H"}',
  date: 'must be a date like 2026-03-01 or {"now":"-P7D"}',
  id: 'must be an id like 0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b',
} as const;

function readText(value: unknown, pointer: string): string {
  if (typeof value !== 'string') {
    throw new ConditionError(pointer, 'wrong_type', 'must be a text');
  }
  // Characters and not UTF-16 units, as the server counts.
  if (value.length > MAX_TEXT && [...value].length > MAX_TEXT) {
    throw new ConditionError(pointer, 'text_too_long', `must be at most ${MAX_TEXT} characters long`);
  }
  if (value.includes('\0')) {
    throw new ConditionError(pointer, 'wrong_type', 'must not contain the NUL character');
  }
  return value;
}

/** Lower-cases character by character, each to one character, as the databases do: no final sigma, İ becomes i. */
function lower(text: string): string {
  let lowered = '';
  for (const letter of text) lowered += letter === 'İ' ? 'i' : letter.toLowerCase();
  return lowered;
}

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME =
  /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,6}))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/;
const DURATION = /^(-?)P(?:(\d{1,9})D)?(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?$/;

/** A hundred years of days. */
const LONGEST_SECONDS = 36_525 * 86_400;

const FIRST_DATE = dayStart('0001-01-01') ?? 0;
const LAST_DATE = dayStart('9999-12-31') ?? 0;

/** Milliseconds of a date's midnight in UTC; undefined when there is no such date. */
function dayStart(text: string): number | undefined {
  const [, year, month, day] = DATE.exec(text) ?? [];
  if (year === undefined || month === undefined || day === undefined || year === '0000') {
    return undefined;
  }
  // The constructor would take the years 0 to 99 for 1900 to 1999.
  const date = new Date(0);
  const start = date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day) ? start : undefined;
}

/** Whether the text is a day `YYYY-MM-DD` of the years 1 to 9999. */
export function isDate(text: string): boolean {
  return dayStart(text) !== undefined;
}

/** Reads RFC 3339 with capital letters and up to six decimals, to the microsecond. */
export function readTime(text: string): Moment | undefined {
  const parts = TIME.exec(text);
  if (parts === null) return undefined;
  const [, date = '', hour, minute, second, decimals = '', sign, hours = '0', minutes = '0'] = parts;
  const start = dayStart(date);
  if (start === undefined) return undefined;
  const ahead = (Number(hours) * 3600 + Number(minutes) * 60) * (sign === '-' ? -1 : 1);
  const seconds = start / 1000 + Number(hour) * 3600 + Number(minute) * 60 + Number(second) - ahead;
  return { instant: BigInt(seconds) * 1_000_000n + BigInt(decimals.padEnd(6, '0')), ahead };
}

/** Microseconds of `{"now": duration}`; undefined when it is none. */
function readRelative(value: unknown): bigint | undefined {
  if (!isObject(value) || Object.keys(value).length !== 1 || typeof value['now'] !== 'string') {
    return undefined;
  }
  const parts = DURATION.exec(value['now']);
  if (parts === null) return undefined;
  const [, sign, days, hours, minutes, seconds] = parts;
  if ([days, hours, minutes, seconds].every((part) => part === undefined)) return undefined;
  const length =
    Number(days ?? 0) * 86_400 + Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
  if (length > LONGEST_SECONDS) return undefined;
  return BigInt(sign === '-' ? -length : length) * 1_000_000n;
}

/** The local date of a moment, held within the years 1 to 9999. */
function dateOf({ instant, ahead }: Moment): string {
  // Rounded down, also before 1970: BigInt division rounds towards 0.
  const millis = Math.floor(Number(instant) / 1000) + ahead * 1000;
  const held = Math.min(Math.max(millis, FIRST_DATE), LAST_DATE);
  return new Date(held).toISOString().slice(0, 10);
}

function moment(now: Now): Moment {
  if (now instanceof Date) {
    return {
      instant: BigInt(now.getTime()) * 1000n,
      ahead: -now.getTimezoneOffset() * 60,
    };
  }
  const read = readTime(now);
  if (read === undefined) throw new RangeError(`${now} is not a time`);
  return read;
}
