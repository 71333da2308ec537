import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Button } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { api, url } from '@/shared/api/api';
import { queryClient } from '@/shared/api/query_client';
import { FormDrawer } from '@/shared/fields/form_drawer';
import type { FieldSpec } from '@/shared/fields/spec';
import { useMessages, type Label } from '@/shared/i18n';
import { choices } from '@/shared/labels';
import { toMajor } from '@/shared/money';
import { useObjectInfo } from '@/shared/objects/queries';
import { RefText } from '@/shared/records/ref_text';
import { useCan } from '@/shared/session';
import { formatTime } from '@/shared/time';
import { ActionButton } from '@/shared/ui/action_button';
import { ConfirmAction } from '@/shared/ui/confirm_action';
import { common } from '@/shared/ui/messages';
import { Panel, RecordPage } from '@/shared/ui/record_page';
import { ChoiceText, Facts, MoneyText, StatusTag, TimeText } from '@/shared/ui/texts';
import { finance } from './messages';
import type { Quote } from './model';
import { QuoteEditor } from './quote_editor';

// What draws own fields comes when there is a quote to draw them of.
const OwnFacts = lazy(() => import('@/shared/own_fields/own_facts'));

const l = (zh: string, en: string): Label => ({ zh, en });
const decisionFields: readonly FieldSpec[] = [
  { name: 'name', label: l('确认人姓名', 'Who decided'), kind: 'text', required: true },
  { name: 'reason', label: l('说明', 'Note'), kind: 'longtext', max: 2000 },
];
const paymentFields: readonly FieldSpec[] = [
  { name: 'amount_minor', label: l('收款金额', 'Amount'), kind: 'money', required: true, half: true },
  {
    name: 'method',
    label: l('收款方式', 'Method'),
    kind: 'choice',
    choices: choices.paymentMethod,
    required: true,
    half: true,
  },
  { name: 'reference', label: l('流水号', 'Reference'), kind: 'text' },
];

type Asking = 'edit' | 'send' | 'approve' | 'reject' | 'cancel' | 'payments';

const FROM: Readonly<Record<Asking, readonly string[]>> = {
  edit: ['draft'],
  send: ['draft'],
  approve: ['sent'],
  reject: ['sent'],
  cancel: ['draft', 'sent'],
  payments: ['approved'],
};

export default function QuotePage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const t = useMessages(finance);
  const c = useMessages(common);
  const can = useCan();
  const [asking, setAsking] = useState<Asking>();
  const path = url('/api/v1/quotes/{id}', { id });
  const record = useQuery({
    queryKey: ['quote', 'one', id],
    queryFn: ({ signal }) => api.get<Quote>(path, undefined, { signal }),
  });
  const quote = record.data;
  const refresh = () => {
    void queryClient.invalidateQueries({ queryKey: ['quote'] });
    void queryClient.invalidateQueries({ queryKey: ['ticket'] });
  };
  const hasOwn = (useObjectInfo('quote')?.fields ?? 0) > 0;
  const blocked = (action: Asking) => {
    if (!can(action === 'payments' ? 'payments.record' : 'quotes.update')) return c('noPermission');
    // What the company asks itself can be changed whatever became of the quote.
    if (quote && action === 'edit' && hasOwn) return undefined;
    return quote && FROM[action].includes(quote.status) ? undefined : t('cannot');
  };
  const close = () => setAsking(undefined);
  const due = quote ? (quote.due_minor ?? quote.total_minor - quote.paid_minor) : 0;
  return (
    <>
      <RecordPage
        object="quote"
        id={id}
        pending={record.isPending}
        error={record.error}
        editing={asking === 'edit'}
        onRetry={() => void queryClient.invalidateQueries({ queryKey: ['quote'] })}
        heading={quote?.number}
        tags={<StatusTag of={choices.quoteStatus} value={quote?.status} />}
        actions={
          <>
            <Button onClick={() => window.print()}>{t('print')}</Button>
            <ActionButton blocked={blocked('cancel')} onClick={() => setAsking('cancel')}>
              {t('cancel')}
            </ActionButton>
            <ActionButton blocked={blocked('edit')} onClick={() => setAsking('edit')}>
              {c('edit')}
            </ActionButton>
            <ActionButton blocked={blocked('reject')} onClick={() => setAsking('reject')}>
              {t('reject')}
            </ActionButton>
            <ActionButton
              type={quote?.status === 'sent' ? 'primary' : 'default'}
              blocked={blocked('approve')}
              onClick={() => setAsking('approve')}
            >
              {t('approve')}
            </ActionButton>
            <ActionButton
              type={quote?.status === 'draft' ? 'primary' : 'default'}
              blocked={blocked('send')}
              onClick={() => setAsking('send')}
            >
              {t('send')}
            </ActionButton>
            <ActionButton
              type={quote?.status === 'approved' ? 'primary' : 'default'}
              blocked={blocked('payments')}
              onClick={() => setAsking('payments')}
            >
              {t('payment')}
            </ActionButton>
          </>
        }
        main={
          quote && (
            <Panel title={t('lines')}>
              {/* On a phone the lines are wider than the window: the keyboard must be able to move them. */}
              {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must take the focus */}
              <div style={{ overflowX: 'auto' }} role="region" aria-label={t('lines')} tabIndex={0}>
                <table className="data-table">
                  <thead>
                    <tr>
                      <th scope="col">{t('kind')}</th>
                      <th scope="col">{t('description')}</th>
                      <th scope="col">{t('quantity')}</th>
                      <th scope="col">{t('unitPrice')}</th>
                      <th scope="col">{t('taxPercent')}</th>
                      <th scope="col">{t('amount')}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {quote.lines.map((line, index) => (
                      <tr key={index}>
                        <td>
                          <ChoiceText of={choices.lineKind} value={line.kind} />
                        </td>
                        <td style={{ whiteSpace: 'normal' }}>{line.description}</td>
                        <td>
                          {String(line.quantity)} {line.unit}
                        </td>
                        <td>
                          <MoneyText minor={line.unit_price_minor} currency={quote.currency} />
                        </td>
                        <td>{String(line.tax_percent)}</td>
                        <td>
                          <MoneyText minor={line.amount_minor} currency={quote.currency} />
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
              {quote.note && <p className="prewrap muted">{quote.note}</p>}
            </Panel>
          )
        }
        side={
          quote && (
            <>
              <Panel>
                <Facts
                  items={[
                    [t('subtotal'), <MoneyText key="s" minor={quote.subtotal_minor} currency={quote.currency} />],
                    [t('tax'), <MoneyText key="t" minor={quote.tax_minor} currency={quote.currency} />],
                    [
                      t('total'),
                      <strong key="o">
                        <MoneyText minor={quote.total_minor} currency={quote.currency} />
                      </strong>,
                    ],
                    [t('paid'), <MoneyText key="p" minor={quote.paid_minor} currency={quote.currency} />],
                    [t('due'), <MoneyText key="d" minor={due} currency={quote.currency} />],
                    [
                      t('ticket'),
                      <Link key="k" to="/tickets/$id" params={{ id: quote.ticket_id }}>
                        {quote.ticket_number}
                      </Link>,
                    ],
                    [t('customer'), <RefText key="c" of="customer" id={quote.customer_id} />],
                    [t('validUntil'), quote.valid_until && <TimeText key="v" at={quote.valid_until} />],
                    [
                      t('decided'),
                      quote.decided_at
                        ? t('decidedBy', { name: quote.decided_by ?? '', time: formatTime(quote.decided_at) })
                        : undefined,
                    ],
                    [c('reason'), quote.decision_reason],
                  ]}
                />
              </Panel>
              <Suspense fallback={null}>
                <OwnFacts object="quote" id={id} values={quote.ext as Record<string, unknown> | undefined} />
              </Suspense>
              <Panel title={t('payments')}>
                {(quote.payments ?? []).length === 0 && <p className="muted">{t('noPayments')}</p>}
                <ul className="plain-list">
                  {quote.payments?.map((payment) => (
                    <li key={payment.id} className="row-between">
                      <span>
                        <ChoiceText of={choices.paymentMethod} value={payment.method} />{' '}
                        <span className="muted">{payment.reference}</span>
                        <div className="muted">
                          {payment.recorded_by_name} · <TimeText at={payment.created_at} />
                        </div>
                      </span>
                      <MoneyText minor={payment.amount_minor} currency={payment.currency} />
                    </li>
                  ))}
                </ul>
              </Panel>
            </>
          )
        }
      />
      {quote && (
        <>
          <QuoteEditor quote={quote} open={asking === 'edit'} onClose={close} />
          {(['send', 'cancel'] as const).map((action) => (
            <ConfirmAction
              key={action}
              open={asking === action}
              title={t(action)}
              text={t(action === 'send' ? 'sendText' : 'cancelText')}
              danger={action === 'cancel'}
              onClose={close}
              onConfirm={async () => {
                await api.post(`${path}/${action}`, undefined, { version: quote.version });
                refresh();
              }}
            />
          ))}
          {(['approve', 'reject'] as const).map((action) => (
            <FormDrawer
              key={action}
              open={asking === action}
              title={t(action)}
              fields={decisionFields}
              path={`${path}/${action}`}
              version={quote.version}
              okText={t(action)}
              onClose={close}
              onSaved={refresh}
            />
          ))}
          <FormDrawer
            open={asking === 'payments'}
            title={t('payment')}
            fields={paymentFields}
            path={`${path}/payments`}
            version={quote.version}
            currency={quote.currency}
            initial={{ amount_minor: toMajor(due, quote.currency), method: 'wechat' }}
            onClose={close}
            onSaved={refresh}
          />
        </>
      )}
    </>
  );
}
