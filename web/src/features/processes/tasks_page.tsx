/** What processes want of the person: their own tasks, and those they may take; made for phones as well. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { App, Button, Input, Modal, Segmented, Skeleton } from 'antd';
import { useState } from 'react';
import { api, url } from '@/shared/api/api';
import { ApiError, problemText } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import type { Page } from '@/shared/api/types';
import { useLocale, useMessages } from '@/shared/i18n';
import { RelationSelect } from '@/shared/records/relation_select';
import { useCan } from '@/shared/session';
import { EmptyState } from '@/shared/ui/empty_state';
import { ErrorState } from '@/shared/ui/error_state';
import { PageTitle } from '@/shared/ui/page_title';
import { DueText } from '@/shared/ui/texts';
import { APPROVAL, APPROVED, COMMENT, named, processQuery, type Task } from './catalogue';
import { Prop } from './properties/prop';
import { runWords } from './run_messages';
import { Subject } from './subject';
import './tasks.css';

type Box = 'mine' | 'queue';
const PATHS: Record<Box, string> = { mine: '/api/v1/my-tasks', queue: '/api/v1/task-queue' };

const refresh = () =>
  Promise.all([
    queryClient.invalidateQueries({ queryKey: ['task'] }),
    queryClient.invalidateQueries({ queryKey: ['process_instance'] }),
  ]);

function ProcessName({ id }: { id: string }) {
  const locale = useLocale();
  const can = useCan();
  const { data } = useQuery({ ...processQuery(id), enabled: can('processes.read'), staleTime: 300_000 });
  return data ? <span className="muted">{named(data, locale)}</span> : null;
}

export const isApproval = (task: Task) => task.node.startsWith(APPROVAL);

/** Asks for what completing a task needs, and sends it. */
export function CompleteDialog({
  task,
  approved,
  onClose,
}: {
  task: Task;
  /** The answer of an approval. */
  approved: boolean | undefined;
  onClose: () => void;
}) {
  const t = useMessages(runWords);
  const { message } = App.useApp();
  const [comment, setComment] = useState('');
  const [busy, setBusy] = useState(false);
  const verb = approved === undefined ? t('complete') : t(approved ? 'approve' : 'reject');
  const send = async () => {
    setBusy(true);
    const variables = {
      ...(approved === undefined ? {} : { [APPROVED]: approved }),
      ...(approved !== undefined || comment.trim() ? { [COMMENT]: comment.trim() } : {}),
    };
    try {
      await api.post(url('/api/v1/tasks/{id}/complete', { id: task.id }), { variables }, { version: task.version });
      void message.success(t('done'));
      onClose();
    } catch (error) {
      const gone = error instanceof ApiError && (error.status === 409 || error.status === 412);
      void message.error(gone ? t('completedElsewhere') : problemText(error));
      if (gone) onClose();
    } finally {
      setBusy(false);
      await refresh();
    }
  };
  const blocked = approved === false && comment.trim() === '';
  return (
    <Modal
      open
      title={`${verb}: ${task.name}`}
      okText={verb}
      okButtonProps={{ danger: approved === false, loading: busy, disabled: blocked }}
      onOk={() => void send()}
      onCancel={onClose}
    >
      <Prop label={t('comment')} help={t(approved === false ? 'rejectHint' : 'commentHint')}>
        {(id) => (
          <Input.TextArea
            id={id}
            rows={3}
            maxLength={2000}
            value={comment}
            onChange={(event) => setComment(event.target.value)}
          />
        )}
      </Prop>
    </Modal>
  );
}

/** The ways to finish a task that is one's own. */
export function FinishButtons({ task }: { task: Task }) {
  const t = useMessages(runWords);
  const [asking, setAsking] = useState<'yes' | 'no' | 'done'>();
  return (
    <>
      {isApproval(task) ? (
        <>
          <Button type="primary" onClick={() => setAsking('yes')}>
            {t('approve')}
          </Button>
          <Button danger onClick={() => setAsking('no')}>
            {t('reject')}
          </Button>
        </>
      ) : (
        <Button type="primary" onClick={() => setAsking('done')}>
          {t('complete')}
        </Button>
      )}
      {asking && (
        <CompleteDialog
          task={task}
          approved={asking === 'done' ? undefined : asking === 'yes'}
          onClose={() => setAsking(undefined)}
        />
      )}
    </>
  );
}

function TaskCard({ task, box }: { task: Task; box: Box }) {
  const t = useMessages(runWords);
  const can = useCan();
  const { message } = App.useApp();
  const [handing, setHanding] = useState(false);
  const [user, setUser] = useState<string>();
  const act = async (verb: 'claim' | 'release' | 'delegate', body?: object) => {
    try {
      await api.post(url(`/api/v1/tasks/{id}/${verb}`, { id: task.id }), body, { version: task.version });
      void message.success(t(verb === 'claim' ? 'taken' : 'done'));
    } catch (error) {
      void message.error(problemText(error));
    }
    await refresh();
  };
  return (
    <li className="task-card" aria-label={task.name}>
      <div className="grow">
        <strong>{task.name}</strong>
        <div className="row muted">
          <Subject object={task.object} id={task.object_id} />
          <ProcessName id={task.definition_id} />
          {can('processes.read') && (
            <Link to="/process-instances/$id" params={{ id: task.instance_id }}>
              {t('open')}
              <span className="visually-hidden"> {task.name}</span>
            </Link>
          )}
        </div>
        {task.due_at && (
          <div className="row">
            <span className="muted">{t('due')}</span> <DueText at={task.due_at} />
          </div>
        )}
      </div>
      {can('tasks.work') && (
        <div className="task-actions">
          {box === 'queue' ? (
            <Button type="primary" onClick={() => void act('claim')}>
              {t('claim')}
            </Button>
          ) : (
            <>
              <FinishButtons task={task} />
              <Button onClick={() => setHanding(true)}>{t('delegate')}</Button>
              <Button type="text" onClick={() => void act('release')}>
                {t('release')}
              </Button>
            </>
          )}
        </div>
      )}
      <Modal
        open={handing}
        title={`${t('delegate')}: ${task.name}`}
        okText={t('delegate')}
        okButtonProps={{ disabled: user === undefined }}
        onCancel={() => setHanding(false)}
        onOk={async () => {
          await act('delegate', { user_id: user });
          setHanding(false);
        }}
        destroyOnHidden
      >
        <Prop label={t('delegateTo')}>
          {(id) => (
            <RelationSelect
              id={id}
              of="user"
              value={user ?? null}
              onChange={(next) => setUser(typeof next === 'string' ? next : undefined)}
            />
          )}
        </Prop>
      </Modal>
    </li>
  );
}

export default function TasksPage() {
  const t = useMessages(runWords);
  const [box, setBox] = useState<Box>('mine');
  const list = useInfiniteQuery({
    queryKey: ['task', box],
    queryFn: ({ signal, pageParam }) =>
      api.get<Page<Task>>(PATHS[box], { limit: 30, sort: 'due_at', cursor: pageParam }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="page tasks-page">
      <div className="row-between" style={{ marginBottom: 12 }}>
        <PageTitle name={t('tasks')} />
        <Segmented<Box>
          value={box}
          onChange={setBox}
          options={[
            { value: 'mine', label: t('mine') },
            { value: 'queue', label: t('queue') },
          ]}
        />
      </div>
      {list.isPending && <Skeleton active />}
      {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.data && rows.length === 0 && (
        <EmptyState
          title={t(box === 'mine' ? 'emptyMine' : 'emptyQueue')}
          hint={t('emptyMineHint')}
          {...(box === 'mine' ? { action: <Button onClick={() => setBox('queue')}>{t('queue')}</Button> } : {})}
        />
      )}
      <ul className="task-list">
        {rows.map((task) => (
          <TaskCard key={task.id} task={task} box={box} />
        ))}
      </ul>
      {list.hasNextPage && (
        <Button block loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t('more')}
        </Button>
      )}
    </div>
  );
}
