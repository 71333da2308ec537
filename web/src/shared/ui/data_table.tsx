/** The table of a list: sorting, selection, the current row; long ones draw only the rows in sight. */
import { CaretDownFilled, CaretUpFilled } from '@ant-design/icons';
import { Checkbox } from 'antd';
import { useEffect, useRef, useState, type KeyboardEvent, type MouseEvent, type ReactNode } from 'react';
import { useMessages } from '../i18n';
import { ColumnGrip } from './column_grip';
import { rowName } from './list_tools';
import { common } from './messages';
import { useShortcut } from './shortcuts';

/** How cells are edited where they stand. */
export interface CellEditing<T> {
  /** Whether the cell can be edited. */
  may: (row: T, column: string) => boolean;
  /** The cell while it is edited; it says when it is done, and whether the cell beside it is next. */
  draw: (row: T, column: string, done: (next?: 1 | -1) => void) => ReactNode;
  /** How to begin, in words. */
  hint: string;
}

export interface TableColumn<T> {
  key: string;
  title: string;
  render: (row: T) => ReactNode;
  /** The server's name of the sort; makes the column sortable. */
  sort?: string | undefined;
  width?: number | undefined;
  /** Somebody set its width, so it is neither wider nor narrower than that. */
  sized?: boolean | undefined;
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
  onCurrent?: (index: number) => void;
  busy: boolean;
  edit?: CellEditing<T> | undefined;
  /** Takes the new width of a column, none for that which it comes with; without it columns keep theirs. */
  onResize?: ((column: string, width: number | undefined) => void) | undefined;
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

/** A click on a cell that can be edited may be the first of two. */
const SECOND_CLICK_MS = 220;

function isOnControl(event: MouseEvent): boolean {
  const target = event.target as HTMLElement;
  // What floats above the page belongs to the row for React, and not for the person.
  if (!event.currentTarget.contains(target)) return true;
  return target.closest('a,button,input,textarea,label,.ant-checkbox-wrapper,.cell-editor') !== null;
}

export function DataTable<T extends object>(props: DataTableProps<T>) {
  const { rows, keyOf, sort, onSort, onOpen, selected, onSelect, current, busy, edit, onResize } = props;
  const [pulled, setPulled] = useState<{ key: string; width: number }>();
  // What was pulled shows until the column itself is that wide.
  if (props.columns.some((one) => one.key === pulled?.key && one.sized && one.width === pulled.width))
    setPulled(undefined);
  const columns = props.columns.map((column) =>
    column.key === pulled?.key ? { ...column, width: pulled.width, sized: true } : column,
  );
  // Where people set widths, the room that is left goes to a column of which nobody did; without one the table ends.
  const loose = columns.some((column) => column.sized) ? columns.findLast((column) => !column.sized) : undefined;
  const ends = columns.length > 0 && columns.every((column) => column.sized);
  const t = useMessages(common);
  const [top, setTop] = useState(0);
  const windowed = rows.length > DRAW_ALL;
  const height = Math.max(360, window.innerHeight - 280);
  const [first, end] = rowsInSight(rows.length, top, height);
  const chosen = new Set(selected);
  const chosenHere = rows.filter((row) => chosen.has(keyOf(row))).length;
  const [editing, setEditing] = useState<{ row: string; column: string }>();
  const table = useRef<HTMLTableElement>(null);
  const [focused, setFocused] = useState<{ place: string }>();
  useEffect(() => {
    // The cell is drawn anew after the input has gone.
    if (focused) table.current?.querySelector<HTMLElement>(`[data-cell="${CSS.escape(focused.place)}"]`)?.focus();
  }, [focused]);
  const opening = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(opening.current), []);
  const cellsOf = (row: T): string[] =>
    edit ? columns.filter((column) => edit.may(row, column.key)).map((column) => column.key) : [];
  const focus = (index: number, column: string) => {
    setFocused({ place: `${index}:${column}` });
  };
  const finish = (row: T, index: number, column: string, next?: 1 | -1) => {
    const cells = cellsOf(row);
    const beside = next === undefined ? undefined : cells[cells.indexOf(column) + next];
    if (beside !== undefined) {
      setEditing({ row: keyOf(row), column: beside });
      return;
    }
    setEditing(undefined);
    focus(index, column);
  };
  useShortcut('e', () => {
    const row = rows[current];
    const [column] = row === undefined ? [] : cellsOf(row);
    if (row !== undefined && column !== undefined) setEditing({ row: keyOf(row), column });
  });
  const onCellKey = (event: KeyboardEvent, row: T, index: number, column: string) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const cells = cellsOf(row);
    const at = cells.indexOf(column);
    const move = (to: number, cell: string | undefined) => {
      const target = rows[to];
      if (target === undefined || cell === undefined || !cellsOf(target).includes(cell)) return;
      if (to !== index) props.onCurrent?.(to);
      focus(to, cell);
    };
    switch (event.key) {
      case 'Enter':
      case 'F2':
      case 'e':
        setEditing({ row: keyOf(row), column });
        break;
      case 'ArrowLeft':
        move(index, cells[at - 1]);
        break;
      case 'ArrowRight':
        move(index, cells[at + 1]);
        break;
      case 'ArrowUp':
        move(index - 1, column);
        break;
      case 'ArrowDown':
        move(index + 1, column);
        break;
      default:
        return;
    }
    event.preventDefault();
  };
  const look = (column: TableColumn<T>, right: string) => ({
    className: [column.align === 'right' && right, column.sized && 'sized'].filter(Boolean).join(' ') || undefined,
    ...(column.sized ? { style: { minWidth: column.width, maxWidth: column.width } } : {}),
  });
  const drawCell = (row: T, key: string, index: number, column: TableColumn<T>) => {
    if (!edit?.may(row, column.key)) {
      return (
        <td key={column.key} {...look(column, 'right number')}>
          {column.render(row)}
        </td>
      );
    }
    const now = editing?.row === key && editing.column === column.key;
    if (now) {
      return (
        <td key={column.key} className="editing">
          {edit.draw(row, column.key, (next) => finish(row, index, column.key, next))}
        </td>
      );
    }
    return (
      <td
        key={column.key}
        {...look(column, 'right number')}
        // One row at a time stands in the order of the tab key; arrows lead to the others.
        tabIndex={index === Math.max(current, 0) ? 0 : -1}
        data-cell={`${index}:${column.key}`}
        title={edit.hint}
        onKeyDown={(event) => onCellKey(event, row, index, column.key)}
        onDoubleClick={(event) => {
          if (isOnControl(event)) return;
          clearTimeout(opening.current);
          setEditing({ row: key, column: column.key });
        }}
      >
        {column.render(row)}
      </td>
    );
  };
  const onRowClick = (event: MouseEvent, row: T) => {
    if (!onOpen || isOnControl(event)) return;
    clearTimeout(opening.current);
    const waits = (event.target as HTMLElement).closest('[data-cell]') !== null;
    if (!waits) onOpen(row);
    else if (event.detail < 2) opening.current = setTimeout(() => onOpen(row), SECOND_CLICK_MS);
  };
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
        ref={table}
        className={`list-table${windowed ? ' windowed' : ''}${busy ? ' busy' : ''}`}
        aria-label={props.label}
        aria-busy={busy}
        {...(ends ? { style: { width: 'auto' } } : {})}
        {...(windowed ? { 'aria-rowcount': rows.length + 1 } : {})}
      >
        <colgroup>
          {selected && <col style={{ width: 40 }} />}
          {columns.map((column) => (
            <col
              key={column.key}
              style={column.width === undefined || column === loose ? {} : { width: column.width }}
            />
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
                  onChange={(event) => {
                    const here = new Set(rows.map(keyOf));
                    const others = selected.filter((key) => !here.has(key));
                    onSelect?.(event.target.checked ? [...others, ...here] : others);
                  }}
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
                  {...look(column, 'right')}
                  {...(onResize ? { 'aria-label': column.title } : {})}
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
                  {onResize && (
                    <ColumnGrip
                      title={column.title}
                      onPull={(width) => setPulled(width === undefined ? undefined : { key: column.key, width })}
                      onWidth={(width) => onResize(column.key, width)}
                    />
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
                {...(onOpen ? { onClick: (event) => onRowClick(event, row) } : {})}
              >
                {selected && (
                  <td>
                    <Checkbox
                      aria-label={t('selectRow', { name: rowName(row) })}
                      checked={chosen.has(key)}
                      onChange={(event) =>
                        onSelect?.(event.target.checked ? [...selected, key] : selected.filter((id) => id !== key))
                      }
                    />
                  </td>
                )}
                {columns.map((column) => drawCell(row, key, index, column))}
              </tr>
            );
          })}
          {spacer(rows.length - end)}
        </tbody>
      </table>
    </div>
  );
}
