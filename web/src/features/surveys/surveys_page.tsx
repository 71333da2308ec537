import type { components } from '@/shared/api/schema';
import { Link, useNavigate } from '@tanstack/react-router';
import { defineMessages, useMessages } from '@/shared/i18n';
import { choices } from '@/shared/labels';
import { RefText } from '@/shared/records/ref_text';
import { ListPage } from '@/shared/ui/list_page';
import { ChoiceText, TimeText, ToneTag } from '@/shared/ui/texts';

type Survey = components['schemas']['Survey'];

const messages = defineMessages(
  {
    title: '满意度',
    emptyTitle: '还没有回访记录',
    emptyHint: '工单解决后会邀请客户评价，也可以在工单里登记电话回访结果。',
    waiting: '待评价',
    search: '搜索工单号、客户意见',
  },
  {
    title: 'Satisfaction',
    emptyTitle: 'No surveys yet',
    emptyHint: 'Customers are asked when a ticket is solved; a call can be recorded in the ticket.',
    waiting: 'not answered',
    search: 'Search ticket number, comment',
  },
);

export default function SurveysPage() {
  const t = useMessages(messages);
  const navigate = useNavigate();
  return (
    <ListPage<Survey>
      title={t('title')}
      object="survey"
      path="/api/v1/surveys"
      searchHint={t('search')}
      emptyTitle={t('emptyTitle')}
      emptyHint={t('emptyHint')}
      onOpen={(row) => void navigate({ to: '/tickets/$id', params: { id: row.ticket_id } })}
      filters={[
        { id: 'csat', label: { zh: '满意度', en: 'CSAT' }, type: 'integer' },
        { id: 'nps', label: { zh: '推荐度', en: 'NPS' }, type: 'integer' },
        { id: 'comment', label: { zh: '客户意见', en: 'comment' }, type: 'text' },
        { id: 'customer_id', label: { zh: '客户', en: 'customer' }, type: 'id', of: 'customer' },
        { id: 'answered_at', label: { zh: '评价时间', en: 'answered' }, type: 'time' },
      ]}
      presets={[
        { label: { zh: '不满意', en: 'Unhappy' }, filter: { field: 'csat', op: 'le', value: 2 } },
        { label: { zh: '已评价', en: 'Answered' }, filter: { field: 'answered_at', op: 'is_not_empty' } },
      ]}
      columns={[
        {
          key: 'ticket',
          title: { zh: '工单', en: 'Ticket' },
          width: 160,
          render: (row) => (
            <Link to="/tickets/$id" params={{ id: row.ticket_id }}>
              {row.ticket_number}
            </Link>
          ),
        },
        {
          key: 'customer',
          title: { zh: '客户', en: 'Customer' },
          render: (row) => <RefText of="customer" id={row.customer_id} />,
        },
        {
          key: 'csat',
          title: { zh: '满意度', en: 'CSAT' },
          sort: 'csat',
          width: 100,
          render: (row) =>
            row.csat ? (
              <ToneTag tone={row.csat <= 2 ? 'danger' : row.csat === 3 ? 'waiting' : 'resolved'}>
                {row.csat} / 5
              </ToneTag>
            ) : (
              '—'
            ),
        },
        {
          key: 'nps',
          title: { zh: '推荐度', en: 'NPS' },
          sort: 'nps',
          width: 100,
          render: (row) =>
            row.nps === null || row.nps === undefined ? (
              '—'
            ) : (
              <ToneTag tone={row.nps <= 6 ? 'danger' : row.nps <= 8 ? 'waiting' : 'resolved'}>{row.nps}</ToneTag>
            ),
        },
        {
          key: 'comment',
          title: { zh: '客户意见', en: 'Comment' },
          render: (row) => <span className="prewrap">{row.comment ?? '—'}</span>,
        },
        {
          key: 'channel',
          title: { zh: '方式', en: 'Via' },
          width: 110,
          wide: true,
          render: (row) => <ChoiceText of={choices.surveyChannel} value={row.channel} />,
        },
        {
          key: 'answered',
          title: { zh: '评价时间', en: 'Answered' },
          sort: 'answered_at',
          width: 130,
          render: (row) =>
            row.answered_at ? <TimeText at={row.answered_at} /> : <ToneTag tone="new">{t('waiting')}</ToneTag>,
        },
      ]}
    />
  );
}
