/** Between the address of a list and the settings of a saved view. */
import { entryOf, readEntry } from './column_choice';
import type { ViewSettings } from './list_tools';
import type { ListSearch } from './list_search';

const LAYOUTS: readonly ViewSettings['layout'][] = ['table', 'board', 'calendar', 'gallery', 'map'];

/** The parts of an address that a view keeps. Words typed into the search box are not among them. */
type Kept = 'sort' | 'filter' | 'archived' | 'layout' | 'by' | 'end' | 'columns' | 'group_by';

/** What a view saved now would keep. */
export function settingsOf(search: ListSearch, defaultSort: string | undefined): ViewSettings {
  const layout = LAYOUTS.find((one) => one === search.layout) ?? 'table';
  const sort = search.sort ?? defaultSort;
  const columns = (search.columns ?? '')
    .split(',')
    .filter((entry) => entry !== '')
    .map(readEntry);
  return {
    layout,
    columns: columns.map(({ key, ...width }) => ({ field: key, ...width })),
    sort: sort === undefined ? [] : [sort],
    filter: search.filter ?? null,
    group_by: layout === 'table' ? (search.group_by ?? null) : null,
    board: layout === 'board' && search.by !== undefined ? { by: search.by } : null,
    calendar:
      layout === 'calendar' && search.by !== undefined
        ? { start: search.by, ...(search.end === undefined ? {} : { end: search.end }) }
        : null,
    gallery: null,
    map: null,
    archived: search.archived === true,
  };
}

/** The address of a view: each part that it keeps, undefined where it leaves the list as it comes. */
export function searchOf(
  settings: ViewSettings,
  defaultSort: string | undefined,
): { [K in Kept]: ListSearch[K] | undefined } {
  const [sort] = settings.sort;
  return {
    sort: sort === defaultSort ? undefined : sort,
    filter: settings.filter ?? undefined,
    archived: settings.archived || undefined,
    layout: settings.layout === 'table' ? undefined : settings.layout,
    by: settings.board?.by ?? settings.calendar?.start,
    end: settings.calendar?.end ?? undefined,
    columns:
      settings.columns.length === 0
        ? undefined
        : settings.columns.map(({ field, width }) => entryOf({ key: field, width })).join(','),
    group_by: settings.group_by ?? undefined,
  };
}

/** JSON with the names of every object in order, so that equal things read alike. */
function steady(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** Whether the list is looked at otherwise than the view says. */
export function isChanged(search: ListSearch, view: ViewSettings, defaultSort: string | undefined): boolean {
  const now = searchOf(settingsOf(search, defaultSort), defaultSort);
  return steady(now) !== steady(searchOf(view, defaultSort));
}
