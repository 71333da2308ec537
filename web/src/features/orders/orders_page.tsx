import { Link } from '@tanstack/react-router';
import dayjs from 'dayjs';
import { useMessages, type Label } from '@/shared/i18n';
import { choices } from '@/shared/labels';
import { useOwnList } from '@/shared/own_fields/own_list';
import { ResourcePage } from '@/shared/records/resource_page';
import { useSession } from '@/shared/session';
import { today } from '@/shared/time';
import { MoneyText, StatusTag } from '@/shared/ui/texts';
import { orders } from './messages';
import { OrderExtras, orderFields, orderFilters, withLines, type Order } from './model';

const l = (zh: string, en: string): Label => ({ zh, en });

const preset = (kind: string, label: Label) => ({
  label,
  filter: { field: 'kind', op: 'in' as const, value: [kind] },
});

export default function OrdersPage() {
  const t = useMessages(orders);
  const { currency } = useSession().tenant;
  const own = useOwnList<Order>('order');
  return (
    <ResourcePage<Order>
      title={t('title')}
      object="order"
      path="/api/v1/orders"
      searchHint={t('search')}
      fields={orderFields}
      filters={[...orderFilters, ...own.filters]}
      own="order"
      choose="orders"
      initial={{ kind: 'purchase', ordered_on: dayjs(today()) }}
      formExtra={(row) => <OrderExtras order={row} currency={row?.currency ?? currency} />}
      shape={(body, values) => withLines(body, values, currency)}
      formWidth={620}
      createLabel={t('createTitle')}
      editLabel={(row) => `${row.number} ${row.title}`}
      permission={{ create: 'orders.create', update: 'orders.update' }}
      page={(row) => `/orders/${row.id}`}
      archive
      defaultSort="-ordered_on"
      presets={choices.orderKind.map((kind) => preset(kind.value, kind))}
      emptyTitle={t('emptyTitle')}
      emptyHint={t('emptyHint')}
      columns={[
        {
          key: 'number',
          title: l('编号', 'Number'),
          sort: 'number',
          width: 160,
          render: (row) => (
            <Link to="/orders/$id" params={{ id: row.id }}>
              {row.number}
            </Link>
          ),
        },
        {
          key: 'kind',
          title: l('类型', 'Kind'),
          width: 80,
          render: (row) => <StatusTag of={choices.orderKind} value={row.kind} />,
        },
        { key: 'title', title: l('标题', 'Title'), render: (row) => row.title },
        {
          key: 'customer',
          field: 'customer_id',
          title: l('客户', 'Customer'),
          render: (row) => (
            <Link to="/customers/$id" params={{ id: row.customer_id }}>
              {row.customer_name}
            </Link>
          ),
        },
        {
          key: 'status',
          title: l('状态', 'Status'),
          width: 100,
          render: (row) => <StatusTag of={choices.orderStatus} value={row.status} />,
        },
        {
          key: 'ordered_on',
          title: l('日期', 'Date'),
          sort: 'ordered_on',
          width: 110,
          render: (row) => <span className="number nowrap">{row.ordered_on}</span>,
        },
        {
          key: 'total_minor',
          title: l('金额', 'Amount'),
          sort: 'total_minor',
          width: 130,
          align: 'right',
          render: (row) => <MoneyText minor={row.total_minor} currency={row.currency} />,
        },
        {
          key: 'owner',
          field: 'owner_id',
          title: l('负责人', 'Owner'),
          width: 120,
          wide: true,
          render: (row) => row.owner_name ?? <span className="muted">—</span>,
        },
        ...own.columns,
      ]}
    />
  );
}
