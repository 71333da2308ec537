/** The table of a list: sorting, selection, the current row; long ones draw only the rows in sight. */
import { CaretDownFilled, CaretUpFilled } from '@ant-design/icons';
import { Checkbox } from 'antd';
import { useState, type MouseEvent, type ReactNode } from 'react';
import { useMessages } from '../i18n';
import { common } from './messages';

export interface TableColumn<T> {
  key: string;
  title: string;
  render: (row: T) => ReactNode;
  /** The server's name of the sort; makes the column sortable. */
  sort?: string | undefined;
  width?: number | undefined;
  align?: 'right' | undefined;
}

interface DataTableProps<T> {
  label: string;
  columns: readonly TableColumn<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string;
  sort: string | undefined;
  onSort: (sort: string | undefined) => void;
  onOpen?: ((row: T) => void) | undefined;
  /** The keys of the chosen rows; without it nothing can be chosen. */
  selected?: readonly string[] | undefined;
  onSelect?: (keys: string[]) => void;
  /** The row that the keyboard stands on. */
  current: number;
  busy: boolean;
}

/** Beyond so many rows only those in sight are drawn, one line high each. */
const DRAW_ALL = 150;
const ROW_HEIGHT = 38;
const SPARE_ROWS = 15;

/** Which of `count` rows to draw when the box is scrolled to `top` and `height` tall. */
export function rowsInSight(count: number, top: number, height: number): readonly [number, number] {
  if (count <= DRAW_ALL) return [0, count];
  const first = Math.min(Math.max(0, Math.floor(top / ROW_HEIGHT) - SPARE_ROWS), count);
  return [first, Math.min(count, Math.ceil((top + height) / ROW_HEIGHT) + SPARE_ROWS)];
}

/** What a click on a column's heading sorts by: up, then down, then as the list comes. */
export function nextSort(column: string, sort: string | undefined): string | undefined {
  if (sort === column) return `-${column}`;
  return sort === `-${column}` ? undefined : column;
}

function openUnlessControl(event: MouseEvent, open: () => void): void {
  if (!(event.target as HTMLElement).closest('a,button,input,label,.ant-checkbox-wrapper')) open();
}

export function DataTable<T>(props: DataTableProps<T>) {
  const { columns, rows, keyOf, sort, onSort, onOpen, selected, onSelect, current, busy } = props;
  const t = useMessages(common);
  const [top, setTop] = useState(0);
  const windowed = rows.length > DRAW_ALL;
  const height = Math.max(360, window.innerHeight - 280);
  const [first, end] = rowsInSight(rows.length, top, height);
  const chosen = new Set(selected);
  const chosenHere = rows.filter((row) => chosen.has(keyOf(row))).length;
  const spacer = (count: number) =>
    count > 0 && <tr aria-hidden="true" className="spacer" style={{ height: count * ROW_HEIGHT }} />;
  return (
    <div
      className="table-scroll"
      {...(windowed
        ? { style: { maxHeight: height }, onScroll: (event) => setTop(event.currentTarget.scrollTop) }
        : {})}
    >
      <table
        className={`list-table${windowed ? ' windowed' : ''}${busy ? ' busy' : ''}`}
        aria-label={props.label}
        aria-busy={busy}
        {...(windowed ? { 'aria-rowcount': rows.length + 1 } : {})}
      >
        <colgroup>
          {selected && <col style={{ width: 40 }} />}
          {columns.map((column) => (
            <col key={column.key} style={column.width === undefined ? {} : { width: column.width }} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {selected && (
              <th scope="col">
                <Checkbox
                  aria-label={t('selectAll')}
                  checked={rows.length > 0 && chosenHere === rows.length}
                  indeterminate={chosenHere > 0 && chosenHere < rows.length}
                  onChange={(event) => onSelect?.(event.target.checked ? rows.map(keyOf) : [])}
                />
              </th>
            )}
            {columns.map((column) => {
              const up = column.sort !== undefined && sort === column.sort;
              const down = column.sort !== undefined && sort === `-${column.sort}`;
              return (
                <th
                  key={column.key}
                  scope="col"
                  className={column.align === 'right' ? 'right' : undefined}
                  {...(up ? { 'aria-sort': 'ascending' } : down ? { 'aria-sort': 'descending' } : {})}
                >
                  {column.sort === undefined ? (
                    column.title
                  ) : (
                    <button
                      type="button"
                      className="sort-button"
                      onClick={() => onSort(nextSort(column.sort ?? '', sort))}
                    >
                      {column.title}
                      <span className="sort-marks" aria-hidden="true">
                        <CaretUpFilled className={up ? 'on' : undefined} />
                        <CaretDownFilled className={down ? 'on' : undefined} />
                      </span>
                    </button>
                  )}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {spacer(first)}
          {rows.slice(first, end).map((row, offset) => {
            const key = keyOf(row);
            const index = first + offset;
            return (
              <tr
                key={key}
                className={`${onOpen ? 'clickable' : ''}${index === current ? ' current' : ''}${chosen.has(key) ? ' chosen' : ''}`}
                {...(windowed ? { 'aria-rowindex': index + 2 } : {})}
                {...(onOpen ? { onClick: (event) => openUnlessControl(event, () => onOpen(row)) } : {})}
              >
                {selected && (
                  <td>
                    <Checkbox
                      aria-label={t('selectRow')}
                      checked={chosen.has(key)}
                      onChange={(event) =>
                        onSelect?.(event.target.checked ? [...selected, key] : selected.filter((id) => id !== key))
                      }
                    />
                  </td>
                )}
                {columns.map((column) => (
                  <td key={column.key} className={column.align === 'right' ? 'right number' : undefined}>
                    {column.render(row)}
                  </td>
                ))}
              </tr>
            );
          })}
          {spacer(rows.length - end)}
        </tbody>
      </table>
    </div>
  );
}
