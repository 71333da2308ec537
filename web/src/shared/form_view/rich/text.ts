/** Rich text from Markdown and back. It is read with the reader that shows it, so that both see the same. */
import { DOMParser as Reader, type Node } from 'prosemirror-model';
import type { MarkdownTools } from '../markdown';
import { runsOf, writeInline, type Run } from './inline';
import { schema } from './schema';

const reader = Reader.fromSchema(schema);

function inert(html: string): HTMLElement {
  return new DOMParser().parseFromString(`<body>${html}`, 'text/html').body;
}

/** The document that Markdown says. */
export function readRich(text: string, tools: MarkdownTools): Node {
  const body = inert(tools.render(text));
  for (const code of body.querySelectorAll('pre')) code.textContent = code.textContent.replace(/\n$/, '');
  return reader.parse(body);
}

const known = new WeakMap<Node, { inside: string; text: string }>();

/** A paragraph's text after `inside`, the mark of its block. It is written once for as long as nobody changes it. */
function inline(owner: Node, tools: MarkdownTools, inside: string): string {
  const seen = known.get(owner);
  if (seen?.inside === inside) return seen.text;
  // A heading is one line.
  const placed = (markdown: string) =>
    owner.type.name === 'heading' ? markdown.replaceAll('\\\n', '<br>').replaceAll('\n', '<br>') : markdown;
  const reads = (markdown: string): Run[] | undefined => {
    const doc = readRich(inside + placed(markdown), tools);
    let found: Node | null | undefined = doc.childCount === 1 ? doc.firstChild : undefined;
    while (found && !found.isTextblock) found = found.childCount === 1 ? found.firstChild : undefined;
    return found?.type === owner.type ? runsOf(found) : undefined;
  };
  const text = placed(writeInline(runsOf(owner), reads));
  known.set(owner, { inside, text });
  return text;
}

const isEmpty = (node: Node): boolean => node.isTextblock && !node.type.spec.code && runsOf(node).length === 0;

/** Where lists may stand right below a paragraph without an empty line between. */
function followsClosely(node: Node): boolean {
  const first = node.firstChild?.firstChild;
  if (!first || isEmpty(first)) return false;
  return node.type.name === 'bullet_list' || (node.type.name === 'ordered_list' && node.attrs.order === 1);
}

function item(node: Node, mark: string, tools: MarkdownTools): string[] {
  const indent = ' '.repeat(mark.length);
  const lines: string[] = [];
  let before: Node | undefined;
  node.forEach((child, _offset, at) => {
    if (at > 0 && isEmpty(child)) return;
    if (at > 0 && !followsClosely(child)) lines.push('');
    lines.push(...block(child, tools, `${mark}`, before));
    before = child;
  });
  return lines.map((line, at) => (at === 0 ? mark + line : line === '' ? '' : indent + line).trimEnd());
}

/** One block in lines. `inside` is the mark of the list that it stands in; `before` the block before it. */
function block(node: Node, tools: MarkdownTools, inside: string, before: Node | undefined): string[] {
  switch (node.type.name) {
    case 'heading': {
      const mark = `${'#'.repeat(node.attrs.level as number)} `;
      return [mark + inline(node, tools, mark)];
    }
    case 'blockquote':
      return blocks(node, tools, '').map((line) => (line === '' ? '>' : `> ${line}`));
    case 'code_block': {
      const longest = Math.max(2, ...[...node.textContent.matchAll(/`+/g)].map((found) => found[0].length));
      const fence = '`'.repeat(longest + 1);
      return [fence, ...node.textContent.split('\n'), fence];
    }
    case 'horizontal_rule':
      return ['---'];
    case 'bullet_list':
    case 'ordered_list': {
      // Lists that follow each other are told apart by their marks.
      const second = before?.type === node.type;
      const lines: string[] = [];
      node.forEach((child, _offset, at) => {
        const number = (node.attrs.order as number) + at;
        const mark = node.type.name === 'bullet_list' ? (second ? '* ' : '- ') : `${number}${second ? ')' : '.'} `;
        lines.push(...item(child, mark, tools));
      });
      return lines;
    }
    default:
      return inline(node, tools, inside).split('\n');
  }
}

function blocks(parent: Node, tools: MarkdownTools, inside: string): string[] {
  const lines: string[] = [];
  let before: Node | undefined;
  parent.forEach((node) => {
    if (isEmpty(node)) return;
    if (before) lines.push('');
    lines.push(...block(node, tools, inside, before));
    before = node;
  });
  return lines;
}

/** A document as Markdown; empty paragraphs are not kept. */
export function writeRich(doc: Node, tools: MarkdownTools): string {
  return blocks(doc, tools, '').join('\n');
}

const ONE_NAME: Readonly<Record<string, string>> = { b: 'strong', i: 'em', del: 's' };

/** What HTML says, whatever its white space. Items of a list count the same with and without space between them. */
function outline(node: globalThis.Node): string {
  if (node.nodeType === 3) return (node.textContent ?? '').replace(/\s+/g, ' ');
  if (node.nodeType !== 1) return node.nodeType === 8 ? '<!-- -->' : '';
  const element = node as HTMLElement;
  const name = element.tagName.toLowerCase();
  if (name === 'pre') return `<pre>${element.innerHTML}</pre>`;
  const inside = [...element.childNodes].map(outline).join('').trim();
  if (name === 'p' && element.parentElement?.tagName === 'LI') return inside;
  const attributes = [...element.attributes].map((one) => ` ${one.name}=${one.value}`).toSorted();
  const said = ONE_NAME[name] ?? name;
  return `<${said}${attributes.join('')}>${inside}</${said}>`;
}

const tidy = (html: string): string =>
  outline(inert(html))
    .replace(/\s*(<\/?(?:p|ul|ol|li|h\d|blockquote|pre|hr|br)\b[^>]*>)\s*/g, '$1')
    .replace(/<br><\/br>/g, '<br>');

/** Whether the editor can hold all that a text says; tables and pictures, for instance, it would lose. */
export function holdsAll(text: string, tools: MarkdownTools): boolean {
  return tidy(tools.raw(text)) === tidy(tools.raw(writeRich(readRich(text, tools), tools)));
}
