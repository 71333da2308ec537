import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Alert } from 'antd';
import { lazy, Suspense, useEffect, useState } from 'react';
import { api, url } from '@/shared/api/api';
import { queryClient } from '@/shared/api/query_client';
import { FormDrawer } from '@/shared/fields/form_drawer';
import { useLocale, useMessages } from '@/shared/i18n';
import { choices, choiceText } from '@/shared/labels';
import { RefText } from '@/shared/records/ref_text';
import { useCan, useSession } from '@/shared/session';
import { formatTime } from '@/shared/time';
import { Panel, RecordPage } from '@/shared/ui/record_page';
import { useShortcut } from '@/shared/ui/shortcuts';
import { ChoiceText, DueText, Facts, StatusTag, TimeText, WarrantyTag } from '@/shared/ui/texts';
import { ActionBar } from './action_bar';
import { ClockPanel } from './clock_panel';
import { Conversation } from './conversation';
import { DispatchPanel } from './dispatch_panel';
import { tickets } from './messages';
import { ticketFields, type Ticket, type TicketDetail } from './model';
import { AttachmentsPanel, LinkedPanel, LinksPanel, PeoplePanel, QuotesPanel, SurveyPanel } from './side_panels';
import { VisitsPanel } from './visits_panel';

interface Viewer {
  user_id: string;
  name: string;
  editing: boolean;
}

const PRESENCE_EVERY_MS = 20_000;

/** Says that one is here, and hears who else is. */
function usePresence(id: string, editing: boolean): Viewer[] {
  const session = useSession();
  const [viewers, setViewers] = useState<Viewer[]>([]);
  useEffect(() => {
    let gone = false;
    const announce = async () => {
      try {
        const answer = await api.post<Viewer[] | { items: Viewer[] }>(
          url('/api/v1/tickets/{id}/presence', { id }),
          { editing },
          { anonymous: true },
        );
        if (!gone) setViewers(Array.isArray(answer) ? answer : (answer?.items ?? []));
      } catch {
        // Presence is a hint; without it the page works as before.
      }
    };
    void announce();
    const timer = setInterval(() => {
      if (!document.hidden) void announce();
    }, PRESENCE_EVERY_MS);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [id, editing]);
  return viewers.filter((viewer) => viewer.user_id !== session.user.id);
}

// Drawings weigh much, and not every ticket has one.
const ProcessPanel = lazy(() => import('../processes/ticket_panel'));
// What draws own fields comes when there is a record to draw them of.
const OwnFacts = lazy(() => import('@/shared/own_fields/own_facts'));

export default function TicketPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const t = useMessages(tickets);
  const locale = useLocale();
  const can = useCan();
  const [editing, setEditing] = useState(false);
  const record = useQuery({
    queryKey: ['ticket', 'detail', id],
    queryFn: ({ signal }) => api.get<TicketDetail>(url('/api/v1/tickets/{id}', { id }), undefined, { signal }),
  });
  const ticket = record.data;
  const others = usePresence(id, editing);
  useShortcut('e', () => {
    if (can('tickets.update')) setEditing(true);
  });
  const busy = others.filter((viewer) => viewer.editing);
  const names = (list: readonly Viewer[]) => list.map((viewer) => viewer.name).join(locale === 'en' ? ', ' : '、');
  const unfinished = ticket && ['new', 'open', 'waiting'].includes(ticket.status_category);
  return (
    <>
      <RecordPage
        object="ticket"
        id={id}
        pending={record.isPending}
        error={record.error}
        editing={editing}
        onRetry={() => void queryClient.invalidateQueries({ queryKey: ['ticket'] })}
        heading={ticket ? `${ticket.number} ${ticket.title}` : ''}
        tags={
          ticket && (
            <>
              <StatusTag of={choices.ticketStatus} value={ticket.status} />
              <StatusTag of={choices.priority} value={ticket.priority} />
              <WarrantyTag verdict={ticket.warranty} />
              {ticket.reopen_count > 0 && (
                <span className="tag tag-danger">{t('reopenCount', { n: ticket.reopen_count })}</span>
              )}
            </>
          )
        }
        actions={ticket && <ActionBar ticket={ticket} onEdit={() => setEditing(true)} />}
        main={
          ticket && (
            <>
              {others.length > 0 && (
                <Alert
                  type={busy.length > 0 ? 'warning' : 'info'}
                  showIcon
                  role="status"
                  title={
                    busy.length > 0
                      ? t('presenceEditing', { names: names(busy) })
                      : t('presence', { names: names(others) })
                  }
                />
              )}
              {ticket.status === 'waiting' && (
                <Alert
                  type="warning"
                  showIcon
                  title={
                    t('waitingFor', { reason: choiceText(choices.waitReason, ticket.waiting_reason) }) +
                    (ticket.waiting_until ? t('until2', { time: formatTime(ticket.waiting_until) }) : '')
                  }
                />
              )}
              <Panel title={t('description')}>
                <p className="prewrap">{ticket.description || <span className="muted">—</span>}</p>
                {ticket.resolution && (
                  <>
                    <h3 style={{ fontSize: 14, margin: '12px 0 4px' }}>{t('resolution')}</h3>
                    <p className="prewrap">{ticket.resolution}</p>
                    <p className="muted">{[ticket.cause_code, ticket.action_code].filter(Boolean).join(' · ')}</p>
                  </>
                )}
              </Panel>
              <Conversation ticket={ticket} />
            </>
          )
        }
        side={
          ticket && (
            <>
              <ClockPanel ticket={ticket} />
              <Panel>
                <Facts
                  items={[
                    [
                      t('response'),
                      ticket.first_response_at ? (
                        <span key="r">
                          {t('responded')} <TimeText at={ticket.first_response_at} />
                        </span>
                      ) : (
                        <DueText key="r" at={ticket.response_due_at} met={!unfinished} />
                      ),
                    ],
                    [
                      t('solution'),
                      ticket.resolved_at ? (
                        <span key="s">
                          {t('solved')} <TimeText at={ticket.resolved_at} />
                        </span>
                      ) : (
                        <DueText key="s" at={ticket.resolution_due_at} met={!unfinished} />
                      ),
                    ],
                    [t('warranty'), <WarrantyTag key="w" verdict={ticket.warranty} reason />],
                    [t('customer'), <RefText key="c" of="customer" id={ticket.customer_id} />],
                    [t('device'), <RefText key="d" of="device" id={ticket.device_id} />],
                    [
                      t('contact'),
                      ticket.contact_name || ticket.contact_phone ? (
                        <span key="p">
                          {ticket.contact_name}{' '}
                          {ticket.contact_phone && <a href={`tel:${ticket.contact_phone}`}>{ticket.contact_phone}</a>}
                        </span>
                      ) : undefined,
                    ],
                    [t('site'), ticket.address],
                    [t('engineer'), <RefText key="e" of="engineer" id={ticket.engineer_id} />],
                    [t('team'), <RefText key="t" of="team" id={ticket.team_id} />],
                    [t('problemType'), ticket.problem_type],
                    [t('source'), <ChoiceText key="o" of={choices.source} value={ticket.source} />],
                    [t('external'), ticket.external_ref],
                    [
                      t('created'),
                      <span key="a">
                        <TimeText at={ticket.created_at} /> {ticket.created_by_name}
                      </span>,
                    ],
                  ]}
                />
                <div className="row" style={{ gap: 4, marginTop: 8 }}>
                  {ticket.tags.map((tag) => (
                    <span key={tag} className="tag">
                      {tag}
                    </span>
                  ))}
                </div>
              </Panel>
              <Suspense fallback={null}>
                <OwnFacts object="ticket" id={id} values={ticket.ext as Record<string, unknown> | undefined} />
              </Suspense>
              {can('processes.read') && (
                <Suspense fallback={null}>
                  <ProcessPanel object="ticket" id={id} />
                </Suspense>
              )}
              {can('dispatch.use') && unfinished && <DispatchPanel ticket={ticket} />}
              {can('visits.read') && <VisitsPanel ticket={ticket} />}
              {can('quotes.read') && <QuotesPanel ticket={ticket} />}
              {can('surveys.read') && <SurveyPanel ticket={ticket} />}
              <LinksPanel ticket={ticket} />
              <AttachmentsPanel ticket={ticket} />
              <LinkedPanel ticket={ticket} />
              <PeoplePanel ticket={ticket} />
            </>
          )
        }
      />
      <FormDrawer<Ticket>
        open={editing}
        onClose={() => setEditing(false)}
        title={t('edit')}
        fields={ticketFields}
        path={url('/api/v1/tickets/{id}', { id })}
        record={ticket as never}
        own="ticket"
        onSaved={() => void queryClient.invalidateQueries({ queryKey: ['ticket'] })}
      />
    </>
  );
}
