import { describe, expect, it } from 'vitest';
import { ApiError } from '@/shared/api/problem';
import {
  deviceName,
  failurePage,
  faultText,
  isDecidable,
  isPhone,
  KeyOfContent,
  stepOf,
  tokenPage,
  wishes,
} from './states';
import type { QuoteFace, TicketFace } from './types';

describe('the page a token opens', () => {
  it('follows what the token is for', () => {
    expect(tokenPage({})).toBe('loading');
    expect(tokenPage({ data: { kind: 'device' } })).toBe('device');
    expect(tokenPage({ data: { kind: 'ticket', purpose: 'sign' } })).toBe('ticket');
    expect(tokenPage({ error: new ApiError(404, { code: 'not_found' }) })).toBe('gone');
  });

  it('keeps what is known while a later request fails', () => {
    expect(tokenPage({ data: { kind: 'ticket' }, error: new ApiError(0, {}) })).toBe('ticket');
  });

  it('says what is wrong, and tells our failures from dead links', () => {
    expect(failurePage(new ApiError(0, { code: 'network' }))).toBe('offline');
    expect(failurePage(new ApiError(429, { code: 'rate_limited' }))).toBe('busy');
    expect(failurePage(new ApiError(503, {}))).toBe('failed');
    expect(failurePage(new Error('bug'))).toBe('failed');
    expect(failurePage(new ApiError(410, { code: 'link_expired' }))).toBe('expired');
    expect(failurePage(new ApiError(410, { code: 'link_revoked' }))).toBe('revoked');
    expect([400, 401, 403, 404, 410].map((status) => failurePage(new ApiError(status, {})))).toEqual(
      Array(5).fill('gone'),
    );
  });
});

const at = (status: TicketFace['status'], visit?: string) =>
  stepOf({ status, visit: visit ? { status: visit, starts_at: '', ends_at: '' } : null });

describe('how far a ticket has come', () => {
  it('is one of the steps that customers know', () => {
    expect(at('new')).toBe('received');
    expect(at('assigned')).toBe('assigned');
    expect(at('accepted', 'planned')).toBe('assigned');
    expect(at('accepted', 'travelling')).toBe('onTheWay');
    expect(at('in_service', 'on_site')).toBe('inService');
    expect(at('waiting', 'done')).toBe('inService');
    expect(at('waiting')).toBe('assigned');
    expect(at('resolved')).toBe('resolved');
    expect(at('closed', 'done')).toBe('resolved');
  });
});

describe('what we want from a customer', () => {
  const now = new Date('2026-03-02T00:00:00Z');
  const quote = { status: 'sent', valid_until: '2026-03-09T00:00:00Z' } as QuoteFace;
  const survey = { open: true, csat: null, nps: null, comment: null };
  const ticket = { quote, signature_wanted: true, survey } as TicketFace;

  it('puts first what the link was made for', () => {
    expect(wishes(ticket, 'track', now)).toEqual(['quote', 'sign', 'survey']);
    expect(wishes(ticket, 'survey', now)).toEqual(['survey', 'quote', 'sign']);
    expect(wishes(ticket, 'sign', now)).toEqual(['sign', 'quote', 'survey']);
  });

  it('leaves out what is done', () => {
    const done = { quote: { ...quote, status: 'approved' }, signature_wanted: false, survey: { ...survey, csat: 5 } };
    expect(wishes(done as TicketFace, 'quote', now)).toEqual([]);
  });

  it('does not ask about a quote that has run out', () => {
    expect(isDecidable(quote, new Date('2026-03-10T00:00:00Z'))).toBe(false);
    expect(isDecidable({ ...quote, valid_until: null }, now)).toBe(true);
  });
});

describe('reporting', () => {
  it('repeats with the same key, and takes another one for another content', () => {
    let made = 0;
    const keys = new KeyOfContent(() => `key-${(made += 1)}`);
    expect([keys.of({ a: 1 }), keys.of({ a: 1 }), keys.of({ a: 2 })]).toEqual(['key-1', 'key-1', 'key-2']);
  });

  it('joins what was tapped and what was written', () => {
    expect(faultText(['漏水', '异响'], ' 昨晚开始 ', '、')).toBe('漏水、异响\n昨晚开始');
    expect(faultText([], '坏了', '、')).toBe('坏了');
    expect(faultText([], '  ', '、')).toBe('');
  });

  it('takes telephone numbers as people write them', () => {
    expect(
      ['13800138000', '+86 138 0013 8000', '021-5888 0000', '１３８００１３８０００', '(021) 58880000'].every(isPhone),
    ).toBe(true);
    expect(['', '123', 'abc', '138abc', '1'.repeat(21)].some(isPhone)).toBe(false);
  });
});

describe('a device', () => {
  it('does not say its model twice', () => {
    expect(deviceName({ product: '载货电梯 FT-2T', model: 'FT-2T', serial: '1' })).toBe('载货电梯 FT-2T');
    expect(deviceName({ product: '载货电梯', model: 'FT-2T', serial: '1' })).toBe('载货电梯 · FT-2T');
    expect(deviceName({ product: null, model: null, serial: '1' })).toBe('');
  });
});
