/** The faces of the lists while there is nothing to list: loading, never loaded, refused. */
import { Button, Skeleton } from 'antd';
import type { ReactNode } from 'react';
import { ApiError, problemText } from '@/shared/api/problem';
import { useMessages } from '@/shared/i18n';
import { formatTime } from '@/shared/time';
import { EmptyState } from '@/shared/ui/empty_state';
import { useSync, useSyncState } from './context';
import { field } from './messages';

export function DayState({ children }: { children: ReactNode }) {
  const t = useMessages(field);
  const sync = useSync();
  const { day, ready, dayError, dayLoading } = useSyncState();
  const again = (
    <Button type="primary" loading={dayLoading} onClick={() => void sync.syncNow()}>
      {t('syncNow')}
    </Button>
  );
  const noEngineer = dayError instanceof ApiError && dayError.code === 'no_engineer';
  if (noEngineer) return <EmptyState title={t('noEngineer')} action={again} />;
  if (day) return children;
  if (!ready || (dayLoading && dayError === undefined)) return <Skeleton active paragraph={{ rows: 8 }} />;
  const unreachable = dayError instanceof ApiError && dayError.status === 0;
  return (
    <EmptyState
      title={t('neverLoaded')}
      hint={dayError === undefined || unreachable ? t('neverLoadedHint') : problemText(dayError)}
      action={again}
    />
  );
}

export function AsOf() {
  const t = useMessages(field);
  const { dayAt } = useSyncState();
  return dayAt ? (
    <p className="muted" style={{ textAlign: 'center', fontSize: 14 }}>
      {t('asOf', { time: formatTime(dayAt) })}
    </p>
  ) : null;
}
