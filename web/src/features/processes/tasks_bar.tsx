/** The same done to several tasks, one after the other; what could not be done is told task by task. */
import { App, Button, Input, Modal } from 'antd';
import { useState } from 'react';
import { problemText } from '@/shared/api/problem';
import { useMessages } from '@/shared/i18n';
import { RelationSelect } from '@/shared/records/relation_select';
import type { Task } from './catalogue';
import { Prop } from './properties/prop';
import { runWords } from './run_messages';
import { complete, hand, isApproval, isGone, refresh } from './task_acts';

type Way = 'claim' | 'release' | 'delegate' | 'approve' | 'reject' | 'complete';

interface Failure {
  task: Task;
  why: string;
}

export function TasksBar({
  tasks,
  queue,
  onAll,
  onClear,
}: {
  tasks: readonly Task[];
  /** Whether they are to be taken first. */
  queue: boolean;
  onAll: (() => void) | undefined;
  onClear: () => void;
}) {
  const t = useMessages(runWords);
  const { message } = App.useApp();
  const [asking, setAsking] = useState<Way>();
  const [comment, setComment] = useState('');
  const [user, setUser] = useState<string>();
  const [at, setAt] = useState<number>();
  const [failures, setFailures] = useState<Failure[]>([]);
  const approvals = tasks.filter(isApproval).length;
  const ways: Way[] = queue
    ? ['claim']
    : [
        ...(approvals === tasks.length ? (['approve', 'reject'] as const) : []),
        ...(approvals === 0 ? (['complete'] as const) : []),
        'delegate',
        'release',
      ];
  const once = (task: Task, way: Way) => {
    if (way === 'claim' || way === 'release') return hand(task, way);
    if (way === 'delegate') return hand(task, way, { user_id: user });
    return complete(task, way === 'complete' ? undefined : way === 'approve', comment);
  };
  const run = async (way: Way) => {
    const failed: Failure[] = [];
    for (const [index, task] of tasks.entries()) {
      setAt(index + 1);
      try {
        // One after the other: each is a decision of its own, and the server answers each.
        // oxlint-disable-next-line no-await-in-loop
        await once(task, way);
      } catch (error) {
        failed.push({ task, why: isGone(error) ? t('completedElsewhere') : problemText(error) });
      }
    }
    setAt(undefined);
    setAsking(undefined);
    setComment('');
    setFailures(failed);
    if (failed.length < tasks.length) void message.success(t('bulkDone', { n: tasks.length - failed.length }));
    onClear();
    await refresh();
  };
  const needsWords = asking === 'reject' && comment.trim() === '';
  const blocked = needsWords || (asking === 'delegate' && user === undefined);
  return (
    <>
      <div className="tasks-bar" role="region" aria-label={t('bulk')}>
        <strong>{t('chosen', { n: tasks.length })}</strong>
        {approvals > 0 && approvals < tasks.length && <span className="muted">{t('mixed')}</span>}
        <span className="tasks-bar-ways">
          {ways.map((way) => (
            <Button
              key={way}
              {...(way === 'approve' || way === 'complete' || way === 'claim' ? { type: 'primary' as const } : {})}
              danger={way === 'reject'}
              loading={at !== undefined && asking === way}
              onClick={() => setAsking(way)}
            >
              {t(way)}
            </Button>
          ))}
          {onAll && (
            <Button type="text" onClick={onAll}>
              {t('chooseAll')}
            </Button>
          )}
          <Button type="text" onClick={onClear}>
            {t('chooseNone')}
          </Button>
        </span>
      </div>
      <Modal
        open={asking !== undefined}
        title={asking && `${t(asking)}: ${t('chosen', { n: tasks.length })}`}
        okText={asking && (at === undefined ? t(asking) : `${at} / ${tasks.length}`)}
        okButtonProps={{ danger: asking === 'reject', loading: at !== undefined, disabled: blocked }}
        cancelButtonProps={{ disabled: at !== undefined }}
        closable={at === undefined}
        onOk={() => asking && void run(asking)}
        onCancel={() => at === undefined && setAsking(undefined)}
      >
        <ul className="tasks-bar-names">
          {tasks.map((task) => (
            <li key={task.id}>{task.name}</li>
          ))}
        </ul>
        {(asking === 'approve' || asking === 'reject' || asking === 'complete') && (
          <Prop label={t('comment')} help={t(asking === 'reject' ? 'rejectHint' : 'commentHint')}>
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
        )}
        {asking === 'delegate' && (
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
        )}
      </Modal>
      <Modal
        open={failures.length > 0}
        title={t('bulkFailed', { n: failures.length })}
        footer={null}
        onCancel={() => setFailures([])}
      >
        <ul className="tasks-bar-names">
          {failures.map(({ task, why }) => (
            <li key={task.id}>
              <strong>{task.name}</strong> <span className="muted">{why}</span>
            </li>
          ))}
        </ul>
      </Modal>
    </>
  );
}
