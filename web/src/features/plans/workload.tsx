import { useQuery } from '@tanstack/react-query';
import { Skeleton } from 'antd';
import { api } from '@/shared/api/api';
import { useLocale, useMessages } from '@/shared/i18n';
import { ErrorState } from '@/shared/ui/error_state';
import { Panel } from '@/shared/ui/record_page';
import { useIsPhone } from '@/shared/ui/use_media';
import { plans } from './messages';
import type { WorkloadMonth } from './model';

/** How much work the plans bring, month by month; the bars stand in the table that says the same in figures. */
export default function Workload() {
  const t = useMessages(plans);
  const locale = useLocale();
  const phone = useIsPhone();
  const work = useQuery({
    queryKey: ['maintenance_plan', 'workload'],
    queryFn: ({ signal }) => api.get<WorkloadMonth[]>('/api/v1/maintenance-plans/workload', { months: 12 }, { signal }),
  });
  if (work.isPending) return <Skeleton active paragraph={{ rows: 6 }} />;
  if (work.isError) return <ErrorState error={work.error} onRetry={() => void work.refetch()} />;
  const plansOf = (month: WorkloadMonth) =>
    month.plans.map((plan) => `${plan.name} ${plan.jobs}`).join(locale === 'en' ? ', ' : '、');
  const most = Math.max(...work.data.map((month) => month.hours), 0);
  return (
    <Panel title={t('workload')}>
      {most === 0 ? (
        <p className="muted">{t('noWork')}</p>
      ) : (
        <table className="list-table">
          <thead>
            <tr>
              <th scope="col">{t('month')}</th>
              <th scope="col" className="right">
                {t('jobs')}
              </th>
              <th scope="col" style={{ width: phone ? '60%' : '35%' }}>
                {t('hours')}
              </th>
              {!phone && <th scope="col">{t('what')}</th>}
            </tr>
          </thead>
          <tbody>
            {work.data.map((month) => (
              <tr key={month.month}>
                <th scope="row" className="nowrap number" style={{ fontWeight: 400 }}>
                  {month.month}
                </th>
                <td className="right number">{month.jobs}</td>
                <td className="number">
                  {Math.round(month.hours * 10) / 10}
                  <span
                    aria-hidden="true"
                    style={{
                      background: 'var(--brand)',
                      borderRadius: 3,
                      display: 'block',
                      height: 8,
                      width: `${((month.hours / most) * 100).toFixed(1)}%`,
                    }}
                  />
                  {phone && <span className="muted">{plansOf(month)}</span>}
                </td>
                {!phone && <td className="muted">{plansOf(month)}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}
