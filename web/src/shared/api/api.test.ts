import { afterEach, describe, expect, it, vi } from 'vitest';
import { api, newKey, onSignedOut, queryText, setCsrfToken, url } from './api';
import { ApiError } from './problem';

function answer(status: number, body?: unknown): Response {
  const headers = { 'content-type': status >= 400 ? 'application/problem+json' : 'application/json' };
  return new Response(body === undefined ? null : JSON.stringify(body), { status, headers });
}

afterEach(() => {
  vi.unstubAllGlobals();
  onSignedOut(undefined);
  setCsrfToken(undefined);
});

describe('the door to the server', () => {
  it('escapes what goes into an address and leaves out empty parameters', () => {
    expect(url('/api/v1/tickets/{id}', { id: 'a/b?c' })).toBe('/api/v1/tickets/a%2Fb%3Fc');
    expect(queryText({ q: '漏水', sort: '', limit: 5, archived: undefined, ids: ['FRT', 'ART'] })).toBe(
      '?q=%E6%BC%8F%E6%B0%B4&limit=5&ids=FRT%2CART',
    );
    expect(newKey()).not.toBe(newKey());
  });

  it('sends the token, the version and the key with a change', async () => {
    const fetched = vi.fn(() => Promise.resolve(answer(200, { ok: true })));
    vi.stubGlobal('fetch', fetched);
    setCsrfToken('t1');
    await api.patch('/x', { a: 1 }, { version: 7, key: 'k' });
    const [, init] = fetched.mock.calls[0] as unknown as [string, RequestInit];
    expect(init.headers).toMatchObject({
      'x-csrf-token': 't1',
      'if-match': '"7"',
      'idempotency-key': 'k',
      'content-type': 'application/json',
    });
    await api.get('/x');
    const [, read] = fetched.mock.calls[1] as unknown as [string, RequestInit];
    expect(read.headers).not.toHaveProperty('x-csrf-token');
  });

  it('lets people sign in again and then sends the same once more', async () => {
    const fetched = vi
      .fn()
      .mockResolvedValueOnce(answer(401, {}))
      .mockResolvedValueOnce(answer(200, { n: 1 }));
    vi.stubGlobal('fetch', fetched);
    const again = vi.fn(() => {
      setCsrfToken('t2');
      return Promise.resolve(true);
    });
    onSignedOut(again);
    expect(await api.post('/x', { typed: 'words' })).toEqual({ n: 1 });
    expect(again).toHaveBeenCalledOnce();
    const [, init] = fetched.mock.calls[1] as unknown as [string, RequestInit];
    expect(init.body).toBe('{"typed":"words"}');
    expect(init.headers).toMatchObject({ 'x-csrf-token': 't2' });
  });

  it('turns problems and a lost network into errors with code and trace', async () => {
    vi.stubGlobal('fetch', vi.fn().mockResolvedValue(answer(409, { code: 'in_use', trace_id: 'tr' })));
    await expect(api.delete('/x')).rejects.toMatchObject({ status: 409, code: 'in_use', traceId: 'tr' });
    vi.stubGlobal('fetch', vi.fn().mockRejectedValue(new TypeError('failed')));
    await expect(api.get('/x')).rejects.toBeInstanceOf(ApiError);
    await expect(api.get('/x')).rejects.toMatchObject({ status: 0 });
  });
});
