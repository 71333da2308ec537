/** Money: integer minor units on the wire, words on the screen. */
import { getLocale } from './i18n';

/** Digits behind the point of amounts in a currency. */
export function digits(currency: string): number {
  try {
    return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

export function formatMoney(minor: number, currency = 'CNY'): string {
  const places = digits(currency);
  try {
    return new Intl.NumberFormat(getLocale(), { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }).format(
      minor / 10 ** places,
    );
  } catch {
    return `${(minor / 10 ** places).toFixed(places)} ${currency}`;
  }
}

/** Major units as typed (`12.5`) → minor units, rounded half away from zero at the currency's last place. */
export function toMinor(major: number, currency = 'CNY'): number {
  const scaled = Number((major * 10 ** digits(currency)).toPrecision(15));
  return Math.sign(scaled) * Math.round(Math.abs(scaled));
}

export function toMajor(minor: number, currency = 'CNY'): number {
  return minor / 10 ** digits(currency);
}
