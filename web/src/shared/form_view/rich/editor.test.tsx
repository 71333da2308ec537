/** The editor of rich text, with its tools, as a person uses it. */
import { act, useState } from 'react';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { setLocale } from '../../i18n';
import { draw } from '../../testing/draw';
import { loadMarkdownTools } from '../markdown';
import { RichInput } from '../inputs/rich';

beforeAll(async () => {
  // The editor asks where text stands on the screen, which there is none of here.
  const nowhere = () => ({ top: 0, bottom: 0, left: 0, right: 0, width: 0, height: 0, x: 0, y: 0 }) as DOMRect;
  vi.stubGlobal('scrollTo', () => undefined);
  Range.prototype.getClientRects = () => [] as unknown as DOMRectList;
  Range.prototype.getBoundingClientRect = nowhere;
  document.elementFromPoint = () => null;
  await Promise.all([loadMarkdownTools(), import('./editor'), import('./text')]);
});

beforeEach(() => setLocale('zh-CN'));

const said: unknown[] = [];

function Field({ start, disabled = false }: { start: string | null; disabled?: boolean }) {
  const [value, setValue] = useState<unknown>(start);
  return (
    <>
      <RichInput
        id="f"
        label="说明"
        value={value}
        limits={{}}
        disabled={disabled}
        invalid={false}
        describedBy={undefined}
        onLeave={() => undefined}
        onChange={(next) => {
          said.push(next);
          setValue(next);
        }}
      />
      <button type="button" onClick={() => setValue('**theirs**')}>
        take
      </button>
    </>
  );
}

async function show(start: string | null, disabled = false): Promise<HTMLElement> {
  said.length = 0;
  const box = await draw(<Field key={`${start} ${disabled}`} start={start} disabled={disabled} />);
  await act(async () => {
    for (let round = 0; round < 5; round += 1) await new Promise((resolve) => setTimeout(resolve, 0));
  });
  return box;
}

const press = async (box: HTMLElement, name: string) => {
  const button = [...box.querySelectorAll('button')].find((one) => one.getAttribute('aria-label') === name);
  if (!button) throw new Error(`no tool ${name}`);
  await act(async () => button.click());
};

const text = (box: HTMLElement): HTMLElement => {
  const found = box.querySelector<HTMLElement>('[role="textbox"]');
  if (!found) throw new Error('no editor');
  return found;
};

describe('the editor of rich text', () => {
  it('shows what Markdown says, and opening it changes nothing', async () => {
    const box = await show('**要点**\n\n* 一\n* 二');
    expect(text(box).querySelector('strong')?.textContent).toBe('要点');
    expect(text(box).querySelectorAll('li')).toHaveLength(2);
    expect(text(box).getAttribute('aria-label')).toBe('说明');
    expect(said).toEqual([]);
  });

  it('tools make lists and headings, undo takes them back, and Markdown is what is kept', async () => {
    const box = await show('一段');
    await press(box, '项目列表');
    expect(said.at(-1)).toBe('- 一段');
    await press(box, '编号列表');
    expect(said.at(-1)).toBe('1. 一段');
    await press(box, '撤销');
    await press(box, '撤销');
    expect(said.at(-1)).toBe('一段');
    const style = box.querySelector<HTMLSelectElement>('select[aria-label="段落样式"]');
    await act(async () => {
      if (style) style.value = '2';
      style?.dispatchEvent(new Event('change', { bubbles: true }));
    });
    expect(said.at(-1)).toBe('## 一段');
    await press(box, '重做');
    expect(said.at(-1)).toBe('## 一段');
  });

  it('a link wants an address that can be followed', async () => {
    const box = await show(null);
    await press(box, '链接');
    const input = box.querySelector<HTMLInputElement>('input[aria-label="链接地址"]');
    const type = async (value: string) =>
      act(async () => {
        if (!input) throw new Error('no address');
        Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, value);
        input.dispatchEvent(new Event('input', { bubbles: true }));
      });
    const enter = async () =>
      act(async () => {
        input?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
      });
    await type('javascript:alert(1)');
    await enter();
    expect(box.querySelector('[role="alert"]')?.textContent).toContain('https://');
    expect(said).toEqual([]);
    await type('example.com/help');
    await enter();
    expect(said.at(-1)).toBe('https://example.com/help');
    expect(text(box).querySelector('a')?.getAttribute('href')).toBe('https://example.com/help');
  });

  it('arrow keys go along the tools, and only one of them is on the way of Tab', async () => {
    const box = await show('一');
    const tools = [...box.querySelectorAll<HTMLElement>('[data-tool]')];
    expect(tools.filter((one) => one.tabIndex === 0)).toHaveLength(1);
    await act(async () => tools[0]?.focus());
    await act(async () => {
      tools[0]?.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
    });
    expect(document.activeElement).toBe(tools[1]);
    expect(tools[1]?.tabIndex).toBe(0);
    expect(tools[0]?.tabIndex).toBe(-1);
  });

  it('takes over another text that comes from outside, without saying that somebody typed', async () => {
    const box = await show('mine');
    await act(async () => [...box.querySelectorAll('button')].find((one) => one.textContent === 'take')?.click());
    expect(text(box).querySelector('strong')?.textContent).toBe('theirs');
    expect(said).toEqual([]);
  });

  it('a table is shown as Markdown, which alone can hold it', async () => {
    const box = await show('| a | b |\n|---|---|\n| 1 | 2 |');
    expect(box.querySelector('[role="toolbar"]')).toBeNull();
    expect(box.querySelector('textarea')?.value).toContain('| 1 | 2 |');
    expect(box.textContent).toContain('表格');
    expect(box.querySelector('.fv-preview table')).not.toBeNull();
  });

  it('what may not be changed cannot be', async () => {
    const box = await show('一段', true);
    expect(text(box).getAttribute('contenteditable')).toBe('false');
    await press(box, '项目列表');
    expect(said).toEqual([]);
  });
});
