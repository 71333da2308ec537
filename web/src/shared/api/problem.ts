/** What went wrong, as a value: RFC 9457 problems from the server and failures on the way there. */
import { defineMessages, getLocale, translate } from '../i18n';
import { FIELDS_ZH, PROBLEMS_ZH } from './codes';

export interface FieldError {
  /** JSON pointer into the body, such as `/address/city`. */
  pointer: string;
  code: string;
  message: string;
  /** The numbers and words the message speaks of. */
  params?: Record<string, unknown>;
}

export interface ProblemBody {
  type?: string;
  title?: string;
  status?: number;
  code?: string;
  detail?: string;
  errors?: FieldError[];
  trace_id?: string;
}

export const problemMessages = defineMessages(
  {
    network: '连不上服务器。请检查网络后重试，已填写的内容不会丢失。',
    stale: '这条记录刚刚被别人修改过。请刷新后再保存。',
    forbidden: '您没有权限执行此操作。需要的话请联系管理员。',
    not_found: '没有找到，可能已被删除，或不在您的权限范围内。',
    too_many: '操作太频繁，请稍后再试。',
    server: '服务器出错了，请稍后重试。若一直出现，请把跟踪号告诉管理员。',
    unknown: '操作没有成功，请重试。',
    unauthenticated: '登录已过期，请重新登录。',
    invalid: '有些内容需要修改，请看标红的字段。',
    too_large: '文件或内容太大。',
    conflict: '与当前状态冲突，请刷新后再试。',
    field: '这项内容不符合要求',
  },
  {
    network: 'The server can’t be reached. Check the network and try again; what you typed is kept.',
    stale: 'Somebody else has just changed this record. Reload it, then save again.',
    forbidden: 'You don’t have permission to do this. Ask an administrator if you need it.',
    not_found: 'Not found: it may have been removed, or it lies outside what you may see.',
    too_many: 'Too many requests. Please try again in a moment.',
    server: 'The server failed. Please try again; if it goes on, tell your administrator the trace id.',
    unknown: 'That didn’t work. Please try again.',
    unauthenticated: 'Your sign-in has expired. Please sign in again.',
    invalid: 'Some entries need a change; see the marked fields.',
    too_large: 'The file or text is too large.',
    conflict: 'This conflicts with the present state. Reload and try again.',
    field: 'This entry isn’t valid',
  },
);

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string | undefined;
  readonly errors: readonly FieldError[];
  readonly traceId: string | undefined;

  constructor(status: number, body: ProblemBody) {
    super(body.detail ?? body.title ?? body.code ?? `HTTP ${status}`);
    this.name = 'ApiError';
    this.status = status;
    this.code = body.code ?? '';
    this.detail = body.detail;
    this.errors = body.errors ?? [];
    this.traceId = body.trace_id;
  }
}

/** The words for the person in front of the screen: what happened and what to do, in their language. */
export function problemText(error: unknown): string {
  const say = (key: keyof typeof problemMessages.zh) => translate(problemMessages, key);
  if (!(error instanceof ApiError)) return say('unknown');
  if (error.status === 0) return say('network');
  const chinese = getLocale() !== 'en';
  const known = chinese ? PROBLEMS_ZH[error.code] : error.detail;
  if (error.status === 404 || error.status === 412 || error.status >= 500) {
    if (error.status === 412) return say('stale');
    return (chinese ? known : undefined) ?? say(error.status === 404 ? 'not_found' : 'server');
  }
  // An address that names nothing: the person typed or followed it, there is no field to mend.
  if (error.errors.length > 0 && error.errors.every((one) => one.pointer.startsWith('/path/'))) return say('not_found');
  if (error.errors.length > 0 && error.code !== 'closing_conditions') return say('invalid');
  if (known) return known;
  switch (error.status) {
    case 401:
      return say('unauthenticated');
    case 403:
      return say('forbidden');
    case 409:
      return say('conflict');
    case 413:
      return say('too_large');
    case 429:
      return say('too_many');
    default:
      return say('unknown');
  }
}

/** What is wrong with one field, in the person's language. */
export function fieldErrorText(error: FieldError): string {
  return getLocale() === 'en' ? error.message : (FIELDS_ZH[error.code] ?? translate(problemMessages, 'field'));
}

export function traceOf(error: unknown): string | undefined {
  return error instanceof ApiError ? error.traceId : undefined;
}

export type FormPath = (string | number)[];

/** `/lines/0/unit_price` → `['lines', 0, 'unit_price']`, with `~1` and `~0` unescaped. */
export function pointerPath(pointer: string): FormPath {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

/**
 * Splits the errors of a problem into those that stand beside a form field and those that don't.
 * `known` says whether a form has a field of that name; an error below a field (`/address/city`) goes to the nearest
 * field above it (`address`).
 */
export function fieldErrors(
  error: unknown,
  known: (path: FormPath) => boolean,
): { fields: { name: FormPath; errors: string[] }[]; rest: string[] } {
  const fields = new Map<string, { name: FormPath; errors: string[] }>();
  const rest: string[] = [];
  if (error instanceof ApiError) {
    for (const item of error.errors) {
      let path = pointerPath(item.pointer);
      while (path.length > 0 && !known(path)) path = path.slice(0, -1);
      if (path.length === 0) {
        rest.push(fieldErrorText(item));
        continue;
      }
      const key = JSON.stringify(path);
      const entry = fields.get(key) ?? { name: path, errors: [] };
      entry.errors.push(fieldErrorText(item));
      fields.set(key, entry);
    }
  }
  return { fields: [...fields.values()], rest };
}
