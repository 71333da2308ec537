/**
 * What formulas and defaults by expression will make of a record while somebody types it. The server works them out for
 * good when the record is saved; what the browser can't know, or can't work out as exactly, it leaves to the server.
 */
import { currencyOf, ruleType, type Catalogue, type Field, type FieldKind, type ResultType } from '../form_types';
import { isEmpty, isObject } from '../json';
import { digits } from '../money';
import { hiddenFields, type FormRecord } from '../forms';
import { zoned } from '../time';
import { decimalOf, numberOf, rounded, type Decimal } from './decimal';
import { Misfit, Unknown } from './fault';
import { momentOf } from './moments';
import { namesIn, parse, type Node } from './parse';
import { run, type Value } from './run';

/** Who types, when. */
export interface Scene {
  now: Date;
  me: string | undefined;
}

/** What will be: a value, nothing, or what only the server can tell. */
export type Live = { value: unknown } | 'nothing' | 'unknown';

const UNKNOWN: Value = { type: 'unknown' };
/** Digits behind the point that numbers made by formulas keep. */
const PLACES = 6;

/** What is to be made; `whole` is a number without digits behind the point, amounts have those of their currency. */
interface Outcome {
  result: ResultType | 'whole';
  places: number;
}

const trees = new Map<string, { node: Node; names: ReadonlySet<string> } | 'unknown'>();

function treeOf(expression: string) {
  const known = trees.get(expression);
  if (known) return known;
  let tree: { node: Node; names: ReadonlySet<string> } | 'unknown';
  try {
    const node = parse(expression);
    tree = { node, names: namesIn(node) };
  } catch {
    tree = 'unknown';
  }
  if (trees.size > 500) trees.clear();
  trees.set(expression, tree);
  return tree;
}

/** An instant as the clock on the company's wall shows it. */
function wall(instant: string | Date): Value {
  const time = zoned(instant);
  return time.isValid() ? { type: 'moment', value: momentOf(time.format('YYYY-MM-DDTHH:mm:ss')) } : UNKNOWN;
}

/** A number as formulas see it: amounts count in the main unit of their currency. */
function numberIn(kind: FieldKind, value: number): Decimal {
  const number = decimalOf(value);
  const currency = currencyOf(kind);
  if (currency === undefined) return number;
  // How many zeros an amount ends with as a text is the server's affair.
  return { digits: number.digits, scale: number.scale + digits(currency), quotient: true };
}

/** A field's value as formulas see it. */
function entering(field: Field, value: unknown): Value {
  if (isEmpty(value)) return null;
  const { kind } = field;
  if (kind.type === 'location') {
    if (!isObject(value)) return UNKNOWN;
    const degrees = (of: unknown): Value => (typeof of === 'number' ? { type: 'number', value: decimalOf(of) } : null);
    return {
      type: 'object',
      members: new Map([
        ['lat', degrees(value.lat)],
        ['lng', degrees(value.lng)],
      ]),
    };
  }
  switch (ruleType(kind)) {
    case 'integer':
    case 'number':
      return typeof value === 'number' ? { type: 'number', value: numberIn(kind, value) } : UNKNOWN;
    case 'boolean':
      return typeof value === 'boolean' ? value : UNKNOWN;
    case 'date':
      return typeof value === 'string' ? { type: 'moment', value: momentOf(value.slice(0, 10)) } : UNKNOWN;
    case 'time':
      return typeof value === 'string' ? wall(value) : UNKNOWN;
    case 'tags':
      return Array.isArray(value) ? { type: 'list', items: value.map(String) } : UNKNOWN;
    case undefined:
      return UNKNOWN;
    default:
      return typeof value === 'string' ? value : UNKNOWN;
  }
}

function leaving(made: Value, outcome: Outcome): Live {
  if (made === null) return 'nothing';
  const { result, places } = outcome;
  if (result === 'boolean' && typeof made === 'boolean') return { value: made };
  if (result === 'text' && typeof made === 'string') {
    const text = made.replace(/\p{Cc}/gu, ' ').trim();
    if ([...text].length > 500) return 'unknown';
    return text === '' ? 'nothing' : { value: text };
  }
  if (typeof made !== 'object') return 'unknown';
  if (made.type === 'number' && result === 'money') {
    const amount = rounded(made.value, places);
    return { value: numberOf({ digits: amount.digits * 10n ** BigInt(places - amount.scale), scale: 0 }) };
  }
  if (made.type === 'number' && (result === 'number' || result === 'whole')) {
    return { value: numberOf(rounded(made.value, places)) };
  }
  if (made.type !== 'moment') return 'unknown';
  const clock = new Date(made.value.at).toISOString();
  if (result === 'date') return { value: clock.slice(0, 10) };
  if (result === 'time') return { value: instantOf(clock.slice(0, 19)) };
  return 'unknown';
}

/** The instant at which the company's wall shows `clock`. */
function instantOf(clock: string): string {
  const guess = new Date(`${clock}Z`).getTime();
  const off = (at: number) => zoned(at).utcOffset() * 60_000;
  return new Date(guess - off(guess - off(guess))).toISOString();
}

/** What a default by expression has to make of a field. */
function outcomeOf(kind: FieldKind): Outcome | undefined {
  const currency = currencyOf(kind);
  if (currency !== undefined) return { result: 'money', places: digits(currency) };
  switch (ruleType(kind)) {
    case 'text':
    case 'choice':
    case 'id':
      return { result: 'text', places: 0 };
    case 'integer':
      return { result: 'whole', places: 0 };
    case 'number':
      return { result: 'number', places: PLACES };
    case 'boolean':
      return { result: 'boolean', places: 0 };
    case 'date':
      return { result: 'date', places: 0 };
    case 'time':
      return { result: 'time', places: 0 };
    default:
      return undefined;
  }
}

/** Works out `expression`; `value` gives each field's value, undefined for names that are no fields. */
function workOut(expression: string, outcome: Outcome, scene: Scene, value: (name: string) => Value | undefined): Live {
  const tree = treeOf(expression);
  if (tree === 'unknown') return 'unknown';
  const names = (name: string): Value => {
    const own = value(name);
    if (own !== undefined) return own;
    if (name === 'now') return wall(scene.now);
    if (name === 'today') return { type: 'moment', value: momentOf(zoned(scene.now).format('YYYY-MM-DD')) };
    return name === 'me' ? (scene.me ?? null) : UNKNOWN;
  };
  try {
    return leaving(run(tree.node, names), outcome);
  } catch (error) {
    if (error instanceof Unknown || !(error instanceof Misfit)) return 'unknown';
    // Where a value is missing there is nothing to be made; all else the server will say.
    const read = [...tree.names].map(value).filter((one) => one !== undefined);
    const missing = read.includes(null) && !read.includes(UNKNOWN);
    return missing ? 'nothing' : 'unknown';
  }
}

interface Level {
  fields: readonly Field[];
  values: FormRecord;
  /** Fields whose value the server alone knows. */
  unknown: ReadonlySet<string>;
  scene: Scene;
}

/** The values of one level as formulas see them, its own formulas among them. */
class Worked {
  private readonly byId: ReadonlyMap<string, Field>;
  private readonly made = new Map<string, Live>();
  private readonly open = new Set<string>();

  constructor(private readonly level: Level) {
    this.byId = new Map(level.fields.filter((field) => field.retired !== true).map((field) => [field.id, field]));
  }

  formula(field: Field): Live {
    const known = this.made.get(field.id);
    if (known !== undefined) return known;
    if (field.kind.type !== 'formula' || this.open.has(field.id)) return 'unknown';
    this.open.add(field.id);
    const { expression, result } = field.kind;
    const places = digits(currencyOf(field.kind) ?? 'CNY');
    const made = workOut(
      expression,
      { result, places: result === 'number' ? PLACES : places },
      this.level.scene,
      (name) => this.value(name),
    );
    this.open.delete(field.id);
    this.made.set(field.id, made);
    return made;
  }

  value(name: string): Value | undefined {
    const field = this.byId.get(name);
    if (!field) return undefined;
    if (this.level.unknown.has(name)) return UNKNOWN;
    if (field.kind.type === 'sub_table') return this.rows(field);
    if (field.kind.type !== 'formula') return entered(field, this.level.values[name]);
    const made = this.formula(field);
    if (made === 'unknown') return UNKNOWN;
    return made === 'nothing' ? null : entered(field, made.value);
  }

  private rows(field: Field): Value {
    if (field.kind.type !== 'sub_table') return UNKNOWN;
    const columns = field.kind.fields.filter((column) => column.retired !== true);
    const rows = this.level.values[field.id];
    if (!Array.isArray(rows)) return null;
    const row = (values: unknown): Value => {
      const level = rowLevel(columns, isObject(values) ? values : {}, this.level.scene);
      const worked = new Worked(level);
      return { type: 'object', members: new Map(columns.map((one) => [one.id, worked.value(one.id) ?? null])) };
    };
    return { type: 'list', items: rows.map(row) };
  }
}

function entered(field: Field, value: unknown): Value {
  try {
    return entering(field, value);
  } catch {
    return UNKNOWN;
  }
}

const MADE_BY_SERVER: ReadonlySet<string> = new Set(['auto_number', 'look_up', 'system']);

function rowLevel(columns: readonly Field[], row: FormRecord, scene: Scene): Level {
  const hidden = hiddenFields({ object: '', fields: [...columns] }, row, scene.now);
  const values = Object.fromEntries(Object.entries(row).filter(([id]) => !hidden.has(id)));
  const unknown = columns.filter((column) => MADE_BY_SERVER.has(column.kind.type) || values[column.id] === '***');
  return { fields: columns, values, unknown: new Set(unknown.map((column) => column.id)), scene };
}

/** What the formulas among `columns` will make of one row, by column. */
export function liveRow(columns: readonly Field[], row: FormRecord, scene: Scene): Map<string, Live> {
  const formulas = columns.filter((column) => column.retired !== true && column.kind.type === 'formula');
  if (formulas.length === 0) return new Map();
  const worked = new Worked(rowLevel(columns, row, scene));
  return new Map(formulas.map((column) => [column.id, worked.formula(column)]));
}

export interface LiveRecord {
  catalogue: Catalogue;
  /** The values as they would be stored. */
  record: FormRecord;
  /** The record as it is stored; absent for a new one. */
  before: FormRecord | undefined;
  /** Fields that the person may not see, or whose values are not right yet. */
  unseen: ReadonlySet<string>;
  scene: Scene;
}

/** The fields whose values the browser can't know. */
function beyond({ catalogue, record, before, unseen }: LiveRecord): Set<string> {
  const unknown = new Set(unseen);
  for (const field of catalogue.fields) {
    const { kind, id } = field;
    if (record[id] === '***') unknown.add(id);
    else if (kind.type === 'auto_number' || kind.type === 'system') {
      if (before === undefined) unknown.add(id);
    } else if (kind.type === 'look_up') {
      const named = record[kind.relation];
      const same = before !== undefined && JSON.stringify(named) === JSON.stringify(before[kind.relation]);
      if (!same && !isEmpty(named)) unknown.add(id);
    }
  }
  return unknown;
}

/** The record as the server would begin with: a new one has nothing that leads to it. */
function begun({ catalogue, record, before }: LiveRecord): FormRecord {
  const values = { ...before, ...record };
  for (const { id, kind } of catalogue.fields) {
    if (kind.type === 'roll_up' && before === undefined && (kind.function === 'count' || kind.function === 'sum')) {
      values[id] = 0;
    } else if (kind.type === 'look_up' && isEmpty(record[kind.relation])) {
      delete values[id];
    }
  }
  return values;
}

/** What formulas, and for a new record defaults by expression, will make, by field. */
export function liveValues(of: LiveRecord): Map<string, Live> {
  const { catalogue, before, scene } = of;
  const live = new Map<string, Live>();
  const used = catalogue.fields.filter((field) => field.retired !== true);
  const formulas = used.filter((field) => field.kind.type === 'formula');
  const defaults = before === undefined ? used.filter((field) => field.default_expression !== undefined) : [];
  if (formulas.length === 0 && defaults.length === 0) return live;
  const unknown = beyond(of);
  const values = begun(of);
  for (const field of defaults) {
    if (!isEmpty(values[field.id]) || unknown.has(field.id)) continue;
    const outcome = outcomeOf(field.kind);
    const above = catalogue.fields.slice(0, catalogue.fields.indexOf(field));
    // Formulas are worked out after defaults, which therefore don't see them.
    const level = new Worked({ fields: above.filter((one) => one.kind.type !== 'formula'), values, unknown, scene });
    const sees = (name: string) =>
      above.some((one) => one.id === name && one.retired !== true && one.kind.type === 'formula')
        ? null
        : level.value(name);
    const made = outcome === undefined ? 'unknown' : workOut(field.default_expression ?? '', outcome, scene, sees);
    live.set(field.id, made);
    if (made === 'unknown') unknown.add(field.id);
    else if (made !== 'nothing') values[field.id] = made.value;
  }
  const worked = new Worked({ fields: catalogue.fields, values, unknown, scene });
  for (const field of formulas) live.set(field.id, unknown.has(field.id) ? 'unknown' : worked.formula(field));
  return live;
}
