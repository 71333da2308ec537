import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Alert, Button, Skeleton } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { api } from '@/shared/api/api';
import { useMessages } from '@/shared/i18n';
import { useCan } from '@/shared/session';
import { ActionButton } from '@/shared/ui/action_button';
import { EmptyState } from '@/shared/ui/empty_state';
import { ErrorState } from '@/shared/ui/error_state';
import { common } from '@/shared/ui/messages';
import { PageTitle } from '@/shared/ui/page_title';
import { ToneTag } from '@/shared/ui/texts';
import { DoubleText, useReasons } from './duplicates_drawer';
import type { Double, Doubles } from './file';
import { customers } from './messages';

const MergeDialog = lazy(() => import('./merge_dialog'));

/** Texts keep enough room for a name; on a phone the button goes below. */
const WIDE = { flexBasis: 220 } as const;

/** Every group of customers that may be one and the same, to be merged one pair at a time. */
export default function DuplicatesPage() {
  const t = useMessages(customers);
  const c = useMessages(common);
  const can = useCan();
  const navigate = useNavigate();
  const reasons = useReasons();
  const [pair, setPair] = useState<{ first: Double; second: Double }>();
  // What was merged here leaves the list; where that is undone would be hard to guess.
  const [done, setDone] = useState<readonly { first: Double; second: Double }[]>([]);
  const groups = useQuery({
    queryKey: ['customer', 'duplicates'],
    queryFn: ({ signal }) => api.get<{ items: Doubles[] }>('/api/v1/customers/duplicates', { limit: 100 }, { signal }),
  });
  const blocked = can('customers.merge') ? undefined : c('noPermission');
  return (
    <div className="page">
      <div className="page-head">
        <div className="grow">
          <PageTitle name={t('duplicates')} />
          <div className="muted">{t('duplicatesHint')}</div>
        </div>
        <Button onClick={() => void navigate({ to: '/customers' })}>{c('back')}</Button>
      </div>
      {groups.isPending && <Skeleton active paragraph={{ rows: 10 }} />}
      {groups.isError && <ErrorState error={groups.error} onRetry={() => void groups.refetch()} />}
      {groups.data?.items.length === 0 && <EmptyState title={t('noDuplicates')} hint={t('noDuplicatesHint')} />}
      <div className="stack">
        {done.map(({ first, second }) => (
          <Alert
            key={second.id}
            type="info"
            showIcon
            role="status"
            title={t('mergedHere', { first: first.name, second: second.name })}
            description={
              <>
                {t('undoThere', { first: first.name })}{' '}
                <Link to="/customers/$id" params={{ id: first.id }}>
                  {first.name}
                </Link>
              </>
            }
          />
        ))}
        {groups.data?.items.map((group) => {
          const first = group.customers[0];
          if (!first) return null;
          return (
            <section key={group.customers.map((one) => one.id).join()} className="panel">
              <ToneTag tone="waiting">{reasons(group.reason)}</ToneTag>
              <ul className="plain-list">
                {group.customers.map((double) => (
                  <li key={double.id} className="row-between">
                    <div className="grow" style={WIDE}>
                      <Link to="/customers/$id" params={{ id: double.id }}>
                        {double.name}
                      </Link>
                      <DoubleText double={double} />
                    </div>
                    {double.id !== first.id && (
                      <ActionButton
                        size="small"
                        blocked={blocked}
                        aria-label={`${t('mergeInto')} · ${double.name} → ${first.name}`}
                        onClick={() => setPair({ first, second: double })}
                      >
                        {t('mergeInto')}
                      </ActionButton>
                    )}
                  </li>
                ))}
              </ul>
            </section>
          );
        })}
      </div>
      {pair && (
        <Suspense fallback={null}>
          <MergeDialog
            {...pair}
            onClose={() => setPair(undefined)}
            onMerged={() => {
              setDone((old) => [...old, pair]);
              setPair(undefined);
            }}
          />
        </Suspense>
      )}
    </div>
  );
}
