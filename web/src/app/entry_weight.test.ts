import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { weighScripts } from '../../entry_weight';

it('a first page weighs its own scripts and the shared ones once, and nothing that comes later', () => {
  const script = (code: string, imports: string[], facadeModuleId: string | null = null, isEntry = false) => ({
    code,
    imports,
    facadeModuleId,
    isEntry,
  });
  const scripts = {
    'entry.js': script('start()', ['shared.js'], '/main.tsx', true),
    'page.js': script('page()', ['shared.js', 'table.js'], '/page.tsx'),
    'table.js': script('table()', ['page.js']),
    'shared.js': script('shared()', []),
    'later.js': script('chart()'.repeat(99), [], '/chart.tsx'),
  };
  const size = (code: string) => gzipSync(code).length;
  expect(weighScripts(scripts, ['/page.tsx'])).toBe(
    size('start()') + size('page()') + size('table()') + size('shared()'),
  );
  expect(() => weighScripts(scripts, ['/renamed.tsx'])).toThrow('renamed.tsx');
});
