import { Link, useNavigate } from '@tanstack/react-router';
import { useMessages } from '@/shared/i18n';
import { choices } from '@/shared/labels';
import { useOwnList } from '@/shared/own_fields/own_list';
import { RefText } from '@/shared/records/ref_text';
import { ListPage } from '@/shared/ui/list_page';
import { MoneyText, StatusTag, TimeText } from '@/shared/ui/texts';
import { finance } from './messages';
import type { Quote } from './model';

export default function QuotesPage() {
  const t = useMessages(finance);
  const navigate = useNavigate();
  const own = useOwnList<Quote>('quote');
  return (
    <ListPage<Quote>
      title={t('quotes')}
      object="quote"
      path="/api/v1/quotes"
      searchHint={t('search')}
      emptyTitle={t('emptyTitle')}
      emptyHint={t('emptyHint')}
      onOpen={(row) => void navigate({ to: '/quotes/$id', params: { id: row.id } })}
      filters={[
        { id: 'number', label: { zh: '报价号', en: 'number' }, type: 'text' },
        { id: 'ticket_number', label: { zh: '工单号', en: 'ticket number' }, type: 'text' },
        { id: 'customer_id', label: { zh: '客户', en: 'customer' }, type: 'id', of: 'customer' },
        { id: 'status', label: { zh: '状态', en: 'status' }, type: 'choice', choices: choices.quoteStatus },
        { id: 'total_minor', label: { zh: '合计', en: 'total' }, type: 'integer', money: true },
        { id: 'created_at', label: { zh: '创建时间', en: 'created' }, type: 'time' },
        ...own.filters,
      ]}
      presets={[
        {
          label: { zh: '待客户确认', en: 'Waiting for the customer' },
          filter: { field: 'status', op: 'in', value: ['sent'] },
        },
        { label: { zh: '待收款', en: 'To be paid' }, filter: { field: 'status', op: 'in', value: ['approved'] } },
      ]}
      columns={[
        {
          key: 'number',
          title: { zh: '报价号', en: 'Number' },
          sort: 'number',
          width: 160,
          render: (row) => (
            <Link to="/quotes/$id" params={{ id: row.id }}>
              {row.number}
            </Link>
          ),
        },
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
          key: 'status',
          title: { zh: '状态', en: 'Status' },
          width: 120,
          render: (row) => <StatusTag of={choices.quoteStatus} value={row.status} />,
        },
        {
          key: 'total',
          title: { zh: '合计', en: 'Total' },
          sort: 'total_minor',
          width: 130,
          align: 'right',
          render: (row) => <MoneyText minor={row.total_minor} currency={row.currency} />,
        },
        {
          key: 'paid',
          title: { zh: '已收', en: 'Paid' },
          width: 130,
          align: 'right',
          wide: true,
          render: (row) => <MoneyText minor={row.paid_minor} currency={row.currency} />,
        },
        {
          key: 'created_at',
          title: { zh: '创建时间', en: 'Created' },
          sort: 'created_at',
          width: 130,
          wide: true,
          render: (row) => <TimeText at={row.created_at} />,
        },
        ...own.columns,
      ]}
    />
  );
}
