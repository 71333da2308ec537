import type { components } from '@/shared/api/schema';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Select, Skeleton } from 'antd';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useAppearance } from '@/app/theme';
import { api } from '@/shared/api/api';
import { useLocale, useMessages } from '@/shared/i18n';
import { choices } from '@/shared/labels';
import { TicketLines } from '@/shared/records/related';
import { formatTime } from '@/shared/time';
import { EmptyState } from '@/shared/ui/empty_state';
import { ErrorState } from '@/shared/ui/error_state';
import { PageTitle } from '@/shared/ui/page_title';
import { Panel } from '@/shared/ui/record_page';
import { StatusTag } from '@/shared/ui/texts';
import { behindSearch, figureText, type Definition } from './figures';
import { KpiCard } from './kpi_card';
import { desk } from './messages';

const LineChart = lazy(() => import('@/shared/ui/line_chart'));

type Cockpit = components['schemas']['Cockpit'];

const CARDS = ['FRT', 'ART', 'FCR', 'CSAT', 'NPS', 'REOPEN', 'SLA'];
const TABLE = ['VOL', 'FRT', 'ART', 'FCR', 'CSAT', 'REOPEN', 'SLA'];

export default function CockpitPage() {
  const t = useMessages(desk);
  const locale = useLocale();
  const appearance = useAppearance();
  const navigate = useNavigate();
  const [weeks, setWeeks] = useState(12);
  const [kpi, setKpi] = useState('FRT');
  const cockpit = useQuery({
    queryKey: ['cockpit', weeks],
    queryFn: ({ signal }) => api.get<Cockpit>('/api/v1/cockpit', { weeks }, { signal }),
    refetchInterval: 60_000,
    placeholderData: (old) => old,
  });
  const definitions = useQuery({
    queryKey: ['definitions'],
    queryFn: ({ signal }) => api.get<Definition[]>('/api/v1/kpis/definitions', undefined, { signal }),
    staleTime: Infinity,
  });
  const data = cockpit.data;
  const definitionOf = (id: string) => definitions.data?.find((definition) => definition.kpi === id);
  const nameOf = (id: string) => {
    const definition = definitionOf(id);
    return definition ? (locale === 'en' ? definition.name_en : definition.name_zh) : id;
  };
  const line = useMemo(
    () =>
      (data?.by_week ?? [])
        .filter((figure) => figure.kpi === kpi)
        .toSorted((a, b) => (a.group['week'] ?? '').localeCompare(b.group['week'] ?? '')),
    [data, kpi],
  );
  const points = useMemo(
    () =>
      line.map((figure) => ({
        label: figure.group['week'] ?? '',
        value:
          figure.value === null || figure.value === undefined
            ? null
            : figure.unit === 'share'
              ? figure.value * 100
              : figure.value,
        text: `${figureText(figure.value, figure.unit)} (n=${figure.n})`,
      })),
    [line],
  );
  if (cockpit.isPending) {
    return (
      <div className="page" aria-busy="true">
        <Skeleton active paragraph={{ rows: 14 }} />
      </div>
    );
  }
  if (!data) {
    return (
      <div className="page">
        <ErrorState error={cockpit.error} onRetry={() => void cockpit.refetch()} />
      </div>
    );
  }
  const engineerIds = [...new Set(data.by_engineer.map((figure) => figure.group['engineer'] ?? ''))];
  const cell = (engineer: string, id: string) =>
    data.by_engineer.find((figure) => (figure.group['engineer'] ?? '') === engineer && figure.kpi === id);
  const unfinished = data.open_by_status.filter((row) => !['closed', 'cancelled'].includes(row.status));
  return (
    <div className="page">
      <div className="page-head">
        <PageTitle name={t('cockpit')} />
        <div className="row">
          <span className="muted">{t('updated', { time: formatTime(data.at) })}</span>
          <Select
            aria-label={t('weeks')}
            value={weeks}
            onChange={setWeeks}
            options={[4, 12, 26, 52].map((n) => ({ value: n, label: t('period', { n }) }))}
            style={{ minWidth: 120 }}
          />
        </div>
      </div>
      {cockpit.isError && <ErrorState error={cockpit.error} onRetry={() => void cockpit.refetch()} />}
      <div className="stack" style={{ gap: 16 }}>
        <div className="columns columns-even">
          <Panel title={t('openByStatus')}>
            <div className="row" style={{ gap: 20 }}>
              <div>
                <Link to="/tickets" search={behindSearch(data.new_today, data.from)} className="kpi-value">
                  {data.new_today.n}
                </Link>
                <div className="muted">{t('today')}</div>
              </div>
              {unfinished.map((row) => (
                <div key={row.status}>
                  <Link
                    to="/tickets"
                    search={{ filter: { field: 'status', op: 'in', value: [row.status] } }}
                    className="kpi-value"
                  >
                    {row.count}
                  </Link>
                  <div>
                    <StatusTag of={choices.ticketStatus} value={row.status} />
                  </div>
                </div>
              ))}
            </div>
          </Panel>
          <Panel title={t('atRisk')}>
            <p className="muted">{t('atRiskHint')}</p>
            {data.at_risk.length === 0 ? <EmptyState title={t('noRisk')} /> : <TicketLines rows={data.at_risk} />}
          </Panel>
        </div>
        <section aria-label={t('kpis')} className="grid-cards">
          {CARDS.map((id) => {
            const figure = data.kpis.find((one) => one.kpi === id);
            return figure ? <KpiCard key={id} figure={figure} definition={definitionOf(id)} from={data.from} /> : null;
          })}
        </section>
        <Panel
          title={t('byWeek')}
          extra={
            <Select
              size="small"
              aria-label={t('chooseKpi')}
              value={kpi}
              onChange={setKpi}
              options={[...new Set(data.by_week.map((figure) => figure.kpi))].map((id) => ({
                value: id,
                label: nameOf(id),
              }))}
              style={{ minWidth: 180 }}
            />
          }
        >
          {line.length === 0 ? (
            <EmptyState title={t('noData')} />
          ) : (
            <>
              <Suspense fallback={<Skeleton active />}>
                <LineChart
                  points={points}
                  label={t('chart', { name: nameOf(kpi) })}
                  dark={appearance === 'dark'}
                  onPick={(index) => {
                    const figure = line[index];
                    if (figure) void navigate({ to: '/tickets', search: behindSearch(figure, data.from) });
                  }}
                />
              </Suspense>
              <details>
                <summary>{t('table')}</summary>
                <div style={{ overflowX: 'auto' }}>
                  <table className="data-table">
                    <thead>
                      <tr>
                        <th scope="col">{t('week')}</th>
                        <th scope="col">{nameOf(kpi)}</th>
                        <th scope="col">{t('n')}</th>
                      </tr>
                    </thead>
                    <tbody>
                      {line.map((figure) => (
                        <tr key={figure.group['week']}>
                          <th scope="row">{figure.group['week']}</th>
                          <td>
                            <Link to="/tickets" search={behindSearch(figure, data.from)}>
                              {figureText(figure.value, figure.unit)}
                            </Link>
                          </td>
                          <td>{figure.n}</td>
                        </tr>
                      ))}
                    </tbody>
                  </table>
                </div>
              </details>
            </>
          )}
        </Panel>
        <Panel title={t('byEngineer')}>
          {engineerIds.length === 0 ? (
            <EmptyState title={t('noData')} />
          ) : (
            <div style={{ overflowX: 'auto' }}>
              <table className="data-table">
                <thead>
                  <tr>
                    <th scope="col">{t('engineer')}</th>
                    {TABLE.map((id) => (
                      <th key={id} scope="col">
                        {nameOf(id)}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {engineerIds.map((id) => (
                    <tr key={id}>
                      <th scope="row">{data.engineers[id] ?? t('none')}</th>
                      {TABLE.map((column) => {
                        const figure = cell(id, column);
                        return (
                          <td key={column}>
                            {figure && figure.n > 0 ? (
                              <Link to="/tickets" search={behindSearch(figure, data.from)}>
                                {figureText(figure.value, figure.unit)}
                                <span className="muted"> n={figure.n}</span>
                              </Link>
                            ) : (
                              <span className="muted">—</span>
                            )}
                          </td>
                        );
                      })}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </Panel>
      </div>
    </div>
  );
}
