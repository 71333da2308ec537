/** Works an expression out for one record, as `engines/formulas` does it; `engines/forms/vectors/formulas.json` holds what that makes. */
import { add, compare, decimalOf, divide, multiply, negated, remainder, rounded, subtract, textOf } from './decimal';
import { addTo, differ, formatted, isUnit, momentOf, partOf, type Moment } from './moments';
import { Misfit, Unknown } from './fault';
import { EACH, type Node } from './parse';
import type { Decimal } from './decimal';

/** A value while it is worked out. */
export type Value =
  | null
  | boolean
  | string
  | { type: 'number'; value: Decimal }
  | { type: 'moment'; value: Moment }
  | { type: 'list'; items: readonly Value[] }
  | { type: 'object'; members: ReadonlyMap<string, Value> }
  /** A value that the server alone knows. */
  | { type: 'unknown' };

export type Names = (name: string) => Value;

const number = (value: Decimal): Value => ({ type: 'number', value });

function decimal(value: Value): Decimal {
  if (typeof value === 'object' && value?.type === 'number') return value.value;
  throw new Misfit('number');
}

function text(value: Value): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value?.type === 'moment') throw new Unknown('text of a moment');
  throw new Misfit('text');
}

function flag(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  throw new Misfit('yes or no');
}

function items(value: Value): readonly Value[] {
  if (typeof value === 'object' && value?.type === 'list') return value.items;
  throw new Misfit('list');
}

const isMoment = (value: Value): value is { type: 'moment'; value: Moment } =>
  typeof value === 'object' && value?.type === 'moment';

function moment(value: Value): Moment {
  if (isMoment(value)) return value.value;
  throw new Misfit('moment');
}

/** A moment, or the day that a text beside one says. */
function besideMoment(value: Value): Moment {
  return typeof value === 'string' ? momentOf(value) : moment(value);
}

function known(value: Value): Value {
  if (typeof value === 'object' && value?.type === 'unknown') throw new Unknown('value');
  return value;
}

function equal(a: Value, b: Value): boolean {
  if (isMoment(a) || isMoment(b)) {
    if (a === null || b === null) return false;
    if (typeof a !== 'string' && typeof b !== 'string' && !(isMoment(a) && isMoment(b))) return false;
    return besideMoment(a).at === besideMoment(b).at;
  }
  if (typeof a === 'object' && typeof b === 'object' && a?.type === 'number' && b?.type === 'number') {
    return compare(a.value, b.value) === 0;
  }
  return typeof a !== 'object' || a === null ? a === b : false;
}

function ordered(a: Value, b: Value): number {
  if (isMoment(a) || isMoment(b)) return besideMoment(a).at - besideMoment(b).at;
  return compare(decimal(a), decimal(b));
}

const COMPARE: Readonly<Record<string, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

/** Text of a value in a template or by `string`. */
function said(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (value.type === 'number') return textOf(value.value);
  throw new Unknown('text');
}

/** Digits behind the point to round to. */
function places(value: Value | undefined): number {
  if (value === undefined) return 0;
  const count = Number(textOf(decimal(value)));
  if (!Number.isInteger(count) || count < 0) throw new Unknown('places');
  return count;
}

const sum = (all: readonly Value[]): Decimal => all.map(decimal).reduce(add, decimalOf(0));

function extreme(all: readonly Value[], sign: 1 | -1): Value {
  if (all.some(isMoment)) throw new Unknown('earliest');
  const numbers = all.map(decimal);
  const [first, ...rest] = numbers;
  if (first === undefined) throw new Misfit('empty');
  return number(rest.reduce((best, one) => (compare(one, best) * sign > 0 ? one : best), first));
}

const FUNCTIONS: Readonly<Record<string, (given: readonly Value[]) => Value>> = {
  abs: ([a = null]) => number(compare(decimal(a), decimalOf(0)) < 0 ? negated(decimal(a)) : decimal(a)),
  floor: ([a = null]) => number(rounded(decimal(a), 0, 'floor')),
  ceil: ([a = null]) => number(rounded(decimal(a), 0, 'ceil')),
  round: ([a = null, to]) => number(rounded(decimal(a), places(to))),
  trunc: ([a = null, to]) => number(rounded(decimal(a), places(to), 'down')),
  sum: ([list = null]) => number(sum(items(list))),
  avg: ([list = null]) => {
    const average = divide(sum(items(list)), decimalOf(items(list).length));
    if (!average) throw new Misfit('empty');
    return number(average);
  },
  min: ([list = null]) => extreme(items(list), -1),
  max: ([list = null]) => extreme(items(list), 1),
  len: ([list = null]) => number(decimalOf(items(list).length)),
  contains: ([whole = null, part = null]) =>
    typeof whole === 'string' ? whole.includes(text(part)) : items(whole).some((one) => equal(one, part)),
  startsWith: ([whole = null, part = null]) => text(whole).startsWith(text(part)),
  endsWith: ([whole = null, part = null]) => text(whole).endsWith(text(part)),
  upper: ([a = null]) => text(a).toUpperCase(),
  lower: ([a = null]) => text(a).toLowerCase(),
  trim: ([a = null]) => text(a).trim(),
  string: ([a = null]) => said(a),
  d: (given) => {
    const [day = null] = given;
    if (given.length !== 1) throw new Unknown('d');
    return isMoment(day) ? day : { type: 'moment', value: momentOf(text(day)) };
  },
};

function unitOf(value: Value | undefined) {
  if (typeof value !== 'string' || !isUnit(value)) throw new Unknown('unit');
  return value;
}

function method(of: Value, name: string, given: readonly Value[]): Value {
  const self = moment(of);
  const [first = null, second] = given;
  switch (name) {
    case 'add':
    case 'sub': {
      const count = Number(textOf(decimal(first)));
      if (!Number.isInteger(count)) throw new Unknown('part of a unit');
      return { type: 'moment', value: addTo(self, name === 'add' ? count : -count, unitOf(second)) };
    }
    case 'diff':
      return number(decimalOf(differ(self, besideMoment(first), unitOf(second))));
    case 'format':
      return formatted(self, text(first));
    case 'isBefore':
    case 'isAfter':
    case 'isSame': {
      if (given.length !== 1) throw new Unknown(name);
      const order = self.at - besideMoment(first).at;
      return name === 'isSame' ? order === 0 : name === 'isBefore' ? order < 0 : order > 0;
    }
    default: {
      const part = partOf(self, name);
      if (part === undefined || given.length > 0) throw new Unknown(name);
      return number(decimalOf(part));
    }
  }
}

function each(name: string, list: readonly Value[], body: (element: Value) => Value): Value {
  switch (name) {
    case 'map':
      return { type: 'list', items: list.map(body) };
    case 'filter':
      return { type: 'list', items: list.filter((one) => flag(body(one))) };
    case 'all':
      return list.every((one) => flag(body(one)));
    case 'some':
      return list.some((one) => flag(body(one)));
    case 'none':
      return !list.some((one) => flag(body(one)));
    default: {
      const count = list.filter((one) => flag(body(one))).length;
      return name === 'one' ? count === 1 : number(decimalOf(count));
    }
  }
}

/** The value of an expression; `element` is the member of the list that a function goes through. */
export function run(node: Node, names: Names, element?: Value): Value {
  const at = (inner: Node): Value => known(run(inner, names, element));
  switch (node.type) {
    case 'null':
      return null;
    case 'boolean':
    case 'text':
      return node.value;
    case 'number':
      return number(node.value);
    case 'joined':
      return node.parts.map((part) => said(at(part))).join('');
    case 'element':
      return element ?? null;
    case 'name':
      return known(names(node.name));
    case 'member': {
      const of = at(node.of);
      return typeof of === 'object' && of?.type === 'object' ? known(of.members.get(node.key) ?? null) : null;
    }
    case 'list':
      return { type: 'list', items: node.items.map(at) };
    case 'range':
      throw new Unknown('range');
    case 'unary': {
      const of = at(node.of);
      if (node.operator === 'not') return !flag(of);
      return node.operator === '-' ? number(negated(decimal(of))) : of;
    }
    case 'choice':
      return flag(at(node.test)) ? at(node.yes) : at(node.no);
    case 'call': {
      const [list, body] = node.given;
      if (EACH.has(node.name) && list && body) {
        return each(node.name, items(at(list)), (one) => known(run(body, names, one)));
      }
      const call = Object.hasOwn(FUNCTIONS, node.name) ? FUNCTIONS[node.name] : undefined;
      if (!call) throw new Unknown(node.name);
      return call(node.given.map(at));
    }
    case 'method':
      return method(at(node.of), node.name, node.given.map(at));
    case 'binary':
      return binary(node.operator, node.left, node.right, at);
  }
}

function within(value: Value, where: Node, at: (node: Node) => Value): boolean {
  if (where.type !== 'range') return items(at(where)).some((one) => equal(value, one));
  const [from, to] = [at(where.from), at(where.to)];
  const low = ordered(value, from);
  const high = ordered(value, to);
  return (where.open === '[' ? low >= 0 : low > 0) && (where.close === ']' ? high <= 0 : high < 0);
}

function binary(operator: string, left: Node, right: Node, at: (node: Node) => Value): Value {
  switch (operator) {
    case 'and':
      return flag(at(left)) ? at(right) : false;
    case 'or':
      return flag(at(left)) ? true : at(right);
    case '??':
      return at(left) ?? at(right);
    case '==':
      return equal(at(left), at(right));
    case '!=':
      return !equal(at(left), at(right));
    case 'in':
      return within(at(left), right, at);
    case 'not in':
      return !within(at(left), right, at);
    case '+': {
      const [a, b] = [at(left), at(right)];
      if (isMoment(a) || isMoment(b)) throw new Unknown('text of a moment');
      return typeof a === 'string' ? a + text(b) : number(add(decimal(a), decimal(b)));
    }
    case '-':
      return number(subtract(decimal(at(left)), decimal(at(right))));
    case '*':
      return number(multiply(decimal(at(left)), decimal(at(right))));
    case '/':
    case '%': {
      const made = (operator === '/' ? divide : remainder)(decimal(at(left)), decimal(at(right)));
      return made === undefined ? null : number(made);
    }
    default: {
      const test = COMPARE[operator];
      if (!test) throw new Unknown(operator);
      return test(ordered(at(left), at(right)));
    }
  }
}
