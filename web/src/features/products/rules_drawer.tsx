import { PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Drawer, Skeleton } from 'antd';
import { useState } from 'react';
import { api } from '@/shared/api/api';
import { queryClient } from '@/shared/api/query_client';
import type { components } from '@/shared/api/schema';
import type { Page } from '@/shared/api/types';
import { FormDrawer } from '@/shared/fields/form_drawer';
import type { FieldSpec } from '@/shared/fields/spec';
import { defineMessages, useMessages, type Label } from '@/shared/i18n';
import { ConfirmAction } from '@/shared/ui/confirm_action';
import { ErrorState } from '@/shared/ui/error_state';
import { common } from '@/shared/ui/messages';
import { TermsItems, TermsText, withTerms } from './warranty_terms';

type Rule = components['schemas']['WarrantyRule'];

const messages = defineMessages(
  {
    title: '按类别的保修规则',
    hint: '产品没有单独填写保修期或规则时，按其类别的规则计算。',
    add: '新建规则',
    none: '还没有按类别的规则',
    months: '{n} 个月',
    remove: '删除“{name}”的保修规则？',
    removeText: '此类别的产品将按各自的保修期计算，已登记的保修结束日期不变。',
  },
  {
    title: 'Warranty rules of categories',
    hint: 'They count for products without months or a rule of their own.',
    add: 'New rule',
    none: 'No category has a rule yet',
    months: '{n} months',
    remove: 'Delete the rule of “{name}”?',
    removeText: 'Products of the category then go by their own months; dates already recorded stay.',
  },
);

const l = (zh: string, en: string): Label => ({ zh, en });
const fields: readonly FieldSpec[] = [
  { name: 'category', label: l('产品类别', 'Category'), kind: 'text', required: true, half: true },
  {
    name: 'months',
    label: l('保修月数', 'Warranty months'),
    kind: 'integer',
    required: true,
    min: 0,
    max: 1200,
    half: true,
  },
];

/** The rules that whole categories of products go by. */
export default function RulesDrawer({ editable, onClose }: { editable: boolean; onClose: () => void }) {
  const t = useMessages(messages);
  const c = useMessages(common);
  const [form, setForm] = useState<{ open: boolean; rule?: Rule }>({ open: false });
  const [removing, setRemoving] = useState<Rule>();
  const rules = useQuery({
    queryKey: ['warranty_rule', 'list'],
    queryFn: ({ signal }) => api.get<Page<Rule>>('/api/v1/warranty-rules', { limit: 200 }, { signal }),
  });
  const refresh = () => void queryClient.invalidateQueries({ queryKey: ['warranty_rule'] });
  return (
    <Drawer open title={t('title')} size={560} styles={{ wrapper: { maxWidth: '100vw' } }} onClose={onClose}>
      <div className="stack">
        <p className="muted">{t('hint')}</p>
        {editable && (
          <div>
            <Button icon={<PlusOutlined />} onClick={() => setForm({ open: true })}>
              {t('add')}
            </Button>
          </div>
        )}
        {rules.isPending && <Skeleton active />}
        {rules.isError && <ErrorState error={rules.error} onRetry={() => void rules.refetch()} />}
        {rules.data?.items.length === 0 && <p className="muted">{t('none')}</p>}
        <ul className="plain-list">
          {rules.data?.items.map((rule) => (
            <li key={rule.id} className="row-between">
              <div className="grow">
                <strong>{rule.category}</strong> <span className="number">{t('months', { n: rule.months })}</span>
                <div>
                  <TermsText terms={rule.terms} />
                </div>
              </div>
              {editable && (
                <span className="row" style={{ gap: 0 }}>
                  <Button
                    type="text"
                    size="small"
                    aria-label={`${c('edit')} ${rule.category}`}
                    onClick={() => setForm({ open: true, rule })}
                  >
                    {c('edit')}
                  </Button>
                  <Button
                    type="text"
                    size="small"
                    danger
                    aria-label={`${c('delete')} ${rule.category}`}
                    onClick={() => setRemoving(rule)}
                  >
                    {c('delete')}
                  </Button>
                </span>
              )}
            </li>
          ))}
        </ul>
      </div>
      <FormDrawer<Rule>
        open={form.open}
        onClose={() => setForm((old) => ({ ...old, open: false }))}
        title={form.rule?.category ?? t('add')}
        fields={fields}
        path={form.rule ? `/api/v1/warranty-rules/${form.rule.id}` : '/api/v1/warranty-rules'}
        record={form.rule as never}
        initial={{ edited_terms: form.rule?.terms ?? { start: 'sale' } }}
        shape={(body, values) => withTerms(body, values, 'terms', form.rule?.terms)}
        onSaved={refresh}
      >
        <TermsItems required />
      </FormDrawer>
      <ConfirmAction
        open={removing !== undefined}
        title={t('remove', { name: removing?.category ?? '' })}
        text={t('removeText')}
        danger
        okText={c('delete')}
        onClose={() => setRemoving(undefined)}
        onConfirm={async () => {
          if (removing) await api.delete(`/api/v1/warranty-rules/${removing.id}`, { version: removing.version });
          refresh();
        }}
      />
    </Drawer>
  );
}
