/** Two languages, one typed dictionary per feature: `const t = useMessages(messages)`, then `t('key', { n: 3 })`. */
import { useCallback, useSyncExternalStore } from 'react';

export type Locale = 'zh-CN' | 'en';
export type Params = Record<string, string | number>;

export interface Messages<K extends string> {
  readonly zh: Readonly<Record<K, string>>;
  readonly en: Readonly<Record<K, string>>;
}

/** Declares a dictionary. The type of `en` makes a key that lacks its translation a compile error. */
export function defineMessages<const Z extends Record<string, string>>(
  zh: Z,
  en: Record<keyof Z & string, string>,
): Messages<keyof Z & string> {
  return { zh, en };
}

const STORAGE_KEY = 'aftersail.locale';
const listeners = new Set<() => void>();

export function parseLocale(text: string | null | undefined): Locale | undefined {
  if (!text) return undefined;
  const lower = text.toLowerCase();
  if (lower.startsWith('zh')) return 'zh-CN';
  if (lower.startsWith('en')) return 'en';
  return undefined;
}

function initialLocale(): Locale {
  try {
    return parseLocale(localStorage.getItem(STORAGE_KEY)) ?? parseLocale(navigator.language) ?? 'zh-CN';
  } catch {
    return 'zh-CN';
  }
}

let current: Locale = initialLocale();

export function getLocale(): Locale {
  return current;
}

export function setLocale(locale: Locale): void {
  if (locale === current) return;
  current = locale;
  try {
    localStorage.setItem(STORAGE_KEY, locale);
  } catch {
    // A browser that refuses storage still changes language until the page is left.
  }
  document.documentElement.lang = locale;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useLocale(): Locale {
  return useSyncExternalStore(subscribe, getLocale);
}

/** Puts `{name}` parameters into a text. */
export function fill(text: string, params?: Params): string {
  return params ? text.replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole)) : text;
}

export function translate<K extends string>(
  messages: Messages<K>,
  key: K,
  params?: Params,
  locale: Locale = current,
): string {
  return fill((locale === 'en' ? messages.en : messages.zh)[key], params);
}

export type Translate<K extends string> = (key: K, params?: Params) => string;

export function useMessages<K extends string>(messages: Messages<K>): Translate<K> {
  const locale = useLocale();
  return useCallback((key: K, params?: Params) => translate(messages, key, params, locale), [messages, locale]);
}

/** A text in both languages, for small tables of labels. */
export interface Label {
  zh: string;
  en: string;
}

export function labelText(label: Label, locale: Locale = current): string {
  return locale === 'en' ? label.en : label.zh;
}
