import type { components } from '@/shared/api/schema';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Skeleton } from 'antd';
import { api, url } from '@/shared/api/api';
import { useMessages } from '@/shared/i18n';
import { choices } from '@/shared/labels';
import { TicketLines } from '@/shared/records/related';
import { useSession } from '@/shared/session';
import { ErrorState } from '@/shared/ui/error_state';
import { Panel } from '@/shared/ui/record_page';
import { MoneyText, StatusTag, WarrantyTag } from '@/shared/ui/texts';
import { customers } from './messages';

type Overview = components['schemas']['CustomerOverview'];

const SHOWN = 8;

/** The customer at a glance, while the call is still going on. */
export function CustomerOverview({ id }: { id: string }) {
  const t = useMessages(customers);
  const session = useSession();
  const overview = useQuery({
    queryKey: ['customer', 'overview', id],
    queryFn: ({ signal }) => api.get<Overview>(url('/api/v1/customers/{id}/overview', { id }), undefined, { signal }),
  });
  if (overview.isPending) return <Skeleton active paragraph={{ rows: 8 }} />;
  if (overview.isError) return <ErrorState error={overview.error} onRetry={() => void overview.refetch()} />;
  const data = overview.data;
  const filter = { field: 'customer_id', op: 'in' as const, value: [id] };
  return (
    <>
      <div className="grid-cards">
        <div className="panel">
          <div className="muted">{t('open')}</div>
          <div className="kpi-value">{data.open_tickets}</div>
        </div>
        <div className="panel">
          <div className="muted">{t('due')}</div>
          <div className="kpi-value">
            <MoneyText minor={data.due_minor} currency={data.quotes[0]?.currency ?? session.tenant.currency} />
          </div>
        </div>
        <div className="panel">
          <div className="muted">{t('csat')}</div>
          <div className="kpi-value">
            {data.csat_mean === null || data.csat_mean === undefined ? '—' : data.csat_mean.toFixed(1)}
          </div>
        </div>
      </div>
      <Panel
        title={t('tickets')}
        extra={
          <Link to="/tickets" search={{ filter }}>
            {t('allTickets')}
          </Link>
        }
      >
        {data.tickets.length === 0 ? (
          <p className="muted">{t('noTickets')}</p>
        ) : (
          <TicketLines rows={data.tickets.slice(0, SHOWN)} />
        )}
      </Panel>
      <Panel
        title={`${t('devices')} ${data.devices.length}`}
        extra={
          <Link to="/devices" search={{ filter }}>
            {t('allTickets')}
          </Link>
        }
      >
        {data.devices.length === 0 && <p className="muted">{t('noDevices')}</p>}
        <ul className="plain-list">
          {data.devices.slice(0, SHOWN).map((row) => (
            <li key={row.id} className="row-between">
              <span className="grow">
                <Link to="/devices/$id" params={{ id: row.id }}>
                  {row.serial_number}
                </Link>{' '}
                {row.product_name} <span className="muted">{row.place}</span>
              </span>
              <span className="row">
                <WarrantyTag verdict={row.warranty} />
                <StatusTag of={choices.deviceStatus} value={row.status} />
              </span>
            </li>
          ))}
        </ul>
      </Panel>
      <div className="columns columns-even">
        <Panel title={t('contracts')}>
          {data.contracts.length === 0 && <p className="muted">{t('noContracts')}</p>}
          <ul className="plain-list">
            {data.contracts.slice(0, SHOWN).map((row) => (
              <li key={row.id} className="row-between">
                <span>
                  {row.number} {row.name}
                </span>
                <span className="muted">{t('until', { date: row.ends_on })}</span>
              </li>
            ))}
          </ul>
        </Panel>
        <Panel title={t('quotes')}>
          {data.quotes.length === 0 && <p className="muted">{t('noQuotes')}</p>}
          <ul className="plain-list">
            {data.quotes.slice(0, SHOWN).map((row) => (
              <li key={row.id} className="row-between">
                <Link to="/quotes/$id" params={{ id: row.id }}>
                  {row.number}
                </Link>
                <span className="row">
                  <MoneyText minor={row.total_minor} currency={row.currency} />
                  <StatusTag of={choices.quoteStatus} value={row.status} />
                </span>
              </li>
            ))}
          </ul>
        </Panel>
      </div>
    </>
  );
}
