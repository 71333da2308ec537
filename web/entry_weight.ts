// The scripts that a first page needs, weighed at every build: a page that grew too heavy fails it.
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** Bytes after gzip that a first page may load. */
const LIMIT = 350_000;

/** Where each person begins, and the modules that show it besides the entry. */
const FIRST_PAGES: Readonly<Record<string, readonly string[]>> = {
  'staff who read figures (/)': ['features/shell/shell.tsx', 'features/desk/cockpit_page.tsx'],
  'other staff (/tickets)': ['features/shell/shell.tsx', 'features/tickets/tickets_page.tsx'],
  'engineers (/field)': ['features/field/index.tsx'],
  'customers (/s/…)': ['features/portal/index.tsx'],
  'signing in (/sign-in)': ['features/identity/sign_in_page.tsx'],
};

interface Script {
  code: string;
  imports: readonly string[];
  isEntry: boolean;
  facadeModuleId: string | null;
}

/** The gzipped size of the entry and `pages` with everything that they import at once. */
export function weighScripts(scripts: Readonly<Record<string, Script>>, pages: readonly string[]): number {
  const wanted = Object.entries(scripts).filter(([, script]) => script.isEntry);
  for (const page of pages) {
    const found = Object.entries(scripts).find(([, script]) => script.facadeModuleId === page);
    if (!found) throw new Error(`No script begins with ${page}; it is to load lazily, under this name.`);
    wanted.push(found);
  }
  const seen = new Map<string, number>();
  const visit = (name: string, script: Script | undefined): void => {
    if (!script || seen.has(name)) return;
    seen.set(name, gzipSync(script.code).length);
    for (const other of script.imports) visit(other, scripts[other]);
  };
  for (const [name, script] of wanted) visit(name, script);
  return [...seen.values()].reduce((sum, size) => sum + size, 0);
}

/** Prints what each first page weighs, and fails the build where that is more than the limit. */
export function entryWeight(): Plugin {
  return {
    name: 'entry-weight',
    apply: 'build',
    generateBundle(_options, bundle) {
      const scripts: Record<string, Script> = {};
      for (const [name, output] of Object.entries(bundle)) if (output.type === 'chunk') scripts[name] = output;
      const heavy: string[] = [];
      for (const [who, pages] of Object.entries(FIRST_PAGES)) {
        const paths = pages.map((page) => fileURLToPath(new URL(`./src/${page}`, import.meta.url)));
        const size = weighScripts(scripts, paths);
        const line = `${who}: ${(size / 1000).toFixed(0)} KB of script, gzipped`;
        this.info(line);
        if (size > LIMIT) heavy.push(line);
      }
      if (heavy.length > 0) this.error(`More than ${LIMIT / 1000} KB on a first page. ${heavy.join('; ')}`);
    },
  };
}
