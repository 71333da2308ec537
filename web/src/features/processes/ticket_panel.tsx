/** The processes that run for a record: where they are, and the tasks that are open now. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Skeleton } from 'antd';
import { api } from '@/shared/api/api';
import type { Page } from '@/shared/api/types';
import { useLocale, useMessages } from '@/shared/i18n';
import { RefText } from '@/shared/records/ref_text';
import { useSession } from '@/shared/session';
import { Panel } from '@/shared/ui/record_page';
import { DueText } from '@/shared/ui/texts';
import { instanceQuery, named, processQuery, type Instance, type Task } from './catalogue';
import InstanceDiagram from './instance_diagram';
import { InstanceStatus } from './instance_page';
import { runWords } from './run_messages';
import { FinishButtons } from './tasks_page';
import './tasks.css';

const SHOWN = 3;

function Running({ instance }: { instance: Instance }) {
  const t = useMessages(runWords);
  const locale = useLocale();
  const { user } = useSession();
  const process = useQuery({ ...processQuery(instance.definition_id), staleTime: 300_000 });
  const detail = useQuery(instanceQuery(instance.id));
  const tasks = useQuery({
    queryKey: ['task', 'of', instance.id],
    queryFn: async ({ signal }) => {
      const filter = JSON.stringify({
        all: [
          { field: 'instance_id', op: 'eq', value: instance.id },
          { field: 'status', op: 'eq', value: 'open' },
        ],
      });
      return (await api.get<Page<Task>>('/api/v1/tasks', { limit: 20, filter }, { signal })).items;
    },
  });
  return (
    <div className="stack" style={{ gap: 8 }}>
      <span className="row-between">
        <Link to="/process-instances/$id" params={{ id: instance.id }}>
          {process.data ? named(process.data, locale) : t('instance')}
        </Link>
        <InstanceStatus status={instance.status} />
      </span>
      {detail.data ? <InstanceDiagram instance={detail.data} height={240} /> : <Skeleton active title={false} />}
      <ul className="instance-panel-tasks">
        {tasks.data?.map((task) => (
          <li key={task.id} className="row-between">
            <span>
              <strong>{task.name}</strong> {task.assignee_id && <RefText of="user" id={task.assignee_id} plain />}
              {task.due_at && <DueText at={task.due_at} />}
            </span>
            {task.assignee_id === user.id && (
              <span className="row">
                <FinishButtons task={task} />
              </span>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

export default function TicketProcessPanel({ object, id }: { object: string; id: string }) {
  const t = useMessages(runWords);
  const list = useQuery({
    queryKey: ['process_instance', 'for', object, id],
    queryFn: async ({ signal }) => {
      const filter = JSON.stringify({ field: 'object_id', op: 'eq', value: id });
      const page = await api.get<Page<Instance>>('/api/v1/process-instances', { limit: SHOWN, filter }, { signal });
      return page.items.filter((one) => one.parent_id === null);
    },
  });
  if (!list.data || list.data.length === 0) return null;
  return (
    <Panel title={t('panel')}>
      <div className="stack">
        {list.data.map((one) => (
          <Running key={one.id} instance={one} />
        ))}
      </div>
    </Panel>
  );
}
