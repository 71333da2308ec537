import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Alert, Button, Drawer, Skeleton } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { api, url } from '@/shared/api/api';
import { queryClient } from '@/shared/api/query_client';
import type { Page } from '@/shared/api/types';
import { useMessages } from '@/shared/i18n';
import { RefText } from '@/shared/records/ref_text';
import { RelationSelect } from '@/shared/records/relation_select';
import { ConfirmAction } from '@/shared/ui/confirm_action';
import { ErrorState } from '@/shared/ui/error_state';
import { addressText, TimeText, ToneTag } from '@/shared/ui/texts';
import type { CustomerMerge, Double, Doubles } from './file';
import { useFieldName } from './merge_words';
import { customers } from './messages';
import type { Customer } from './model';

const MergeDialog = lazy(() => import('./merge_dialog'));

const STATE_TONE = { merging: 'open', merged: 'resolved', undoing: 'open', undone: 'cancelled' } as const;

/** What tells a customer from its doubles. */
export function DoubleText({ double }: { double: Double }) {
  const t = useMessages(customers);
  return (
    <>
      <div className="muted">
        {double.phone} {addressText(double.address)}
      </div>
      <div className="muted">{t('holds', { tickets: double.tickets, devices: double.devices })}</div>
    </>
  );
}

export function useReasons(): (reasons: readonly Doubles['reason'][number][]) => string {
  const t = useMessages(customers);
  return (reasons) => t('sameBy', { reasons: reasons.map((reason) => t(`reason_${reason}`)).join(t('and')) });
}

/** Merges that this customer took part in, each with its undo. */
function Merges({ customer }: { customer: Customer }) {
  const t = useMessages(customers);
  const fieldName = useFieldName();
  const [undoing, setUndoing] = useState<CustomerMerge>();
  const [kept, setKept] = useState<readonly string[]>([]);
  const merges = useQuery({
    queryKey: ['customer', 'merges', customer.id],
    queryFn: ({ signal }) =>
      api.get<Page<CustomerMerge>>(
        '/api/v1/customer-merges',
        { customer_id: customer.id, sort: '-created_at' },
        { signal },
      ),
    // Devices and tickets follow within seconds; until then the state is still changing.
    refetchInterval: (query) =>
      query.state.data?.items.some((merge) => merge.state === 'merging' || merge.state === 'undoing') ? 1500 : false,
  });
  return (
    <section className="stack">
      <h3 style={{ fontSize: 15 }}>{t('mergeHistory')}</h3>
      {merges.isPending && <Skeleton active title={false} />}
      {merges.isError && <ErrorState error={merges.error} onRetry={() => void merges.refetch()} />}
      {merges.data?.items.length === 0 && <p className="muted">{t('noMerges')}</p>}
      {kept.length > 0 && (
        <Alert type="info" showIcon title={t('mergeUndoKept', { fields: kept.map(fieldName).join(t('and')) })} />
      )}
      <ul className="plain-list">
        {merges.data?.items.map((merge) => (
          <li key={merge.id} className="row-between">
            <span className="grow">
              <RefText of="customer" id={merge.from_id} /> → <RefText of="customer" id={merge.into_id} />
              <div className="muted">
                {merge.created_by_name} <TimeText at={merge.created_at} />
              </div>
            </span>
            <span className="row">
              <ToneTag tone={STATE_TONE[merge.state]}>{t(`state_${merge.state}`)}</ToneTag>
              {(merge.state === 'merged' || merge.state === 'merging') && (
                <Button size="small" onClick={() => setUndoing(merge)}>
                  {t('mergeUndo')}
                </Button>
              )}
            </span>
          </li>
        ))}
      </ul>
      <ConfirmAction
        open={undoing !== undefined}
        title={t('mergeUndo')}
        text={
          undoing && (
            <>
              <RefText of="customer" id={undoing.from_id} plain /> →{' '}
              <RefText of="customer" id={undoing.into_id} plain />
              <p>{t('mergeUndoText')}</p>
            </>
          )
        }
        onClose={() => setUndoing(undefined)}
        onConfirm={async () => {
          if (!undoing) return;
          const answer = await api.post<CustomerMerge & { kept?: string[] }>(
            url('/api/v1/customer-merges/{id}/undo', { id: undoing.id }),
          );
          setKept(answer?.kept ?? []);
          await queryClient.invalidateQueries({ queryKey: ['customer'] });
        }}
      />
    </section>
  );
}

/** Customers that may be this one, the way to merge any other, and what was merged before. */
export default function DuplicatesDrawer({
  customer,
  found,
  onClose,
}: {
  customer: Customer;
  found: readonly Doubles[];
  onClose: () => void;
}) {
  const t = useMessages(customers);
  const navigate = useNavigate();
  const reasons = useReasons();
  const [other, setOther] = useState<Pick<Customer, 'id' | 'name' | 'version'>>();
  const [picked, setPicked] = useState<string | null>(null);
  const [problem, setProblem] = useState<unknown>();
  const openPicked = async () => {
    if (picked === null) return;
    setProblem(undefined);
    try {
      setOther(await api.get<Customer>(url('/api/v1/customers/{id}', { id: picked })));
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <Drawer open title={t('duplicates')} size={520} styles={{ wrapper: { maxWidth: '100vw' } }} onClose={onClose}>
      <div className="stack">
        <p className="muted">{found.length === 0 ? t('noDuplicates') : t('duplicatesHint')}</p>
        <ul className="plain-list">
          {found.flatMap((group) =>
            group.customers.map((double) => (
              <li key={double.id} className="row-between">
                <div className="grow">
                  <strong>{double.name}</strong> <ToneTag tone="waiting">{reasons(group.reason)}</ToneTag>
                  <DoubleText double={double} />
                </div>
                <Button size="small" aria-label={`${t('mergeDo')} ${double.name}`} onClick={() => setOther(double)}>
                  {t('mergeDo')}
                </Button>
              </li>
            )),
          )}
        </ul>
        <section className="stack">
          <h3 style={{ fontSize: 15 }}>{t('mergeOther')}</h3>
          {problem !== undefined && <ErrorState error={problem} />}
          <RelationSelect
            of="customer"
            value={picked}
            onChange={(value) => setPicked(typeof value === 'string' ? value : null)}
            placeholder={t('chooseOther')}
            aria-label={t('chooseOther')}
          />
          <div>
            <Button disabled={picked === null || picked === customer.id} onClick={() => void openPicked()}>
              {t('mergeDo')}
            </Button>
          </div>
        </section>
        <Merges customer={customer} />
      </div>
      {other && (
        <Suspense fallback={null}>
          <MergeDialog
            first={customer}
            second={other}
            onClose={() => setOther(undefined)}
            onMerged={(merge) => {
              setOther(undefined);
              setPicked(null);
              if (merge.into_id !== customer.id) void navigate({ to: '/customers/$id', params: { id: merge.into_id } });
            }}
          />
        </Suspense>
      )}
    </Drawer>
  );
}
