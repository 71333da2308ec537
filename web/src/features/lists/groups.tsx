/** The rows of a list in groups: one for each value of a field, each with its count, its own pages and its own rows. */
import { DownOutlined, RightOutlined } from '@ant-design/icons';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Button, Skeleton } from 'antd';
import { useEffect, useEffectEvent, useId, useState } from 'react';
import { api } from '@/shared/api/api';
import type { Page } from '@/shared/api/types';
import type { Condition } from '@/shared/conditions';
import { both } from '@/shared/filter/tree';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import { relationOf, type AnyRecord, type RelationName } from '@/shared/records/relations';
import { EmptyState } from '@/shared/ui/empty_state';
import { ErrorState } from '@/shared/ui/error_state';
import type { GroupsProps, ToolRow } from '@/shared/ui/list_tools';
import { common } from '@/shared/ui/messages';
import './lists.css';
import { views as words } from './messages';

/** Groups at most: each asks the server once. */
const MOST = 50;
const PAGE = 20;

interface Group {
  key: string;
  name: string;
  condition: Condition;
}

/** The values that a field can have, as groups; undefined while they are read. */
function useGroups(field: GroupsProps<ToolRow>['field']): { groups: Group[] | undefined; more: boolean } {
  const t = useMessages(words);
  const c = useMessages(common);
  const locale = useLocale();
  const of = field.of as RelationName | undefined;
  const related = useQuery({
    queryKey: [of ?? 'none', 'groups'],
    queryFn: async ({ signal }) => {
      const answer = await api.get<Page<AnyRecord> | AnyRecord[]>(
        relationOf(of ?? 'team').path,
        { limit: MOST + 1 },
        {
          signal,
        },
      );
      return Array.isArray(answer) ? answer : answer.items;
    },
    enabled: of !== undefined,
    staleTime: 60_000,
  });
  const empty: Group = {
    key: 'empty',
    name: t('groupEmpty'),
    condition: { field: field.id, op: 'is_empty' },
  };
  if (field.type === 'boolean') {
    const one = (value: boolean, name: string): Group => ({
      key: String(value),
      name,
      condition: { field: field.id, op: 'eq', value },
    });
    return { groups: [one(true, c('yes')), one(false, c('no'))], more: false };
  }
  const among = (value: string, name: string): Group => ({
    key: value,
    name,
    condition: { field: field.id, op: 'in', value: [value] },
  });
  if (of !== undefined) {
    if (!related.data) return { groups: related.isError ? [empty] : undefined, more: false };
    const rows = related.data.slice(0, MOST);
    const groups = rows.map((row) => among(row.id, relationOf(of).label(row)));
    return { groups: [...groups, empty], more: related.data.length > MOST };
  }
  const groups = (field.choices ?? []).slice(0, MOST).map((choice) => among(choice.value, labelText(choice, locale)));
  return { groups: [...groups, empty], more: (field.choices ?? []).length > MOST };
}

function OneGroup({
  group,
  props,
  onCount,
}: {
  group: Group;
  props: GroupsProps<ToolRow>;
  onCount: (key: string, count: number) => void;
}) {
  const t = useMessages(words);
  const c = useMessages(common);
  const id = useId();
  const [open, setOpen] = useState(true);
  const filter = both(props.filter, group.condition);
  const params = { ...props.params, count: true, limit: PAGE, filter: JSON.stringify(filter) };
  const list = useInfiniteQuery({
    queryKey: [props.object, 'list', props.path, params],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<ToolRow>>(props.path, { ...params, cursor: pageParam }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const first = list.data?.pages[0];
  const count = first?.items.length;
  const tell = useEffectEvent((found: number) => onCount(group.key, found));
  useEffect(() => {
    if (count !== undefined) tell(count);
  }, [count]);
  if (list.isError) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (list.isPending) return <Skeleton active title={false} paragraph={{ rows: 1 }} style={{ padding: 12 }} />;
  // A value that no record has is no group.
  if (rows.length === 0) return null;
  const total = first?.total ?? rows.length;
  return (
    <section className="list-group" aria-labelledby={id}>
      <h2>
        <button
          type="button"
          id={id}
          className="list-group-head"
          aria-expanded={open}
          onClick={() => setOpen((was) => !was)}
        >
          {open ? <DownOutlined aria-hidden="true" /> : <RightOutlined aria-hidden="true" />}
          <span>{group.name}</span>
          <span className="muted number">
            {t(first?.total_is_lower_bound ? 'groupMore' : 'groupCount', { n: total })}
          </span>
        </button>
      </h2>
      {open && props.draw(rows, `${props.title}: ${group.name}`, list.isPlaceholderData)}
      {open && list.hasNextPage && (
        <div className="list-foot">
          <Button size="small" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {c('more')}
          </Button>
        </div>
      )}
    </section>
  );
}

export default function Groups(props: GroupsProps<ToolRow>) {
  const t = useMessages(words);
  const { groups, more } = useGroups(props.field);
  const [counts, setCounts] = useState<ReadonlyMap<string, number>>(new Map());
  if (!groups) {
    return (
      <div className="panel" aria-busy="true">
        <Skeleton active title={false} paragraph={{ rows: 6 }} />
      </div>
    );
  }
  const none = counts.size >= groups.length && [...counts.values()].every((count) => count === 0);
  return (
    <div className="panel panel-flush">
      {groups.map((group) => (
        <OneGroup
          key={`${props.field.id}.${group.key}`}
          group={group}
          props={props}
          onCount={(key, count) => setCounts((old) => new Map(old).set(key, count))}
        />
      ))}
      {none && <EmptyState title={t('groupsNone')} />}
      {more && <p className="muted list-foot">{t('truncated', { n: MOST })}</p>}
    </div>
  );
}
