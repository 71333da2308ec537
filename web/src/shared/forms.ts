// Forms in the browser: what was filled in becomes the same record, or the same problems, as on the server.
//
// The rules are described in engines/forms/src/lib.rs. The vectors in engines/forms/vectors/forms.json hold this file and
// the Rust one together; change them first. The server's word is final: it alone knows what is unique.

import { compileCondition, type Condition, type FieldType, type Matcher, type Now } from './conditions';
import {
  ruleType,
  type Catalogue,
  type ChoiceOption,
  type Field,
  type Form,
  type FormField,
  type SubTableKind,
} from './form_types';
import { normal, pointerPart } from './form_values';
import { isEmpty, isObject, type JsonObject } from './json';

export type { Catalogue, Field, FieldKind, Form, Label } from './form_types';

/** Values by field id; what is empty is left out. */
export type FormRecord = Record<string, unknown>;

/** One thing that is wrong, for translation by code and params. */
export interface FormProblem {
  /** JSON pointer to the wrong value, such as `/items/3/quantity`; empty for the record as a whole. */
  pointer: string;
  code: string;
  params: Readonly<Record<string, unknown>>;
}

/** Who fills it in, by which form, and when. */
export interface FormScope {
  roles: readonly string[];
  form?: Form;
  now: Now;
}

export interface Accepted {
  record: FormRecord;
  problems: FormProblem[];
}

const MAX_RECORD_BYTES = 65_536;
const MAX_ROWS = 500;

/**
 * Checks what was filled in for a new record (without `before`) or for a change of one, in which fields that are not sent
 * keep their value and null empties one.
 */
export function accept(
  catalogue: Catalogue,
  scope: FormScope,
  before: FormRecord | undefined,
  input: JsonObject,
): Accepted {
  const { fields } = catalogue;
  const items = scope.form === undefined ? undefined : itemsOf(scope.form);
  const editable = (field: Field): boolean =>
    (items === undefined || items.get(field.id)?.read_only === false) && isEditedBy(field, scope.roles);
  const old = before ?? {};
  const { record, problems } = fillIn(fields, editable, before, input, scope.now);
  const { view, hidden } = shown(fields, record, scope.now);
  for (const id of hidden) {
    if (Object.hasOwn(old, id)) record[id] = old[id];
    else delete record[id];
    problems.delete(id);
  }
  for (const field of fields) {
    if (!editable(field) || hidden.has(field.id) || problems.has(field.id)) continue;
    const problem = together(field, fields, view, scope.now, items?.get(field.id)?.required === true, '');
    if (problem !== undefined) problems.set(field.id, [problem]);
  }
  const all = [...inOrder(fields, problems), ...unknownFields(fields, input, '')];
  if (new TextEncoder().encode(JSON.stringify(record)).length > MAX_RECORD_BYTES) {
    all.push({ pointer: '', code: 'record_too_large', params: { max: MAX_RECORD_BYTES } });
  }
  return { record, problems: all };
}

/** The fields that a record as it stands does not show; they count as missing in conditions. */
export function hiddenFields(catalogue: Catalogue, record: FormRecord, now: Now): Set<string> {
  return shown(catalogue.fields, record, now).hidden;
}

/** The fields that a record as it stands must have; `asked` are those that its form asks for beyond the catalogue. */
export function demandedFields(catalogue: Catalogue, record: FormRecord, now: Now, asked?: Form): Set<string> {
  const { fields } = catalogue;
  const { view, hidden } = shown(fields, record, now);
  const items = asked === undefined ? undefined : itemsOf(asked);
  const demanded = fields.filter(
    (field) =>
      !hidden.has(field.id) &&
      takesInput(field) &&
      (field.required === true ||
        items?.get(field.id)?.required === true ||
        matcher(field.required_if, fields)?.(view, now) === true),
  );
  return new Set(demanded.map((field) => field.id));
}

type ByField = Map<string, FormProblem[]>;

interface Filled {
  record: FormRecord;
  problems: ByField;
}

interface FormFieldFlags {
  required: boolean;
  read_only: boolean;
}

function itemsOf(form: Form): Map<string, FormFieldFlags> {
  const items = form.body.flatMap((section) => section.parts.flatMap((part) => part.items));
  const fields = items.filter((item): item is FormField => item.type === 'field');
  return new Map(
    fields.map((item) => [item.field, { required: item.required ?? false, read_only: item.read_only ?? false }]),
  );
}

const COMPUTED = new Set(['auto_number', 'formula', 'roll_up', 'look_up', 'system']);

function takesInput(field: Field): boolean {
  return field.retired !== true && field.read_only !== true && !COMPUTED.has(field.kind.type);
}

function isEditedBy(field: Field, roles: readonly string[]): boolean {
  const allows = (wanted: readonly string[] = []) => wanted.length === 0 || wanted.some((role) => roles.includes(role));
  return takesInput(field) && allows(field.see_roles) && allows(field.edit_roles);
}

function fillIn(
  fields: Field[],
  editable: (field: Field) => boolean,
  before: FormRecord | undefined,
  input: JsonObject,
  now: Now,
): Filled {
  const record: FormRecord = {};
  const problems: ByField = new Map();
  for (const field of fields) {
    const { id } = field;
    const old = own(before ?? {}, id);
    if (old !== undefined) record[id] = old;
    const sent = own(input, id);
    if (sent === undefined || !editable(field)) {
      if (before === undefined) insertDefault(field, record);
      continue;
    }
    // What is sent back as it was counts as not sent: limits that came later don't touch it.
    if (isSame(sent, old)) continue;
    const { value, wrong } = readField(field, sent, old, { now, create: before === undefined });
    if (wrong.length > 0) problems.set(id, wrong);
    else if (value === undefined) delete record[id];
    else record[id] = value;
  }
  return { record, problems };
}

function own(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Whether two JSON values are the same. */
function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((one, index) => isSame(one, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return a === b;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]));
}

interface ReadMoment {
  now: Now;
  /** Whether the record is new, so that columns get their defaults. */
  create: boolean;
}

interface Read {
  value: unknown;
  wrong: FormProblem[];
}

function readField(field: Field, sent: unknown, old: unknown, moment: ReadMoment): Read {
  const pointer = `/${field.id}`;
  if (field.kind.type === 'sub_table') return readRows(field.kind, pointer, sent, old, moment);
  const answer = normal(field.kind, sent, old);
  if (!('fault' in answer)) return { value: answer.value, wrong: [] };
  const { at, code, params } = answer.fault;
  return { value: undefined, wrong: [{ pointer: pointer + at, code, params }] };
}

function insertDefault(field: Field, record: FormRecord): void {
  if (field.default === undefined || field.retired === true) return;
  const answer = normal(field.kind, field.default, undefined);
  if ('value' in answer && answer.value !== undefined) record[field.id] = answer.value;
}

/** The rows in their normal form. Each replaces what was there; pointers count rows as they were sent. */
function readRows(table: SubTableKind, pointer: string, sent: unknown, old: unknown, moment: ReadMoment): Read {
  const refuse = (code: string, params: FormProblem['params']): Read => ({
    value: undefined,
    wrong: [{ pointer, code, params }],
  });
  if (isEmpty(sent)) return { value: undefined, wrong: [] };
  if (!Array.isArray(sent)) return refuse('wrong_type', { expected: 'a list of rows' });
  const max = Math.min(table.max_rows ?? MAX_ROWS, MAX_ROWS);
  if (sent.length > max) return refuse('too_many', { max });
  const rows: FormRecord[] = [];
  const wrong: FormProblem[] = [];
  for (const [index, row] of sent.entries()) {
    const read = readRow(table, `${pointer}/${index}`, row, old, moment);
    if (Object.keys(read.row).length > 0) rows.push(read.row);
    wrong.push(...read.wrong);
  }
  const min = table.min_rows ?? 0;
  if (wrong.length === 0 && rows.length > 0 && rows.length < min) return refuse('too_few', { min });
  return { value: rows.length > 0 ? rows : undefined, wrong };
}

function readRow(
  table: SubTableKind,
  pointer: string,
  sent: unknown,
  old: unknown,
  moment: ReadMoment,
): { row: FormRecord; wrong: FormProblem[] } {
  if (!isObject(sent)) {
    return { row: {}, wrong: [{ pointer, code: 'wrong_type', params: { expected: 'a row of columns' } }] };
  }
  if (Object.values(sent).every(isEmpty)) return { row: {}, wrong: [] };
  const { fields } = table;
  const { record: row, problems } = fillInRow(fields, pointer, sent, old, moment);
  const { view, hidden } = shown(fields, row, moment.now);
  for (const id of hidden) {
    delete row[id];
    problems.delete(id);
  }
  for (const column of fields) {
    if (!takesInput(column) || hidden.has(column.id) || problems.has(column.id)) continue;
    const problem = together(column, fields, view, moment.now, false, pointer);
    if (problem !== undefined) problems.set(column.id, [problem]);
  }
  return { row, wrong: [...inOrder(fields, problems), ...unknownFields(fields, sent, pointer)] };
}

/** The columns that are right. Values of retired columns are kept, as the rows that held them are replaced. */
function fillInRow(fields: Field[], pointer: string, sent: JsonObject, old: unknown, moment: ReadMoment): Filled {
  const record: FormRecord = {};
  const problems: ByField = new Map();
  for (const column of fields) {
    if (COMPUTED.has(column.kind.type)) continue;
    const value = own(sent, column.id);
    if (value === undefined) {
      if (moment.create) insertDefault(column, record);
      continue;
    }
    const held: unknown[] = Array.isArray(old) ? old.filter(isObject).map((row) => own(row, column.id)) : [];
    const answer = normal(column.kind, value, held);
    if ('fault' in answer) {
      const { at, code, params } = answer.fault;
      problems.set(column.id, [{ pointer: `${pointer}/${column.id}${at}`, code, params }]);
    } else if (answer.value !== undefined) {
      record[column.id] = answer.value;
    }
  }
  return { record, problems };
}

/** The problem a field has beside others of its level, whose shown values are `view`. */
function together(
  field: Field,
  fields: Field[],
  view: FormRecord,
  now: Now,
  asked: boolean,
  base: string,
): FormProblem | undefined {
  const pointer = `${base}/${field.id}`;
  const value = own(view, field.id);
  if (value === undefined) {
    const required = asked || field.required === true || matcher(field.required_if, fields)?.(view, now) === true;
    return required ? { pointer, code: 'required', params: {} } : undefined;
  }
  if (field.kind.type !== 'choice' && field.kind.type !== 'choices') return undefined;
  const { within, options = [] } = field.kind;
  const withheld = withheldOptions(options, fields, view, now);
  const stray = entries(value).find((id) => withheld.has(id));
  if (stray !== undefined) return { pointer, code: 'not_offered', params: { option: stray } };
  if (within === undefined) return undefined;
  const above = entries(own(view, within));
  const parents = entries(value).map((id) => options.find((option) => option.id === id)?.parent);
  const strays = parents.some((parent) => parent !== undefined && !above.includes(parent));
  return strays ? { pointer, code: 'not_within', params: { within } } : undefined;
}

/** The options whose condition does not hold for what is shown. */
function withheldOptions(
  options: readonly ChoiceOption[],
  fields: Field[],
  view: FormRecord,
  now: Now,
): ReadonlySet<unknown> {
  const withheld = options.filter((option) => matcher(option.offered_if, fields)?.(view, now) === false);
  return new Set(withheld.map((option) => option.id));
}

/** The options of a field that cannot be chosen in a record as it stands. */
export function unoffered(field: Field, fields: readonly Field[], record: FormRecord, now: Now): ReadonlySet<unknown> {
  const options = 'options' in field.kind ? (field.kind.options ?? []) : [];
  // Most choices have no conditions, and what is shown need not be worked out for them.
  if (!options.some((option) => option.offered_if !== undefined)) return new Set();
  const all = [...fields];
  return withheldOptions(options, all, shown(all, record, now).view, now);
}

/** The members of a list, or the one value. */
function entries(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined ? [] : [value];
}

function unknownFields(fields: Field[], input: JsonObject, base: string): FormProblem[] {
  return Object.keys(input)
    .filter((key) => input[key] !== undefined && !fields.some((field) => field.id === key))
    .map((key) => ({ pointer: `${base}/${pointerPart(key)}`, code: 'unknown_field', params: {} }))
    .toSorted((a, b) => (a.pointer < b.pointer ? -1 : 1));
}

function inOrder(fields: Field[], problems: ByField): FormProblem[] {
  return fields.flatMap((field) => problems.get(field.id) ?? []);
}

function typesOf(fields: Field[]): Record<string, FieldType> {
  const types: Record<string, FieldType> = {};
  for (const field of fields) {
    const type = ruleType(field.kind);
    if (type !== undefined) types[field.id] = type;
  }
  return types;
}

/** A condition ready for records; undefined when there is none, or one that does not read. */
function matcher(condition: Condition | undefined, fields: Field[]): Matcher | undefined {
  if (condition === undefined) return undefined;
  try {
    return compileCondition(condition, typesOf(fields));
  } catch {
    return undefined;
  }
}

/** What conditions see of a record: the values of shown fields, worked out in the order of their needs. */
function shown(fields: Field[], record: FormRecord, now: Now): { view: FormRecord; hidden: Set<string> } {
  const view = { ...record };
  const hidden = new Set<string>();
  const done = new Set<string>();
  const visit = (field: Field): void => {
    if (done.has(field.id)) return;
    done.add(field.id);
    if (field.visible_if === undefined) return;
    const named = new Set(namedIn(field.visible_if));
    fields.filter((other) => named.has(other.id)).forEach(visit);
    if (matcher(field.visible_if, fields)?.(view, now) === false) {
      delete view[field.id];
      hidden.add(field.id);
    }
  };
  fields.forEach(visit);
  return { view, hidden };
}

/** The ids of the fields that a condition names. */
function namedIn(condition: Condition): string[] {
  if ('all' in condition) return condition.all.flatMap(namedIn);
  if ('any' in condition) return condition.any.flatMap(namedIn);
  if ('not' in condition) return namedIn(condition.not);
  return [condition.field];
}
