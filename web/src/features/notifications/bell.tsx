/** What one was told: a bell that counts what is unread, and the list behind it. */
import { BellOutlined } from '@ant-design/icons';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { App, Badge, Button, Drawer, Skeleton } from 'antd';
import { useState } from 'react';
import { api } from '@/shared/api/api';
import { problemText } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import type { Page } from '@/shared/api/types';
import { useMessages } from '@/shared/i18n';
import { relationFor, relationOf } from '@/shared/records/relations';
import { EmptyState } from '@/shared/ui/empty_state';
import { TimeText } from '@/shared/ui/texts';
import { words } from './messages';
import './bell.css';

interface Notification {
  id: string;
  created_at: string;
  title: string;
  body: string;
  object?: string | null;
  object_id?: string | null;
  read_at?: string | null;
}

const KEY = ['notification'] as const;
const LOOK_EVERY_MS = 30_000;

function Told({ onOpen }: { onOpen: () => void }) {
  const t = useMessages(words);
  const navigate = useNavigate();
  const { message } = App.useApp();
  const list = useInfiniteQuery({
    queryKey: [...KEY, 'list'],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<Notification>>('/api/v1/notifications', { limit: 30, cursor: pageParam }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  if (list.isPending) return <Skeleton active />;
  if (list.isError) {
    return (
      <EmptyState
        title={t('failed')}
        hint={problemText(list.error)}
        action={<Button onClick={() => void list.refetch()}>{t('retry')}</Button>}
      />
    );
  }
  const all = list.data.pages.flatMap((page) => page.items);
  if (all.length === 0) return <EmptyState title={t('none')} hint={t('noneHint')} />;
  const open = async (one: Notification) => {
    try {
      if (!one.read_at) await api.post(`/api/v1/notifications/${one.id}/read`);
    } catch (error) {
      void message.error(problemText(error));
    }
    void queryClient.invalidateQueries({ queryKey: KEY });
    const page =
      one.object === 'task'
        ? '/tasks'
        : one.object && one.object_id && relationOf(relationFor(one.object)).page?.(one.object_id);
    if (page) {
      onOpen();
      await navigate({ to: page });
    }
  };
  return (
    <>
      <ul className="told">
        {all.map((one) => (
          <li key={one.id}>
            <button
              type="button"
              className={one.read_at ? 'told-one' : 'told-one told-new'}
              onClick={() => void open(one)}
            >
              <strong>{one.title}</strong>
              {one.body && <span className="told-body">{one.body}</span>}
              <span className="muted">
                <TimeText at={one.created_at} relative />
              </span>
            </button>
          </li>
        ))}
      </ul>
      {list.hasNextPage && (
        <Button block loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t('more')}
        </Button>
      )}
    </>
  );
}

export default function Bell() {
  const t = useMessages(words);
  const { message } = App.useApp();
  const [open, setOpen] = useState(false);
  const count = useQuery({
    queryKey: [...KEY, 'unread'],
    queryFn: ({ signal }) => api.get<{ unread: number }>('/api/v1/notifications/unread-count', {}, { signal }),
    refetchInterval: LOOK_EVERY_MS,
  });
  const unread = count.data?.unread ?? 0;
  const readAll = async () => {
    try {
      await api.post('/api/v1/notifications/read-all');
    } catch (error) {
      void message.error(problemText(error));
    }
    void queryClient.invalidateQueries({ queryKey: KEY });
  };
  return (
    <>
      <Badge count={unread} size="small" overflowCount={99} offset={[-6, 6]}>
        <Button
          type="text"
          icon={<BellOutlined />}
          aria-label={unread > 0 ? t('unread', { count: unread > 99 ? '99+' : String(unread) }) : t('notifications')}
          onClick={() => {
            setOpen(true);
            void queryClient.invalidateQueries({ queryKey: KEY });
          }}
        />
      </Badge>
      <Drawer
        open={open}
        title={t('notifications')}
        onClose={() => setOpen(false)}
        destroyOnHidden
        extra={
          unread > 0 && (
            <Button type="link" onClick={() => void readAll()}>
              {t('readAll')}
            </Button>
          )
        }
      >
        <Told onOpen={() => setOpen(false)} />
      </Drawer>
    </>
  );
}
