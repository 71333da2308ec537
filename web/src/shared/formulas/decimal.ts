/** Exact decimals, as the server reckons with them: 96 bits of digits, at most 28 of them behind the point. */
import { Unknown } from './fault';

export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
  /** A quotient: how many zeros it ends with is the server's affair, so that it can't be made a text here. */
  readonly quotient?: boolean;
}

const MOST = 2n ** 96n - 1n;
const MAX_SCALE = 28;

const abs = (n: bigint): bigint => (n < 0n ? -n : n);
const ten = (n: number): bigint => 10n ** BigInt(n);

type Rounding = 'away' | 'even' | 'down' | 'floor' | 'ceil';

function divided(digits: bigint, by: bigint, rounding: Rounding): bigint {
  const whole = digits / by;
  const rest = digits % by;
  if (rest === 0n) return whole;
  const negative = digits < 0n !== by < 0n;
  const step = negative ? -1n : 1n;
  const twice = abs(rest) * 2n;
  const base = abs(by);
  switch (rounding) {
    case 'down':
      return whole;
    case 'floor':
      return negative ? whole - 1n : whole;
    case 'ceil':
      return negative ? whole : whole + 1n;
    case 'away':
      return twice >= base ? whole + step : whole;
    case 'even':
      return twice > base || (twice === base && whole % 2n !== 0n) ? whole + step : whole;
  }
}

/** Cuts digits behind the point until the number fits. */
function fitted(digits: bigint, scale: number): Decimal {
  let cut = Math.max(0, scale - MAX_SCALE);
  while (cut <= scale && abs(divided(digits, ten(cut), 'even')) > MOST) cut += 1;
  if (cut > scale) throw new Unknown('overflow');
  return { digits: cut === 0 ? digits : divided(digits, ten(cut), 'even'), scale: scale - cut };
}

export function decimalOf(value: number | string): Decimal {
  const found = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(value));
  if (!found) throw new Unknown('number');
  const [, sign = '', whole = '0', part = ''] = found;
  return fitted(BigInt(`${sign}${whole}${part}`), part.length);
}

const kept = (a: Decimal, b: Decimal): { quotient?: true } =>
  a.quotient === true || b.quotient === true ? { quotient: true } : {};

function aligned(a: Decimal, b: Decimal): [bigint, bigint, number] {
  const scale = Math.max(a.scale, b.scale);
  return [a.digits * ten(scale - a.scale), b.digits * ten(scale - b.scale), scale];
}

export function add(a: Decimal, b: Decimal): Decimal {
  const [left, right, scale] = aligned(a, b);
  return { ...fitted(left + right, scale), ...kept(a, b) };
}

export const negated = (a: Decimal): Decimal => ({ ...a, digits: -a.digits });

export const subtract = (a: Decimal, b: Decimal): Decimal => add(a, negated(b));

export function multiply(a: Decimal, b: Decimal): Decimal {
  return { ...fitted(a.digits * b.digits, a.scale + b.scale), ...kept(a, b) };
}

/** Undefined for a division by nought. */
export function divide(a: Decimal, b: Decimal): Decimal | undefined {
  if (b.digits === 0n) return undefined;
  const digits = divided(a.digits * ten(MAX_SCALE + b.scale), b.digits * ten(a.scale), 'even');
  return { ...fitted(digits, MAX_SCALE), quotient: true };
}

/** What is left after a division, with the sign of `a`; undefined for a division by nought. */
export function remainder(a: Decimal, b: Decimal): Decimal | undefined {
  if (b.digits === 0n) return undefined;
  const [left, right, scale] = aligned(a, b);
  return { digits: left % right, scale, quotient: true };
}

export function compare(a: Decimal, b: Decimal): number {
  const [left, right] = aligned(a, b);
  return left < right ? -1 : left > right ? 1 : 0;
}

export function rounded(a: Decimal, places: number, rounding: Rounding = 'away'): Decimal {
  if (a.scale <= places) return a;
  return { ...a, digits: divided(a.digits, ten(a.scale - places), rounding), scale: places };
}

export function textOf(a: Decimal): string {
  if (a.quotient === true) throw new Unknown('zeros of a quotient');
  return plain(a);
}

function plain(a: Decimal): string {
  const digits = String(abs(a.digits)).padStart(a.scale + 1, '0');
  const at = digits.length - a.scale;
  return `${a.digits < 0n ? '-' : ''}${digits.slice(0, at)}${a.scale > 0 ? `.${digits.slice(at)}` : ''}`;
}

/** The number as JSON has it; what a record can't hold is refused. */
export function numberOf(a: Decimal): number {
  const number = Number(plain(a));
  if (Math.abs(number) > Number.MAX_SAFE_INTEGER) throw new Unknown('overflow');
  return number === 0 ? 0 : number;
}
