import type { components } from '@/shared/api/schema';
import { defineMessages, useMessages, type Label } from '@/shared/i18n';
import { useOwnList } from '@/shared/own_fields/own_list';
import { ResourcePage } from '@/shared/records/resource_page';
import { Facts, MoneyText, ToneTag } from '@/shared/ui/texts';

type Part = components['schemas']['Part'];

const messages = defineMessages(
  {
    title: '备件',
    create: '新建备件',
    search: '搜索编码、名称',
    emptyTitle: '还没有备件',
    emptyHint: '登记备件后，工程师在现场即可领用，费用自动计入工单。',
    code: '编码',
    unit: '单位',
    price: '售价',
    cost: '成本',
    stock: '库存',
    short: '库存不足',
    note: '备注',
  },
  {
    title: 'Parts',
    create: 'New part',
    search: 'Search code, name',
    emptyTitle: 'No parts yet',
    emptyHint: 'Once parts are listed, engineers book them on site and the cost lands on the ticket.',
    code: 'Code',
    unit: 'Unit',
    price: 'Price',
    cost: 'Cost',
    stock: 'Stock',
    short: 'Short',
    note: 'Note',
  },
);
const l = (zh: string, en: string): Label => ({ zh, en });

export default function PartsPage() {
  const t = useMessages(messages);
  const own = useOwnList<Part>('part');
  const stock = (row: Part) => (
    <span className="number nowrap">
      {row.stock} {row.unit} {row.stock_warning && <ToneTag tone="danger">{t('short')}</ToneTag>}
    </span>
  );
  return (
    <ResourcePage<Part>
      title={t('title')}
      object="part"
      path="/api/v1/parts"
      searchHint={t('search')}
      initial={{ unit: '个', stock: 0, price_minor: 0, cost_minor: 0 }}
      fields={[
        { name: 'code', label: l('编码', 'Code'), kind: 'text', required: true, half: true },
        { name: 'unit', label: l('单位', 'Unit'), kind: 'text', half: true },
        { name: 'name', label: l('名称', 'Name'), kind: 'text', required: true },
        { name: 'price_minor', label: l('售价', 'Price'), kind: 'money', required: true, half: true },
        { name: 'cost_minor', label: l('成本', 'Cost'), kind: 'money', required: true, half: true },
        { name: 'stock', label: l('库存', 'Stock'), kind: 'integer', min: -1_000_000, half: true },
        { name: 'note', label: l('备注', 'Note'), kind: 'longtext' },
      ]}
      filters={[
        { id: 'code', label: l('编码', 'code'), type: 'text' },
        { id: 'name', label: l('名称', 'name'), type: 'text' },
        { id: 'stock', label: l('库存', 'stock'), type: 'integer' },
        { id: 'stock_warning', label: l('库存不足', 'short'), type: 'boolean' },
        { id: 'price_minor', label: l('售价', 'price'), type: 'integer', money: true },
        ...own.filters,
      ]}
      presets={[{ label: l('库存不足', 'Short'), filter: { field: 'stock_warning', op: 'eq', value: true } }]}
      own="part"
      createLabel={t('create')}
      editLabel={(row) => row.name}
      permission={{ create: 'parts.update', update: 'parts.update' }}
      archive
      emptyTitle={t('emptyTitle')}
      emptyHint={t('emptyHint')}
      details={(row) => (
        <Facts
          items={[
            [t('code'), row.code],
            [t('unit'), row.unit],
            [t('price'), <MoneyText key="p" minor={row.price_minor} currency={row.currency} />],
            [t('cost'), <MoneyText key="c" minor={row.cost_minor} currency={row.currency} />],
            [t('stock'), stock(row)],
            [t('note'), row.note],
          ]}
        />
      )}
      columns={[
        { key: 'name', title: l('名称', 'Name'), sort: 'name', render: (row) => <strong>{row.name}</strong> },
        { key: 'code', title: l('编码', 'Code'), sort: 'code', width: 160, render: (row) => row.code },
        {
          key: 'price',
          title: l('售价', 'Price'),
          width: 120,
          align: 'right',
          render: (row) => <MoneyText minor={row.price_minor} currency={row.currency} />,
        },
        {
          key: 'cost',
          title: l('成本', 'Cost'),
          width: 120,
          align: 'right',
          wide: true,
          render: (row) => <MoneyText minor={row.cost_minor} currency={row.currency} />,
        },
        { key: 'stock', title: l('库存', 'Stock'), width: 160, render: stock },
        ...own.columns,
      ]}
    />
  );
}
