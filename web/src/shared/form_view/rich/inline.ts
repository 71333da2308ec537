/**
 * The text of one paragraph as Markdown.
 *
 * Markdown's own marks do not work everywhere: `**重点：**内容` stays as it is, because a mark that ends after a
 * punctuation mark may not stand before a letter, which Chinese text does all the time. So each paragraph is read back,
 * and written in the plainest of three ways that says the same: with nothing escaped, with what could be taken for
 * Markdown escaped, and with tags in place of marks.
 */
import type { Mark, Node } from 'prosemirror-model';

/** A stretch of text with the same marks, the outermost first; a break is the text `\n`. */
export interface Run {
  text: string;
  marks: readonly string[];
  href?: string;
  title?: string;
}

/** Marks from the outermost inwards. */
const ORDER = ['link', 'strong', 'em', 'strike', 'code'] as const;

const same = (a: Run, b: Run): boolean =>
  a.href === b.href &&
  a.title === b.title &&
  a.marks.length === b.marks.length &&
  a.marks.every((m, i) => m === b.marks[i]);

function merged(runs: readonly Run[]): Run[] {
  const out: Run[] = [];
  for (const run of runs) {
    const last = out.at(-1);
    if (run.text === '') continue;
    if (last && same(last, run)) out[out.length - 1] = { ...last, text: last.text + run.text };
    else out.push(run);
  }
  return out;
}

/** The reader makes links of bare addresses by itself. */
function isOwnAddress(text: string, href: string): boolean {
  return href === text || href === `mailto:${text}` || href === `http://${text}`;
}

function runOf(text: string, marks: readonly Mark[]): Run {
  const names = ORDER.filter((name) => marks.some((mark) => mark.type.name === name));
  const link = marks.find((mark) => mark.type.name === 'link');
  if (!link) return { text, marks: names };
  const href = link.attrs.href as string;
  const title = link.attrs.title as string | null;
  return { text, marks: names, href, ...(title === null || title === '' ? {} : { title }) };
}

const without = (run: Run, name: string): Run => {
  const { href, title, ...rest } = run;
  const marks = run.marks.filter((mark) => mark !== name);
  if (name === 'link') return { ...rest, marks };
  return { ...rest, marks, ...(href === undefined ? {} : { href }), ...(title === undefined ? {} : { title }) };
};

/** Takes `name` off white space at the ends of each stretch that has it: Markdown can't mark it, and nobody sees it. */
function unmarkedEnds(runs: readonly Run[], name: string): Run[] {
  const out: Run[] = [];
  const has = (run: Run | undefined) => run?.marks.includes(name) === true;
  runs.forEach((run, at) => {
    if (!has(run) || name === 'code') return void out.push(run);
    const starts = !has(runs[at - 1]) ? (/^\s*/.exec(run.text)?.[0].length ?? 0) : 0;
    const rest = run.text.slice(starts);
    const ends = !has(runs[at + 1]) ? (/\s*$/.exec(rest)?.[0].length ?? 0) : 0;
    out.push(without({ ...run, text: run.text.slice(0, starts) }, name));
    out.push({ ...run, text: rest.slice(0, rest.length - ends) });
    out.push(without({ ...run, text: rest.slice(rest.length - ends) }, name));
  });
  return merged(out);
}

/** What the reader makes of runs: spaces in a row are one, there are none at the ends of lines, and no empty ends. */
export function settled(runs: readonly Run[]): Run[] {
  let out = merged(runs);
  // Twice: what one mark leaves bare may be the end of another.
  for (const name of [...ORDER, ...ORDER]) out = unmarkedEnds(out, name);
  const all = out.map((run) => run.text).join('');
  let from = 0;
  let before = '\n';
  const trimmed: Run[] = [];
  for (const run of out) {
    let text = '';
    for (let at = 0; at < run.text.length; at += 1) {
      const letter = run.text.charAt(at);
      const rest = all.slice(from + at + 1);
      const blank = letter === ' ' || letter === '\t';
      const useless = blank && (before === ' ' || before === '\n' || /^[ \t]*(?:\n|$)/.test(rest));
      const edge = letter === '\n' && (text + trimmed.map((one) => one.text).join('') === '' || rest.trim() === '');
      if (useless || edge) continue;
      before = blank ? ' ' : letter;
      text += before;
    }
    from += run.text.length;
    trimmed.push({ ...run, text });
  }
  return merged(trimmed).map((run) =>
    run.href !== undefined && isOwnAddress(run.text, run.href) ? without(run, 'link') : run,
  );
}

/** The runs of a paragraph, settled. */
export function runsOf(block: Node): Run[] {
  const runs: Run[] = [];
  block.forEach((node) => {
    runs.push(runOf(node.isText ? (node.text ?? '') : '\n', node.marks));
  });
  return settled(merged(runs));
}

const html = (text: string): string =>
  text.replace(/[&<>"]/g, (letter) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[letter] ?? letter);

/** Bare addresses are links as they stand; a backslash would become part of them. */
const ADDRESS = /(?:https?:\/\/|www\.)[^\s<>\p{sc=Han}]+/gu;

function escapePart(text: string): string {
  return text
    .replace(/[\\`*[\]<]/g, '\\$&')
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
    .replace(/~/g, '\\~')
    .replace(/&(?=#?\w+;)/g, '\\&');
}

function escaped(text: string): string {
  let out = '';
  let from = 0;
  for (const found of text.matchAll(ADDRESS)) {
    out += escapePart(text.slice(from, found.index)) + found[0];
    from = found.index + found[0].length;
  }
  return out + escapePart(text.slice(from));
}

/** What begins a line with a meaning of its own. */
function escapedStart(line: string): string {
  if (/^[#>+\-=:|]/.test(line)) return `\\${line}`;
  return line.replace(/^(\d{1,9})([.)])/, '$1\\$2');
}

function codeSpan(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map((found) => found[0].length));
  const fence = '`'.repeat(longest + 1);
  const pad = /^`|`$|^ .* $/.test(text) ? ' ' : '';
  return `${fence}${pad}${text}${pad}${fence}`;
}

type Way = 'bare' | 'escaped' | 'tags';

const MARKS: Readonly<Record<string, string>> = { strong: '**', em: '*', strike: '~~' };
const TAGS: Readonly<Record<string, string>> = { strong: 'strong', em: 'em', strike: 's', code: 'code' };

function opening(name: string, run: Run, way: Way): string {
  if (way === 'tags' && name === 'link') {
    const title = run.title === undefined ? '' : ` title="${html(run.title)}"`;
    return `<a href="${html(run.href ?? '')}"${title}>`;
  }
  if (way === 'tags') return `<${TAGS[name]}>`;
  return name === 'link' ? '[' : (MARKS[name] ?? '');
}

function closing(name: string, run: Run, way: Way): string {
  if (way === 'tags') return name === 'link' ? '</a>' : `</${TAGS[name]}>`;
  if (name !== 'link') return MARKS[name] ?? '';
  const href = /[\s()<>]/.test(run.href ?? '') ? `<${run.href?.replace(/[<>]/g, encodeURIComponent)}>` : run.href;
  const title = run.title === undefined ? '' : ` "${run.title.replace(/["\\]/g, '\\$&')}"`;
  return `](${href}${title})`;
}

/** What a run has open: its marks, and for a link which one. */
const keysOf = (run: Run, way: Way): { name: string; key: string }[] =>
  run.marks
    .filter((name) => way === 'tags' || name !== 'code')
    .map((name) => ({ name, key: name === 'link' ? `link ${run.href} ${run.title}` : name }));

/** Runs in one of the three ways. */
export function written(runs: readonly Run[], way: Way): string {
  let out = '';
  let open: { name: string; key: string; run: Run }[] = [];
  const closeTo = (length: number) => {
    for (const one of open.slice(length).toReversed()) out += closing(one.name, one.run, way);
    open = open.slice(0, length);
  };
  runs.forEach((run, at) => {
    const wanted = keysOf(run, way);
    let kept = 0;
    while (kept < open.length && wanted.some((one) => one.key === open[kept]?.key)) kept += 1;
    closeTo(kept);
    const fresh = wanted.filter((one) => !open.some((other) => other.key === one.key));
    // What lasts longest goes outside, so that marks need not be closed and opened again.
    const lasts = (key: string) => {
      let end = at;
      while (runs[end + 1] && keysOf(runs[end + 1] as Run, way).some((one) => one.key === key)) end += 1;
      return end;
    };
    for (const one of fresh.toSorted((a, b) => lasts(b.key) - lasts(a.key))) {
      out += opening(one.name, run, way);
      open.push({ ...one, run });
    }
    if (way !== 'tags' && run.marks.includes('code')) {
      out += codeSpan(run.text);
      return;
    }
    const plain = way === 'bare' ? run.text : escaped(run.text);
    out += plain;
  });
  closeTo(0);
  const lines = out.split('\n');
  const started = way === 'bare' ? lines : lines.map(escapedStart);
  // Two breaks in a row would begin a new paragraph.
  const text = started.map((line, at) => (line === '' && at > 0 ? '\\' : line)).join('\n');
  // At the end of a heading they would be taken for its end.
  return way === 'bare' ? text : text.replace(/(?<!\\)#$/, '\\#');
}

/** Runs in the plainest way that `reads` takes for the same runs. */
export function writeInline(runs: readonly Run[], reads: (markdown: string) => readonly Run[] | undefined): string {
  const wanted = JSON.stringify(runs);
  for (const way of ['bare', 'escaped', 'tags'] as const) {
    const text = written(runs, way);
    if (JSON.stringify(reads(text)) === wanted) return text;
  }
  return written(runs, 'escaped');
}
