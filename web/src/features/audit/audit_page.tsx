import { useInfiniteQuery } from '@tanstack/react-query';
import { Button, DatePicker, Select, Skeleton } from 'antd';
import type { Dayjs } from 'dayjs';
import { useState } from 'react';
import { api } from '@/shared/api/api';
import type { Page } from '@/shared/api/types';
import { defineMessages, labelText, useLocale, useMessages } from '@/shared/i18n';
import { ActorText, Changes, type HistoryEvent } from '@/shared/history/timeline';
import { EVENT_KINDS, eventText, OBJECTS } from '@/shared/history/event_words';
import { RelationSelect } from '@/shared/records/relation_select';
import { relations } from '@/shared/records/relations';
import { wallToInstant } from '@/shared/time';
import { EmptyState } from '@/shared/ui/empty_state';
import { ErrorState } from '@/shared/ui/error_state';
import { common } from '@/shared/ui/messages';
import { PageTitle } from '@/shared/ui/page_title';
import { TimeText } from '@/shared/ui/texts';
import { Link } from '@tanstack/react-router';

const messages = defineMessages(
  {
    title: '审计',
    hint: '每一次修改：谁、什么时候、改了什么。',
    who: '操作人',
    object: '对象',
    kind: '操作',
    from: '从',
    to: '到',
    empty: '没有符合条件的记录',
  },
  {
    title: 'Audit',
    hint: 'Every change: who, when, and what became what.',
    who: 'Who',
    object: 'Object',
    kind: 'Action',
    from: 'From',
    to: 'To',
    empty: 'Nothing matches',
  },
);

/** Who changed what: filtered, each difference as label: from → to. */
export default function AuditPage() {
  const t = useMessages(messages);
  const c = useMessages(common);
  const locale = useLocale();
  const [actor, setActor] = useState<string>();
  const [object, setObject] = useState<string>();
  const [kind, setKind] = useState<string>();
  const [from, setFrom] = useState<Dayjs | null>(null);
  const [to, setTo] = useState<Dayjs | null>(null);
  const params = {
    limit: 50,
    actor,
    object,
    kind,
    from: from ? wallToInstant(from.startOf('day')) : undefined,
    to: to ? wallToInstant(to.endOf('day')) : undefined,
  };
  const list = useInfiniteQuery({
    queryKey: ['audit', params],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<HistoryEvent>>('/api/v1/audit', { ...params, cursor: pageParam }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });
  const events = list.data?.pages.flatMap((page) => page.items) ?? [];
  const pageOf = (event: HistoryEvent) => {
    const relation = relations[event.object as keyof typeof relations] as { page?: (id: string) => string } | undefined;
    return relation?.page?.(event.object_id);
  };
  return (
    <div className="page">
      <div className="page-head">
        <div>
          <PageTitle name={t('title')} />
          <p className="muted">{t('hint')}</p>
        </div>
      </div>
      <div className="list-bar" role="search" aria-label={t('title')}>
        <div style={{ width: 200 }}>
          <RelationSelect
            of="user"
            aria-label={t('who')}
            placeholder={t('who')}
            value={actor ?? null}
            onChange={(id) => setActor(typeof id === 'string' ? id : undefined)}
          />
        </div>
        <Select
          aria-label={t('object')}
          placeholder={t('object')}
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          value={object ?? null}
          onChange={(value) => setObject(value ?? undefined)}
          options={Object.entries(OBJECTS).map(([value, label]) => ({ value, label: labelText(label, locale) }))}
          style={{ width: 150 }}
        />
        <Select
          aria-label={t('kind')}
          placeholder={t('kind')}
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          value={kind ?? null}
          onChange={(value) => setKind(value ?? undefined)}
          options={EVENT_KINDS.map((item) => ({ value: item.value, label: labelText(item, locale) }))}
          style={{ width: 180 }}
        />
        <DatePicker aria-label={t('from')} placeholder={t('from')} value={from} onChange={setFrom} />
        <DatePicker aria-label={t('to')} placeholder={t('to')} value={to} onChange={setTo} />
      </div>
      {list.isPending && <Skeleton active paragraph={{ rows: 10 }} />}
      {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.data && events.length === 0 && (
        <div className="panel">
          <EmptyState title={t('empty')} />
        </div>
      )}
      {events.length > 0 && (
        <ul className="card-list">
          {events.map((event) => {
            const page = pageOf(event);
            return (
              <li key={event.id}>
                <div className="row-between">
                  <span>
                    <strong>
                      <ActorText actor={event.actor} />
                    </strong>{' '}
                    {eventText(event.kind)}{' '}
                    {event.label && (page ? <Link to={page}>{event.label}</Link> : <span>{event.label}</span>)}
                  </span>
                  <TimeText at={event.at} />
                </div>
                <Changes event={event} />
              </li>
            );
          })}
        </ul>
      )}
      {list.hasNextPage && (
        <div className="list-foot">
          <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {c('more')}
          </Button>
        </div>
      )}
    </div>
  );
}
