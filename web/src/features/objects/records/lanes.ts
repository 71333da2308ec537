/** Where records stand in the weeks of a month: one that lasts several days keeps one lane, so that it reads as one bar. */

/** A record with its days; what begins and ends on one day comes in order of its time. */
export interface Lasting {
  first: string;
  last: string;
  time: string;
}

/** The part of a record that one week shows. */
export interface Bar<T> {
  item: T;
  lane: number;
  /** The place in the week of the day on which it begins there. */
  at: number;
  days: number;
  /** It began in an earlier week. */
  before: boolean;
  /** It goes on in a later one. */
  after: boolean;
}

const lasts = (item: Lasting): boolean => item.last > item.first;

/** What lasts stands above what does not, and begins on the left; the rest is in order of time. */
function inOrder(a: Lasting, b: Lasting): number {
  if (lasts(a) !== lasts(b)) return lasts(a) ? -1 : 1;
  return a.first.localeCompare(b.first) || b.last.localeCompare(a.last) || a.time.localeCompare(b.time);
}

/** The bars of a week, each in the highest lane that is free on all of its days. */
export function barsOf<T extends Lasting>(week: readonly string[], items: readonly T[]): Bar<T>[] {
  const [monday = '', sunday = ''] = [week[0], week.at(-1)];
  const taken: Set<number>[] = week.map(() => new Set());
  return items
    .filter((item) => item.first <= sunday && item.last >= monday)
    .toSorted(inOrder)
    .map((item) => {
      const at = Math.max(0, week.indexOf(item.first));
      const end = item.last > sunday ? week.length - 1 : week.indexOf(item.last);
      const days = taken.slice(at, end + 1);
      let lane = 0;
      while (days.some((day) => day.has(lane))) lane += 1;
      for (const day of days) day.add(lane);
      return { item, lane, at, days: days.length, before: item.first < monday, after: item.last > sunday };
    });
}
