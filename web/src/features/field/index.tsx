/** The field engineer's face. */
import { useQuery } from '@tanstack/react-query';
import { Skeleton } from 'antd';
import { api } from '@/shared/api/api';
import { defineMessages, useMessages } from '@/shared/i18n';
import { ErrorState } from '@/shared/ui/error_state';

const messages = defineMessages(
  { title: '今日任务', count: '今天有 {n} 个上门任务' },
  { title: 'Today', count: '{n} visits today' },
);

export default function FieldFace() {
  const t = useMessages(messages);
  const today = useQuery({
    queryKey: ['field', 'today'],
    queryFn: ({ signal }) => api.get<{ visits: unknown[] }>('/api/v1/field/today', undefined, { signal }),
  });
  return (
    <main className="page">
      <h1>{t('title')}</h1>
      {today.isPending && <Skeleton active />}
      {today.isError && <ErrorState error={today.error} onRetry={() => void today.refetch()} />}
      {today.data && <p>{t('count', { n: today.data.visits.length })}</p>}
    </main>
  );
}
