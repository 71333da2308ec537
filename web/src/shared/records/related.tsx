/** Short lists of what belongs to a record, on its page. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Skeleton } from 'antd';
import { api } from '../api/api';
import type { Page } from '../api/types';
import { defineMessages, useMessages } from '../i18n';
import { choices } from '../labels';
import { ErrorState } from '../ui/error_state';
import { Panel } from '../ui/record_page';
import { DueText, StatusTag, TimeText } from '../ui/texts';

const messages = defineMessages(
  {
    tickets: '工单',
    noTickets: '还没有工单',
    all: '查看全部',
  },
  {
    tickets: 'Tickets',
    noTickets: 'No tickets yet',
    all: 'See all',
  },
);

export interface TicketRow {
  id: string;
  number: string;
  title: string;
  status: string;
  status_category: string;
  priority: string;
  created_at: string;
  resolution_due_at?: string | null;
  resolved_at?: string | null;
}

export function TicketLines({ rows }: { rows: readonly TicketRow[] }) {
  return (
    <ul className="plain-list">
      {rows.map((row) => (
        <li key={row.id} className="row-between">
          <span className="grow">
            <Link to="/tickets/$id" params={{ id: row.id }}>
              {row.number}
            </Link>{' '}
            {row.title}
          </span>
          <span className="row">
            {row.priority === 'critical' && <StatusTag of={choices.priority} value={row.priority} />}
            <StatusTag of={choices.ticketStatus} value={row.status} />
            {['new', 'open'].includes(row.status_category) ? (
              <DueText at={row.resolution_due_at} />
            ) : (
              <TimeText at={row.created_at} />
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

export function RelatedTickets({ field, id }: { field: 'customer_id' | 'device_id' | 'engineer_id'; id: string }) {
  const t = useMessages(messages);
  const filter = { field, op: 'in' as const, value: [id] };
  const list = useQuery({
    queryKey: ['ticket', 'related', field, id],
    queryFn: ({ signal }) =>
      api.get<Page<TicketRow>>(
        '/api/v1/tickets',
        { limit: 10, sort: '-created_at', filter: JSON.stringify(filter) },
        { signal },
      ),
  });
  return (
    <Panel
      title={t('tickets')}
      extra={
        <Link to="/tickets" search={{ filter }}>
          {t('all')}
        </Link>
      }
    >
      {list.isPending && <Skeleton active title={false} />}
      {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.data?.items.length === 0 && <p className="muted">{t('noTickets')}</p>}
      {list.data && <TicketLines rows={list.data.items} />}
    </Panel>
  );
}
