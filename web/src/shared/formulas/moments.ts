/** Days and times in formulas: the clock on the company's wall, reckoned as if there were no zones. */
import { Misfit, Unknown } from './fault';

export interface Moment {
  /** Milliseconds, as if the clock on the wall showed UTC. */
  readonly at: number;
}

const UNITS = ['second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'] as const;
type Unit = (typeof UNITS)[number];

const MILLISECONDS: Readonly<Partial<Record<Unit, number>>> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
};

const MONTHS: Readonly<Partial<Record<Unit, number>>> = { month: 1, quarter: 3, year: 12 };

const singular = (unit: string): string => unit.replace(/s$/, '');

export function isUnit(unit: string): boolean {
  return (UNITS as readonly string[]).includes(singular(unit));
}

/** The day, or the wall clock's time, that a text says. */
export function momentOf(text: string): Moment {
  const found = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?Z?)?$/.exec(text);
  if (!found) throw new Unknown('moment');
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = found
    .slice(1)
    .map((part) => (part === undefined ? undefined : Number(part)));
  const at = Date.UTC(year, month - 1, day, hour, minute, second);
  if (new Date(at).toISOString().slice(0, 10) !== text.slice(0, 10)) throw new Misfit('moment');
  return { at };
}

export function addTo(moment: Moment, count: number, name: string): Moment {
  const unit = singular(name) as Unit;
  const length = MILLISECONDS[unit];
  if (length !== undefined) return { at: moment.at + count * length };
  const date = new Date(moment.at);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + count * (MONTHS[unit] ?? 0));
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  // The 29th of February has no counterpart in other years: ZEN makes nothing of it.
  if (unit === 'year' && day > last) throw new Unknown('29 February');
  date.setUTCDate(Math.min(day, last));
  if (Number.isNaN(date.getTime())) throw new Unknown('moment');
  return { at: date.getTime() };
}

/** Whole units from `b` to `a`; parts of a unit don't count. */
export function differ(a: Moment, b: Moment, name: string): number {
  const length = MILLISECONDS[singular(name) as Unit];
  // Months are of different lengths, and ZEN has its own way to count parts of them.
  if (length === undefined) throw new Unknown('months between');
  return Math.trunc((a.at - b.at) / length) || 0;
}

export function formatted(moment: Moment, format: string): string {
  const iso = new Date(moment.at).toISOString();
  const parts: Readonly<Record<string, string>> = {
    Y: iso.slice(0, 4),
    m: iso.slice(5, 7),
    d: iso.slice(8, 10),
    H: iso.slice(11, 13),
    M: iso.slice(14, 16),
    S: iso.slice(17, 19),
    '%': '%',
  };
  return format.replace(/%(.?)/g, (_whole, letter: string) => {
    const part = parts[letter];
    if (part === undefined) throw new Unknown('format');
    return part;
  });
}

export function partOf(moment: Moment, name: string): number | undefined {
  const date = new Date(moment.at);
  switch (name) {
    case 'year':
      return date.getUTCFullYear();
    case 'quarter':
      return Math.floor(date.getUTCMonth() / 3) + 1;
    case 'month':
      return date.getUTCMonth() + 1;
    case 'day':
      return date.getUTCDate();
    case 'weekday':
      return date.getUTCDay() || 7;
    case 'hour':
      return date.getUTCHours();
    case 'minute':
      return date.getUTCMinutes();
    case 'second':
      return date.getUTCSeconds();
    default:
      return undefined;
  }
}
