/** The one door to the server: cookies, CSRF, versions, idempotency keys, problems, and signing in again. */
import { getLocale } from '../i18n';
import { ApiError, type ProblemBody } from './problem';

type Query = Record<string, string | number | boolean | null | undefined | readonly string[]>;

export interface CallOptions {
  query?: Query;
  signal?: AbortSignal;
  /** The version of the record this change is based on; becomes `If-Match`. */
  version?: number;
  /** Makes a repeated create harmless; take one from `newKey()` when the form opens. */
  key?: string;
  /** Anonymous pages must not open the sign-in dialog. */
  anonymous?: boolean;
  headers?: Record<string, string>;
}

let csrfToken: string | undefined;
let signInAgain: (() => Promise<boolean>) | undefined;

export function setCsrfToken(token: string | undefined): void {
  csrfToken = token;
}

/** The token that every change carries. */
export function csrf(): string | undefined {
  return csrfToken;
}

/** Who asks the person to sign in again when a session has ended; answers whether that happened. */
export function onSignedOut(handler: (() => Promise<boolean>) | undefined): void {
  signInAgain = handler;
}

/** A fresh idempotency key. `crypto.randomUUID` needs a secure context, and private installs often run on plain HTTP. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** `url('/api/v1/tickets/{id}', { id })` with every part escaped. */
export function url(template: string, path: Record<string, string> = {}): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = path[name];
    return value === undefined ? whole : encodeURIComponent(value);
  });
}

export function queryText(query: Query | undefined): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined || value === null || value === '') continue;
    search.set(name, Array.isArray(value) ? value.join(',') : String(value));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

/** The problem that a refused request was answered with. */
export async function problemOf(response: Response): Promise<ApiError> {
  let body: ProblemBody = {};
  try {
    if ((response.headers.get('content-type') ?? '').includes('json')) body = (await response.json()) as ProblemBody;
  } catch {
    // A gateway's own error page has no problem body; the status alone must do.
  }
  const traceId = body.trace_id ?? response.headers.get('x-request-id') ?? undefined;
  return new ApiError(response.status, traceId === undefined ? body : { ...body, trace_id: traceId });
}

async function send(method: string, path: string, body: unknown, options: CallOptions): Promise<Response> {
  const headers: Record<string, string> = {
    accept: 'application/json',
    'accept-language': getLocale(),
    ...options.headers,
  };
  if (method !== 'GET' && csrfToken !== undefined) headers['x-csrf-token'] = csrfToken;
  if (options.version !== undefined) headers['if-match'] = `"${options.version}"`;
  if (options.key !== undefined) headers['idempotency-key'] = options.key;
  let payload: BodyInit | undefined;
  if (body instanceof FormData) {
    payload = body;
  } else if (body !== undefined) {
    headers['content-type'] = 'application/json';
    payload = JSON.stringify(body);
  }
  try {
    return await fetch(path + queryText(options.query), {
      method,
      headers,
      credentials: 'same-origin',
      ...(payload === undefined ? {} : { body: payload }),
      ...(options.signal ? { signal: options.signal } : {}),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, { code: 'network' });
  }
}

export async function call<T>(method: string, path: string, body?: unknown, options: CallOptions = {}): Promise<T> {
  let response = await send(method, path, body, options);
  if (response.status === 401 && !options.anonymous && signInAgain && (await signInAgain())) {
    response = await send(method, path, body, options);
  }
  if (!response.ok) throw await problemOf(response);
  const type = response.headers.get('content-type') ?? '';
  // Work that was only accepted may say how it can be followed.
  if (response.status === 204 || (response.status === 202 && !type.includes('json'))) return undefined as T;
  return (type.includes('json') ? await response.json() : await response.text()) as T;
}

export const api = {
  get: <T>(path: string, query?: Query, options: CallOptions = {}) =>
    call<T>('GET', path, undefined, query ? { ...options, query } : options),
  post: <T>(path: string, body?: unknown, options?: CallOptions) => call<T>('POST', path, body, options),
  put: <T>(path: string, body?: unknown, options?: CallOptions) => call<T>('PUT', path, body, options),
  patch: <T>(path: string, body?: unknown, options?: CallOptions) => call<T>('PATCH', path, body, options),
  delete: <T = void>(path: string, options?: CallOptions) => call<T>('DELETE', path, undefined, options),
};
