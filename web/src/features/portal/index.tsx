/** The customer's face: one link, no sign-in. */
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Skeleton } from 'antd';
import { api, url } from '@/shared/api/api';
import { Frame, InsteadPage } from './frame';
import { IntakePage } from './intake';
import { tokenPage } from './states';
import { TrackingPage } from './tracking';
import type { LinkFace } from './types';

export default function CustomerFace() {
  const { token } = useParams({ strict: false }) as { token: string };
  const link = useQuery({
    queryKey: ['public', 'link', token],
    queryFn: ({ signal }) =>
      api.get<LinkFace>(url('/api/v1/public/links/{token}', { token }), undefined, { signal, anonymous: true }),
    staleTime: Infinity,
  });
  const page = tokenPage(link);
  if (page === 'device') return <IntakePage key={token} token={token} />;
  if (page === 'ticket') return <TrackingPage key={token} token={token} purpose={link.data?.purpose} />;
  if (page === 'loading') {
    return (
      <Frame>
        <Skeleton active paragraph={{ rows: 8 }} />
      </Frame>
    );
  }
  return <InsteadPage page={page} onRetry={() => void link.refetch()} />;
}
