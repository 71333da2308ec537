import type { components } from '@/shared/api/schema';
import { App, Button, Skeleton } from 'antd';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, url } from '@/shared/api/api';
import { problemText } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import { useLocale, useMessages } from '@/shared/i18n';
import { useCan } from '@/shared/session';
import { ActionButton } from '@/shared/ui/action_button';
import { ConfirmAction } from '@/shared/ui/confirm_action';
import { ErrorState } from '@/shared/ui/error_state';
import { common } from '@/shared/ui/messages';
import { Panel } from '@/shared/ui/record_page';
import { TimeText } from '@/shared/ui/texts';
import { blockOf } from './actions';
import { tickets } from './messages';
import type { Ticket } from './model';

export type Reason = components['schemas']['Reason'];

export type Recommendation = components['schemas']['Recommendation'];

export function useRecommendations(ticketId: string, enabled: boolean) {
  return useQuery({
    queryKey: ['dispatch', 'recommendations', ticketId],
    queryFn: async ({ signal }) => {
      const answer = await api.get<Recommendation[] | { items: Recommendation[] }>(
        url('/api/v1/tickets/{id}/recommendations', { id: ticketId }),
        undefined,
        { signal },
      );
      return Array.isArray(answer) ? answer : answer.items;
    },
    enabled,
  });
}

/** Engineers in order, each with why; one click assigns. */
export function Recommendations({
  ticket,
  onAssigned,
}: {
  ticket: Pick<Ticket, 'id' | 'version' | 'status'>;
  onAssigned?: () => void;
}) {
  const t = useMessages(tickets);
  const locale = useLocale();
  const { message } = App.useApp();
  const [busy, setBusy] = useState<string>();
  const [override, setOverride] = useState<Recommendation>();
  const list = useRecommendations(ticket.id, true);
  const send = async (one: Recommendation, reason?: string) => {
    const body = {
      engineer_id: one.engineer.id,
      ...(one.starts_at ? { starts_at: one.starts_at } : {}),
      ...(one.ends_at ? { ends_at: one.ends_at } : {}),
      ...(reason ? { override_reason: reason } : {}),
    };
    await api.post(url('/api/v1/tickets/{id}/dispatch', { id: ticket.id }), body, { version: ticket.version });
    for (const name of ['ticket', 'dispatch', 'visit']) await queryClient.invalidateQueries({ queryKey: [name] });
    onAssigned?.();
  };
  const assign = async (one: Recommendation) => {
    // Taking another than the first is a judgement of one's own, and the record should say why.
    if ((one.rank ?? 1) > 1) return setOverride(one);
    setBusy(one.engineer.id);
    try {
      await send(one);
    } catch (error) {
      void message.error(problemText(error));
    } finally {
      setBusy(undefined);
    }
  };
  if (list.isPending) return <Skeleton active />;
  if (list.isError) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  const words = (reason: Reason) => (locale === 'en' ? reason.text_en : reason.text_zh);
  const fit = list.data.filter((one) => one.excluded.length === 0);
  const out = list.data.filter((one) => one.excluded.length > 0);
  return (
    <>
      <p className="muted">{t('recommendHint')}</p>
      {fit.length === 0 && <p>{t('noRecommend')}</p>}
      <ol className="plain-list">
        {fit.map((one, index) => (
          <li key={one.engineer.id}>
            <div className="row-between">
              <strong>
                {one.rank ?? index + 1}. {one.engineer.name}
              </strong>
              <Button
                size="small"
                type={index === 0 ? 'primary' : 'default'}
                loading={busy === one.engineer.id}
                onClick={() => void assign(one)}
              >
                {t('pick')}
              </Button>
            </div>
            {one.starts_at && (
              <div>
                <TimeText at={one.starts_at} />{' '}
                {one.ends_at && (
                  <>
                    – <TimeText at={one.ends_at} />
                  </>
                )}
              </div>
            )}
            <ul style={{ margin: '4px 0 0', paddingInlineStart: 18 }} className="muted">
              {one.reasons.map((reason) => (
                <li key={reason.code}>{words(reason)}</li>
              ))}
            </ul>
          </li>
        ))}
        {out.map((one) => (
          <li key={one.engineer.id} className="muted">
            {one.engineer.name} — {t('excluded')}
            {one.excluded.map(words).join(locale === 'en' ? '; ' : '；')}
          </li>
        ))}
      </ol>
      <ConfirmAction
        open={override !== undefined}
        title={t('overrideTitle', { name: override?.engineer.name ?? '' })}
        reason
        onClose={() => setOverride(undefined)}
        onConfirm={async (reason) => {
          if (override) await send(override, reason);
        }}
      />
    </>
  );
}

export function DispatchPanel({ ticket }: { ticket: Ticket }) {
  const t = useMessages(tickets);
  const c = useMessages(common);
  const can = useCan();
  const { message } = App.useApp();
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const block = blockOf('assign', ticket.status, can);
  const blocked = block === 'permission' ? c('noPermission') : block ? t('finished') : undefined;
  const auto = async () => {
    setBusy(true);
    try {
      await api.post(url('/api/v1/tickets/{id}/auto-assign', { id: ticket.id }), undefined, {
        version: ticket.version,
      });
      void message.success(c('done'));
      await queryClient.invalidateQueries({ queryKey: ['ticket'] });
    } catch (error) {
      void message.error(problemText(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Panel
      title={t('dispatch')}
      extra={
        <span className="row">
          <ActionButton size="small" blocked={blocked} onClick={() => setOpen((old) => !old)} aria-expanded={open}>
            {open ? c('collapse') : t('recommend')}
          </ActionButton>
          <ActionButton size="small" type="primary" blocked={blocked} loading={busy} onClick={() => void auto()}>
            {t('auto')}
          </ActionButton>
        </span>
      }
    >
      {open && !blocked && <Recommendations ticket={ticket} onAssigned={() => setOpen(false)} />}
    </Panel>
  );
}
