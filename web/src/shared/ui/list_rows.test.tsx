import { describe, expect, it } from 'vitest';
import { setLocale, type Locale } from '../i18n';
import { draw } from '../testing/draw';
import { DataTable } from './data_table';
import { ListCards } from './list_cards';

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
