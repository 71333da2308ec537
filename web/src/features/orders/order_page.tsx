import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { App } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { api, url } from '@/shared/api/api';
import { problemText } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import { FormDrawer } from '@/shared/fields/form_drawer';
import { Timeline } from '@/shared/history/timeline';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import { choices } from '@/shared/labels';
import { ArchiveButton } from '@/shared/records/archive';
import { RefText } from '@/shared/records/ref_text';
import { useCan } from '@/shared/session';
import { today } from '@/shared/time';
import { ActionButton } from '@/shared/ui/action_button';
import { common } from '@/shared/ui/messages';
import { Panel, RecordPage } from '@/shared/ui/record_page';
import { useShortcut } from '@/shared/ui/shortcuts';
import { useIsPhone } from '@/shared/ui/use_media';
import { ChoiceText, Facts, MoneyText, StatusTag, TimeText, ToneTag } from '@/shared/ui/texts';
import { orders } from './messages';
import { editedLines, fieldsOf, OrderExtras, withLines, type Order } from './model';
import { nextStatuses } from './status';

type Line = Order['lines'][number];

const OwnFacts = lazy(() => import('@/shared/own_fields/own_facts'));

const refresh = () => queryClient.invalidateQueries({ queryKey: ['order'] });

/** What a line is about besides its words. */
function About({ line }: { line: Line }) {
  return (
    <>
      {line.product_id && (
        <span className="muted">
          {' '}
          <RefText of="product" id={line.product_id} />
        </span>
      )}
      {line.device_ids.length > 0 && (
        <div className="row">
          {line.device_ids.map((device) => (
            <RefText key={device} of="device" id={device} />
          ))}
        </div>
      )}
    </>
  );
}

function Lines({ order }: { order: Order }) {
  const t = useMessages(orders);
  const phone = useIsPhone();
  if (order.lines.length === 0) return <p className="muted">{t('noLines')}</p>;
  const money = (minor: number) => <MoneyText minor={minor} currency={order.currency} />;
  if (phone) {
    return (
      <ul className="plain-list">
        {order.lines.map((line, index) => (
          <li key={`${index} ${line.text}`}>
            <div>
              {line.text}
              <About line={line} />
            </div>
            <div className="row-between">
              <span className="muted number">
                {line.quantity} × {money(line.unit_price_minor)}
              </span>
              {money(line.amount_minor)}
            </div>
          </li>
        ))}
        <li className="row-between">
          <strong>{t('total')}</strong>
          <strong>{money(order.total_minor)}</strong>
        </li>
      </ul>
    );
  }
  return (
    <table className="list-table">
      <thead>
        <tr>
          <th scope="col">{t('text')}</th>
          <th scope="col" className="right">
            {t('quantity')}
          </th>
          <th scope="col" className="right">
            {t('unitPrice')}
          </th>
          <th scope="col" className="right">
            {t('amount')}
          </th>
        </tr>
      </thead>
      <tbody>
        {order.lines.map((line, index) => (
          <tr key={`${index} ${line.text}`}>
            <td style={{ overflowWrap: 'anywhere' }}>
              {line.text}
              <About line={line} />
            </td>
            <td className="right number">{line.quantity}</td>
            <td className="right">{money(line.unit_price_minor)}</td>
            <td className="right">{money(line.amount_minor)}</td>
          </tr>
        ))}
        <tr>
          <th scope="row" colSpan={3}>
            {t('total')}
          </th>
          <td className="right">
            <strong>{money(order.total_minor)}</strong>
          </td>
        </tr>
      </tbody>
    </table>
  );
}

export default function OrderPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const t = useMessages(orders);
  const c = useMessages(common);
  const locale = useLocale();
  const can = useCan();
  const { message } = App.useApp();
  const [editing, setEditing] = useState(false);
  const record = useQuery({
    queryKey: ['order', 'one', id],
    queryFn: ({ signal }) => api.get<Order>(url('/api/v1/orders/{id}', { id }), undefined, { signal }),
  });
  const order = record.data;
  const blocked = can('orders.update') ? undefined : c('noPermission');
  useShortcut('e', () => {
    if (!blocked && order) setEditing(true);
  });
  const setStatus = async (status: string) => {
    if (!order) return;
    try {
      await api.patch(url('/api/v1/orders/{id}', { id }), { status }, { version: order.version });
      await refresh();
      void message.success(c('saved'));
    } catch (error) {
      void message.error(problemText(error));
    }
  };
  const unpaid = order?.kind === 'invoice' && order.status === 'issued';
  return (
    <>
      <RecordPage
        object="order"
        id={id}
        pending={record.isPending}
        error={record.error}
        editing={editing}
        onRetry={() => void refresh()}
        heading={order?.number}
        sub={order?.title}
        tags={
          <>
            <StatusTag of={choices.orderKind} value={order?.kind} />
            <StatusTag of={choices.orderStatus} value={order?.status} />
            {unpaid && order.due_on && order.due_on < today() && <ToneTag tone="danger">{t('overdue')}</ToneTag>}
            {order?.archived_at && <span className="tag tag-cancelled">{c('archived')}</span>}
          </>
        }
        actions={
          order && (
            <>
              {nextStatuses(order.kind, order.status).map((next) => (
                <ActionButton key={next.value} blocked={blocked} onClick={() => void setStatus(next.value)}>
                  {t('to', { status: labelText(next, locale) })}
                </ActionButton>
              ))}
              {!blocked && <ArchiveButton object="order" path="/api/v1/orders" record={order} />}
              <ActionButton type="primary" blocked={blocked} onClick={() => setEditing(true)}>
                {c('edit')}
              </ActionButton>
            </>
          )
        }
        main={
          order && (
            <>
              <Panel title={t('lines')}>
                <Lines order={order} />
              </Panel>
              <Panel title={c('timeline')}>
                <Timeline object="order" path={`/api/v1/orders/${id}/timeline`} filters />
              </Panel>
            </>
          )
        }
        side={
          order && (
            <>
              <Panel title={c('basic')}>
                <Facts
                  items={[
                    [
                      t('customer'),
                      <Link key="c" to="/customers/$id" params={{ id: order.customer_id }}>
                        {order.customer_name}
                      </Link>,
                    ],
                    [t('total'), <MoneyText key="t" minor={order.total_minor} currency={order.currency} />],
                    ...(order.kind === 'invoice'
                      ? [
                          [
                            t('paid'),
                            <MoneyText key="p" minor={order.paid_minor} currency={order.currency} />,
                          ] as const,
                          [
                            t('open'),
                            <MoneyText
                              key="o"
                              minor={order.total_minor - order.paid_minor}
                              currency={order.currency}
                            />,
                          ] as const,
                        ]
                      : []),
                    [t('orderedOn'), order.ordered_on],
                    [t('dueOn'), order.due_on],
                    [t('owner'), order.owner_name],
                    [t('source'), <ChoiceText key="s" of={choices.orderSource} value={order.source} />],
                    [c('createdAt'), <TimeText key="at" at={order.created_at} />],
                    [
                      t('note'),
                      order.note && (
                        <span key="n" className="prewrap">
                          {order.note}
                        </span>
                      ),
                    ],
                  ]}
                />
              </Panel>
              <Suspense fallback={null}>
                <OwnFacts object="order" id={id} values={order.ext as Record<string, unknown> | undefined} />
              </Suspense>
            </>
          )
        }
      />
      {order && (
        <FormDrawer<Order>
          open={editing}
          onClose={() => setEditing(false)}
          title={`${t('edit')} ${order.number}`}
          width={620}
          fields={fieldsOf(order.kind)}
          path={`/api/v1/orders/${id}`}
          record={order as never}
          currency={order.currency}
          initial={{ edited_lines: editedLines(order), order_status: order.status }}
          shape={(body, values) => withLines(body, values, order.currency, order)}
          own="order"
          onSaved={() => void refresh()}
        >
          <OrderExtras order={order} currency={order.currency} />
        </FormDrawer>
      )}
    </>
  );
}
