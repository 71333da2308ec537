import { FilterOutlined, PlusOutlined, ReloadOutlined, SettingOutlined } from '@ant-design/icons';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Badge, Button, Input, Skeleton, Switch } from 'antd';
import { lazy, Suspense, useEffect, useEffectEvent, useMemo, useState, type ReactNode } from 'react';
import { api } from '../api/api';
import { queryClient } from '../api/query_client';
import type { Page } from '../api/types';
import type { Condition } from '../conditions';
import { both, fromTree, toTree, EMPTY_FILTER, type Filter, type FilterField } from '../filter/tree';
import { labelText, useLocale, useMessages, type Label } from '../i18n';
import { useDebounced } from './use_debounced';
import { useCan } from '../session';
import { ActionButton } from './action_button';
import { choiceOf, chosenColumns, useColumnChoice, type ColumnChoice } from './column_choice';
import { DataTable } from './data_table';
import { EmptyState } from './empty_state';
import { ErrorState } from './error_state';
import { common } from './messages';
import { ListCards } from './list_cards';
import { cellEditing } from './list_cells';
import type { ListSearch } from './list_search';
import {
  bulkTargetsQuery,
  isBare,
  isGroupable,
  isImported,
  listOf,
  listTools,
  viewsQuery,
  type ListPlace,
} from './list_tools';
import { PageTitle } from './page_title';
import { useShortcut } from './shortcuts';
import { useIsPhone } from './use_media';
import { searchOf } from './view_settings';

// The pickers of the builder weigh as much as the list itself; they come when somebody filters.
const FilterDrawer = lazy(() => import('../filter/filter_drawer'));
const ColumnDrawer = lazy(() => import('./column_drawer'));
const LayoutSwitch = lazy(() => import('./layout_switch'));
const SortSelect = lazy(() => import('./sort_select'));

export interface ListColumn<T> {
  key: string;
  title: Label;
  render: (row: T) => ReactNode;
  /** The server's name of the sort; makes the column sortable. */
  sort?: string;
  width?: number;
  /** Somebody set its width. */
  sized?: boolean;
  align?: 'right';
  /** Left out of the card at phone width. */
  wide?: boolean;
  /** Not shown until somebody chooses it. */
  off?: boolean;
  /** The server's name of the field that it shows, where that is not its key. */
  field?: string;
}

/** What a layout other than the table is given: what people look for, and the rows that were read for it. */
export interface LayoutScope<T> {
  q: string | undefined;
  filter: Condition | undefined;
  archived: boolean;
  rows: readonly T[];
  /** The field by which the layout is made, that up to which it goes, and the month it shows, as the address says. */
  by: string | undefined;
  end: string | undefined;
  at: string | undefined;
  patch: (change: { [K in 'by' | 'end' | 'at']?: string | undefined }) => void;
}

/** Another way to lay out the records of a list. */
export interface ListLayout<T> {
  key: string;
  label: Label;
  icon: ReactNode;
  /** It reads its records itself; otherwise it gets those of the list. */
  reads?: boolean;
  render: (scope: LayoutScope<T>) => ReactNode;
}

type SearchChange = { [K in keyof ListSearch]?: ListSearch[K] | undefined };

export interface ListPageProps<T extends { id: string }> {
  title: string;
  icon?: ReactNode;
  /** The first part of the query key, which live events name. */
  object: string;
  path: string;
  columns: readonly ListColumn<T>[];
  filters?: readonly FilterField[];
  sorts?: readonly { value: string; label: Label }[];
  defaultSort?: string;
  searchHint?: string;
  /** Fixed parameters, and a fixed condition beside what the person filters by. */
  query?: Record<string, string | number | boolean | undefined>;
  condition?: Condition;
  archive?: boolean;
  create?: {
    label: string;
    /** What needs to be allowed, or whether it is. */
    permission: string | boolean;
    onClick: () => void;
  };
  onOpen?: (row: T) => void;
  emptyTitle: string;
  emptyHint?: string;
  extra?: ReactNode;
  above?: ReactNode;
  bulk?: (rows: T[], done: () => void) => ReactNode;
  presets?: readonly { label: Label; filter: Condition }[];
  rowKey?: (row: T) => string;
  /** Lists that take neither words nor sorting. */
  plain?: boolean;
  /** People choose the columns of this list; their choice is kept in the browser under this name. */
  choose?: string;
  layouts?: readonly ListLayout<T>[];
}

/** A list: search, filter, sort, pages, selection; a table on a desk and cards on a phone; its state is in the address. */
export function ListPage<T extends { id: string }>(props: ListPageProps<T>) {
  const {
    object,
    path,
    columns,
    filters = [],
    sorts = [],
    defaultSort,
    query,
    condition,
    onOpen,
    create,
    bulk,
  } = props;
  const t = useMessages(common);
  const locale = useLocale();
  const can = useCan();
  const phone = useIsPhone();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as ListSearch;
  const [typed, setTyped] = useState(search.q ?? '');
  const settled = useDebounced(typed, 300);
  const [filterOpen, setFilterOpen] = useState(false);
  const [draft, setDraft] = useState<Filter>();
  const [picked, setPicked] = useState<ReadonlyMap<string, T>>(new Map());
  const [current, setCurrent] = useState(-1);
  const [choosing, setChoosing] = useState<boolean>();
  // Lists that the server knows have views, changes in bulk, groups, export and import.
  const tools = props.plain ? undefined : listTools();
  const listKey = tools && listOf(path);
  const place: ListPlace = { list: listKey ?? '', object, path, title: props.title };
  const views = useQuery({ ...viewsQuery(listKey ?? ''), enabled: listKey !== undefined });
  const targets = useQuery({ ...bulkTargetsQuery, enabled: listKey !== undefined });
  const target =
    listKey === undefined ? undefined : targets.data?.find((one) => one.list === listKey && one.may_update);
  const choose = props.choose ?? listKey;
  const [kept, setKept] = useColumnChoice(choose);
  const inView = search.view !== undefined && search.view !== 'all';
  const choice = search.columns === undefined ? (inView ? undefined : kept) : search.columns.split(',');
  const grouping = filters.find((field) => field.id === search.group_by && isGroupable(field));
  const groupable = listKey === undefined ? [] : filters.filter(isGroupable);
  const layout = props.layouts?.find((one) => one.key === search.layout);
  const shownColumns = chosenColumns(columns, choice);
  const mayCreate =
    create !== undefined && (typeof create.permission === 'boolean' ? create.permission : can(create.permission));

  // Whether the person has said anything since the list was opened.
  const [touched, setTouched] = useState(false);
  const write = (change: SearchChange) => {
    const next: Record<string, unknown> = { ...search, ...change };
    for (const key of Object.keys(next)) if (next[key] === undefined || next[key] === '') delete next[key];
    void navigate({ to: '.', search: next as never, replace: true });
  };
  const patch = (change: SearchChange) => {
    setTouched(true);
    write(change);
  };
  const setChoice = (next: ColumnChoice) => {
    if (!inView) setKept(next);
    patch({ columns: next?.join(',') });
  };
  const resize = (key: string, width: number | undefined) =>
    setChoice(
      choiceOf(shownColumns.map((one) => (one.key === key ? { ...one, width, sized: width !== undefined } : one))),
    );
  // A list opened without a word about how it is looked at opens with the view that stands first for the person; one
  // opened with nothing but a view's name opens with what that view keeps.
  const named = views.data?.find((view) => (search.view === undefined ? view.default : view.id === search.view));
  const says = named && searchOf(named.settings, defaultSort);
  const isNews =
    search.view === undefined || (!touched && Object.values(says ?? {}).some((part) => part !== undefined));
  const opensWith = isBare(search) && isNews ? named : undefined;
  const undecided = listKey !== undefined && isBare(search) && (views.isPending || opensWith !== undefined);
  const openFirst = useEffectEvent(() => {
    if (opensWith) write({ ...says, view: opensWith.id });
  });
  useEffect(() => {
    if (opensWith?.id !== undefined) openFirst();
  }, [opensWith?.id]);
  const takeWords = useEffectEvent((words: string) => {
    if ((search.q ?? '') !== words) write({ q: words || undefined });
  });
  useEffect(() => takeWords(settled.trim()), [settled]);

  const filter = both(condition, search.filter);
  // What was searched for comes newest first unless somebody asks for an order: the index gives it in no time.
  const sort = search.sort ?? (search.q === undefined ? defaultSort : undefined);
  const words = {
    count: true,
    q: search.q,
    sort,
    filter: filter === undefined ? undefined : JSON.stringify(filter),
    archived: search.archived,
  };
  const params = { limit: 50, ...(props.plain ? {} : words), ...query };
  const list = useInfiniteQuery({
    queryKey: [object, 'list', path, params],
    queryFn: async ({ pageParam, signal }): Promise<Page<T>> => {
      const answer = await api.get<Page<T> | T[]>(path, { ...params, cursor: pageParam }, { signal });
      return Array.isArray(answer) ? { items: answer } : answer;
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    enabled: layout?.reads !== true && !undecided && (grouping === undefined || layout !== undefined),
  });
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const first = list.data?.pages[0];
  const keyOf = props.rowKey ?? ((row: T) => row.id);
  // What left the list is no longer chosen; groups read their rows themselves.
  const selected = [...picked.keys()].filter(
    (id) => (grouping !== undefined && layout === undefined) || rows.some((row) => keyOf(row) === id),
  );
  const select = (keys: readonly string[], from: readonly T[]) =>
    setPicked((old) => {
      const next = new Map<string, T>();
      for (const one of keys) {
        const row = from.find((other) => keyOf(other) === one) ?? old.get(one);
        if (row !== undefined) next.set(one, row);
      }
      return next;
    });
  const tickable = bulk !== undefined || target !== undefined;

  useShortcut('j', () => setCurrent((at) => Math.min(at + 1, rows.length - 1)));
  useShortcut('k', () => setCurrent((at) => Math.max(at - 1, 0)));
  useShortcut('o', () => {
    const row = rows[current];
    if (row && onOpen) onOpen(row);
  });
  useShortcut('c', () => {
    if (!create || !mayCreate) return false;
    create.onClick();
  });

  const narrowed = Boolean(search.q) || search.filter !== undefined || search.archived === true;
  const createButton = create && (
    <ActionButton
      type="primary"
      icon={<PlusOutlined />}
      onClick={create.onClick}
      blocked={mayCreate ? undefined : t('noPermission')}
    >
      {create.label}
    </ActionButton>
  );
  const clear = () => {
    setTyped('');
    patch({ q: undefined, filter: undefined, archived: undefined });
  };
  const openView = (next: Partial<Record<keyof ListSearch, unknown>>) => {
    if ('q' in next) setTyped('');
    patch(next as SearchChange);
  };
  const edit = search.archived === true || phone ? undefined : cellEditing<T>(place, target, columns, t('editCell'));
  const count = first?.total;

  const tableColumns = shownColumns.map((column) => ({
    key: column.key,
    title: labelText(column.title, locale),
    render: column.render,
    sort: column.sort,
    width: column.width,
    sized: column.sized,
    align: column.align,
  }));

  const scope = (): LayoutScope<T> => ({
    q: search.q,
    filter,
    archived: search.archived === true,
    rows,
    by: search.by,
    end: search.end,
    at: search.at,
    patch,
  });

  const cards = (some: readonly T[], label: string) => (
    <ListCards
      label={label}
      columns={shownColumns}
      rows={some}
      keyOf={keyOf}
      onOpen={onOpen}
      selected={tickable ? selected : undefined}
      onSelect={(keys) => select(keys, some)}
    />
  );
  const table = (some: T[], label: string, busy: boolean, at: number) => (
    <DataTable
      label={label}
      columns={tableColumns}
      rows={some}
      keyOf={keyOf}
      sort={sort}
      onSort={(next) => patch({ sort: next })}
      onOpen={onOpen}
      {...(tickable ? { selected, onSelect: (keys) => select(keys, some) } : {})}
      current={at}
      onCurrent={setCurrent}
      busy={busy}
      edit={edit}
      onResize={choose === undefined ? undefined : resize}
    />
  );

  const Groups = tools?.Groups;
  const body = () => {
    if (Groups && grouping && layout === undefined && !undecided) {
      return (
        <Suspense fallback={<div className="panel" aria-busy="true" style={{ minHeight: 240 }} />}>
          <Groups
            {...place}
            field={grouping}
            params={{ q: search.q, sort, archived: search.archived, ...query }}
            filter={filter}
            draw={(some, label, busy) => {
              const mine = some as unknown as T[];
              return phone ? cards(mine, label) : table(mine, label, busy, -1);
            }}
          />
        </Suspense>
      );
    }
    if (layout?.reads) return layout.render(scope());
    if (list.isError && rows.length === 0) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
    if (list.isPending) {
      return (
        <div className="panel" aria-busy="true">
          <Skeleton active title={false} paragraph={{ rows: 10, width: '100%' }} />
        </div>
      );
    }
    if (rows.length === 0) {
      return (
        <div className="panel">
          {narrowed ? (
            <EmptyState
              title={t('noMatch')}
              hint={t('noMatchHint')}
              action={<Button onClick={clear}>{t('clearFilters')}</Button>}
            />
          ) : (
            <EmptyState
              title={props.emptyTitle}
              {...(props.emptyHint ? { hint: props.emptyHint } : {})}
              action={createButton}
            />
          )}
        </div>
      );
    }
    return (
      <>
        {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
        {layout ? (
          layout.render(scope())
        ) : phone ? (
          cards(rows, props.title)
        ) : (
          <div className="panel panel-flush">
            {table(rows, props.title, list.isFetching && !list.isFetchingNextPage && list.isPlaceholderData, current)}
          </div>
        )}
        <div className="list-foot">
          <span className="muted number">
            {count === undefined || count === null
              ? t('loaded', { n: rows.length })
              : `${t(first?.total_is_lower_bound ? 'totalMore' : 'total', { n: count })} · ${t('loaded', { n: rows.length })}`}
          </span>
          {list.hasNextPage && (
            <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              {t('more')}
            </Button>
          )}
        </div>
      </>
    );
  };

  // A ticked row that was read again meanwhile counts as it is now.
  const chosen = selected.flatMap((id) => rows.find((row) => keyOf(row) === id) ?? picked.get(id) ?? []);
  const Views = tools?.Views;
  const Bulk = tools?.Bulk;
  const Exchange = tools?.Exchange;
  const GroupSelect = tools?.GroupSelect;
  const may = {
    exports: can('data.export'),
    imports: can('data.import') && listKey !== undefined && isImported(listKey),
  };
  const filterCount = fromTree(search.filter)?.rows.length ?? (search.filter ? 1 : 0);
  return (
    <div className="page">
      <div className="page-head">
        <div className="row list-title">
          <PageTitle name={props.title}>
            {props.icon} {props.title}
          </PageTitle>
          {Views && listKey !== undefined && (
            <Suspense fallback={<span style={{ minHeight: 32 }} />}>
              <Views {...place} search={search} defaultSort={defaultSort} onOpen={openView} />
            </Suspense>
          )}
        </div>
        <div className="row">
          {props.extra}
          {Exchange && listKey !== undefined && (may.exports || may.imports) && (
            <Suspense fallback={null}>
              <Exchange
                {...place}
                columns={shownColumns}
                q={search.q}
                filter={filter}
                sort={sort}
                archived={search.archived === true}
                may={may}
              />
            </Suspense>
          )}
          {createButton}
        </div>
      </div>
      {props.above}
      {!props.plain && (
        <div className="list-bar" role="search" aria-label={props.title}>
          <Input.Search
            className="list-search"
            allowClear
            value={typed}
            maxLength={100}
            placeholder={props.searchHint ?? t('search')}
            aria-label={props.searchHint ?? t('search')}
            onChange={(event) => setTyped(event.target.value)}
            onSearch={(value) => patch({ q: value.trim() || undefined })}
          />
          {filters.length > 0 && (
            <Badge count={filterCount} size="small" color="#0b6e69">
              <Button
                icon={<FilterOutlined />}
                onClick={() => {
                  setDraft(fromTree(search.filter) ?? EMPTY_FILTER);
                  setFilterOpen(true);
                }}
              >
                {t('filter')}
              </Button>
            </Badge>
          )}
          {sorts.length > 0 && (
            <Suspense fallback={<span style={{ minWidth: 150 }} />}>
              <SortSelect sorts={sorts} value={sort} onChange={(value) => patch({ sort: value })} />
            </Suspense>
          )}
          {props.archive && (
            <span className="row" style={{ gap: 6 }}>
              <Switch
                size="small"
                aria-label={t('archived')}
                checked={search.archived === true}
                onChange={(on) => patch({ archived: on || undefined })}
              />
              {t('archived')}
            </span>
          )}
          {props.layouts !== undefined && props.layouts.length > 0 && (
            <Suspense fallback={null}>
              <LayoutSwitch
                layouts={props.layouts}
                value={layout?.key}
                onChange={(key) => patch({ layout: key, by: undefined, end: undefined, at: undefined })}
              />
            </Suspense>
          )}
          {GroupSelect && groupable.length > 0 && layout === undefined && (
            <Suspense fallback={<span style={{ minWidth: 120 }} />}>
              <GroupSelect
                fields={groupable}
                value={search.group_by}
                onChange={(field) => patch({ group_by: field })}
              />
            </Suspense>
          )}
          {choose !== undefined && layout === undefined && (
            <Button
              icon={<SettingOutlined />}
              aria-label={t('columns')}
              title={t('columns')}
              onClick={() => setChoosing(true)}
            />
          )}
          <Button
            type="text"
            icon={<ReloadOutlined spin={list.isFetching} />}
            aria-label={t('refresh')}
            onClick={() =>
              void (layout?.reads || grouping ? queryClient.invalidateQueries({ queryKey: [object] }) : list.refetch())
            }
          />
          {narrowed && (
            <Button type="link" onClick={clear}>
              {t('clearFilters')}
            </Button>
          )}
        </div>
      )}
      {props.presets && (
        <div className="row" style={{ marginBottom: 10 }}>
          {props.presets.map((preset) => {
            const on = JSON.stringify(search.filter) === JSON.stringify(preset.filter);
            return (
              <Button
                key={preset.label.en}
                size="small"
                shape="round"
                type={on ? 'primary' : 'default'}
                aria-pressed={on}
                onClick={() => patch({ filter: on ? undefined : preset.filter })}
              >
                {labelText(preset.label, locale)}
              </Button>
            );
          })}
        </div>
      )}
      {body()}
      {tickable && chosen.length > 0 && (
        <div className="bulk-bar" role="region" aria-label={t('actions')}>
          <strong>{t('selected', { n: chosen.length })}</strong>
          {Bulk && target && (
            <Suspense fallback={null}>
              <Bulk
                {...place}
                target={target}
                ids={chosen.map((row) => row.id)}
                all={{ q: search.q, filter, count: count ?? undefined, more: first?.total_is_lower_bound === true }}
                archived={search.archived === true}
                onDone={() => setPicked(new Map())}
              />
            </Suspense>
          )}
          {bulk?.(chosen, () => setPicked(new Map()))}
          <Button type="text" onClick={() => setPicked(new Map())}>
            {t('clearSelection')}
          </Button>
        </div>
      )}
      {choosing !== undefined && (
        <Suspense fallback={null}>
          <ColumnDrawer
            open={choosing}
            columns={columns}
            choice={choice}
            onChange={setChoice}
            onClose={() => setChoosing(false)}
          />
        </Suspense>
      )}
      {draft && (
        <Suspense fallback={null}>
          <FilterDrawer
            open={filterOpen}
            fields={filters}
            value={draft}
            onChange={setDraft}
            onClose={() => setFilterOpen(false)}
            onApply={() => {
              patch({ filter: toTree(draft) });
              setFilterOpen(false);
            }}
          />
        </Suspense>
      )}
    </div>
  );
}
