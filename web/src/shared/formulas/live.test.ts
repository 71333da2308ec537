/** Formulas in the browser make what the server makes of them, or say that the server will. */
import { describe, expect, it } from 'vitest';
import type { Field, ResultType } from '../form_types';
import { setZone } from '../time';
import { liveRow, liveValues, type Live } from './live';
import vectors from '../../../../engines/forms/vectors/formulas.json';

const label = { zh: '甲', en: 'A' };
const scene = { now: new Date('2026-03-01T17:30:00Z'), me: 'u1' };
const fields = vectors.fields as unknown as Field[];

setZone(vectors.zone);

const formula = (id: string, expression: string, result: ResultType): Field => ({
  id,
  kind: { type: 'formula', expression, result, ...(result === 'money' ? { currency: 'CNY' } : {}) },
  label,
});

const live = (all: Field[], record: Record<string, unknown>, before?: Record<string, unknown>, unseen: string[] = []) =>
  liveValues({ catalogue: { object: 'x', fields: all }, record, before, unseen: new Set(unseen), scene });

/** What the browser may leave to the server: other functions, and what depends on how zeros are written. */
const LEFT = [
  /\^|median|number\(|\[0:1\]|startOf|'7d'|add\(rate|'month'\)$/,
  /string\((?:price|due)|'x' \+ due|"x" \+ due/,
];

describe('formulas while somebody types', () => {
  const cases = vectors.cases as { at: number; expression: string; result: string; value?: unknown; error?: string }[];

  it('make what the server makes, or are left to it', () => {
    const wrong: string[] = [];
    let known = 0;
    for (const { at, expression, result, value, error } of cases) {
      // Such a formula can't be saved.
      if (/unknown_field|type_mismatch|wrong_result/.test(error ?? '')) continue;
      const made = live(
        [...fields, formula('made_here', expression, result as ResultType)],
        vectors.records[at] ?? {},
      ).get('made_here');
      if (made === 'unknown') {
        const may = error !== undefined || LEFT.some((one) => one.test(expression));
        if (!may) wrong.push(`${at} ${expression}: left to the server, which makes ${JSON.stringify(value)}`);
        continue;
      }
      known += 1;
      const mine = made === 'nothing' || made === undefined ? null : made.value;
      const same =
        error === undefined &&
        (result === 'time' && typeof mine === 'string' && typeof value === 'string'
          ? Date.parse(mine) === Date.parse(value)
          : mine === value);
      if (!same) wrong.push(`${at} ${expression}: ${JSON.stringify(mine)} for ${JSON.stringify(value ?? error)}`);
    }
    expect(wrong.join('\n')).toBe('');
    expect(known).toBeGreaterThan(200);
  });

  it('count now, today and me at the company', () => {
    const all = [formula('t', 'today', 'date'), formula('n', 'now', 'time'), formula('m', 'me', 'text')];
    const made = live(all, {});
    expect(made.get('t')).toEqual({ value: '2026-03-02' });
    expect(made.get('n')).toEqual({ value: '2026-03-01T17:30:00.000Z' });
    expect(made.get('m')).toEqual({ value: 'u1' });
  });

  it('are left to the server where they read what the browser does not know', () => {
    const relation: Field = { id: 'device', kind: { type: 'relation', object: 'device' }, label };
    const look: Field = {
      id: 'price',
      kind: { type: 'look_up', relation: 'device', field: 'price', result: 'number' },
      label,
    };
    const double = formula('double', 'price * 2', 'number');
    const all = [relation, look, double];
    // A look-up counts as long as the relation stays; where it leads nowhere there is nothing.
    expect(live(all, { device: 'd1' }).get('double')).toBe('unknown');
    expect(live(all, { device: 'd1' }, { device: 'd1', price: 4 }).get('double')).toEqual({ value: 8 });
    expect(live(all, { device: 'd2' }, { device: 'd1', price: 4 }).get('double')).toBe('unknown');
    expect(live(all, {}, { device: 'd1', price: 4 }).get('double')).toBe('nothing');
    const number: Field = { id: 'qty', kind: { type: 'integer' }, label };
    const twice = formula('twice', 'qty * 2', 'number');
    expect(live([number, twice], { qty: 2 }, undefined, ['qty']).get('twice')).toBe('unknown');
    expect(live([{ ...number, personal: true }, twice], { qty: '***' }, { qty: '***' }).get('twice')).toBe('unknown');
    // A circle ends.
    expect(live([formula('a', 'b', 'number'), formula('b', 'a', 'number')], {}).get('a')).toBe('unknown');
  });

  it('count the roll-ups of a new record as over nothing', () => {
    const count: Field = {
      id: 'n',
      kind: { type: 'roll_up', object: 'ticket', relation: 'r', function: 'count' },
      label,
    };
    expect(live([count, formula('more', 'n + 1', 'number')], {}).get('more')).toEqual({ value: 1 });
  });

  it('follow each other through the rows of a sub-table', () => {
    const record = vectors.records[0] ?? {};
    const all = [...fields, formula('gross', 'net * 1.13', 'money')];
    expect(live(all, record).get('net')).toEqual({ value: 399 });
    expect(live(all, record).get('gross')).toEqual({ value: 451 });
    const items = fields.find((field) => field.id === 'items');
    const columns = items?.kind.type === 'sub_table' ? items.kind.fields : [];
    expect(liveRow(columns, { qty: 3, price: 50 }, scene).get('line')).toEqual({ value: 150 });
    expect(liveRow(columns, { qty: 3 }, scene).get('line')).toBe('nothing');
  });
});

describe('defaults by expression', () => {
  const day: Field = { id: 'day', kind: { type: 'date' }, label, default_expression: 'today' };
  const due: Field = { id: 'due', kind: { type: 'date' }, label, default_expression: "day.add(7, 'day')" };
  const who: Field = { id: 'who', kind: { type: 'person' }, label, default_expression: 'me' };
  const left = formula('left', "due.diff(today, 'day')", 'number');

  it('know those above them, and formulas know them', () => {
    const made = live([day, due, who, left], {});
    expect([...made]).toEqual<[string, Live][]>([
      ['day', { value: '2026-03-02' }],
      ['due', { value: '2026-03-09' }],
      ['who', { value: 'u1' }],
      ['left', { value: 7 }],
    ]);
    expect(live([day, due], { day: '2026-04-01' }).get('due')).toEqual({ value: '2026-04-08' });
  });

  it('are for new records alone, and for fields that are empty', () => {
    expect(live([day, due], { day: '2026-04-01', due: '2026-04-02' }).size).toBe(0);
    expect(live([day], {}, { other: 1 }).size).toBe(0);
  });
});
