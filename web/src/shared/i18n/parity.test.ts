import { describe, expect, it } from 'vitest';
import { fill, type Messages } from './index';

const modules = import.meta.glob<Record<string, unknown>>(
  ['/src/**/messages.ts', '/src/shared/api/problem.ts', '/src/shared/filter/tree.ts'],
  { eager: true },
);

function dictionaries(): [string, Messages<string>][] {
  return Object.entries(modules).flatMap(([file, module]) =>
    Object.entries(module)
      .filter(([, value]) => typeof value === 'object' && value !== null && 'zh' in value && 'en' in value)
      .map(([name, value]): [string, Messages<string>] => [`${file} ${name}`, value as Messages<string>]),
  );
}

const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).toSorted();

describe('both languages', () => {
  it('say everything, with the same holes', () => {
    const all = dictionaries();
    expect(all.length).toBeGreaterThan(8);
    for (const [name, messages] of all) {
      expect(Object.keys(messages.en).toSorted(), name).toEqual(Object.keys(messages.zh).toSorted());
      for (const [key, zh] of Object.entries(messages.zh)) {
        const en = messages.en[key] ?? '';
        expect(zh.trim(), `${name} ${key}`).not.toBe('');
        expect(en.trim(), `${name} ${key}`).not.toBe('');
        expect(holes(en), `${name} ${key}`).toEqual(holes(zh));
      }
    }
  });

  it('write Chinese in Chinese and English in English', () => {
    for (const [name, messages] of dictionaries()) {
      for (const [key, en] of Object.entries(messages.en)) {
        if (key === 'chinese') continue;
        expect(/[\u4e00-\u9fff]/.test(en), `${name} ${key}: ${en}`).toBe(false);
      }
    }
  });

  it('fills holes and leaves unknown ones', () => {
    expect(fill('{a} of {b}', { a: 1 })).toBe('1 of {b}');
  });
});
