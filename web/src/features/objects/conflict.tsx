/** Two banners of the designers: a draft that came back, and somebody who saved meanwhile. */
import { useQuery } from '@tanstack/react-query';
import { Alert, Button } from 'antd';
import { api } from '@/shared/api/api';
import type { Page } from '@/shared/api/types';
import type { HistoryEvent } from '@/shared/history/timeline';
import { useMessages } from '@/shared/i18n';
import { useCan, useSession } from '@/shared/session';
import { formatTime } from '@/shared/time';
import { words } from './fields/messages';

/** Who did that last to what has this name, as far as the person may know. */
function useLastActor(kind: string, label: string): string {
  const t = useMessages(words);
  const can = useCan();
  const session = useSession();
  const events = useQuery({
    queryKey: ['audit', 'last', kind, label],
    queryFn: ({ signal }) => api.get<Page<HistoryEvent>>('/api/v1/audit', { kind, limit: 20 }, { signal }),
    enabled: can('audit.read'),
    staleTime: 0,
  });
  const found = events.data?.items.find((event) => event.label === label && event.actor.name !== session.user.name);
  return found?.actor.name ?? t('somebody');
}

export function ConflictBanner({
  kind,
  label,
  mine,
  onMerge,
  onTheirs,
}: {
  /** The kind of event that tells of the other's change. */
  kind: string;
  /** What the changed thing is called in Chinese, as events name it. */
  label: string;
  /** What keeping one's own changes is called. */
  mine?: string;
  onMerge: () => void;
  onTheirs: () => void;
}) {
  const t = useMessages(words);
  const name = useLastActor(kind, label);
  return (
    <Alert
      type="warning"
      showIcon
      role="alert"
      title={t('conflict', { name })}
      action={
        <div className="row">
          <Button size="small" type="primary" onClick={onMerge}>
            {mine ?? t('conflictMerge')}
          </Button>
          <Button size="small" onClick={onTheirs}>
            {t('conflictTheirs')}
          </Button>
        </div>
      }
    />
  );
}

export function DraftBanner({ at, onDrop, onClose }: { at: number; onDrop: () => void; onClose: () => void }) {
  const t = useMessages(words);
  return (
    <Alert
      type="info"
      showIcon
      role="status"
      title={t('draftKept', { time: formatTime(at) })}
      closable={{ onClose }}
      action={
        <Button size="small" onClick={onDrop}>
          {t('draftDrop')}
        </Button>
      }
    />
  );
}
