/** How the numbers of records look, as the server makes them. */
import type { ObjectDefinition } from '@/shared/objects/queries';

export type NumberFormat = ObjectDefinition['number_format'];

export const DIGITS = { min: 3, max: 9 };

/** What an object without a format of its own has. */
export const PLAIN: NumberFormat = { date: 'none', digits: 6, start: 1 };

/** The formats that templates bring along. */
export const OF_TEMPLATE: Readonly<Record<string, NumberFormat>> = {
  project: { date: 'year', digits: 4, start: 1 },
  opportunity: { date: 'month', digits: 4, start: 1 },
  inspection: { date: 'year', digits: 6, start: 1 },
  course: { date: 'year', digits: 3, start: 1 },
};

/** The number with this count on a day: `VH-2026-00042`. */
export function sampleNumber(prefix: string, format: NumberFormat, day: string, count = format.start): string {
  const date = { none: '', year: day.slice(0, 4), month: day.slice(0, 7).replace('-', '') }[format.date];
  return [prefix.trim(), date, String(count).padStart(format.digits, '0')].filter((part) => part !== '').join('-');
}

/** What is wrong with a format, if the server would refuse it. */
export function numberFault(
  prefix: string,
  format: NumberFormat,
  before?: string,
): 'prefixIsDate' | 'digitsWrong' | 'startWrong' | undefined {
  if (prefix.trim() !== before && /(^|-)(\d{4}|\d{6})$/.test(prefix.trim())) return 'prefixIsDate';
  if (!Number.isInteger(format.digits) || format.digits < DIGITS.min || format.digits > DIGITS.max)
    return 'digitsWrong';
  if (!Number.isInteger(format.start) || format.start < 1 || format.start >= 10 ** format.digits) return 'startWrong';
  return undefined;
}
