import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Skeleton } from 'antd';
import { useState } from 'react';
import { api, url } from '@/shared/api/api';
import { queryClient } from '@/shared/api/query_client';
import { FormDrawer } from '@/shared/fields/form_drawer';
import { Timeline } from '@/shared/history/timeline';
import { useMessages } from '@/shared/i18n';
import { choices } from '@/shared/labels';
import { ArchiveButton } from '@/shared/records/archive';
import { RefText } from '@/shared/records/ref_text';
import { useCan } from '@/shared/session';
import { formatMinutes, today } from '@/shared/time';
import { ActionButton } from '@/shared/ui/action_button';
import { ErrorState } from '@/shared/ui/error_state';
import { common } from '@/shared/ui/messages';
import { Panel, RecordPage } from '@/shared/ui/record_page';
import { useShortcut } from '@/shared/ui/shortcuts';
import { Facts, StatusTag, ToneTag } from '@/shared/ui/texts';
import { plans } from './messages';
import { PlanExtras, planExtras, planFields, rhythmText, withExtras, type Plan, type PlanDevice } from './model';
import { ScopeText } from './plans_page';

const refresh = () => void queryClient.invalidateQueries({ queryKey: ['maintenance_plan'] });

/** When each device of the plan was done and is due. */
function PlannedDevices({ id }: { id: string }) {
  const t = useMessages(plans);
  const rows = useQuery({
    queryKey: ['maintenance_plan', 'devices', id],
    queryFn: ({ signal }) =>
      api.get<PlanDevice[]>(url('/api/v1/maintenance-plans/{id}/devices', { id }), undefined, { signal }),
  });
  const now = today();
  return (
    <Panel title={t('planned', { n: rows.data?.length ?? '…' })}>
      {rows.isPending && <Skeleton active title={false} />}
      {rows.isError && <ErrorState error={rows.error} onRetry={() => void rows.refetch()} />}
      {rows.data?.length === 0 && <p className="muted">{t('noDevices')}</p>}
      <ul className="plain-list">
        {rows.data?.map((row) => (
          <li key={row.device_id} className="row-between">
            <span className="grow">
              <Link to="/devices/$id" params={{ id: row.device_id }}>
                {row.serial_number}
              </Link>{' '}
              {row.customer_id && <RefText of="customer" id={row.customer_id} />}
            </span>
            <span className="row">
              {row.last_done_on && (
                <span className="muted number">
                  {t('lastDone')} {row.last_done_on}
                </span>
              )}
              {row.open_ticket_id && <RefText of="ticket" id={row.open_ticket_id} />}
              {row.next_due && (
                <ToneTag tone={row.next_due.on < now ? 'danger' : 'new'}>
                  {t('nextDue')} {row.next_due.on}
                  {row.next_due.by === 'meter' ? ` · ${t('byMeter')}` : ''}
                </ToneTag>
              )}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

export default function PlanPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const t = useMessages(plans);
  const c = useMessages(common);
  const can = useCan();
  const [editing, setEditing] = useState(false);
  const record = useQuery({
    queryKey: ['maintenance_plan', 'one', id],
    queryFn: ({ signal }) => api.get<Plan>(url('/api/v1/maintenance-plans/{id}', { id }), undefined, { signal }),
  });
  const plan = record.data;
  const blocked = can('contracts.update') ? undefined : c('noPermission');
  useShortcut('e', () => {
    if (!blocked && plan) setEditing(true);
  });
  return (
    <>
      <RecordPage
        object="maintenance_plan"
        id={id}
        pending={record.isPending}
        error={record.error}
        editing={editing}
        onRetry={refresh}
        heading={plan?.name}
        sub={plan && rhythmText(plan, t)}
        tags={
          plan && (
            <>
              <ToneTag tone={plan.active ? 'resolved' : 'cancelled'}>{t(plan.active ? 'on' : 'off')}</ToneTag>
              {plan.archived_at && <span className="tag tag-cancelled">{c('archived')}</span>}
            </>
          )
        }
        actions={
          <>
            {plan && !blocked && (
              <ArchiveButton object="maintenance_plan" path="/api/v1/maintenance-plans" record={plan} />
            )}
            <ActionButton type="primary" blocked={blocked} onClick={() => setEditing(true)}>
              {c('edit')}
            </ActionButton>
          </>
        }
        main={
          <>
            <PlannedDevices id={id} />
            <Panel title={c('timeline')}>
              <Timeline object="maintenance_plan" path={`/api/v1/maintenance-plans/${id}/timeline`} filters />
            </Panel>
          </>
        }
        side={
          plan && (
            <>
              <Panel title={c('basic')}>
                <Facts
                  items={[
                    [t('scope'), <ScopeText key="s" plan={plan} />],
                    [t('rhythm'), rhythmText(plan, t)],
                    [
                      t('period'),
                      plan.ends_on ? `${plan.starts_on} – ${plan.ends_on}` : t('from', { from: plan.starts_on }),
                    ],
                    [t('lead'), plan.lead_days === 1 ? t('leadDay') : t('leadDays', { n: plan.lead_days })],
                    [t('minutes'), formatMinutes(plan.minutes)],
                    [
                      c('note'),
                      plan.note && (
                        <span key="n" className="prewrap">
                          {plan.note}
                        </span>
                      ),
                    ],
                  ]}
                />
              </Panel>
              <Panel title={t('ticket')}>
                <Facts
                  items={[
                    [t('ticketTitle'), plan.ticket.title],
                    [t('ticketType'), <StatusTag key="t" of={choices.ticketType} value={plan.ticket.type} />],
                    [t('priority'), <StatusTag key="p" of={choices.priority} value={plan.ticket.priority} />],
                    [
                      t('description'),
                      plan.ticket.description && (
                        <span key="d" className="prewrap">
                          {plan.ticket.description}
                        </span>
                      ),
                    ],
                  ]}
                />
                {plan.ticket.checklist.length > 0 && (
                  <>
                    <h3 style={{ fontSize: 14, marginTop: 8 }}>{t('checklist')}</h3>
                    <ul style={{ margin: 0, paddingInlineStart: 18 }}>
                      {plan.ticket.checklist.map((point) => (
                        <li key={point}>{point}</li>
                      ))}
                    </ul>
                  </>
                )}
              </Panel>
            </>
          )
        }
      />
      {plan && (
        <FormDrawer<Plan>
          open={editing}
          onClose={() => setEditing(false)}
          title={`${t('edit')} ${plan.name}`}
          fields={planFields}
          path={`/api/v1/maintenance-plans/${id}`}
          record={plan as never}
          initial={planExtras(plan)}
          shape={(body, values) => withExtras(body, values, plan)}
          onSaved={refresh}
        >
          <PlanExtras />
        </FormDrawer>
      )}
    </>
  );
}
