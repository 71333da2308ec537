import { beforeEach, describe, expect, it } from 'vitest';
import { setLocale } from './i18n';
import { roleName } from './labels';

describe('names of roles', () => {
  beforeEach(() => setLocale('en'));

  it('shipped ones are told in the language of the screen', () => {
    expect(roleName({ key: 'dispatcher', name: '调度员' })).toBe('Dispatcher');
    setLocale('zh-CN');
    expect(roleName({ key: 'dispatcher', name: 'Dispatcher' })).toBe('调度员');
  });

  it('one that was renamed, and one of the company’s own, keep their names', () => {
    expect(roleName({ key: 'dispatcher', name: '值班长' })).toBe('值班长');
    expect(roleName({ key: 'night_shift', name: '调度员' })).toBe('调度员');
  });
});
