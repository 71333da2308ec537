import { Button } from 'antd';
import { lazy, Suspense, useState } from 'react';
import type { components } from '@/shared/api/schema';
import { defineMessages, useMessages, type Label } from '@/shared/i18n';
import { useOwnList } from '@/shared/own_fields/own_list';
import { ResourcePage } from '@/shared/records/resource_page';
import { useCan } from '@/shared/session';
import { formatMinutes } from '@/shared/time';
import { Facts } from '@/shared/ui/texts';
import { TermsItems, TermsText, withTerms } from './warranty_terms';

// What few people open comes when they do.
const RulesDrawer = lazy(() => import('./rules_drawer'));
const ProductDocuments = lazy(() => import('./product_documents'));

type Product = components['schemas']['Product'];

const messages = defineMessages(
  {
    title: '产品',
    create: '新建产品',
    search: '搜索编码、名称',
    emptyTitle: '还没有产品',
    emptyHint: '产品决定设备默认的保修期和响应时间。',
    months: '{n} 个月',
    code: '编码',
    category: '类别',
    warranty: '保修期',
    response: '默认响应',
    note: '备注',
    rule: '保修规则',
    rules: '按类别的保修规则',
  },
  {
    title: 'Products',
    create: 'New product',
    search: 'Search code, name',
    emptyTitle: 'No products yet',
    emptyHint: 'A product gives its devices their warranty term and response time.',
    months: '{n} months',
    code: 'Code',
    category: 'Category',
    warranty: 'Warranty',
    response: 'Default response',
    note: 'Note',
    rule: 'Warranty rule',
    rules: 'Rules of categories',
  },
);
const l = (zh: string, en: string): Label => ({ zh, en });

export default function ProductsPage() {
  const t = useMessages(messages);
  const own = useOwnList<Product>('product');
  const can = useCan();
  const editable = can('products.update');
  const [rules, setRules] = useState(false);
  const months = (row: Product) => (row.warranty_months ? t('months', { n: row.warranty_months }) : '—');
  const response = (row: Product) => (row.default_response_minutes ? formatMinutes(row.default_response_minutes) : '—');
  return (
    <>
      <ResourcePage<Product>
        title={t('title')}
        object="product"
        path="/api/v1/products"
        searchHint={t('search')}
        fields={[
          { name: 'code', label: l('编码', 'Code'), kind: 'text', required: true, half: true },
          { name: 'category', label: l('类别', 'Category'), kind: 'text', half: true },
          { name: 'name', label: l('名称', 'Name'), kind: 'text', required: true },
          { name: 'warranty_months', label: l('保修月数', 'Warranty months'), kind: 'integer', max: 1200, half: true },
          {
            name: 'default_response_minutes',
            label: l('默认响应（分钟）', 'Default response (min)'),
            kind: 'integer',
            max: 525_600,
            half: true,
          },
          { name: 'note', label: l('备注', 'Note'), kind: 'longtext' },
        ]}
        filters={[
          { id: 'code', label: l('编码', 'code'), type: 'text' },
          { id: 'name', label: l('名称', 'name'), type: 'text' },
          { id: 'category', label: l('类别', 'category'), type: 'text' },
          { id: 'warranty_months', label: l('保修月数', 'warranty months'), type: 'integer' },
          ...own.filters,
        ]}
        own="product"
        createLabel={t('create')}
        editLabel={(row) => row.name}
        permission={{ create: 'products.update', update: 'products.update' }}
        archive
        formExtra={() => <TermsItems />}
        extraValues={(row) => ({ edited_terms: row.warranty ?? {}, terms_before: row.warranty })}
        shape={(fields, values) =>
          withTerms(fields, values, 'warranty', values['terms_before'] as Product['warranty'] | undefined)
        }
        extra={<Button onClick={() => setRules(true)}>{t('rules')}</Button>}
        emptyTitle={t('emptyTitle')}
        emptyHint={t('emptyHint')}
        details={(row) => (
          <>
            <Facts
              items={[
                [t('code'), row.code],
                [t('category'), row.category],
                [t('warranty'), months(row)],
                [t('rule'), <TermsText key="rule" terms={row.warranty} />],
                [t('response'), response(row)],
                [t('note'), row.note],
              ]}
            />
            <Suspense fallback={null}>
              <ProductDocuments id={row.id} editable={editable} />
            </Suspense>
          </>
        )}
        columns={[
          { key: 'name', title: l('名称', 'Name'), sort: 'name', render: (row) => <strong>{row.name}</strong> },
          { key: 'code', title: l('编码', 'Code'), sort: 'code', width: 160, render: (row) => row.code },
          { key: 'category', title: l('类别', 'Category'), render: (row) => row.category ?? '—' },
          { key: 'warranty', title: l('保修期', 'Warranty'), width: 120, render: months },
          { key: 'response', title: l('默认响应', 'Default response'), width: 140, wide: true, render: response },
          ...own.columns,
        ]}
      />
      {rules && (
        <Suspense fallback={null}>
          <RulesDrawer editable={editable} onClose={() => setRules(false)} />
        </Suspense>
      )}
    </>
  );
}
