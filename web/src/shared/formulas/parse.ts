/** Reads the part of the formula language (ZEN) that the browser works out; all else is left to the server. */
import { decimalOf, type Decimal } from './decimal';
import { Unknown } from './fault';

export type Node =
  | { type: 'null' }
  | { type: 'boolean'; value: boolean }
  | { type: 'number'; value: Decimal }
  | { type: 'text'; value: string }
  | { type: 'joined'; parts: Node[] }
  | { type: 'element' }
  | { type: 'name'; name: string }
  | { type: 'member'; of: Node; key: string }
  | { type: 'list'; items: Node[] }
  | { type: 'range'; from: Node; to: Node; open: '[' | '('; close: ']' | ')' }
  | { type: 'unary'; operator: string; of: Node }
  | { type: 'binary'; operator: string; left: Node; right: Node }
  | { type: 'choice'; test: Node; yes: Node; no: Node }
  | { type: 'call'; name: string; given: Node[] }
  | { type: 'method'; of: Node; name: string; given: Node[] };

interface Token {
  kind: 'number' | 'text' | 'template' | 'name' | 'sign';
  text: string;
}

const TOKEN =
  /[ \n\t]+|(\d[\d_]*(?:\.\d[\d_]*)?(?![\d_.]*e))|'([^']*)'|"([^"]*)"|`([^`]*)`|(not in(?= )|[A-Za-z_$][A-Za-z0-9_$]*)|(#|\.\.|\?\?|==|!=|>=|<=|[-+*/%^<>?:,.()[\]])/y;

function tokens(source: string): Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  let at = 0;
  while (at < source.length) {
    const match = TOKEN.exec(source);
    if (!match) throw new Unknown(`sign at ${at}`);
    at = TOKEN.lastIndex;
    const [, number, single, double, joined, name, sign] = match;
    const text = single ?? double;
    if (number !== undefined) found.push({ kind: 'number', text: number.replaceAll('_', '') });
    else if (text !== undefined) found.push({ kind: 'text', text });
    else if (joined !== undefined) found.push({ kind: 'template', text: joined });
    else if (name !== undefined)
      found.push({ kind: /^(?:and|or|not|in|not in)$/.test(name) ? 'sign' : 'name', text: name });
    else if (sign !== undefined) found.push({ kind: 'sign', text: sign });
  }
  return found;
}

/** How tightly operators bind; these are ZEN's own, in which `??` binds tightest and `not` loosely. */
const BINDS: Readonly<Record<string, number>> = {
  or: 10,
  and: 15,
  '==': 20,
  '!=': 20,
  '<': 20,
  '>': 20,
  '<=': 20,
  '>=': 20,
  in: 20,
  'not in': 20,
  '+': 30,
  '-': 30,
  '*': 60,
  '/': 60,
  '%': 60,
  '??': 80,
};

const UNARY: Readonly<Record<string, number>> = { not: 50, '+': 200, '-': 200 };

/** Functions whose second argument is worked out for every member of a list. */
export const EACH: ReadonlySet<string> = new Set(['map', 'filter', 'count', 'all', 'some', 'none', 'one']);

class Parser {
  private at = 0;
  private depth = 0;
  private inside = 0;

  constructor(private readonly all: readonly Token[]) {}

  whole(): Node {
    const node = this.expression(0);
    if (this.at < this.all.length) throw new Unknown('rest');
    return node;
  }

  private is(text: string): boolean {
    const token = this.all[this.at];
    return token?.kind === 'sign' && token.text === text;
  }

  private take(text: string): boolean {
    if (!this.is(text)) return false;
    this.at += 1;
    return true;
  }

  private need(text: string): void {
    if (!this.take(text)) throw new Unknown(`${text} is missing`);
  }

  private expression(least: number): Node {
    this.depth += 1;
    if (this.depth > 120) throw new Unknown('too deep');
    let left = this.unary();
    for (;;) {
      const token = this.all[this.at];
      const binds = token?.kind === 'sign' ? BINDS[token.text] : undefined;
      if (token === undefined || binds === undefined || binds < least) break;
      this.at += 1;
      left = { type: 'binary', operator: token.text, left, right: this.expression(binds + 1) };
    }
    if (least === 0 && this.take('?')) {
      const yes = this.expression(0);
      this.need(':');
      left = { type: 'choice', test: left, yes, no: this.expression(0) };
    }
    this.depth -= 1;
    return left;
  }

  private unary(): Node {
    const token = this.all[this.at];
    if (token === undefined) throw new Unknown('end');
    const binds = token.kind === 'sign' ? UNARY[token.text] : undefined;
    if (binds !== undefined) {
      this.at += 1;
      return { type: 'unary', operator: token.text, of: this.expression(binds) };
    }
    const range = this.range();
    if (range) return range;
    this.at += 1;
    return this.postfix(this.first(token));
  }

  /** `[1..5]`, `(1..5]` and their like. */
  private range(): Node | undefined {
    const open = this.is('[') ? '[' : this.is('(') ? '(' : undefined;
    if (open === undefined) return undefined;
    const start = this.at;
    this.at += 1;
    if (!this.is(']')) {
      const from = this.expression(0);
      if (this.take('..')) {
        const to = this.expression(0);
        const close = this.take(']') ? ']' : ')';
        if (close === ')') this.need(')');
        return { type: 'range', from, to, open, close };
      }
    }
    this.at = start;
    return undefined;
  }

  private first(token: Token): Node {
    switch (token.kind) {
      case 'number':
        return { type: 'number', value: decimalOf(token.text) };
      case 'text':
        return { type: 'text', value: token.text };
      case 'template':
        return template(token.text);
      case 'name':
        return this.named(token.text);
      case 'sign':
        break;
    }
    if (token.text === '(') {
      const inner = this.expression(0);
      this.need(')');
      return inner;
    }
    if (token.text === '[') return { type: 'list', items: this.list(']') };
    if (token.text === '#' && this.inside > 0) return { type: 'element' };
    throw new Unknown(token.text);
  }

  private named(name: string): Node {
    if (name === 'null') return { type: 'null' };
    if (name === 'true' || name === 'false') return { type: 'boolean', value: name === 'true' };
    if (name.startsWith('$')) throw new Unknown(name);
    if (!this.take('(')) return { type: 'name', name };
    if (!EACH.has(name)) return { type: 'call', name, given: this.list(')') };
    const list = this.expression(0);
    this.need(',');
    this.inside += 1;
    const body = this.expression(0);
    this.inside -= 1;
    this.need(')');
    return { type: 'call', name, given: [list, body] };
  }

  private list(end: string): Node[] {
    const items: Node[] = [];
    if (this.take(end)) return items;
    do items.push(this.expression(0));
    while (this.take(','));
    this.need(end);
    return items;
  }

  private postfix(node: Node): Node {
    let left = node;
    while (this.take('.')) {
      const token = this.all[this.at];
      if (token?.kind !== 'name') throw new Unknown('member');
      this.at += 1;
      left = this.take('(')
        ? { type: 'method', of: left, name: token.text, given: this.list(')') }
        : { type: 'member', of: left, key: token.text };
    }
    if (this.is('[')) throw new Unknown('place in a list');
    return left;
  }
}

function template(text: string): Node {
  const parts: Node[] = [];
  let from = 0;
  for (const found of text.matchAll(/\$\{([^{}]*)\}/g)) {
    if (found.index > from) parts.push({ type: 'text', value: text.slice(from, found.index) });
    parts.push(parse(found[1] ?? ''));
    from = found.index + found[0].length;
  }
  if (from < text.length) parts.push({ type: 'text', value: text.slice(from) });
  return { type: 'joined', parts };
}

/** The tree of an expression; throws `Unknown` for what the browser doesn't know of the language. */
export function parse(source: string): Node {
  return new Parser(tokens(source)).whole();
}

/** The names that an expression reads outside of elements. */
export function namesIn(node: Node): Set<string> {
  const names = new Set<string>();
  const visit = (one: Node): void => {
    switch (one.type) {
      case 'name':
        names.add(one.name);
        break;
      case 'joined':
        one.parts.forEach(visit);
        break;
      case 'list':
        one.items.forEach(visit);
        break;
      case 'member':
      case 'unary':
        visit(one.of);
        break;
      case 'range':
        [one.from, one.to].forEach(visit);
        break;
      case 'binary':
        [one.left, one.right].forEach(visit);
        break;
      case 'choice':
        [one.test, one.yes, one.no].forEach(visit);
        break;
      case 'call':
        one.given.forEach(visit);
        break;
      case 'method':
        [one.of, ...one.given].forEach(visit);
        break;
      default:
    }
  };
  visit(node);
  return names;
}
