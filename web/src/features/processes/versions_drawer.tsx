/** What was published, by whom and why; compared with another version, or taken back to. */
import { useQuery } from '@tanstack/react-query';
import { Button, Drawer, Skeleton } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { api, url } from '@/shared/api/api';
import { queryClient } from '@/shared/api/query_client';
import { useMessages } from '@/shared/i18n';
import { RefText } from '@/shared/records/ref_text';
import { useCan } from '@/shared/session';
import { ConfirmAction } from '@/shared/ui/confirm_action';
import { EmptyState } from '@/shared/ui/empty_state';
import { ErrorState } from '@/shared/ui/error_state';
import { TimeText } from '@/shared/ui/texts';
import { versionsQuery, type Process } from './catalogue';
import { words } from './messages';

const CompareDialog = lazy(() => import('./compare_dialog'));

export default function VersionsDrawer({
  process,
  version,
  onClose,
  onRolledBack,
}: {
  process: Process;
  version: number;
  onClose: () => void;
  onRolledBack: () => void;
}) {
  const t = useMessages(words);
  const can = useCan();
  const list = useQuery(versionsQuery(process.id));
  const [back, setBack] = useState<number>();
  const [comparing, setComparing] = useState<number>();
  return (
    <Drawer open size={460} title={t('versions')} onClose={onClose}>
      {list.isPending && <Skeleton active />}
      {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.data?.length === 0 && <EmptyState title={t('noVersions')} />}
      <ul className="plain-list">
        {list.data?.map((one) => (
          <li key={one.number} className="stack" style={{ gap: 4 }}>
            <span className="row-between">
              <strong>{t('version', { n: one.number })}</strong>
              <TimeText at={one.published_at} />
            </span>
            {one.note && <span>{one.note}</span>}
            <span className="muted">
              <RefText of="user" id={one.published_by} plain />
              {one.restores !== null && ` · ${t('restores', { n: one.restores })}`}
            </span>
            <span className="row">
              <Button size="small" onClick={() => setComparing(one.number)}>
                {t('compare')}
              </Button>
              {can('processes.publish') && one.number !== process.published && (
                <Button size="small" onClick={() => setBack(one.number)}>
                  {t('rollBack')}
                </Button>
              )}
            </span>
          </li>
        ))}
      </ul>
      <ConfirmAction
        open={back !== undefined}
        title={t('rollBack')}
        text={t('rollBackText', { n: back ?? 0 })}
        onClose={() => setBack(undefined)}
        onConfirm={async () => {
          const path = url('/api/v1/processes/{id}/roll-back', { id: process.id });
          await api.post(path, { number: back }, { version });
          await queryClient.invalidateQueries({ queryKey: ['process'] });
          onClose();
          onRolledBack();
        }}
      />
      {comparing !== undefined && (
        <Suspense fallback={null}>
          <CompareDialog
            process={process}
            versions={list.data?.map((one) => one.number) ?? []}
            first={comparing}
            onClose={() => setComparing(undefined)}
          />
        </Suspense>
      )}
    </Drawer>
  );
}
