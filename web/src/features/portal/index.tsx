/** The customer's face: one link, no sign-in. */
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Skeleton } from 'antd';
import { api, url } from '@/shared/api/api';
import { defineMessages, useMessages } from '@/shared/i18n';
import { ErrorState } from '@/shared/ui/error_state';

const messages = defineMessages(
  { title: '售后服务', device: '设备报修', ticket: '服务进度' },
  { title: 'After-sales service', device: 'Report a fault', ticket: 'Service progress' },
);

export default function CustomerFace() {
  const t = useMessages(messages);
  const { token } = useParams({ strict: false }) as { token: string };
  const link = useQuery({
    queryKey: ['link', token],
    queryFn: ({ signal }) =>
      api.get<{ kind: 'device' | 'ticket' }>(url('/api/v1/public/links/{token}', { token }), undefined, {
        signal,
        anonymous: true,
      }),
  });
  return (
    <main className="page">
      <h1>{t('title')}</h1>
      {link.isPending && <Skeleton active />}
      {link.isError && <ErrorState error={link.error} onRetry={() => void link.refetch()} />}
      {link.data && <p>{t(link.data.kind)}</p>}
    </main>
  );
}
