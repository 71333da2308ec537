import { Link, useNavigate } from '@tanstack/react-router';
import { Button } from 'antd';
import { useMessages } from '@/shared/i18n';
import { choices } from '@/shared/labels';
import { useOwnList } from '@/shared/own_fields/own_list';
import { RefText } from '@/shared/records/ref_text';
import { ResourcePage } from '@/shared/records/resource_page';
import { useCan } from '@/shared/session';
import { addressText, StatusTag, ChoiceText, TimeText } from '@/shared/ui/texts';
import { customers } from './messages';
import { PlaceItem } from '@/shared/map/place_item';
import { customerFields, customerFilters, type Customer } from './model';

export default function CustomersPage() {
  const t = useMessages(customers);
  const can = useCan();
  const navigate = useNavigate();
  const own = useOwnList<Customer>('customer');
  return (
    <ResourcePage<Customer>
      title={t('title')}
      object="customer"
      path="/api/v1/customers"
      searchHint={t('search')}
      fields={customerFields}
      formExtra={() => <PlaceItem />}
      filters={[...customerFilters, ...own.filters]}
      own="customer"
      choose="customers"
      initial={{ kind: 'company', level: 'standard' }}
      createLabel={t('create')}
      editLabel={(row) => row.name}
      permission={{ create: 'customers.create', update: 'customers.update' }}
      page={(row) => `/customers/${row.id}`}
      archive
      extra={
        can('customers.merge') && (
          <Button onClick={() => void navigate({ to: '/customers/duplicates' })}>{t('findDuplicates')}</Button>
        )
      }
      defaultSort="-created_at"
      emptyTitle={t('emptyTitle')}
      emptyHint={t('emptyHint')}
      columns={[
        {
          key: 'name',
          title: { zh: '名称', en: 'Name' },
          sort: 'name',
          render: (row) => (
            <Link to="/customers/$id" params={{ id: row.id }}>
              {row.name}
            </Link>
          ),
        },
        {
          key: 'level',
          title: { zh: '等级', en: 'Level' },
          width: 90,
          render: (row) => <StatusTag of={choices.customerLevel} value={row.level} />,
        },
        {
          key: 'kind',
          title: { zh: '类型', en: 'Kind' },
          width: 90,
          wide: true,
          render: (row) => <ChoiceText of={choices.customerKind} value={row.kind} />,
        },
        {
          key: 'phone',
          title: { zh: '电话', en: 'Phone' },
          width: 150,
          render: (row) =>
            row.phone ? (
              <a href={`tel:${row.phone}`} className="number">
                {row.phone}
              </a>
            ) : (
              <span className="muted">—</span>
            ),
        },
        {
          key: 'address',
          title: { zh: '地址', en: 'Address' },
          render: (row) => addressText(row.address) || <span className="muted">—</span>,
        },
        {
          key: 'tags',
          title: { zh: '标签', en: 'Tags' },
          wide: true,
          render: (row) => (
            <span className="row" style={{ gap: 4 }}>
              {row.tags.map((tag) => (
                <span key={tag} className="tag">
                  {tag}
                </span>
              ))}
            </span>
          ),
        },
        {
          key: 'created_at',
          title: { zh: '创建时间', en: 'Created' },
          sort: 'created_at',
          width: 130,
          wide: true,
          render: (row) => <TimeText at={row.created_at} />,
        },
        {
          key: 'phones',
          field: 'phones',
          title: { zh: '全部电话', en: 'All phones' },
          off: true,
          render: (row) =>
            row.phones.length === 0 ? (
              <span className="muted">—</span>
            ) : (
              <span className="number">
                {row.phones.map((phone) => [phone.number, phone.label].filter(Boolean).join(' ')).join(' · ')}
              </span>
            ),
        },
        {
          key: 'email',
          title: { zh: '邮箱', en: 'E-mail' },
          off: true,
          render: (row) => row.email ?? <span className="muted">—</span>,
        },
        {
          key: 'parent_id',
          title: { zh: '上级客户', en: 'Belongs to' },
          off: true,
          render: (row) => <RefText of="customer" id={row.parent_id} />,
        },
        {
          key: 'owner_id',
          title: { zh: '客户经理', en: 'Owner' },
          width: 120,
          off: true,
          render: (row) => <RefText of="user" id={row.owner_id} />,
        },
        ...own.columns,
      ]}
    />
  );
}
