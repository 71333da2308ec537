/** Times as people read them: in the tenant's zone, absolute and relative. */
import dayjs, { type Dayjs } from 'dayjs';
import timezone from 'dayjs/plugin/timezone';
import utc from 'dayjs/plugin/utc';
import { getLocale, type Locale } from './i18n';

dayjs.extend(utc);
dayjs.extend(timezone);

let zone = 'Asia/Shanghai';

/** The tenant's IANA zone, set once the session is known. */
export function setZone(name: string): void {
  zone = name;
}

export function getZone(): string {
  return zone;
}

export function zoned(time: string | number | Date): Dayjs {
  return dayjs(time).tz(zone);
}

/** An absolute time: the year only when it is another one. */
export function formatTime(time: string | number | Date, now: Date = new Date()): string {
  const at = zoned(time);
  return at.format(at.year() === zoned(now).year() ? 'MM-DD HH:mm' : 'YYYY-MM-DD HH:mm');
}

export function formatFullTime(time: string | number | Date): string {
  return `${zoned(time).format('YYYY-MM-DD HH:mm:ss')} (${zone})`;
}

/** Whole minutes as the largest two units: `135` → `2 小时 15 分`. */
export function formatMinutes(minutes: number, locale: Locale = getLocale()): string {
  const whole = Math.max(0, Math.round(minutes));
  const parts: [number, string, string][] = [
    [Math.floor(whole / 1440), '天', 'd'],
    [Math.floor((whole % 1440) / 60), '小时', 'h'],
    [whole % 60, '分钟', 'min'],
  ];
  const first = parts.findIndex(([n]) => n > 0);
  if (first < 0) return locale === 'en' ? '0 min' : '0 分钟';
  return parts
    .slice(first, first + 2)
    .filter(([n]) => n > 0)
    .map(([n, zh, en]) => (locale === 'en' ? `${n} ${en}` : `${n} ${zh}`))
    .join(' ');
}

/** Working time in hours: a working day has fewer than 24, so days would mislead. */
export function formatWorking(minutes: number, locale: Locale = getLocale()): string {
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return formatMinutes(minutes, locale);
  const rest = minutes % 60;
  return `${hours} ${locale === 'en' ? 'h' : '小时'}${rest > 0 ? ` ${formatMinutes(rest, locale)}` : ''}`;
}

/** How far from now: `3 小时前`, `in 5 min`. */
export function formatRelative(
  time: string | number | Date,
  now: Date = new Date(),
  locale: Locale = getLocale(),
): string {
  const seconds = (new Date(time).getTime() - now.getTime()) / 1000;
  const size = Math.abs(seconds);
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });
  if (size < 60) return locale === 'en' ? 'just now' : '刚刚';
  if (size < 3600) return format.format(Math.trunc(seconds / 60), 'minute');
  if (size < 86_400) return format.format(Math.trunc(seconds / 3600), 'hour');
  if (size < 30 * 86_400) return format.format(Math.trunc(seconds / 86_400), 'day');
  if (size < 365 * 86_400) return format.format(Math.trunc(seconds / (30 * 86_400)), 'month');
  return format.format(Math.trunc(seconds / (365 * 86_400)), 'year');
}

/** Minutes until a due time; negative when it has passed. */
export function minutesLeft(due: string | number | Date, now: Date = new Date()): number {
  return Math.floor((new Date(due).getTime() - now.getTime()) / 60_000);
}

/** The wall-clock text of a picker read in the tenant's zone, as an instant. */
export function wallToInstant(wall: Dayjs): string {
  return dayjs.tz(wall.format('YYYY-MM-DDTHH:mm:ss'), zone).toISOString();
}

/** An instant as a picker value showing the tenant's wall clock. */
export function instantToWall(time: string): Dayjs {
  return dayjs(zoned(time).format('YYYY-MM-DDTHH:mm:ss'));
}

export function today(): string {
  return zoned(new Date()).format('YYYY-MM-DD');
}
