/** What is wrong with a form, in words: from the browser's own rules and from the server. */
import { ApiError, fieldErrorText } from '../api/problem';
import { labelText, type Locale } from '../i18n';
import type { Catalogue, Field } from '../form_types';
import type { FormProblem } from '../forms';
import { formatMoney } from '../money';
import type { FieldProblem } from './types';
import { problemWords } from './messages';

type Words = typeof problemWords;

function say(key: keyof Words['zh'], locale: Locale, params: Readonly<Record<string, unknown>> = {}): string {
  const text = locale === 'en' ? problemWords.en[key] : problemWords.zh[key];
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : whole;
  });
}

const FORMS: Readonly<Record<string, keyof Words['zh']>> = {
  date: 'formDate',
  time: 'formTime',
  date_time: 'formDateTime',
  phone: 'formPhone',
  email: 'formEmail',
  url: 'formUrl',
  id_number: 'formIdNumber',
  region: 'formRegion',
};

/** The field that a pointer leads to: a field, or a column of a sub-table. */
export function fieldAt(catalogue: Catalogue, pointer: string): Field | undefined {
  const [, first, , column] = pointer.split('/');
  const field = catalogue.fields.find((one) => one.id === first);
  if (field?.kind.type !== 'sub_table' || column === undefined) return field;
  return field.kind.fields.find((one) => one.id === column) ?? field;
}

/** One problem of the browser's rules in words. */
export function problemText(problem: FormProblem, catalogue: Catalogue, locale: Locale): string {
  const field = fieldAt(catalogue, problem.pointer);
  const kind = field?.kind;
  const { code } = problem;
  let { params } = problem;
  if (kind?.type === 'money' && (code === 'too_small' || code === 'too_large')) {
    const limit = params['min'] ?? params['max'];
    if (typeof limit === 'number')
      params = { min: formatMoney(limit, kind.currency), max: formatMoney(limit, kind.currency) };
  }
  if (kind?.type === 'duration' && (code === 'too_small' || code === 'too_large')) {
    const minutes = (limit: unknown) => (typeof limit === 'number' ? Math.round((limit / 60) * 100) / 100 : limit);
    return say(code === 'too_small' ? 'tooShortTime' : 'tooLongTime', locale, {
      min: minutes(params['min']),
      max: minutes(params['max']),
    });
  }
  switch (code) {
    case 'required':
      return say('required', locale);
    case 'wrong_type':
      return say(kind?.type === 'integer' ? 'wholeNumber' : 'wrongType', locale);
    case 'too_short':
      return say('tooShort', locale, params);
    case 'too_long':
      return say('tooLong', locale, params);
    case 'too_small':
      return say(isMoment(kind?.type) ? 'tooEarly' : 'tooSmall', locale, params);
    case 'too_large':
      return say(isMoment(kind?.type) ? 'tooLate' : 'tooLarge', locale, params);
    case 'too_many_decimals':
      return say(params['max'] === 0 ? 'wholeNumber' : 'tooManyDecimals', locale, params);
    case 'pattern_mismatch':
      return say('pattern', locale);
    case 'mask_mismatch':
      return say('mask', locale, params);
    case 'not_an_option':
      return say('notAnOption', locale);
    case 'option_retired':
      return say('optionRetired', locale);
    case 'not_within': {
      const above = catalogue.fields.find((one) => one.id === params['within']);
      return say('notWithin', locale, { within: above ? labelText(above.label, locale) : '' });
    }
    case 'not_offered':
      return say('notOffered', locale);
    case 'outside_offer':
      return say('outsideOffer', locale);
    case 'too_few':
      return say('tooFew', locale, params);
    case 'too_many':
      return say('tooMany', locale, params);
    case 'invalid':
      return say(FORMS[String(params['form'])] ?? 'wrongType', locale);
    case 'record_too_large':
      return say('recordTooLarge', locale);
    case 'not_unique':
      return say('notUnique', locale);
    case 'unknown_target':
      return say('unknownTarget', locale);
    default:
      return say('wrongType', locale);
  }
}

function isMoment(type: string | undefined): boolean {
  return type === 'date' || type === 'time' || type === 'date_time';
}

/** What the server said of the values below `base`, such as `/values` or `/ext`. Params it sends make the words exact. */
export function serverProblems(error: unknown, base: string, catalogue: Catalogue, locale: Locale): FieldProblem[] {
  if (!(error instanceof ApiError)) return [];
  return error.errors
    .filter((one) => one.pointer === base || one.pointer.startsWith(`${base}/`))
    .map((one) => {
      const pointer = one.pointer.slice(base.length);
      const { params } = one;
      const known = KNOWN.has(one.code);
      const text = known
        ? problemText({ pointer, code: one.code, params: params ?? {} }, catalogue, locale)
        : fieldErrorText(one);
      // A limit that did not come with the error would leave a hole in the sentence.
      return { pointer, text: /\{\w+\}/.test(text) ? fieldErrorText(one) : text };
    });
}

const KNOWN: ReadonlySet<string> = new Set([
  'required',
  'wrong_type',
  'too_short',
  'too_long',
  'too_small',
  'too_large',
  'too_many_decimals',
  'pattern_mismatch',
  'mask_mismatch',
  'not_an_option',
  'option_retired',
  'not_within',
  'not_offered',
  'outside_offer',
  'too_few',
  'too_many',
  'invalid',
  'record_too_large',
  'not_unique',
  'unknown_target',
]);

/** What the server said that no field of the values stands for. */
export function otherProblems(error: unknown, base: string): string[] {
  if (!(error instanceof ApiError)) return [];
  return error.errors
    .filter((one) => one.pointer !== base && !one.pointer.startsWith(`${base}/`))
    .map((one) => fieldErrorText(one));
}
