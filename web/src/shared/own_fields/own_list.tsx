/** Own fields in the lists of built-in objects: as columns to choose, and to filter by. */
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { currencyOf, type Field } from '../form_types';
import { isSeenBy } from '../form_view/kinds';
import type { FilterField } from '../filter/tree';
import { fieldsQuery, useRoles } from '../objects/queries';
import { useCan } from '../session';
import type { ListColumn } from '../ui/list_page';
import { isSortable, ownFilters, type Reader } from './own_filters';

// What draws the values of all kinds weighs more than a list; it comes when there is an own field to draw.
const OwnCell = lazy(() => import('./own_cell'));

export function useReader(): Reader {
  const roles = useRoles();
  const can = useCan();
  return { roles, personal: can('personal_data.read') };
}

const RIGHT: ReadonlySet<string> = new Set(['integer', 'decimal', 'percent', 'roll_up']);

const standsRight = (kind: Field['kind']): boolean => RIGHT.has(kind.type) || currencyOf(kind) !== undefined;

export function OwnValue({ field, value }: { field: Field; value: unknown }) {
  if (value === undefined || value === null) return <span className="muted">—</span>;
  return (
    <Suspense fallback={<span className="muted">…</span>}>
      <OwnCell field={field} value={value} />
    </Suspense>
  );
}

/** The column of an own field. */
export function ownColumn<T>(field: Field, valueOf: (row: T) => unknown, sortable: boolean): ListColumn<T> {
  return {
    key: `ext.${field.id}`,
    title: field.label,
    render: (row) => <OwnValue field={field} value={valueOf(row)} />,
    ...(sortable ? { sort: field.id } : {}),
    ...(standsRight(field.kind) ? { align: 'right' as const } : {}),
  };
}

interface WithOwn {
  ext?: unknown;
}

function own(row: WithOwn, id: string): unknown {
  return typeof row.ext === 'object' && row.ext !== null ? (row.ext as Record<string, unknown>)[id] : undefined;
}

/** Columns and filters of the own fields of a built-in object; none of the columns is shown before somebody chooses it. */
export function useOwnList<T extends WithOwn>(object: string): { columns: ListColumn<T>[]; filters: FilterField[] } {
  const reader = useReader();
  const { data: view } = useQuery(fieldsQuery(object));
  if (!view) return { columns: [], filters: [] };
  const columns = view.catalogue.fields
    .filter((field) => field.retired !== true && isSeenBy(field, reader.roles))
    .map((field) => ({
      ...ownColumn<T>(field, (row) => own(row, field.id), isSortable(view, field, reader)),
      off: true,
      wide: true,
    }));
  return { columns, filters: ownFilters(view, reader) };
}
