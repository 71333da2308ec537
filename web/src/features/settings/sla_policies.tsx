/** Service levels in the order in which they are tried: sorted by dragging, edited in a drawer. */
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { App, Button, Popconfirm, Skeleton } from 'antd';
import { useState } from 'react';
import { DragArea, SortArea, useSortRow } from '@/features/objects/drag';
import { api } from '@/shared/api/api';
import { problemText } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import { fromTree } from '@/shared/filter/tree';
import { useMessages } from '@/shared/i18n';
import { formatWorking } from '@/shared/time';
import { ErrorState } from '@/shared/ui/error_state';
import { common } from '@/shared/ui/messages';
import { Panel } from '@/shared/ui/record_page';
import { settings } from './messages';
import { METRICS, slaWords, type Policy } from './sla_model';
import { PolicyDrawer } from './sla_policy_drawer';

const refresh = () => queryClient.invalidateQueries({ queryKey: ['sla_policy'] });

function PolicyRow({ policy, onEdit, onDelete }: { policy: Policy; onEdit: () => void; onDelete: () => void }) {
  const t = useMessages(slaWords);
  const c = useMessages(common);
  const { ref, style, handle } = useSortRow(policy.id, policy.name);
  const rows = fromTree(policy.when)?.rows.length;
  const promised = METRICS.flatMap((metric) => {
    const target = policy.targets[metric];
    return target ? [`${t(metric)} ${formatWorking(target.minutes)}`] : [];
  });
  return (
    <li ref={ref} style={{ ...style, display: 'flex', alignItems: 'center', gap: 8, padding: '6px 0' }}>
      {handle}
      <div style={{ flex: 1, minWidth: 0 }}>
        <strong>{policy.name}</strong> {!policy.active && <span className="tag tag-closed">{t('inactive')}</span>}{' '}
        <span className="muted">{rows === 0 ? t('everything') : t('conditions', { n: rows ?? '…' })}</span>
        <div className="muted">{promised.join(' · ')}</div>
      </div>
      <Button size="small" onClick={onEdit} aria-label={`${c('edit')} ${policy.name}`}>
        {c('edit')}
      </Button>
      <Popconfirm title={t('removePolicy', { name: policy.name })} onConfirm={onDelete}>
        <Button size="small" type="text" icon={<DeleteOutlined />} aria-label={`${t('remove')} ${policy.name}`} />
      </Popconfirm>
    </li>
  );
}

export function PoliciesPanel({ calendars }: { calendars: { value: string; label: string }[] }) {
  const t = useMessages(slaWords);
  const s = useMessages(settings);
  const { message } = App.useApp();
  const [editing, setEditing] = useState<{ policy?: Policy }>();
  const policies = useQuery({
    queryKey: ['sla_policy'],
    queryFn: ({ signal }) =>
      api.get<{ version: number; items: Policy[] }>('/api/v1/sla-policies', undefined, { signal }),
  });
  const items = policies.data?.items ?? [];
  const attempt = async (work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      void message.error(problemText(error));
    }
    await refresh();
  };
  const move = (what: string, where: string) => {
    const ids = items.map((policy) => policy.id);
    const [from, to] = [ids.indexOf(what), ids.indexOf(where)];
    if (from < 0 || to < 0 || from === to) return;
    ids.splice(to, 0, ...ids.splice(from, 1));
    const version = policies.data?.version ?? 0;
    const ordered = ids.flatMap((id) => items.find((policy) => policy.id === id) ?? []);
    // Shown at once; what the server says comes right after.
    queryClient.setQueryData(['sla_policy'], { version, items: ordered });
    void attempt(() => api.post('/api/v1/sla-policies/order', { ids }, { version }));
  };
  return (
    <Panel
      title={s('sla')}
      extra={
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setEditing({})}>
          {t('add')}
        </Button>
      }
    >
      <p className="muted">{t('hint')}</p>
      {policies.isPending && <Skeleton active />}
      {policies.isError && <ErrorState error={policies.error} onRetry={() => void policies.refetch()} />}
      <DragArea nameOf={(id) => items.find((policy) => policy.id === id)?.name ?? ''} onDrop={move}>
        <SortArea ids={items.map((policy) => policy.id)}>
          <ol className="plain-list">
            {items.map((policy) => (
              <PolicyRow
                key={policy.id}
                policy={policy}
                onEdit={() => setEditing({ policy })}
                onDelete={() => void attempt(() => api.delete(`/api/v1/sla-policies/${policy.id}`))}
              />
            ))}
          </ol>
        </SortArea>
      </DragArea>
      {editing && (
        <PolicyDrawer
          key={editing.policy?.id ?? 'new'}
          policy={editing.policy}
          calendars={calendars}
          onClose={() => setEditing(undefined)}
          onSaved={() => {
            setEditing(undefined);
            void refresh();
          }}
        />
      )}
    </Panel>
  );
}
