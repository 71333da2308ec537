/** KPI figures as the server gives them, and their words. */
import type { components } from '@/shared/api/schema';
import { getLocale, labelText, type Label } from '@/shared/i18n';

export type Figure = components['schemas']['Figure'];

export type Definition = components['schemas']['Definition'];

const UNITS: Readonly<Record<string, { zh: string; en: string }>> = {
  min: { zh: ' 分钟', en: ' min' },
  h: { zh: ' 小时', en: ' h' },
  day: { zh: ' 天', en: ' d' },
  points: { zh: ' 分', en: '' },
};

/** A number with as many digits as it deserves, and its unit. Shares are per cent. */
export function figureText(value: number | null | undefined, unit: Figure['unit']): string {
  if (value === null || value === undefined) return '—';
  const locale = getLocale();
  if (unit === 'share') return `${new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(value * 100)}%`;
  const digits = unit === 'count' ? 0 : Math.abs(value) >= 100 ? 0 : 1;
  const text = new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);
  const words = UNITS[unit];
  return words ? text + (locale === 'en' ? words.en : words.zh) : text;
}

/** The address of exactly the tickets behind a figure. */
export function behindSearch(figure: Figure, from: string | undefined, to?: string, part?: string) {
  return {
    kpi: figure.kpi,
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
    ...(Object.keys(figure.group).length > 0 ? { group: JSON.stringify(figure.group) } : {}),
    ...(part ? { part } : {}),
  };
}

const EXCLUDED: Readonly<Record<string, Label>> = {
  cancelled: { zh: '已取消', en: 'cancelled' },
  merged: { zh: '已合并', en: 'merged' },
  clock_fault: { zh: '时钟错误', en: 'clock fault' },
  no_answer: { zh: '没有评价', en: 'no answer' },
  no_first_response: { zh: '尚未响应', en: 'not answered yet' },
  no_promise: { zh: '没有约定时限', en: 'no promise' },
  no_resolved_at: { zh: '没有解决时间', en: 'no solution time' },
  not_yet_due: { zh: '尚未到期', en: 'not due yet' },
  still_open: { zh: '尚未完成', en: 'still open' },
};

/** Why tickets were left out of a figure, in words. */
export function excludedText(reason: string): string {
  const label = EXCLUDED[reason];
  return label ? labelText(label) : reason.replaceAll('_', ' ');
}
