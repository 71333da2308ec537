import { useQuery } from '@tanstack/react-query';
import { Skeleton } from 'antd';
import { api } from '@/shared/api/api';
import { useMessages } from '@/shared/i18n';
import { ErrorState } from '@/shared/ui/error_state';
import { Panel } from '@/shared/ui/record_page';
import { plans } from './messages';
import type { WorkloadMonth } from './model';

/** How much work the plans bring, month by month; the bars stand in the table that says the same in figures. */
export default function Workload() {
  const t = useMessages(plans);
  const work = useQuery({
    queryKey: ['maintenance_plan', 'workload'],
    queryFn: ({ signal }) => api.get<WorkloadMonth[]>('/api/v1/maintenance-plans/workload', { months: 12 }, { signal }),
  });
  if (work.isPending) return <Skeleton active paragraph={{ rows: 6 }} />;
  if (work.isError) return <ErrorState error={work.error} onRetry={() => void work.refetch()} />;
  const most = Math.max(...work.data.map((month) => month.hours), 0);
  return (
    <Panel title={t('workload')}>
      {most === 0 ? (
        <p className="muted">{t('noWork')}</p>
      ) : (
        <div style={{ overflowX: 'auto' }}>
          <table className="list-table">
            <thead>
              <tr>
                <th scope="col">{t('month')}</th>
                <th scope="col" className="right">
                  {t('jobs')}
                </th>
                <th scope="col" style={{ width: '35%' }}>
                  {t('hours')}
                </th>
                <th scope="col">{t('what')}</th>
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
                  </td>
                  <td className="muted">{month.plans.map((plan) => `${plan.name} ${plan.jobs}`).join('、')}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}
