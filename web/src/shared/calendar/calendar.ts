/** Working time as it is stored: hours for each weekday, Monday first, and other hours for single dates. */

export interface Interval {
  from_minute: number;
  to_minute: number;
}

export interface CalendarValue {
  zone: string;
  week: Interval[][];
  exceptions: Record<string, Interval[]>;
}

export function standardWeek(zone: string): CalendarValue {
  const day: Interval[] = [
    { from_minute: 540, to_minute: 720 },
    { from_minute: 780, to_minute: 1080 },
  ];
  return {
    zone,
    week: [day, day, day, day, day, [], []].map((hours) => hours.map((one) => ({ ...one }))),
    exceptions: {},
  };
}

export function clock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

/** `9`, `9:30`, `0930` or `24:00` as minutes since midnight. */
export function parseClock(text: string): number | undefined {
  const match = /^\s*(\d{1,2})(?:[:：]?(\d{2}))?\s*$/.exec(text);
  if (!match) return undefined;
  const minute = Number(match[1]) * 60 + Number(match[2] ?? 0);
  return Number(match[2] ?? 0) < 60 && minute <= 1440 ? minute : undefined;
}

export function hoursText(intervals: readonly Interval[]): string {
  return intervals.map((one) => `${clock(one.from_minute)}–${clock(one.to_minute)}`).join(', ');
}

/** `9:00-12:00, 13:00-18:00` as intervals; an empty text is a day off; `undefined` when it isn't readable. */
export function parseHours(text: string): Interval[] | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return [];
  const result: Interval[] = [];
  for (const part of trimmed.split(/[,，;；、]/)) {
    const [from = '', to = ''] = part.split(/[-–—~～至到]/);
    const from_minute = parseClock(from);
    const to_minute = parseClock(to);
    if (from_minute === undefined || to_minute === undefined || from_minute >= to_minute) return undefined;
    result.push({ from_minute, to_minute });
  }
  result.sort((a, b) => a.from_minute - b.from_minute);
  return result.some((one, index) => index > 0 && one.from_minute < (result[index - 1]?.to_minute ?? 0))
    ? undefined
    : result;
}
