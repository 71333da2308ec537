import { describe, expect, it } from 'vitest';
import { setLocale } from './i18n';
import { formatMoney, toMajor, toMinor } from './money';

describe('money', () => {
  it('goes to minor units and back without losing a cent', () => {
    for (const text of ['0.1', '1.15', '19.99', '1.005', '123456.78']) {
      const minor = toMinor(Number(text));
      expect(Number.isInteger(minor)).toBe(true);
      expect(toMinor(toMajor(minor))).toBe(minor);
    }
    expect(toMinor(1.15)).toBe(115);
    expect(toMinor(1.005)).toBe(101);
    expect(toMinor(-1.005)).toBe(-101);
    expect(toMinor(500, 'JPY')).toBe(500);
  });

  it('is written with the sign of its currency', () => {
    setLocale('zh-CN');
    expect(formatMoney(22_040)).toBe('¥220.40');
    expect(formatMoney(500, 'JPY')).toContain('500');
    expect(formatMoney(100, 'nonsense')).toContain('nonsense');
  });
});
