/** Records as cards in the columns of a choice; a card that is dragged to another column takes its option. */
import { HolderOutlined, MoreOutlined } from '@ant-design/icons';
import {
  DndContext,
  DragOverlay,
  KeyboardCode,
  KeyboardSensor,
  MouseSensor,
  pointerWithin,
  rectIntersection,
  TouchSensor,
  useDraggable,
  useDroppable,
  useSensor,
  useSensors,
  type Announcements,
  type CollisionDetection,
  type KeyboardCoordinateGetter,
} from '@dnd-kit/core';
import { useInfiniteQuery, type InfiniteData } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { App, Button, Dropdown, Select, Skeleton } from 'antd';
import { useState, type ReactNode } from 'react';
import { api } from '@/shared/api/api';
import { problemText as requestProblem } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import type { Page } from '@/shared/api/types';
import type { Condition } from '@/shared/conditions';
import { both } from '@/shared/filter/tree';
import type { ChoiceOption, Field } from '@/shared/form_types';
import { FieldValue } from '@/shared/form_view/field_value';
import { serverProblems } from '@/shared/form_view/problems';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import type { ObjectRecord } from '@/shared/objects/queries';
import { ErrorState } from '@/shared/ui/error_state';
import type { LayoutScope } from '@/shared/ui/list_page';
import { common } from '@/shared/ui/messages';
import { useIsPhone } from '@/shared/ui/use_media';
import { boardFields, cardFields, type ObjectDesk } from './desk';
import { records } from './messages';

/** The column of records without an option. */
const UNSET = '';
const PAGE = 50;

interface Column {
  id: string;
  option: ChoiceOption | undefined;
}

type Pages = InfiniteData<Page<ObjectRecord>>;

function conditionOf(field: Field, column: string): Condition {
  return column === UNSET ? { field: field.id, op: 'is_empty' } : { field: field.id, op: 'in', value: [column] };
}

function Card({
  desk,
  record,
  by,
  tools,
  lifted = false,
}: {
  desk: ObjectDesk;
  record: ObjectRecord;
  by: Field;
  tools?: ReactNode;
  lifted?: boolean;
}) {
  const locale = useLocale();
  return (
    <div className={`records-card${lifted ? ' lifted' : ''}`}>
      <div className="row-between" style={{ alignItems: 'flex-start', flexWrap: 'nowrap' }}>
        <Link
          to="/records/$object/$id"
          params={{ object: desk.info.key, id: record.id }}
          draggable={false}
          className="records-card-title"
        >
          {record.title}
        </Link>
        {tools}
      </div>
      {record.title !== record.number && <div className="muted number">{record.number}</div>}
      <dl className="facts records-card-facts">
        {cardFields(desk, record, [by.id], 3).map((field) => (
          <div key={field.id} style={{ display: 'contents' }}>
            <dt>{labelText(field.label, locale)}</dt>
            <dd>
              <FieldValue field={field} value={record.values[field.id]} compact />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function DraggableCard({
  desk,
  record,
  by,
  column,
  columns,
  onMove,
}: {
  desk: ObjectDesk;
  record: ObjectRecord;
  by: Field;
  column: string;
  columns: readonly Column[];
  onMove: (to: string) => void;
}) {
  const t = useMessages(records);
  const locale = useLocale();
  const movable = desk.mayEdit(by) && !record.archived_at;
  const { setNodeRef, isDragging, listeners, attributes } = useDraggable({
    id: record.id,
    data: { record, column },
    disabled: !movable,
  });
  const { onKeyDown, ...pointer } = listeners ?? {};
  const items = columns
    .filter((other) => other.id !== column)
    .map((other) => ({
      key: other.id || 'unset',
      label: other.option ? labelText(other.option.label, locale) : t('unset'),
      onClick: () => onMove(other.id),
    }));
  return (
    <li ref={setNodeRef} {...pointer} style={isDragging ? { opacity: 0.35 } : undefined}>
      <Card
        desk={desk}
        record={record}
        by={by}
        tools={
          movable && (
            <span className="nowrap">
              <Button
                type="text"
                size="small"
                icon={<HolderOutlined />}
                {...attributes}
                aria-label={t('move', { title: record.title })}
                {...(onKeyDown ? { onKeyDown: onKeyDown as never } : {})}
              />
              <Dropdown trigger={['click']} menu={{ items }}>
                <Button
                  type="text"
                  size="small"
                  icon={<MoreOutlined />}
                  aria-label={`${t('moveTo')} · ${record.title}`}
                />
              </Dropdown>
            </span>
          )
        }
      />
    </li>
  );
}

function useColumn(desk: ObjectDesk, scope: LayoutScope<ObjectRecord>, by: Field, column: string) {
  const filter = both(scope.filter, conditionOf(by, column));
  const params = {
    limit: PAGE,
    count: true,
    q: scope.q,
    archived: scope.archived || undefined,
    filter: JSON.stringify(filter),
    sort: '-updated_at',
  };
  return useInfiniteQuery({
    queryKey: [desk.key, 'board', by.id, column, params],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<ObjectRecord>>(desk.path, { ...params, cursor: pageParam }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });
}

function BoardColumn({
  desk,
  scope,
  by,
  column,
  columns,
  onMove,
}: {
  desk: ObjectDesk;
  scope: LayoutScope<ObjectRecord>;
  by: Field;
  column: Column;
  columns: readonly Column[];
  onMove: (record: ObjectRecord, from: string, to: string) => void;
}) {
  const t = useMessages(records);
  const c = useMessages(common);
  const locale = useLocale();
  const list = useColumn(desk, scope, by, column.id);
  const { setNodeRef, isOver } = useDroppable({ id: `column:${column.id}`, data: { column: column.id } });
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const total = list.data?.pages[0]?.total;
  const name = column.option ? labelText(column.option.label, locale) : t('unset');
  const color = column.option?.color;
  return (
    <section ref={setNodeRef} className={`records-column${isOver ? ' over' : ''}`} aria-label={name}>
      <h2 className="records-column-head" style={color ? { borderTopColor: color } : undefined}>
        <span>{name}</span>
        <span className="tag number">{total ?? rows.length}</span>
      </h2>
      {list.isPending && <Skeleton active title={false} paragraph={{ rows: 3 }} />}
      {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.data && rows.length === 0 && <p className="muted records-none">{t('emptyColumn')}</p>}
      <ul>
        {rows.map((record) => (
          <DraggableCard
            key={record.id}
            desk={desk}
            record={record}
            by={by}
            column={column.id}
            columns={columns}
            onMove={(to) => onMove(record, column.id, to)}
          />
        ))}
      </ul>
      {list.hasNextPage && (
        <Button size="small" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {c('more')}
        </Button>
      )}
    </section>
  );
}

/** With a mouse the column under the pointer counts, with the keyboard the one that the card overlaps. */
const collisions: CollisionDetection = (args) => {
  const under = pointerWithin(args);
  return under.length > 0 ? under : rectIntersection(args);
};

/** The arrows go from column to column. */
const byColumn: KeyboardCoordinateGetter = (event, { currentCoordinates, context }) => {
  const step = event.code === KeyboardCode.Right ? 1 : event.code === KeyboardCode.Left ? -1 : 0;
  if (step === 0) return undefined;
  const boxes = [...context.droppableContainers.getEnabled()]
    .flatMap((container) => {
      const box = context.droppableRects.get(container.id);
      return box ? [box] : [];
    })
    .toSorted((a, b) => a.left - b.left);
  const width = context.collisionRect?.width ?? 0;
  const middle = currentCoordinates.x + width / 2;
  const at = boxes.findIndex((box) => middle >= box.left && middle <= box.left + box.width);
  const next = boxes[at + step];
  if (!next) return undefined;
  event.preventDefault();
  return { x: next.left + 8, y: next.top + 40 };
};

/** Puts a record into another column of the cached lists, so that it stands there before the server answered. */
function moveInCache(desk: ObjectDesk, by: Field, record: ObjectRecord, from: string, to: string): void {
  const lists = queryClient.getQueriesData<Pages>({ queryKey: [desk.key, 'board', by.id] });
  for (const [key, data] of lists) {
    const column = key[3];
    if (!data || (column !== from && column !== to)) continue;
    const pages = data.pages.map((page, at) => {
      const others = page.items.filter((row) => row.id !== record.id);
      const items = column === to && at === 0 ? [record, ...others] : others;
      const change = column === to ? 1 : -1;
      return { ...page, items, ...(page.total === undefined ? {} : { total: Math.max(0, page.total + change) }) };
    });
    queryClient.setQueryData<Pages>(key, { ...data, pages });
  }
}

/** The version that a record has in the cached lists of the board. */
function replaceInCache(desk: ObjectDesk, by: Field, record: ObjectRecord): void {
  queryClient.setQueriesData<Pages>(
    { queryKey: [desk.key, 'board', by.id] },
    (data) =>
      data && {
        ...data,
        pages: data.pages.map((page) => ({
          ...page,
          items: page.items.map((row) => (row.id === record.id ? record : row)),
        })),
      },
  );
}

export default function Board({
  desk,
  scope,
  onOpen,
}: {
  desk: ObjectDesk;
  scope: LayoutScope<ObjectRecord>;
  onOpen: (id: string) => void;
}) {
  const t = useMessages(records);
  const locale = useLocale();
  const phone = useIsPhone();
  const { message, modal } = App.useApp();
  const [lifted, setLifted] = useState<ObjectRecord>();
  const fields = boardFields(desk);
  const by = fields.find((field) => field.id === scope.by) ?? fields[0];
  const sensors = useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 6 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 220, tolerance: 8 } }),
    useSensor(KeyboardSensor, { coordinateGetter: byColumn }),
  );
  if (!by || by.kind.type !== 'choice') return null;
  const columns: Column[] = [
    ...(by.kind.options ?? []).filter((option) => option.retired !== true).map((option) => ({ id: option.id, option })),
    ...(by.required === true ? [] : [{ id: UNSET, option: undefined }]),
  ];
  const stage = (id: string) => {
    const option = columns.find((column) => column.id === id)?.option;
    return option ? labelText(option.label, locale) : t('unset');
  };
  const move = async (record: ObjectRecord, from: string, to: string) => {
    if (from === to) return;
    const value = to === UNSET ? null : to;
    const values = { ...record.values };
    if (value === null) delete values[by.id];
    else values[by.id] = value;
    await queryClient.cancelQueries({ queryKey: [desk.key, 'board', by.id] });
    moveInCache(desk, by, { ...record, values }, from, to);
    try {
      const saved = await api.patch<ObjectRecord>(
        `${desk.path}/${record.id}`,
        { values: { [by.id]: value } },
        { version: record.version },
      );
      replaceInCache(desk, by, saved);
      void message.success(t('moved', { stage: stage(to) }));
      void queryClient.invalidateQueries({ queryKey: [desk.key] });
    } catch (error) {
      moveInCache(desk, by, record, to, from);
      void queryClient.invalidateQueries({ queryKey: [desk.key, 'board'] });
      const wrong = serverProblems(error, '/values', desk.catalogue, locale);
      if (wrong.length === 0) {
        void message.error(t('cannotMove', { title: record.title, why: requestProblem(error) }));
        return;
      }
      modal.confirm({
        title: t('cannotMove', { title: record.title, why: t('needsMore') }),
        content: wrong.map((one) => {
          const field = desk.catalogue.fields.find((known) => known.id === one.pointer.split('/')[1]);
          return (
            <div key={one.pointer}>
              {field ? `${labelText(field.label, locale)}: ` : ''}
              {one.text}
            </div>
          );
        }),
        okText: t('openRecord'),
        onOk: () => onOpen(record.id),
      });
    }
  };
  const titleOf = (active: { data: { current?: Record<string, unknown> | undefined } }) =>
    (active.data.current?.['record'] as ObjectRecord | undefined)?.title ?? '';
  const stageOf = (over: { data: { current?: Record<string, unknown> | undefined } } | null) =>
    over ? stage(String(over.data.current?.['column'] ?? '')) : '';
  const announcements: Announcements = {
    onDragStart: ({ active }) => t('picked', { title: titleOf(active) }),
    onDragOver: ({ active, over }) => (over ? t('over', { title: titleOf(active), stage: stageOf(over) }) : undefined),
    onDragEnd: ({ active, over }) =>
      over ? t('dropped', { title: titleOf(active), stage: stageOf(over) }) : undefined,
    onDragCancel: ({ active }) => t('dragCancelled', { title: titleOf(active) }),
  };
  return (
    <>
      {fields.length > 1 && (
        <div className="row" style={{ marginBottom: 10 }}>
          <label htmlFor="board-by" className="muted">
            {t('groupBy')}
          </label>
          <Select
            id="board-by"
            value={by.id}
            style={{ minWidth: 160 }}
            options={fields.map((field) => ({ value: field.id, label: labelText(field.label, locale) }))}
            onChange={(id: string) => scope.patch({ by: id })}
          />
        </div>
      )}
      <DndContext
        sensors={sensors}
        collisionDetection={collisions}
        accessibility={{ announcements, screenReaderInstructions: { draggable: t('dragHint') } }}
        onDragStart={({ active }) => setLifted(active.data.current?.['record'] as ObjectRecord | undefined)}
        onDragCancel={() => setLifted(undefined)}
        onDragEnd={({ active, over }) => {
          setLifted(undefined);
          const record = active.data.current?.['record'] as ObjectRecord | undefined;
          const to = over?.data.current?.['column'] as string | undefined;
          if (record && to !== undefined) {
            void move(record, String(active.data.current?.['column'] ?? ''), to);
          }
        }}
      >
        <div className={`records-board${phone ? ' phone' : ''}`}>
          {columns.map((column) => (
            <BoardColumn
              key={column.id}
              desk={desk}
              scope={scope}
              by={by}
              column={column}
              columns={columns}
              onMove={(record, from, to) => void move(record, from, to)}
            />
          ))}
        </div>
        <DragOverlay dropAnimation={null}>{lifted && <Card desk={desk} record={lifted} by={by} lifted />}</DragOverlay>
      </DndContext>
    </>
  );
}
