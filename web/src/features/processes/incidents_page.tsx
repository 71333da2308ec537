/** All processes that are stuck, with why, and what can be done. */
import { Link } from '@tanstack/react-router';
import { Button, Skeleton } from 'antd';
import { useInfiniteQuery } from '@tanstack/react-query';
import { api } from '@/shared/api/api';
import type { Page } from '@/shared/api/types';
import { useMessages } from '@/shared/i18n';
import { EmptyState } from '@/shared/ui/empty_state';
import { ErrorState } from '@/shared/ui/error_state';
import { PageTitle } from '@/shared/ui/page_title';
import { TimeText } from '@/shared/ui/texts';
import type { Incident } from './catalogue';
import { IncidentActions } from './incident_actions';
import { runWords } from './run_messages';
import './tasks.css';

const OPEN = JSON.stringify({ field: 'closed_at', op: 'is_empty' });

export default function IncidentsPage() {
  const t = useMessages(runWords);
  const list = useInfiniteQuery({
    queryKey: ['process_incident', 'list'],
    queryFn: ({ signal, pageParam }) =>
      api.get<Page<Incident>>('/api/v1/process-incidents', { limit: 50, filter: OPEN, cursor: pageParam }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="page">
      <div className="row-between" style={{ marginBottom: 12 }}>
        <PageTitle name={t('incidents')} />
      </div>
      {list.isPending && <Skeleton active />}
      {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.data && rows.length === 0 && <EmptyState title={t('noIncidents')} hint={t('noIncidentsHint')} />}
      <ul className="task-list">
        {rows.map((row) => (
          <li key={row.id} className="task-card">
            <div className="grow">
              <Link to="/process-instances/$id" params={{ id: row.instance_id }}>
                {t('incident')} {row.name || row.node}
              </Link>
              <div>{row.message}</div>
              <div className="muted">
                {t('since')} <TimeText at={row.created_at} />
              </div>
            </div>
            <IncidentActions incident={row} />
          </li>
        ))}
      </ul>
      {list.hasNextPage && (
        <Button block loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t('more')}
        </Button>
      )}
    </div>
  );
}
