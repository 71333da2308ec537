/** What processes want of the person: their own tasks, and those they may take; made for phones as well. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { App, Button, Checkbox, Input, Modal, Segmented, Skeleton } from 'antd';
import { useState } from 'react';
import { api } from '@/shared/api/api';
import { problemText } from '@/shared/api/problem';
import type { Page } from '@/shared/api/types';
import { useLocale, useMessages } from '@/shared/i18n';
import { RelationSelect } from '@/shared/records/relation_select';
import { useCan } from '@/shared/session';
import { EmptyState } from '@/shared/ui/empty_state';
import { ErrorState } from '@/shared/ui/error_state';
import { PageTitle } from '@/shared/ui/page_title';
import { DueText } from '@/shared/ui/texts';
import { named, processQuery, type Task } from './catalogue';
import { Prop } from './properties/prop';
import { runWords } from './run_messages';
import { Subject } from './subject';
import { complete, hand, isApproval, isGone, refresh, type Verb } from './task_acts';
import { TasksBar } from './tasks_bar';
import './tasks.css';

type Box = 'mine' | 'queue';
const PATHS: Record<Box, string> = { mine: '/api/v1/my-tasks', queue: '/api/v1/task-queue' };

function ProcessName({ id }: { id: string }) {
  const locale = useLocale();
  const can = useCan();
  const { data } = useQuery({ ...processQuery(id), enabled: can('processes.read'), staleTime: 300_000 });
  return data ? <span className="muted">{named(data, locale)}</span> : null;
}

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
    try {
      await complete(task, approved, comment);
      void message.success(t('done'));
      onClose();
    } catch (error) {
      const gone = isGone(error);
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

function TaskCard({
  task,
  box,
  chosen,
  onChoose,
}: {
  task: Task;
  box: Box;
  chosen: boolean;
  onChoose: (chosen: boolean) => void;
}) {
  const t = useMessages(runWords);
  const can = useCan();
  const { message } = App.useApp();
  const [handing, setHanding] = useState(false);
  const [user, setUser] = useState<string>();
  const act = async (verb: Verb, body?: object) => {
    try {
      await hand(task, verb, body);
      void message.success(t(verb === 'claim' ? 'taken' : 'done'));
    } catch (error) {
      void message.error(problemText(error));
    }
    await refresh();
  };
  return (
    <li className="task-card" aria-label={task.name}>
      {can('tasks.work') && (
        <Checkbox
          aria-label={t('choose', { name: task.name })}
          checked={chosen}
          onChange={(event) => onChoose(event.target.checked)}
        />
      )}
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
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  // What somebody else has done meanwhile is no longer chosen.
  const chosen = rows.filter((task) => ids.has(task.id));
  const choose = (id: string, on: boolean) => {
    const next = new Set(ids);
    if (on) next.add(id);
    else next.delete(id);
    setIds(next);
  };
  return (
    <div className="page tasks-page">
      <div className="row-between" style={{ marginBottom: 12 }}>
        <PageTitle name={t('tasks')} />
        <Segmented<Box>
          value={box}
          onChange={(next) => {
            setBox(next);
            setIds(new Set());
          }}
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
          <TaskCard
            key={task.id}
            task={task}
            box={box}
            chosen={ids.has(task.id)}
            onChoose={(on) => choose(task.id, on)}
          />
        ))}
      </ul>
      {list.hasNextPage && (
        <Button block loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t('more')}
        </Button>
      )}
      {chosen.length > 0 && (
        <TasksBar
          tasks={chosen}
          queue={box === 'queue'}
          onAll={chosen.length < rows.length ? () => setIds(new Set(rows.map((task) => task.id))) : undefined}
          onClear={() => setIds(new Set())}
        />
      )}
    </div>
  );
}
