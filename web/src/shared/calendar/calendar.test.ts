import { describe, expect, it } from 'vitest';
import { hoursText, parseClock, parseHours, standardWeek } from './calendar';

describe('hours as people type them', () => {
  it('read in several spellings', () => {
    expect(parseHours('9:00-12:00, 13:00-18:00')).toEqual([
      { from_minute: 540, to_minute: 720 },
      { from_minute: 780, to_minute: 1080 },
    ]);
    expect(parseHours('13-18；9：30至12')).toEqual([
      { from_minute: 570, to_minute: 720 },
      { from_minute: 780, to_minute: 1080 },
    ]);
    expect(parseHours('0:00-24:00')).toEqual([{ from_minute: 0, to_minute: 1440 }]);
    expect(parseHours('  ')).toEqual([]);
  });

  it('are refused when they can’t be meant', () => {
    for (const text of ['9:00', '12:00-9:00', '9:00-25:00', '9:70-10:00', '9:00-12:00,11:00-13:00', 'morning']) {
      expect(parseHours(text), text).toBeUndefined();
    }
    expect(parseClock('24:01')).toBeUndefined();
  });

  it('come back as they were written', () => {
    const monday = standardWeek('Asia/Shanghai').week[0] ?? [];
    expect(parseHours(hoursText(monday))).toEqual(monday);
  });
});
