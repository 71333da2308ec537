import type { components } from '@/shared/api/schema';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { App, Button } from 'antd';
import { api } from '@/shared/api/api';
import { PROBLEMS_ZH } from '@/shared/api/codes';
import { problemText } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import type { Page } from '@/shared/api/types';
import { defineMessages, useLocale, useMessages } from '@/shared/i18n';
import { choices } from '@/shared/labels';
import { Panel } from '@/shared/ui/record_page';
import { ChoiceText, TimeText } from '@/shared/ui/texts';

type Conflict = components['schemas']['FieldConflict'];

const messages = defineMessages(
  {
    title: '待处理的现场上报',
    hint: '工程师离线时的操作与现状不一致，请决定是否采用。',
    apply: '采用',
    discard: '不采用',
    done: '已处理',
    ticket: '查看工单',
  },
  {
    title: 'Reports from the field to decide',
    hint: 'What an engineer did without network contradicts the present state. Decide whether it counts.',
    apply: 'Accept',
    discard: 'Discard',
    done: 'Decided',
    ticket: 'Open the ticket',
  },
);

/** Steps from phones that came too late to fit; somebody has to say whether they count. */
export function FieldConflicts() {
  const t = useMessages(messages);
  const locale = useLocale();
  const { message } = App.useApp();
  const conflicts = useQuery({
    queryKey: ['visit', 'conflicts'],
    queryFn: ({ signal }) =>
      api.get<Page<Conflict>>(
        '/api/v1/field/conflicts',
        { limit: 50, filter: JSON.stringify({ field: 'status', op: 'in', value: ['open'] }) },
        { signal },
      ),
  });
  const decide = async (conflict: Conflict, decision: 'apply' | 'discard') => {
    try {
      await api.post(`/api/v1/field/conflicts/${conflict.id}/resolve`, { decision });
      void message.success(t('done'));
    } catch (error) {
      void message.error(problemText(error));
    }
    for (const name of ['visit', 'dispatch', 'ticket']) await queryClient.invalidateQueries({ queryKey: [name] });
  };
  const rows = conflicts.data?.items ?? [];
  if (rows.length === 0) return null;
  return (
    <Panel title={`${t('title')} ${rows.length}`}>
      <p className="muted">{t('hint')}</p>
      <ul className="plain-list">
        {rows.map((row) => (
          <li key={row.id} className="row-between">
            <span className="grow">
              <strong>
                {row.visit_number} · <ChoiceText of={choices.commandKind} value={row.kind} />
              </strong>{' '}
              <span className="muted">
                {row.sent_by_name} · <TimeText at={row.applied_at} />
              </span>
              <div>{locale === 'en' ? row.detail : (PROBLEMS_ZH[row.code] ?? row.detail)}</div>
            </span>
            <span className="row">
              <Link to="/tickets/$id" params={{ id: row.ticket_id }}>
                {t('ticket')}
              </Link>
              <Button size="small" type="primary" onClick={() => void decide(row, 'apply')}>
                {t('apply')}
              </Button>
              <Button size="small" onClick={() => void decide(row, 'discard')}>
                {t('discard')}
              </Button>
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
