import { describe, expect, it } from 'vitest';
import { numberFault, sampleNumber, type NumberFormat } from './numbering';

const format = (date: NumberFormat['date'], digits: number, start = 1): NumberFormat => ({ date, digits, start });

describe('numbers of records', () => {
  it('look as the server makes them', () => {
    const day = '2026-03-02';
    expect(sampleNumber('VH', format('none', 6), day)).toBe('VH-000001');
    expect(sampleNumber('VH', format('year', 5, 42), day)).toBe('VH-2026-00042');
    expect(sampleNumber(' VH ', format('month', 3), day, 7)).toBe('VH-202603-007');
    expect(sampleNumber('', format('year', 3), day)).toBe('2026-001');
    expect(sampleNumber('', format('none', 3), day, 12345)).toBe('12345');
  });

  it('are refused before the server does', () => {
    expect(numberFault('VH', format('year', 5))).toBeUndefined();
    expect(numberFault('VH-2026', format('none', 5))).toBe('prefixIsDate');
    expect(numberFault('202603', format('none', 5))).toBe('prefixIsDate');
    expect(numberFault('VH-2026', format('none', 5), 'VH-2026')).toBeUndefined();
    expect(numberFault('A2026', format('none', 2))).toBe('digitsWrong');
    expect(numberFault('VH', format('none', 3, 999))).toBeUndefined();
    expect(numberFault('VH', format('none', 3, 1000))).toBe('startWrong');
    expect(numberFault('VH', format('none', 3, 0))).toBe('startWrong');
  });
});
