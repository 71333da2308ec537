/** Rich text comes back from Markdown as it went in, and nothing is lost that the editor can't hold. */
import type { Mark, Node } from 'prosemirror-model';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadMarkdownTools, type MarkdownTools } from '../markdown';
import { schema } from './schema';
import { holdsAll, readRich, writeRich } from './text';

let tools: MarkdownTools;

beforeAll(async () => {
  tools = await loadMarkdownTools();
});

const { nodes, marks } = schema;
const strong = marks.strong.create();
const em = marks.em.create();
const say = (text: string, ...of: Mark[]): Node => schema.text(text, of);
const p = (...inside: Node[]): Node => nodes.paragraph.create(null, inside);
const li = (...inside: Node[]): Node => nodes.list_item.create(null, inside);
const doc = (...inside: Node[]): Node => nodes.doc.create(null, inside);
const write = (...inside: Node[]): string => writeRich(doc(...inside), tools);

/** Written, read and written again; what is read is the same document. */
function around(...inside: Node[]): string {
  const text = write(...inside);
  expect(readRich(text, tools).toString()).toBe(doc(...inside).toString());
  return text;
}

describe('writing', () => {
  it('plain marks are written as plain Markdown', () => {
    expect(around(p(say('先'), say('断电', strong), say('再'), say('开盖', em)))).toBe('先**断电**再*开盖*');
    expect(around(p(say('a '), say('both', strong, em), say(' b')))).toBe('a ***both*** b');
  });

  it('Chinese after a mark that ends with a punctuation mark stays bold', () => {
    expect(around(p(say('重点：', strong), say('断电')))).toBe('<strong>重点：</strong>断电');
    expect(around(p(say('重点', strong), say('：断电')))).toBe('**重点**：断电');
  });

  it('a space at the end of bold text is left out of it', () => {
    expect(write(p(say('bold ', strong), say('and not')))).toBe('**bold** and not');
    expect(write(p(say('open ', strong)))).toBe('**open**');
  });

  it('what looks like Markdown is escaped only where it would be taken for it', () => {
    expect(around(p(say('[备注] 3 * 4 = 12 & a_b_c')))).toBe('[备注] 3 * 4 = 12 & a_b_c');
    expect(around(p(say('*not em*')))).toBe('\\*not em\\*');
    expect(around(p(say('1. no list')))).toBe('1\\. no list');
    expect(around(p(say('# no heading')))).toBe('\\# no heading');
    expect(around(p(say('---')))).toBe('\\---');
    expect(around(p(say('<b>tag</b> &amp;')))).toContain('\\<b>');
    expect(around(nodes.bullet_list.create(null, [li(p(say('[ ] no task')))]))).toContain('\\[ \\] no task');
  });

  it('lines within a paragraph stay lines, and empty ones at its ends are dropped', () => {
    const br = () => nodes.hard_break.create();
    expect(around(p(say('一'), br(), say('二')))).toBe('一\n二');
    expect(around(p(say('一'), br(), br(), say('二')))).toBe('一\n\\\n二');
    expect(write(p(br(), say('一'), br()))).toBe('一');
    expect(around(p(say('一'), br(), say('- 二')))).toBe('一\n\\- 二');
  });

  it('links keep their address, and bare ones stay bare', () => {
    const to = (href: string) => marks.link.create({ href });
    expect(around(p(say('看'), say('手册', to('https://example.com/a_b_c')), say('。')))).toBe(
      '看[手册](https://example.com/a_b_c)。',
    );
    expect(around(p(say('https://example.com/a_b', to('https://example.com/a_b'))))).toBe('https://example.com/a_b');
    expect(around(p(say('x', to('https://example.com/a_(1)'))))).toBe('[x](<https://example.com/a_(1)>)');
  });

  it('lists nest, count on from where they begin, and stand apart from each other', () => {
    const nested = nodes.bullet_list.create(null, [
      li(p(say('一')), nodes.ordered_list.create(null, [li(p(say('甲'))), li(p(say('乙')))])),
      li(p(say('二'))),
    ]);
    expect(around(nested)).toBe('- 一\n  1. 甲\n  2. 乙\n- 二');
    const from3 = nodes.ordered_list.create({ order: 3 }, [li(p(say('三')))]);
    const again = nodes.ordered_list.create({ order: 1 }, [li(p(say('一')))]);
    expect(around(from3, again)).toBe('3. 三\n\n1) 一');
    expect(around(nodes.bullet_list.create(null, [li(p(say('一')), p(say('再')))]))).toBe('- 一\n\n  再');
  });

  it('headings, quotes, rules and code come back', () => {
    const heading = nodes.heading.create({ level: 2 }, [say('步骤 #')]);
    const quote = nodes.blockquote.create(null, [p(say('一')), p(say('二'))]);
    const code = nodes.code_block.create(null, [say('```\na  b\n')]);
    around(heading, quote, nodes.horizontal_rule.create(), code, p(say('a`b`', marks.code.create())));
  });

  it('empty paragraphs are not kept, and nothing at all is an empty text', () => {
    expect(write(p())).toBe('');
    expect(write(p(say('一')), p(), p(say('二')))).toBe('一\n\n二');
  });

  it('whatever marks meet, what is written reads the same', () => {
    const words = ['字', '好。', '（', 'a', '*', '_', ' x', '1.', '`', '!', '[y]', '~', '“引”', '\\', '<i>', '#'];
    const all = [strong, em, marks.strike.create(), marks.code.create(), marks.link.create({ href: 'https://a.cn/' })];
    let seed = 7;
    const next = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor(seed / 65_536) % below;
    };
    for (let round = 0; round < 150; round += 1) {
      const inside = Array.from({ length: 1 + next(5) }, () => {
        const of = all.filter(() => next(4) === 0);
        return say(words[next(words.length)] ?? '字', ...of);
      });
      const text = write(p(...inside));
      const read = readRich(text, tools);
      const again = readRich(writeRich(read, tools), tools);
      expect(again.toString(), JSON.stringify(text)).toBe(read.toString());
      expect(readRich(text, tools).textContent.replace(/\s+/g, ' ').trim(), JSON.stringify(text)).toBe(
        inside
          .map((one) => one.text)
          .join('')
          .trim(),
      );
    }
  }, 60_000);
});

describe('reading', () => {
  it('addresses that could act are no links', () => {
    expect(readRich('[x](javascript:alert(1))', tools).toString()).toBe('doc(paragraph("x"))');
  });

  it('what the editor holds is told from what it would lose', () => {
    for (const text of [
      '',
      '普通一段\n第二行',
      '# 标题\n\n- 一\n- 二\n\n1. a\n2. b',
      '* 一\n* 二',
      '- 一\n\n- 二',
      '__粗__ 和 _斜_ <b>b</b>',
      '> 引用\n>\n> 再引用',
      '```\ncode\n```',
      '[链接](https://example.com "题")',
    ]) {
      expect(holdsAll(text, tools), text).toBe(true);
    }
    for (const text of [
      '| a | b |\n|---|---|\n| 1 | 2 |',
      '![图](https://example.com/a.png)',
      '- [x] 任务',
      '```js\ncode\n```',
      '<!-- note -->\n\n一',
      '<u>下划线</u>',
    ]) {
      expect(holdsAll(text, tools), text).toBe(false);
    }
  });
});
