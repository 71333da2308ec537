import type { components } from '@/shared/api/schema';
import { LeftOutlined, RightOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, DatePicker, Drawer, Skeleton } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { FieldConflicts } from './field_conflicts';
import { Recommendations } from '@/features/tickets/dispatch_panel';
import type { Ticket } from '@/features/tickets/model';
import { api } from '@/shared/api/api';
import { defineMessages, useMessages } from '@/shared/i18n';
import { choices } from '@/shared/labels';
import { RefText } from '@/shared/records/ref_text';
import { formatMinutes, today, zoned } from '@/shared/time';
import { EmptyState } from '@/shared/ui/empty_state';
import { ErrorState } from '@/shared/ui/error_state';
import { common } from '@/shared/ui/messages';
import { PageTitle } from '@/shared/ui/page_title';
import { Panel } from '@/shared/ui/record_page';
import { DueText, StatusTag } from '@/shared/ui/texts';

const messages = defineMessages(
  {
    title: '调度',
    unassigned: '待派工单',
    noUnassigned: '没有待派的工单',
    engineers: '工程师日程',
    noEngineers: '还没有在岗的工程师',
    noEngineersHint: '登记工程师的技能、常驻地址和工作时间后，这里会显示每个人的日程。',
    toEngineers: '去登记工程师',
    planned: '已排 {time}',
    openTickets: '手上 {n} 单',
    recommend: '推荐',
    day: '日期',
    previous: '前一天',
    next: '后一天',
    off: '今日休息',
    recommendFor: '{number} 派给谁',
  },
  {
    title: 'Dispatch',
    unassigned: 'To be assigned',
    noUnassigned: 'Nothing waits to be assigned',
    engineers: 'Engineers’ day',
    noEngineers: 'No engineers on duty yet',
    noEngineersHint: 'Register engineers with their skills, home address and working hours; their days appear here.',
    toEngineers: 'Register engineers',
    planned: '{time} planned',
    openTickets: '{n} open',
    recommend: 'Recommend',
    day: 'Date',
    previous: 'Day before',
    next: 'Day after',
    off: 'off today',
    recommendFor: 'Who should go to {number}',
  },
);

type Board = components['schemas']['Board'];

/** The part of the day that is drawn, in minutes after midnight: 6:00 to 22:00. */
const FIRST = 360;
const LAST = 1320;

function place(from: string, to: string, day: string): { left: string; width: string } | undefined {
  const start = zoned(day);
  const a = Math.max(FIRST, zoned(from).diff(start, 'minute'));
  const b = Math.min(LAST, zoned(to).diff(start, 'minute'));
  if (b <= a) return undefined;
  const percent = (minutes: number) => `${(minutes / (LAST - FIRST)) * 100}%`;
  return { left: percent(a - FIRST), width: percent(b - a) };
}

/** What tells one ticket of the day from another: the last part of its number. */
function shortNumber(number: string): string {
  return number.split('-').at(-1)?.replace(/^0+/, '') || number;
}

export default function DispatchPage() {
  const t = useMessages(messages);
  const c = useMessages(common);
  const [date, setDate] = useState(today());
  const [asked, setAsked] = useState<Ticket>();
  const board = useQuery({
    queryKey: ['dispatch', 'board', date],
    queryFn: ({ signal }) => api.get<Board>('/api/v1/dispatch/board', { date }, { signal }),
    placeholderData: (old) => old,
  });
  const move = (days: number) => setDate(dayjs(date).add(days, 'day').format('YYYY-MM-DD'));
  const data = board.data;
  return (
    <div className="page">
      <div className="page-head">
        <PageTitle name={t('title')} />
        <div className="row">
          <Button icon={<LeftOutlined />} aria-label={t('previous')} onClick={() => move(-1)} />
          <DatePicker
            aria-label={t('day')}
            allowClear={false}
            value={dayjs(date)}
            onChange={(day) => day && setDate(day.format('YYYY-MM-DD'))}
          />
          <Button icon={<RightOutlined />} aria-label={t('next')} onClick={() => move(1)} />
          <Button onClick={() => setDate(today())}>{c('today')}</Button>
        </div>
      </div>
      {board.isError && <ErrorState error={board.error} onRetry={() => void board.refetch()} />}
      {board.isPending && <Skeleton active paragraph={{ rows: 12 }} />}
      {data && (
        <div className="columns">
          <div className="stack">
            <FieldConflicts />
            <Panel title={t('engineers')}>
              {data.engineers.length === 0 && (
                <EmptyState
                  title={t('noEngineers')}
                  hint={t('noEngineersHint')}
                  action={<Link to="/engineers">{t('toEngineers')}</Link>}
                />
              )}
              {data.engineers.map((row) => (
                <div key={row.engineer.id} className="board-row">
                  <div>
                    <strong>{row.engineer.name}</strong>
                    <div className="muted" style={{ fontSize: 12 }}>
                      {t('planned', { time: formatMinutes(row.planned_minutes) })} ·{' '}
                      {t('openTickets', { n: row.open_tickets })}
                    </div>
                  </div>
                  <div>
                    <div className="board-track" aria-hidden="true">
                      {row.hours.map((hours) => {
                        const style = place(hours.from, hours.to, data.from);
                        return style && <div key={hours.from} className="board-open" style={style} />;
                      })}
                      {row.visits.map((visit) => {
                        const style = place(visit.starts_at, visit.ends_at, data.from);
                        return (
                          style && (
                            <Link
                              key={visit.id}
                              to="/tickets/$id"
                              params={{ id: visit.ticket_id }}
                              tabIndex={-1}
                              className="board-visit"
                              style={style}
                              title={visit.ticket_number}
                              aria-label={visit.ticket_number}
                            >
                              {shortNumber(visit.ticket_number)}
                            </Link>
                          )
                        );
                      })}
                    </div>
                    {row.hours.length === 0 && <span className="muted">{t('off')}</span>}
                    <ul className="plain-list">
                      {row.visits.map((visit) => (
                        <li key={visit.id} className="row" style={{ padding: '4px 0' }}>
                          <span className="number nowrap">
                            {zoned(visit.starts_at).format('HH:mm')}–{zoned(visit.ends_at).format('HH:mm')}
                          </span>
                          <Link to="/tickets/$id" params={{ id: visit.ticket_id }}>
                            {visit.ticket_number}
                          </Link>
                          <RefText of="customer" id={visit.customer_id} plain />
                          <StatusTag of={choices.visitStatus} value={visit.status} />
                        </li>
                      ))}
                    </ul>
                  </div>
                </div>
              ))}
            </Panel>
          </div>
          <Panel title={`${t('unassigned')} ${data.unassigned.length}`}>
            {data.unassigned.length === 0 && <p className="muted">{t('noUnassigned')}</p>}
            <ul className="plain-list">
              {data.unassigned.map((ticket) => (
                <li key={ticket.id}>
                  <div className="row-between">
                    <Link to="/tickets/$id" params={{ id: ticket.id }}>
                      {ticket.number}
                    </Link>
                    <span className="row">
                      <StatusTag of={choices.priority} value={ticket.priority} />
                      <DueText at={ticket.response_due_at ?? ticket.resolution_due_at} />
                    </span>
                  </div>
                  <div className="row-between">
                    <span className="grow">{ticket.title}</span>
                    <Button size="small" onClick={() => setAsked(ticket)}>
                      {t('recommend')}
                    </Button>
                  </div>
                </li>
              ))}
            </ul>
          </Panel>
        </div>
      )}
      <Drawer
        open={asked !== undefined}
        size={520}
        styles={{ wrapper: { maxWidth: '100vw' } }}
        title={t('recommendFor', { number: asked?.number ?? '' })}
        onClose={() => setAsked(undefined)}
      >
        {asked && <Recommendations ticket={asked} onAssigned={() => setAsked(undefined)} />}
      </Drawer>
    </div>
  );
}
