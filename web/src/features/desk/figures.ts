/** KPI figures as the server gives them, and their words. */
import { getLocale } from '@/shared/i18n';

export interface Figure {
  group: Record<string, string>;
  kpi: string;
  definitions: string[];
  unit: 'min' | 'h' | 'day' | 'share' | 'points' | 'count';
  n: number;
  value?: number | null;
  mean?: number | null;
  median?: number | null;
  p90?: number | null;
  hits?: number | null;
  low?: number | null;
  high?: number | null;
  few?: boolean;
  calendar?: string | null;
  excluded: Record<string, number>;
}

export interface Definition {
  kpi: string;
  version: string;
  name_zh: string;
  name_en: string;
  formula_zh: string;
  formula_en: string;
  unit: Figure['unit'];
  less_is_better?: boolean | null;
}

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
