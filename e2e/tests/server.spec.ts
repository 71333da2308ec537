/** The server answers what every client and operator counts on, before any page is opened. */
import { gzipSync } from 'node:zlib';
import { expect, test } from '../support/test.ts';

test('health, readiness, metrics and the API document answer without sign-in', async ({ request }) => {
  for (const path of ['/healthz', '/readyz', '/metrics']) {
    expect((await request.get(path)).status(), path).toBe(200);
  }
  const document = await (await request.get('/api/openapi.json')).json();
  expect(document.openapi).toMatch(/^3\.1/);
  expect(Object.keys(document.paths).length).toBeGreaterThan(50);
});

test('every page carries a strict content security policy', async ({ request }) => {
  const headers = (await request.get('/sign-in')).headers();
  const policy = headers['content-security-policy'] ?? '';
  expect(policy).toContain("default-src 'self'");
  expect(policy).not.toContain('unsafe-eval');
  expect(/script-src[^;]*unsafe-inline/.test(policy), policy).toBe(false);
  expect(headers['x-content-type-options']).toBe('nosniff');
});

test('an unknown address of the API is a problem with a code and a trace id', async ({ request }) => {
  const reply = await request.get('/api/v1/no-such-thing');
  expect(reply.status()).toBe(404);
  expect(reply.headers()['content-type']).toContain('application/problem+json');
  const problem = await reply.json();
  expect(problem.code).toBeTruthy();
  expect(problem.trace_id).toBeTruthy();
});

test('records are not shown to strangers', async ({ request }) => {
  const reply = await request.get('/api/v1/tickets');
  expect(reply.status()).toBe(401);
});

test('the first page loads no more than 350 KB of script', async ({ request }) => {
  const html = await (await request.get('/sign-in')).text();
  const scripts = [...html.matchAll(/(?:src|href)="([^"]+\.js)"/g)].map((match) => match[1] ?? '');
  expect(scripts.length).toBeGreaterThan(0);
  let bytes = 0;
  for (const path of new Set(scripts)) bytes += gzipSync(await (await request.get(path)).body()).length;
  expect(bytes, scripts.join(', ')).toBeLessThanOrEqual(350 * 1024);
});
