import { act } from 'react';
import { describe, expect, it, vi } from 'vitest';
import { setLocale, type Locale } from '../i18n';
import { draw } from '../testing/draw';
import { DataTable } from './data_table';
import { ListCards } from './list_cards';

// Tables are a lot to draw for a machine that does other things as well.
vi.setConfig({ testTimeout: 60_000 });

interface Row {
  id: string;
  number: string;
  title: string;
}

const rows: Row[] = [
  { id: '1', number: 'T-1', title: '不制冷' },
  { id: '2', number: 'T-2', title: '异响' },
];
const rest = { rows, keyOf: (row: Row) => row.id, selected: [], onSelect: () => undefined };

const names = (box: HTMLElement) => [...box.querySelectorAll('input')].map((one) => one.getAttribute('aria-label'));

const table = (
  <DataTable<Row>
    {...rest}
    label="工单"
    columns={[{ key: 'title', title: '标题', render: (row) => row.title }]}
    sort={undefined}
    onSort={() => undefined}
    current={-1}
    busy={false}
  />
);
const cards = (
  <ListCards<Row>
    {...rest}
    label="工单"
    columns={[{ key: 'title', title: { zh: '标题', en: 'Title' }, render: (row) => row.title }]}
  />
);

describe('the boxes that choose rows', () => {
  const cases: readonly [Locale, string[]][] = [
    ['zh-CN', ['选择 T-1 不制冷', '选择 T-2 异响']],
    ['en', ['Select T-1 不制冷', 'Select T-2 异响']],
  ];
  it.each(cases)('are named after their rows in %s', async (locale, wanted) => {
    setLocale(locale);
    expect(names(await draw(table)).slice(1)).toEqual(wanted);
    expect(names(await draw(cards))).toEqual(wanted);
  });
});

describe('the edge of a heading', () => {
  const open = async (onResize: (column: string, width: number | undefined) => void) => {
    const box = await draw(
      <DataTable<Row>
        {...rest}
        label="工单"
        columns={[{ key: 'title', title: '标题', width: 200, sized: true, render: (row) => row.title }]}
        sort={undefined}
        onSort={() => undefined}
        current={-1}
        busy={false}
        onResize={onResize}
      />,
    );
    const grip = box.querySelector<HTMLElement>('[role="separator"]');
    const head = box.querySelector<HTMLElement>('th:has([role="separator"])');
    if (!grip || !head) throw new Error('no edge');
    // Nothing is laid out here, so the heading is said to be as wide as its column.
    Object.defineProperty(head, 'offsetWidth', { value: 200 });
    grip.setPointerCapture = () => undefined;
    return { grip, head };
  };
  const point = (grip: HTMLElement, type: string, clientX: number) =>
    act(async () => void grip.dispatchEvent(new MouseEvent(type, { bubbles: true, clientX })));

  it('is named, and the heading keeps its own name', async () => {
    setLocale('zh-CN');
    const { grip, head } = await open(() => undefined);
    expect(grip.getAttribute('aria-label')).toBe('“标题”的列宽');
    expect(head.getAttribute('aria-label')).toBe('标题');
    expect(grip.getAttribute('aria-valuenow')).not.toBeNull();
  });

  it('is moved with the arrow keys', async () => {
    const resized = vi.fn();
    const { grip } = await open(resized);
    for (const [key, shiftKey] of [
      ['ArrowRight', false],
      ['ArrowLeft', true],
    ] as const) {
      // One key after the other, as a person presses them.
      // oxlint-disable-next-line no-await-in-loop
      await act(async () => void grip.dispatchEvent(new KeyboardEvent('keydown', { key, shiftKey, bubbles: true })));
    }
    expect(resized.mock.calls).toEqual([
      ['title', 210],
      ['title', 150],
    ]);
  });

  it('is pulled, and shows the width before it is let go', async () => {
    const resized = vi.fn();
    const { grip, head } = await open(resized);
    await point(grip, 'pointerdown', 100);
    await point(grip, 'pointermove', 180);
    expect(head.style.maxWidth).toBe('280px');
    expect(resized).not.toHaveBeenCalled();
    await point(grip, 'pointerup', 180);
    expect(resized.mock.calls).toEqual([['title', 280]]);
  });

  it('leaves the room that is left to a column that nobody sized', async () => {
    const column = (key: string, sized: boolean) => ({ key, title: key, width: 90, sized, render: () => key });
    const widths = async (sized: readonly boolean[]) => {
      const box = await draw(
        <DataTable
          label="x"
          rows={[]}
          keyOf={() => ''}
          columns={sized.map((is, index) => column(`c${index}`, is))}
          sort={undefined}
          onSort={() => undefined}
          current={-1}
          busy={false}
        />,
      );
      return [
        box.querySelector<HTMLElement>('table')?.style.width,
        ...Array.from(box.querySelectorAll('col'), (col) => col.style.width),
      ];
    };
    expect(await widths([true, false, false, true])).toEqual(['', '90px', '90px', '', '90px']);
    expect(await widths([false, false])).toEqual(['', '90px', '90px']);
    expect(await widths([true, true])).toEqual(['auto', '90px', '90px']);
  });

  it('gives the column its own width back with two clicks', async () => {
    const resized = vi.fn();
    const { grip } = await open(resized);
    await point(grip, 'dblclick', 100);
    expect(resized.mock.calls).toEqual([['title', undefined]]);
  });
});
