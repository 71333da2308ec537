import { Link } from '@tanstack/react-router';
import { Button } from 'antd';
import dayjs from 'dayjs';
import { lazy, Suspense, useState } from 'react';
import { useMessages, type Label } from '@/shared/i18n';
import { RefText } from '@/shared/records/ref_text';
import { ResourcePage } from '@/shared/records/resource_page';
import { formatMinutes, today } from '@/shared/time';
import { ToneTag } from '@/shared/ui/texts';
import { plans } from './messages';
import { NEW_PLAN, PlanExtras, planFields, rhythmText, withExtras, type Plan } from './model';

const Workload = lazy(() => import('./workload'));

const l = (zh: string, en: string): Label => ({ zh, en });

/** What a plan is for, in words. */
export function ScopeText({ plan }: { plan: Plan }) {
  const t = useMessages(plans);
  if (plan.scope.product_id) return <RefText of="product" id={plan.scope.product_id} />;
  if (plan.scope.contract_id) return <RefText of="contract" id={plan.scope.contract_id} />;
  const { length } = plan.scope.device_ids;
  return <>{length === 1 ? t('device1') : t('devicesN', { n: length })}</>;
}

export default function PlansPage() {
  const t = useMessages(plans);
  const [shown, setShown] = useState(false);
  return (
    <ResourcePage<Plan>
      title={t('title')}
      object="maintenance_plan"
      path="/api/v1/maintenance-plans"
      searchHint={t('search')}
      fields={planFields}
      initial={{ ...NEW_PLAN, starts_on: dayjs(today()) }}
      formExtra={() => <PlanExtras />}
      shape={(body, values) => withExtras(body, values)}
      filters={[
        { id: 'name', label: l('名称', 'name'), type: 'text' },
        { id: 'active', label: l('启用', 'active'), type: 'boolean' },
        { id: 'starts_on', label: l('开始日期', 'starts on'), type: 'date' },
      ]}
      createLabel={t('create')}
      editLabel={(row) => row.name}
      permission={{ create: 'contracts.update', update: 'contracts.update' }}
      page={(row) => `/maintenance/${row.id}`}
      archive
      emptyTitle={t('emptyTitle')}
      emptyHint={t('emptyHint')}
      extra={
        <Button aria-expanded={shown} onClick={() => setShown(!shown)}>
          {t(shown ? 'hide' : 'show')}
        </Button>
      }
      above={
        shown && (
          <Suspense fallback={null}>
            <div style={{ marginBottom: 12 }}>
              <Workload />
            </div>
          </Suspense>
        )
      }
      columns={[
        {
          key: 'name',
          title: l('名称', 'Name'),
          sort: 'name',
          render: (row) => (
            <Link to="/maintenance/$id" params={{ id: row.id }}>
              {row.name}
            </Link>
          ),
        },
        { key: 'scope', title: l('适用范围', 'Scope'), render: (row) => <ScopeText plan={row} /> },
        { key: 'rhythm', title: l('周期', 'How often'), render: (row) => rhythmText(row, t) },
        {
          key: 'minutes',
          title: l('每次工时', 'Time a job takes'),
          width: 130,
          wide: true,
          render: (row) => formatMinutes(row.minutes),
        },
        {
          key: 'lead_days',
          title: l('提前', 'Ahead'),
          width: 90,
          wide: true,
          render: (row) => (row.lead_days === 1 ? t('leadDay') : t('leadDays', { n: row.lead_days })),
        },
        {
          key: 'active',
          title: l('状态', 'State'),
          width: 100,
          render: (row) => (
            <ToneTag tone={row.active ? 'resolved' : 'cancelled'}>{t(row.active ? 'on' : 'off')}</ToneTag>
          ),
        },
      ]}
    />
  );
}
