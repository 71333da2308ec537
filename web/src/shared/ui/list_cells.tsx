/** Which cells of a list are edited where they stand, and how one is drawn while it is. */
import { Suspense } from 'react';
import type { CellEditing } from './data_table';
import {
  cellField,
  listTools,
  valueOf,
  type ListPlace,
  type ListTarget,
  type TargetField,
  type ToolRow,
} from './list_tools';

const MASKED = /\*{3}/;

/** The cells of a list that the person may change; undefined when there are none. */
export function cellEditing<T>(
  place: ListPlace,
  target: ListTarget | undefined,
  columns: readonly { key: string; field?: string }[],
  hint: string,
): CellEditing<T> | undefined {
  const Cell = listTools()?.Cell;
  if (Cell === undefined || target === undefined) return undefined;
  const fields = new Map<string, TargetField>();
  for (const column of columns) {
    const field = cellField(target, column);
    if (field !== undefined) fields.set(column.key, field);
  }
  if (fields.size === 0) return undefined;
  return {
    hint,
    may: (row, column) => {
      const field = fields.get(column);
      if (field === undefined) return false;
      const value = valueOf(row as unknown as ToolRow, field.id, field.own);
      // What came masked is not there to be edited.
      return !(typeof value === 'string' && MASKED.test(value));
    },
    draw: (row, column, done) => {
      const field = fields.get(column);
      return (
        field && (
          <Suspense fallback={<span aria-busy="true">…</span>}>
            <Cell {...place} key={column} field={field} own={field.own} row={row as unknown as ToolRow} onDone={done} />
          </Suspense>
        )
      );
    },
  };
}
