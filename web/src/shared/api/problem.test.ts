import { beforeEach, describe, expect, it } from 'vitest';
import { setLocale } from '../i18n';
import { ApiError, fieldErrors, pointerPath, problemText, traceOf } from './problem';

const invalid = new ApiError(422, {
  code: 'invalid',
  trace_id: 'abc',
  errors: [
    { pointer: '/phone', code: 'invalid_phone', message: 'Write 7 to 15 digits.' },
    { pointer: '/address/city', code: 'too_long', message: 'Use at most 200 characters.' },
    { pointer: '/phone', code: 'taken', message: 'Already used.' },
    { pointer: '/secret', code: 'made_up_code', message: 'No.' },
  ],
});

describe('problems', () => {
  beforeEach(() => setLocale('zh-CN'));

  it('reads JSON pointers with their escapes', () => {
    expect(pointerPath('/lines/0/unit_price')).toEqual(['lines', 0, 'unit_price']);
    expect(pointerPath('/a~1b/c~0d')).toEqual(['a/b', 'c~d']);
    expect(pointerPath('')).toEqual([]);
  });

  it('puts each error beside its field, an inner one beside the nearest outer field, the others apart', () => {
    const names = new Set(['phone', 'address']);
    const found = fieldErrors(invalid, (path) => path.length === 1 && names.has(String(path[0])));
    expect(found.fields).toEqual([
      { name: ['phone'], errors: ['电话格式不正确', '已被使用'] },
      { name: ['address'], errors: ['内容过长'] },
    ]);
    expect(found.rest).toEqual(['这项内容不符合要求']);
    expect(traceOf(invalid)).toBe('abc');
  });

  it('calls an address that names nothing not found, since there is no field to mend', () => {
    const errors = [{ pointer: '/path/id', code: 'invalid_value', message: 'UUID parsing failed' }];
    expect(problemText(new ApiError(400, { code: 'invalid_parameter', errors }))).toContain('没有找到');
    expect(problemText(invalid)).toContain('标红');
  });

  it('shows the words of the server only to those who read English', () => {
    const conflict = new ApiError(409, {
      code: 'quote_expired',
      detail: 'The quote is no longer valid; ask for a new one.',
    });
    expect(problemText(conflict)).toBe('报价已过期，请重新报价。');
    expect(problemText(new ApiError(409, { code: 'made_up_code', detail: 'English only.' }))).toBe(
      '与当前状态冲突，请刷新后再试。',
    );
    setLocale('en');
    expect(problemText(conflict)).toBe('The quote is no longer valid; ask for a new one.');
    expect(fieldErrors(invalid, () => true).fields[0]?.errors).toEqual(['Write 7 to 15 digits.', 'Already used.']);
  });

  it('names no inner detail of a failed server and asks to reload a stale record', () => {
    expect(problemText(new ApiError(500, { detail: 'stack' }))).not.toContain('stack');
    expect(problemText(new ApiError(412, { code: 'stale' }))).toContain('刷新');
    expect(problemText(new ApiError(0, {}))).toContain('网络');
    expect(problemText(new Error('x'))).not.toContain('x');
  });

  it('says what is wrong with the password to whom cannot sign in', () => {
    expect(problemText(new ApiError(401, { code: 'sign_in_failed', detail: 'wrong' }))).toContain('不正确');
  });
});
