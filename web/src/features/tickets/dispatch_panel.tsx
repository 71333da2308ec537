import { App, Button, Skeleton } from 'antd';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, url } from '@/shared/api/api';
import { problemText } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import { useLocale, useMessages } from '@/shared/i18n';
import { useCan } from '@/shared/session';
import { ActionButton } from '@/shared/ui/action_button';
import { ErrorState } from '@/shared/ui/error_state';
import { common } from '@/shared/ui/messages';
import { Panel } from '@/shared/ui/record_page';
import { blockOf } from './actions';
import { tickets } from './messages';
import type { Ticket } from './model';

export interface Reason {
  code: string;
  text_zh: string;
  text_en: string;
  value?: number | null;
  unit?: string | null;
}

export interface Recommendation {
  engineer: { id: string; name: string; phone?: string | null };
  rank?: number | null;
  score?: number | null;
  reasons: Reason[];
  excluded?: boolean | Reason | Reason[] | string | null;
}

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

function isExcluded(one: Recommendation): boolean {
  return Array.isArray(one.excluded) ? one.excluded.length > 0 : Boolean(one.excluded);
}

/** Engineers in order, each with why; one click assigns. */
export function Recommendations({ ticket, onAssigned }: { ticket: Pick<Ticket, 'id' | 'version' | 'status'>; onAssigned?: () => void }) {
  const t = useMessages(tickets);
  const locale = useLocale();
  const { message } = App.useApp();
  const [busy, setBusy] = useState<string>();
  const list = useRecommendations(ticket.id, true);
  const assign = async (engineer: string) => {
    setBusy(engineer);
    try {
      await api.post(url('/api/v1/tickets/{id}/assign', { id: ticket.id }), { engineer_id: engineer }, { version: ticket.version });
      await queryClient.invalidateQueries({ queryKey: ['ticket'] });
      await queryClient.invalidateQueries({ queryKey: ['dispatch'] });
      onAssigned?.();
    } catch (error) {
      void message.error(problemText(error));
    } finally {
      setBusy(undefined);
    }
  };
  if (list.isPending) return <Skeleton active />;
  if (list.isError) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  const words = (reason: Reason) => (locale === 'en' ? reason.text_en : reason.text_zh);
  const fit = list.data.filter((one) => !isExcluded(one));
  const out = list.data.filter(isExcluded);
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
              <Button size="small" type={index === 0 ? 'primary' : 'default'} loading={busy === one.engineer.id} onClick={() => void assign(one.engineer.id)}>
                {t('pick')}
              </Button>
            </div>
            <ul style={{ margin: '4px 0 0', paddingInlineStart: 18 }} className="muted">
              {one.reasons.map((reason) => (
                <li key={reason.code}>{words(reason)}</li>
              ))}
            </ul>
          </li>
        ))}
        {out.map((one) => {
          const why = Array.isArray(one.excluded) ? one.excluded : typeof one.excluded === 'object' && one.excluded ? [one.excluded] : one.reasons;
          return (
            <li key={one.engineer.id} className="muted">
              {one.engineer.name} — {t('excluded')}
              {typeof one.excluded === 'string' ? one.excluded : why.map(words).join(locale === 'en' ? '; ' : '；')}
            </li>
          );
        })}
      </ol>
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
      await api.post(url('/api/v1/tickets/{id}/auto-assign', { id: ticket.id }), undefined, { version: ticket.version });
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
