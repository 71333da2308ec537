import { describe, expect, it } from 'vitest';
import { bannerFace } from './banner';
import type { Job } from './context';
import { callList } from './job/facts';
import { findParts, minutesOf } from './job/bookings';
import { missingBeforeLeaving } from './job/steps';
import { matches } from './list_page';
import { amap, phoneMap, telephone } from './maps';
import { findPlace } from './place';
import type { Command, CommandState } from './queue/commands';
import type { ShownVisit } from './queue/overlay';
import { splitToday } from './today_page';
import type { FieldPart } from './types';
import { watermarkLines } from './watermark';

describe('what stands on a photo', () => {
  const facts = {
    takenAt: new Date('2026-03-02T06:05:33Z'),
    place: { lat: 31.2304, lng: 121.4737, accuracy_metres: 12.4 },
    ticketNumber: 'T-2026-000123',
    visitNumber: 'V-2026-000009',
    engineer: '李工',
  };

  it('names the job, the time with its zone, and the place', () => {
    expect(watermarkLines(facts)).toEqual([
      'T-2026-000123 · V-2026-000009 · 李工',
      '2026-03-02 14:05:33 Asia/Shanghai',
      '31.23040°N 121.47370°E ±12 m',
    ]);
  });

  it('says so when the place is unknown, in the language of the screen', () => {
    expect(watermarkLines({ ...facts, place: {} }, 'zh-CN')[2]).toBe('位置未知');
    expect(watermarkLines({ ...facts, place: {} }, 'en')[2]).toBe('Place unknown');
  });

  it('writes the southern and western half of the world rightly', () => {
    expect(watermarkLines({ ...facts, place: { lat: -33.86, lng: -70.6 } })[2]).toBe('33.86000°S 70.60000°W');
  });
});

const locate = (call: Geolocation['getCurrentPosition']) => findPlace({ getCurrentPosition: call } as Geolocation, 20);

describe('where the phone is', () => {
  it('is noted with how exact it is', async () => {
    const coords = { latitude: 31.2, longitude: 121.4, accuracy: 8 } as GeolocationCoordinates;
    expect(await locate((found) => found({ coords } as GeolocationPosition))).toEqual({
      lat: 31.2,
      lng: 121.4,
      accuracy_metres: 8,
    });
  });

  it('stays empty when it is denied or not offered at all', async () => {
    expect(await locate((_found, failed) => failed?.({ code: 1 } as GeolocationPositionError))).toEqual({});
    expect(await findPlace(undefined)).toEqual({});
  });
});

describe('the way and the telephone', () => {
  const target = { lat: 31.2304, lng: 121.4737, address: '上海市浦东新区世纪大道100号', name: '和记纺织' };

  it('opens the map of the phone', () => {
    expect(phoneMap(target, 'Mozilla/5.0 (Linux; Android 15)')).toBe(
      `geo:31.2304,121.4737?q=${encodeURIComponent('31.2304,121.4737(和记纺织)')}`,
    );
    expect(phoneMap(target, 'iPhone')).toBe('https://maps.apple.com/?daddr=31.2304%2C121.4737');
    expect(phoneMap({ ...target, lat: null }, 'Android')).toBe(`geo:0,0?q=${encodeURIComponent(target.address)}`);
    expect(phoneMap({ ...target, lat: null, address: null }, 'Android')).toBeUndefined();
  });

  it('opens Amap with our kind of coordinates, or with the address', () => {
    expect(amap(target)).toContain('coordinate=wgs84');
    expect(decodeURIComponent(amap(target) ?? '')).toContain('to=121.4737,31.2304,和记纺织');
    expect(amap({ ...target, lng: null })).toContain('/search?keyword=');
  });

  it('calls each number once, the contact of the ticket first', () => {
    const job = {
      ticket: { contact_name: '王经理', contact_phone: '138-0013-8000' },
      contacts: [
        { name: '王经理', phone: '13800138000' },
        { name: '门卫', phone: '021-5888 0000' },
      ],
      customer: { name: '和记纺织', phone: null },
    } as unknown as Job;
    expect(callList(job).map((person) => telephone(person.phone))).toEqual(['tel:13800138000', 'tel:02158880000']);
  });
});

const job = (id: string, starts_at: string, status: string) =>
  ({ visit: { id, starts_at, status, number: 'V-1', ticket_number: 'T-2026-000007' } }) as unknown as Job;

describe('the day', () => {
  it('is split by the company’s calendar, not the browser’s', () => {
    const jobs = [
      job('left', '2026-03-01T08:00:00Z', 'accepted'),
      job('old', '2026-03-01T08:00:00Z', 'done'),
      job('early', '2026-03-01T16:30:00Z', 'planned'),
      job('over', '2026-03-02T02:00:00Z', 'done'),
      job('tomorrow', '2026-03-02T16:30:00Z', 'planned'),
    ];
    const { before, open, over } = splitToday(jobs, new Date('2026-03-02T04:00:00Z'));
    expect([before, open, over].map((group) => group.map((item) => item.visit.id))).toEqual([
      ['left'],
      ['early'],
      ['over'],
    ]);
  });

  it('is searched regardless of width and case', () => {
    expect(matches(job('a', '2026-03-01T08:00:00Z', 'done'), 'ｔ-2026-000007')).toBe(true);
    expect(matches(job('a', '2026-03-01T08:00:00Z', 'done'), 'T-2027')).toBe(false);
  });
});

describe('working on site', () => {
  it('says what is missing before leaving', () => {
    const visit = {
      checklist: [
        { required: true, done: false },
        { required: true, done: true },
        { required: false, done: false },
      ],
      result: null,
      signature: null,
      excused_reason: null,
    } as unknown as ShownVisit;
    expect(missingBeforeLeaving(visit).map((item) => [item.key, item.n])).toEqual([
      ['missingChecklist', 1],
      ['missingResult', 1],
      ['missingSignature', 1],
    ]);
    expect(missingBeforeLeaving({ ...visit, checklist: [], result: 'fixed', excused_reason: '客户不在' })).toEqual([]);
  });

  it('takes whole minutes up to a day', () => {
    expect(['30', ' １２０ ', '1440'].map(minutesOf)).toEqual([30, 120, 1440]);
    expect(['', '0', '1441', '1.5', '半小时', '-3'].map(minutesOf)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('finds parts by words in any order', () => {
    const parts = [
      { code: 'MP-10', name: '门机皮带' },
      { code: 'MP-11', name: '门机电机' },
    ] as FieldPart[];
    expect(findParts(parts, '皮带 mp').map((part) => part.code)).toEqual(['MP-10']);
    expect(findParts(parts, '')).toHaveLength(2);
    expect(findParts(parts, '主板')).toEqual([]);
  });
});

const of = (...states: CommandState[]) => states.map((state) => ({ state }) as Command);
const face = (online: boolean, end: Parameters<typeof bannerFace>[0]['end'], commands: Command[], running = false) =>
  bannerFace({ online, end, commands, running });

describe('the line that says how sending stands', () => {
  it('shows what matters most', () => {
    expect(face(true, 'done', [])).toBe('none');
    expect(face(false, 'offline', of('waiting'))).toBe('offline');
    expect(face(true, 'signed_out', of('waiting', 'conflict'))).toBe('signed_out');
    expect(face(true, 'done', of('waiting', 'rejected'))).toBe('problem');
    expect(face(true, undefined, of('waiting'), true)).toBe('sending');
    expect(face(true, 'failed', of('waiting'))).toBe('failed');
    expect(face(true, undefined, of('waiting'))).toBe('waiting');
    expect(face(true, 'other_person', of('waiting'))).toBe('other_person');
  });
});
