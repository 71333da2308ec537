/** What can be done to a task, one at a time. */
import { api, url } from '@/shared/api/api';
import { ApiError } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import { APPROVAL, APPROVED, COMMENT, type Task } from './catalogue';

export type Verb = 'claim' | 'release' | 'delegate';

export const isApproval = (task: Task): boolean => task.node.startsWith(APPROVAL);

/** Whether somebody else was first. */
export const isGone = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 409 || error.status === 412);

export const refresh = () =>
  Promise.all([
    queryClient.invalidateQueries({ queryKey: ['task'] }),
    queryClient.invalidateQueries({ queryKey: ['process_instance'] }),
  ]);

export const hand = (task: Task, verb: Verb, body?: object) =>
  api.post(url(`/api/v1/tasks/{id}/${verb}`, { id: task.id }), body, { version: task.version });

/** `approved` is the answer of an approval; every other task has none. */
export function complete(task: Task, approved: boolean | undefined, comment: string) {
  const said = comment.trim();
  const variables = {
    ...(approved === undefined ? {} : { [APPROVED]: approved }),
    ...(approved !== undefined || said ? { [COMMENT]: said } : {}),
  };
  return api.post(url('/api/v1/tasks/{id}/complete', { id: task.id }), { variables }, { version: task.version });
}
