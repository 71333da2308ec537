/** What the company did with and for a customer: tickets, devices, contracts, money, visits, opinions, words, files. */
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { DocumentsPanel } from '@/features/devices/documents_panel';
import { queryClient } from '@/shared/api/query_client';
import { useMessages } from '@/shared/i18n';
import { choices } from '@/shared/labels';
import { TicketLines } from '@/shared/records/related';
import { useCan, useSession } from '@/shared/session';
import { Panel } from '@/shared/ui/record_page';
import { SparkLine } from '@/shared/ui/spark_line';
import { Facts, MoneyText, StatusTag, TimeText, ToneTag, WarrantyTag } from '@/shared/ui/texts';
import { customerFileQuery, type CustomerFile } from './file';
import { customers } from './messages';

/** What is about this customer only, as the address of a list says it. */
const of = (id: string) => ({ field: 'customer_id', op: 'in' as const, value: [id] });

function Lines<T extends { id: string }>({
  rows,
  none,
  render,
}: {
  rows: readonly T[];
  none: string;
  render: (row: T) => ReactNode;
}) {
  if (rows.length === 0) return <p className="muted">{none}</p>;
  return (
    <ul className="plain-list">
      {rows.map((row) => (
        <li key={row.id} className="row-between">
          {render(row)}
        </li>
      ))}
    </ul>
  );
}

/** Texts keep enough room to be read; on a phone the tags go below them. */
const WIDE = { flexBasis: 220 } as const;

const counted = (title: string, n: number | null | undefined) => (n ? `${title} ${n}` : title);

export function Tickets({ file }: { file: CustomerFile }) {
  const t = useMessages(customers);
  return (
    <Panel
      title={counted(t('tickets'), file.counts.tickets)}
      extra={
        <Link to="/tickets" search={{ filter: of(file.customer.id) }}>
          {t('allTickets')}
        </Link>
      }
    >
      {file.tickets.length === 0 ? (
        <p className="muted">{t('noTickets')}</p>
      ) : (
        <TicketLines rows={file.tickets.slice(0, 10)} />
      )}
    </Panel>
  );
}

export function Devices({ file }: { file: CustomerFile }) {
  const t = useMessages(customers);
  const all = file.counts.devices ?? 0;
  return (
    <Panel
      title={counted(t('devices'), file.counts.devices)}
      extra={
        <Link to="/devices" search={{ filter: of(file.customer.id) }}>
          {t('allTickets')}
        </Link>
      }
    >
      <Lines
        rows={file.devices}
        none={t('noDevices')}
        render={(row) => (
          <>
            <span className="grow" style={WIDE}>
              <Link to="/devices/$id" params={{ id: row.id }}>
                {row.serial_number}
              </Link>{' '}
              {row.product_name} <span className="muted">{[row.site_name, row.place].filter(Boolean).join(' · ')}</span>
            </span>
            <span className="row">
              <WarrantyTag verdict={row.warranty} />
              <StatusTag of={choices.deviceStatus} value={row.status} />
            </span>
          </>
        )}
      />
      {file.devices.length > 0 && all > file.devices.length && (
        <p className="muted">{t('shownOf', { shown: file.devices.length, all: all < 500 ? all : '500+' })}</p>
      )}
    </Panel>
  );
}

export function Contracts({ file }: { file: CustomerFile }) {
  const t = useMessages(customers);
  return (
    <Panel
      title={counted(t('contracts'), file.counts.contracts)}
      extra={
        <Link to="/contracts" search={{ filter: of(file.customer.id) }}>
          {t('allTickets')}
        </Link>
      }
    >
      <Lines
        rows={file.contracts}
        none={t('noContracts')}
        render={(row) => (
          <>
            <span className="grow" style={WIDE}>
              {row.number} {row.name}
            </span>
            <span className="row">
              <StatusTag of={choices.contractKind} value={row.kind} />
              <span className="muted number">{t('until', { date: row.ends_on })}</span>
            </span>
          </>
        )}
      />
    </Panel>
  );
}

export function Money({ file }: { file: CustomerFile }) {
  const t = useMessages(customers);
  const session = useSession();
  const open = file.open_money_minor;
  const currency = open?.currency ?? session.tenant.currency;
  return (
    <Panel title={t('money')}>
      <Facts
        items={[
          [t('receivable'), <MoneyText key="r" minor={open?.receivable} currency={currency} />],
          [t('quoted'), <MoneyText key="q" minor={open?.quoted} currency={currency} />],
          ...(file.cost_so_far_minor === null
            ? []
            : [[t('costSoFar'), <MoneyText key="c" minor={file.cost_so_far_minor} currency={currency} />] as const]),
        ]}
      />
      {file.counts.quotes !== null && (
        <>
          <h3 style={{ fontSize: 14, margin: '12px 0 0' }}>{t('openQuotes')}</h3>
          <Lines
            rows={file.quotes_open}
            none={t('noQuotes')}
            render={(row) => (
              <>
                <Link to="/quotes/$id" params={{ id: row.id }}>
                  {row.number}
                </Link>
                <span className="row">
                  <MoneyText minor={row.total_minor} currency={row.currency} />
                  <StatusTag of={choices.quoteStatus} value={row.status} />
                </span>
              </>
            )}
          />
        </>
      )}
    </Panel>
  );
}

export function Orders({ file }: { file: CustomerFile }) {
  const t = useMessages(customers);
  return (
    <Panel
      title={counted(t('orders'), file.counts.orders)}
      extra={
        <Link to="/orders" search={{ filter: of(file.customer.id) }}>
          {t('allTickets')}
        </Link>
      }
    >
      <Lines
        rows={file.orders}
        none={t('noOrders')}
        render={(row) => (
          <>
            <span className="grow" style={WIDE}>
              <StatusTag of={choices.orderKind} value={row.kind} />{' '}
              <Link to="/orders/$id" params={{ id: row.id }}>
                {row.number}
              </Link>{' '}
              {row.title} <span className="muted number">{row.ordered_on}</span>
            </span>
            <span className="row">
              <MoneyText minor={row.total_minor} currency={row.currency} />
              <StatusTag of={choices.orderStatus} value={row.status} />
            </span>
          </>
        )}
      />
    </Panel>
  );
}

export function Visits({ file }: { file: CustomerFile }) {
  const t = useMessages(customers);
  const { next, last } = file.visits;
  const lines = (rows: typeof next) => (
    <Lines
      rows={rows}
      none={t('noVisits')}
      render={(row) => (
        <>
          <span className="grow" style={WIDE}>
            <TimeText at={row.starts_at} />{' '}
            <Link to="/tickets/$id" params={{ id: row.ticket_id }}>
              {row.ticket_number}
            </Link>{' '}
            <span className="nowrap">{row.engineer_name}</span>
          </span>
          <span className="row">
            <StatusTag of={choices.visitStatus} value={row.status} />
            {row.result && <StatusTag of={choices.visitResult} value={row.result} />}
          </span>
        </>
      )}
    />
  );
  return (
    <Panel title={counted(t('visits'), file.counts.visits)}>
      {next.length + last.length === 0 && <p className="muted">{t('noVisits')}</p>}
      {next.length > 0 && (
        <>
          <h3 style={{ fontSize: 14 }}>{t('visitsNext')}</h3>
          {lines(next)}
        </>
      )}
      {last.length > 0 && (
        <>
          <h3 style={{ fontSize: 14, marginTop: next.length > 0 ? 12 : 0 }}>{t('visitsLast')}</h3>
          {lines(last)}
        </>
      )}
    </Panel>
  );
}

export function Complaints({ file }: { file: CustomerFile }) {
  const t = useMessages(customers);
  const { n, open, last } = file.complaints;
  return (
    <Panel
      title={counted(t('complaints'), n)}
      extra={open > 0 && <ToneTag tone="danger">{t('complaintsOpen', { n: open })}</ToneTag>}
    >
      {last.length === 0 ? <p className="muted">{t('noComplaints')}</p> : <TicketLines rows={last} />}
    </Panel>
  );
}

export function Surveys({ file }: { file: CustomerFile }) {
  const t = useMessages(customers);
  const { n, csat_mean: mean, nps, last } = file.surveys;
  const points = file.satisfaction_trend.flatMap((month) =>
    month.csat_mean === null
      ? []
      : [
          {
            at: Date.parse(`${month.month}-01`),
            value: month.csat_mean,
            text: t('trendPoint', { month: month.month, score: month.csat_mean.toFixed(1), n: month.n }),
          },
        ],
  );
  return (
    <Panel title={t('surveys')} extra={n > 0 && <span className="muted">{t('answered', { n })}</span>}>
      {n > 0 && (
        <Facts
          items={[
            [t('csat'), mean?.toFixed(1)],
            [t('nps'), nps === null ? undefined : Math.round(nps)],
          ]}
        />
      )}
      <SparkLine points={points} label={[t('trend'), ...points.map((point) => point.text)].join(t('and'))} />
      <Lines
        rows={last}
        none={t('noSurveys')}
        render={(row) => (
          <span className="grow" style={WIDE}>
            <Link to="/tickets/$id" params={{ id: row.ticket_id }}>
              {row.ticket_number}
            </Link>{' '}
            {[row.csat !== null && t('csatOf', { score: row.csat }), row.nps !== null && t('npsOf', { score: row.nps })]
              .filter(Boolean)
              .join(' · ')}{' '}
            <span className="muted">
              <TimeText at={row.answered_at} />
            </span>
            {row.comment && <div className="prewrap">{row.comment}</div>}
          </span>
        )}
      />
    </Panel>
  );
}

export function Conversation({ file }: { file: CustomerFile }) {
  const t = useMessages(customers);
  return (
    <Panel title={t('messages')}>
      <Lines
        rows={file.messages}
        none={t('noMessages')}
        render={(row) => (
          <div className="grow">
            <div className="row-between">
              <span>
                <strong>{row.author_name}</strong>{' '}
                <Link to="/tickets/$id" params={{ id: row.ticket_id }}>
                  {row.ticket_number}
                </Link>{' '}
                {row.kind === 'note' && <ToneTag>{t('internal')}</ToneTag>}
              </span>
              <span className="muted">
                <TimeText at={row.created_at} />
              </span>
            </div>
            <div className="prewrap">{row.body}</div>
          </div>
        )}
      />
    </Panel>
  );
}

/** Documents of the customer itself, and what came with their tickets. */
export function Files({ file, editable }: { file: CustomerFile; editable: boolean }) {
  const t = useMessages(customers);
  const can = useCan();
  return (
    <>
      <DocumentsPanel
        path={`/api/v1/customers/${file.customer.id}/documents`}
        documents={file.documents}
        editable={editable}
        onChanged={() => void queryClient.invalidateQueries({ queryKey: customerFileQuery(file.customer.id).queryKey })}
      />
      {can('tickets.read') && (
        <Panel title={t('ticketFiles')}>
          <Lines
            rows={file.files}
            none={t('noFiles')}
            render={(row) => (
              <>
                <a href={`/api/v1/files/${row.file_id}/content`} className="grow" style={{ overflowWrap: 'anywhere' }}>
                  {row.name}
                </a>
                <span className="row muted">
                  <Link to="/tickets/$id" params={{ id: row.ticket_id }}>
                    {row.ticket_number}
                  </Link>
                  <TimeText at={row.created_at} />
                </span>
              </>
            )}
          />
        </Panel>
      )}
    </>
  );
}

/** Four figures in one row, on a phone in two. */
const NARROW = { gridTemplateColumns: 'repeat(auto-fit, minmax(140px, 1fr))' } as const;

/** What stands at the top whatever the order: how it is going with this customer right now. */
export function Figures({ file }: { file: CustomerFile }) {
  const t = useMessages(customers);
  const can = useCan();
  const open = file.open_money_minor;
  const figures: [string, ReactNode][] = [];
  if (can('tickets.read')) figures.push([t('open'), file.open_tickets]);
  if (open) figures.push([t('due'), <MoneyText key="due" minor={open.receivable} currency={open.currency} />]);
  if (can('surveys.read')) figures.push([t('csat'), file.surveys.csat_mean?.toFixed(1) ?? '—']);
  if (can('tickets.read')) figures.push([t('complaints'), file.complaints.n]);
  return (
    <div className="grid-cards" style={NARROW}>
      {figures.map(([label, value]) => (
        <div key={label} className="panel">
          <div className="muted">{label}</div>
          <div className="kpi-value">{value}</div>
        </div>
      ))}
    </div>
  );
}
