import type { components } from '@/shared/api/schema';
import { useQuery } from '@tanstack/react-query';
import { Button, Skeleton } from 'antd';
import { useState } from 'react';
import { api } from '@/shared/api/api';
import { queryClient } from '@/shared/api/query_client';
import { FormDrawer } from '@/shared/fields/form_drawer';
import { useMessages } from '@/shared/i18n';
import { choices } from '@/shared/labels';
import { sessionQuery } from '@/shared/session';
import { ErrorState } from '@/shared/ui/error_state';
import { common } from '@/shared/ui/messages';
import { PageTitle } from '@/shared/ui/page_title';
import { Panel } from '@/shared/ui/record_page';
import { ChoiceText, Facts } from '@/shared/ui/texts';
import { settings } from './messages';

type Tenant = components['schemas']['Tenant'];

export default function CompanySection() {
  const t = useMessages(settings);
  const c = useMessages(common);
  const [open, setOpen] = useState(false);
  const tenant = useQuery({
    queryKey: ['tenant'],
    queryFn: ({ signal }) => api.get<Tenant>('/api/v1/tenant', undefined, { signal }),
  });
  return (
    <div className="page" style={{ maxWidth: 760 }}>
      <div className="page-head">
        <PageTitle name={t('company')} />
        <Button type="primary" disabled={!tenant.data} onClick={() => setOpen(true)}>
          {c('edit')}
        </Button>
      </div>
      {tenant.isPending && <Skeleton active />}
      {tenant.isError && <ErrorState error={tenant.error} onRetry={() => void tenant.refetch()} />}
      {tenant.data && (
        <Panel>
          <Facts
            items={[
              [t('companyName'), tenant.data.name],
              [t('slug'), tenant.data.slug],
              [t('zone'), tenant.data.zone],
              [t('currency'), tenant.data.currency],
              [t('language'), <ChoiceText key="l" of={choices.locale} value={tenant.data.locale} />],
              [t('reopenDays'), String(tenant.data.reopen_days)],
            ]}
          />
        </Panel>
      )}
      <FormDrawer
        open={open}
        title={t('company')}
        path="/api/v1/tenant"
        record={tenant.data as never}
        fields={[
          { name: 'name', label: { zh: '企业名称', en: 'Company name' }, kind: 'text', required: true },
          {
            name: 'zone',
            label: { zh: '时区（IANA）', en: 'Time zone (IANA)' },
            kind: 'text',
            required: true,
            help: { zh: '如 Asia/Shanghai', en: 'such as Asia/Shanghai' },
          },
          {
            name: 'currency',
            label: { zh: '币种（ISO 4217）', en: 'Currency (ISO 4217)' },
            kind: 'text',
            required: true,
            max: 3,
            half: true,
          },
          {
            name: 'locale',
            label: { zh: '默认语言', en: 'Default language' },
            kind: 'choice',
            choices: choices.locale,
            required: true,
            half: true,
          },
          {
            name: 'reopen_days',
            label: { zh: '关闭后可重开天数', en: 'Days to reopen after closing' },
            kind: 'integer',
            max: 365,
          },
        ]}
        onClose={() => setOpen(false)}
        onSaved={() => {
          void queryClient.invalidateQueries({ queryKey: ['tenant'] });
          void queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 });
        }}
      />
    </div>
  );
}
