/// <reference types="node" />
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.tsx?$/.test(entry.name) && !/\.test\.|schema\.d\.ts$/.test(entry.name) ? [path] : [];
  });
}

/** `/a/{id}/b` and `/a/${x}/b` alike become the same shape. */
const shape = (path: string) => path.replace(/\$?\{[^}]*\}/g, '*').replace(/\?.*$/, '');

describe('the addresses the pages call', () => {
  it('all exist in the description of the API', () => {
    const schema = readFileSync('src/shared/api/schema.d.ts', 'utf8');
    const known = new Set(
      [...schema.matchAll(/^ {4}"(\/api\/v1\/[^"]+)": \{/gm)].map((match) => shape(match[1] ?? '')),
    );
    expect(known.size).toBeGreaterThan(100);
    const unknown: string[] = [];
    for (const file of sources('src')) {
      for (const match of readFileSync(file, 'utf8').matchAll(/['"`](\/api\/v1\/[^'"`]+)['"`]/g)) {
        const path = shape(match[1] ?? '').replace(/\/$/, '');
        // A path whose end is chosen at run time is right when some operation begins like it.
        const fits =
          known.has(path) || [...known].some((one) => path.endsWith('/*') && one.startsWith(path.slice(0, -1)));
        if (!fits) unknown.push(`${file}: ${path}`);
      }
    }
    expect(unknown.join('\n')).toBe('');
  });
});
