import type { components } from '@/shared/api/schema';
import { useQuery } from '@tanstack/react-query';
import { App, Button, InputNumber, Skeleton } from 'antd';
import { useState } from 'react';
import { api } from '@/shared/api/api';
import { ApiError, problemText } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import { useMessages } from '@/shared/i18n';
import { choices } from '@/shared/labels';
import { toMajor, toMinor } from '@/shared/money';
import { useSession } from '@/shared/session';
import { ErrorState } from '@/shared/ui/error_state';
import { common } from '@/shared/ui/messages';
import { PageTitle } from '@/shared/ui/page_title';
import { Panel } from '@/shared/ui/record_page';
import { ChoiceText } from '@/shared/ui/texts';
import { settings } from './messages';

type Price = Pick<
  components['schemas']['PriceItem'],
  'unit_price_minor' | 'unit_cost_minor' | 'currency' | 'tax_percent'
> & { kind: string; name?: string; unit?: string };

/** What an hour, a journey, a diagnosis costs; parts carry their own price and take only the tax from here. */
export default function PricesSection() {
  const t = useMessages(settings);
  const c = useMessages(common);
  const session = useSession();
  const { message } = App.useApp();
  // A draft keeps the version it began with, so that nobody's change in between is overwritten.
  const [draft, setDraft] = useState<{ version: number; rows: Price[] }>();
  const [busy, setBusy] = useState(false);
  const [stale, setStale] = useState(false);
  const prices = useQuery({
    queryKey: ['price_list'],
    queryFn: ({ signal }) => api.get<components['schemas']['PriceList']>('/api/v1/prices', undefined, { signal }),
  });
  const stored = prices.data?.items ?? [];
  const all = choices.priceKind.map(
    (kind): Price =>
      stored.find((one) => one.kind === kind.value) ?? {
        kind: kind.value,
        unit_price_minor: 0,
        unit_cost_minor: 0,
        currency: session.tenant.currency,
        tax_percent: '0',
      },
  );
  const rows = draft?.rows ?? all;
  const version = draft?.version ?? prices.data?.version ?? 0;
  const change = (kind: string, part: Partial<Price>) =>
    setDraft({ version, rows: rows.map((row) => (row.kind === kind ? { ...row, ...part } : row)) });
  const save = async () => {
    setBusy(true);
    try {
      const items = rows.map((row) => ({
        kind: row.kind,
        unit_price_minor: row.unit_price_minor,
        unit_cost_minor: row.unit_cost_minor,
        tax_percent: String(row.tax_percent),
        ...(row.name ? { name: row.name } : {}),
        ...(row.unit ? { unit: row.unit } : {}),
      }));
      await api.put('/api/v1/prices', { items }, { version });
      await queryClient.invalidateQueries({ queryKey: ['price_list'] });
      setDraft(undefined);
      setStale(false);
      void message.success(c('saved'));
    } catch (error) {
      setStale(error instanceof ApiError && error.status === 412);
      void message.error(problemText(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="page" style={{ maxWidth: 900 }}>
      <div className="page-head">
        <PageTitle name={t('prices')} />
        <Button type="primary" disabled={!draft} loading={busy} onClick={() => void save()}>
          {c('save')}
        </Button>
      </div>
      <Panel>
        <p className="muted">{t('pricesHint')}</p>
        {stale && (
          <Button
            onClick={() => {
              setDraft(undefined);
              setStale(false);
              void prices.refetch();
            }}
          >
            {c('changedReload')}
          </Button>
        )}
        {prices.isPending && <Skeleton active />}
        {prices.isError && <ErrorState error={prices.error} onRetry={() => void prices.refetch()} />}
        {prices.data && (
          <div style={{ overflowX: 'auto' }}>
            <table className="data-table">
              <thead>
                <tr>
                  <th scope="col">{t('item')}</th>
                  <th scope="col">
                    {t('price')} ({session.tenant.currency})
                  </th>
                  <th scope="col">{t('cost')}</th>
                  <th scope="col">{t('tax')}</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={row.kind}>
                    <th scope="row">
                      <ChoiceText of={choices.priceKind} value={row.kind} />
                    </th>
                    <td>
                      <InputNumber
                        aria-label={`${row.kind} ${t('price')}`}
                        min={0}
                        precision={2}
                        value={toMajor(row.unit_price_minor, row.currency)}
                        onChange={(value) => change(row.kind, { unit_price_minor: toMinor(value ?? 0, row.currency) })}
                      />
                    </td>
                    <td>
                      <InputNumber
                        aria-label={`${row.kind} ${t('cost')}`}
                        min={0}
                        precision={2}
                        value={toMajor(row.unit_cost_minor, row.currency)}
                        onChange={(value) => change(row.kind, { unit_cost_minor: toMinor(value ?? 0, row.currency) })}
                      />
                    </td>
                    <td>
                      <InputNumber
                        aria-label={`${row.kind} ${t('tax')}`}
                        min={0}
                        max={100}
                        value={Number(row.tax_percent)}
                        onChange={(value) => change(row.kind, { tax_percent: String(value ?? 0) })}
                      />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Panel>
    </div>
  );
}
