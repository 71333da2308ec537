/** Who goes to the customer and when, and what came of it. */
import { DeleteOutlined, EditOutlined, PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Skeleton } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { api, url } from '@/shared/api/api';
import { queryClient } from '@/shared/api/query_client';
import type { Page, Stored } from '@/shared/api/types';
import { FormDrawer } from '@/shared/fields/form_drawer';
import type { FieldSpec } from '@/shared/fields/spec';
import { useMessages, type Label } from '@/shared/i18n';
import { choices } from '@/shared/labels';
import { useObjectInfo } from '@/shared/objects/queries';
import { RefText } from '@/shared/records/ref_text';
import { useCan } from '@/shared/session';
import { ActionButton } from '@/shared/ui/action_button';
import { ConfirmAction } from '@/shared/ui/confirm_action';
import { ErrorState } from '@/shared/ui/error_state';
import { common } from '@/shared/ui/messages';
import { Panel } from '@/shared/ui/record_page';
import { StatusTag, TimeText } from '@/shared/ui/texts';
import { tickets } from './messages';
import type { TicketDetail } from './model';

// What draws own fields comes when a visit has some.
const OwnLines = lazy(() => import('@/shared/own_fields/own_lines'));

const l = (zh: string, en: string): Label => ({ zh, en });
const refresh = () => queryClient.invalidateQueries({ queryKey: ['ticket'] });
const listOf = <T,>(answer: Page<T> | T[]): T[] => (Array.isArray(answer) ? answer : answer.items);

interface Visit extends Stored {
  number: string;
  engineer_id: string;
  engineer_name?: string | null;
  starts_at: string;
  ends_at: string;
  status: string;
  result?: string | null;
  result_text?: string | null;
  signature?: { signer_name: string; signed_at: string } | null;
  excused_reason?: string | null;
  ext?: Readonly<Record<string, unknown>>;
}

const visitFields: readonly FieldSpec[] = [
  { name: 'engineer_id', label: l('工程师', 'Engineer'), kind: 'relation', of: 'engineer', required: true },
  { name: 'starts_at', label: l('开始时间', 'From'), kind: 'time', required: true, half: true },
  { name: 'ends_at', label: l('结束时间', 'Until'), kind: 'time', required: true, half: true },
];
const NO_FIELDS: readonly FieldSpec[] = [];

/** Whether nobody has set out yet, so that time and engineer can still be changed. */
const isAhead = (visit: Visit): boolean => ['planned', 'accepted', 'declined'].includes(visit.status);

export function VisitsPanel({ ticket }: { ticket: TicketDetail }) {
  const t = useMessages(tickets);
  const c = useMessages(common);
  const can = useCan();
  const [open, setOpen] = useState(false);
  const [editing, setEditing] = useState<Visit>();
  const [cancelling, setCancelling] = useState<Visit>();
  const [excusing, setExcusing] = useState<Visit>();
  const path = url('/api/v1/tickets/{id}/visits', { id: ticket.id });
  const visits = useQuery({
    queryKey: ['visit', 'ticket', ticket.id],
    queryFn: async ({ signal }) => listOf(await api.get<Page<Visit> | Visit[]>(path, undefined, { signal })),
  });
  // What has begun has nothing left to plan, only what the company asks itself.
  const hasOwn = (useObjectInfo('visit')?.fields ?? 0) > 0;
  const saved = () => {
    void refresh();
    void queryClient.invalidateQueries({ queryKey: ['visit'] });
  };
  // The row as it is by now, so that somebody else's change of it is noticed.
  const edited = visits.data?.find((visit) => visit.id === editing?.id) ?? editing;
  return (
    <Panel
      title={t('visits')}
      extra={
        <ActionButton
          size="small"
          icon={<PlusOutlined />}
          blocked={can('tickets.assign') ? undefined : c('noPermission')}
          onClick={() => setOpen(true)}
        >
          {t('planVisit')}
        </ActionButton>
      }
    >
      {visits.isPending && <Skeleton active title={false} paragraph={{ rows: 1 }} />}
      {visits.isError && <ErrorState error={visits.error} onRetry={() => void visits.refetch()} />}
      {visits.data?.length === 0 && <p className="muted">{t('noVisits')}</p>}
      <ul className="plain-list">
        {visits.data?.map((visit) => (
          <li key={visit.id}>
            <div className="row-between">
              <span>
                {visit.engineer_name ?? <RefText of="engineer" id={visit.engineer_id} />} ·{' '}
                <TimeText at={visit.starts_at} />
              </span>
              <span className="row" style={{ gap: 4 }}>
                <StatusTag of={choices.visitStatus} value={visit.status} />
                {visit.result && <StatusTag of={choices.visitResult} value={visit.result} />}
                {(isAhead(visit) || hasOwn) && can('dispatch.use') && (
                  <Button
                    size="small"
                    type="text"
                    icon={<EditOutlined />}
                    aria-label={t('editVisit', { number: visit.number })}
                    onClick={() => setEditing(visit)}
                  />
                )}
                {['planned', 'accepted'].includes(visit.status) && can('dispatch.use') && (
                  <Button
                    size="small"
                    type="text"
                    icon={<DeleteOutlined />}
                    aria-label={t('cancelVisit')}
                    onClick={() => setCancelling(visit)}
                  />
                )}
              </span>
            </div>
            {visit.result_text && <div className="muted prewrap">{visit.result_text}</div>}
            {visit.signature && (
              <div className="muted">
                {t('signed', { name: visit.signature.signer_name })} <TimeText at={visit.signature.signed_at} />
              </div>
            )}
            {visit.excused_reason && <div className="muted">{t('excused', { reason: visit.excused_reason })}</div>}
            {visit.ext && Object.keys(visit.ext).length > 0 && (
              <Suspense fallback={null}>
                <OwnLines object="visit" id={visit.id} values={visit.ext} />
              </Suspense>
            )}
            {visit.status === 'done' && !visit.signature && !visit.excused_reason && can('tickets.close') && (
              <Button size="small" onClick={() => setExcusing(visit)}>
                {t('excuseSignature')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <FormDrawer
        open={open}
        title={t('planVisit')}
        fields={visitFields}
        path={path}
        {...(ticket.engineer_id ? { initial: { engineer_id: ticket.engineer_id } } : {})}
        own="visit"
        onClose={() => setOpen(false)}
        onSaved={saved}
      />
      <FormDrawer
        open={editing !== undefined}
        title={t('editVisit', { number: edited?.number ?? '' })}
        fields={edited && isAhead(edited) ? visitFields : NO_FIELDS}
        path={url('/api/v1/visits/{id}', { id: edited?.id ?? '' })}
        record={edited as never}
        own="visit"
        onClose={() => setEditing(undefined)}
        onSaved={saved}
      />
      <ConfirmAction
        open={excusing !== undefined}
        title={t('excuseSignature')}
        text={t('excuseSignatureText')}
        reason
        onClose={() => setExcusing(undefined)}
        onConfirm={async (reason) => {
          if (excusing)
            await api.post(`/api/v1/visits/${excusing.id}/excuse`, { reason }, { version: excusing.version });
          await queryClient.invalidateQueries({ queryKey: ['visit'] });
        }}
      />
      <ConfirmAction
        open={cancelling !== undefined}
        title={t('cancelVisit')}
        reason
        danger
        onClose={() => setCancelling(undefined)}
        onConfirm={async (reason) => {
          if (cancelling)
            await api.post(`/api/v1/visits/${cancelling.id}/cancel`, { reason }, { version: cancelling.version });
          await queryClient.invalidateQueries({ queryKey: ['visit'] });
        }}
      />
    </Panel>
  );
}
