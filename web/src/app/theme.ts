/** The look: one brand colour, neutral greys, colour only for meaning; light and dark. */
import { theme as antdTheme, type ThemeConfig } from 'antd';
import { useSyncExternalStore } from 'react';

export type Appearance = 'light' | 'dark';

const STORAGE_KEY = 'aftersail.appearance';
const listeners = new Set<() => void>();

function initial(): Appearance {
  try {
    const stored = localStorage.getItem(STORAGE_KEY);
    if (stored === 'light' || stored === 'dark') return stored;
    return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  } catch {
    return 'light';
  }
}

let appearance: Appearance = initial();

function apply(): void {
  document.documentElement.dataset.theme = appearance;
  document.documentElement.style.colorScheme = appearance;
}
apply();

export function setAppearance(next: Appearance): void {
  appearance = next;
  try {
    localStorage.setItem(STORAGE_KEY, next);
  } catch {
    // Without storage the choice lasts until the page is left.
  }
  apply();
  for (const listener of listeners) listener();
}

export function useAppearance(): Appearance {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => appearance,
  );
}

export const FONT_STACK =
  'system-ui, -apple-system, "Segoe UI", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans SC", ' +
  '"Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei", sans-serif';

export function themeOf(mode: Appearance, motion: boolean): ThemeConfig {
  const dark = mode === 'dark';
  return {
    algorithm: dark ? antdTheme.darkAlgorithm : antdTheme.defaultAlgorithm,
    cssVar: { key: 'as' },
    hashed: false,
    token: {
      motion,
      fontFamily: FONT_STACK,
      colorPrimary: dark ? '#12857f' : '#0b6e69',
      colorLink: dark ? '#4fd1c5' : '#0b6e69',
      colorLinkHover: dark ? '#81e6d9' : '#095450',
      colorInfo: dark ? '#4d9be6' : '#1d5fbf',
      colorTextSecondary: dark ? '#b3bcc6' : '#4a5563',
      colorTextTertiary: dark ? '#9aa5b1' : '#5b6673',
      colorTextDescription: dark ? '#a7b1bc' : '#56616e',
      colorTextPlaceholder: dark ? '#8f9aa6' : '#6b7683',
      colorTextDisabled: dark ? '#8a95a1' : '#6f7a86',
      colorError: dark ? '#f0716b' : '#c4302b',
      // The lighter shade that would be made of it is too pale for the white words on a button.
      ...(dark ? {} : { colorErrorHover: '#a82823' }),
      colorBgLayout: dark ? '#0f1418' : '#f4f6f8',
      colorBgContainer: dark ? '#171d23' : '#ffffff',
      colorBgElevated: dark ? '#1f262d' : '#ffffff',
      borderRadius: 6,
    },
    components: {
      Menu: dark
        ? { itemSelectedBg: '#123b3a', itemSelectedColor: '#81e6d9' }
        : { itemSelectedBg: '#e2f2f0', itemSelectedColor: '#095450' },
      Table: { cellPaddingBlockSM: 6 },
      Tabs: dark ? { itemSelectedColor: '#81e6d9', inkBarColor: '#4fd1c5', itemHoverColor: '#81e6d9' } : {},
      Form: { itemMarginBottom: 14, verticalLabelPadding: '0 0 4px' },
      Button: { primaryShadow: 'none', defaultShadow: 'none', dangerShadow: 'none' },
    },
  };
}
