import dayjs from 'dayjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { formatMinutes, formatRelative, formatTime, instantToWall, minutesLeft, setZone, wallToInstant } from './time';

const now = new Date('2026-03-02T04:00:00Z');

describe('times', () => {
  beforeEach(() => setZone('Asia/Shanghai'));

  it('stand in the zone of the company, with the year only when it is another', () => {
    expect(formatTime('2026-03-01T17:30:00Z', now)).toBe('03-02 01:30');
    expect(formatTime('2025-12-31T15:59:00Z', now)).toBe('2025-12-31 23:59');
    setZone('America/New_York');
    expect(formatTime('2026-03-01T17:30:00Z', now)).toBe('03-01 12:30');
  });

  it('are picked as wall clock in that zone and come back as they were', () => {
    expect(wallToInstant(dayjs('2026-03-02T09:00:00'))).toBe('2026-03-02T01:00:00.000Z');
    expect(instantToWall('2026-03-02T01:00:00Z').format('YYYY-MM-DD HH:mm')).toBe('2026-03-02 09:00');
  });

  it('say how long in two units at most', () => {
    expect(formatMinutes(135, 'zh-CN')).toBe('2 小时 15 分钟');
    expect(formatMinutes(1500, 'zh-CN')).toBe('1 天 1 小时');
    expect(formatMinutes(0, 'en')).toBe('0 min');
    expect(formatMinutes(60, 'en')).toBe('1 h');
  });

  it('tell what is left and what is over', () => {
    expect(minutesLeft('2026-03-02T04:30:00Z', now)).toBe(30);
    expect(minutesLeft('2026-03-02T03:59:30Z', now)).toBe(-1);
    expect(formatRelative('2026-03-02T03:59:40Z', now, 'zh-CN')).toBe('刚刚');
    expect(formatRelative('2026-03-02T01:00:00Z', now, 'zh-CN')).toBe('3小时前');
    expect(formatRelative('2026-03-02T04:05:00Z', now, 'en')).toBe('in 5 min.');
  });
});
