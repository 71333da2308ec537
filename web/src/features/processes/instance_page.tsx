/** One running or ended process: where it is on the drawing, what stopped it, what it knows, what happened. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Button, Skeleton } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { api, url } from '@/shared/api/api';
import type { Page } from '@/shared/api/types';
import { useLocale, useMessages } from '@/shared/i18n';
import { RefText } from '@/shared/records/ref_text';
import { useCan } from '@/shared/session';
import { ConfirmAction } from '@/shared/ui/confirm_action';
import { ErrorState } from '@/shared/ui/error_state';
import { PageTitle } from '@/shared/ui/page_title';
import { Panel } from '@/shared/ui/record_page';
import { DueText, Facts, TimeText, ToneTag } from '@/shared/ui/texts';
import {
  instanceQuery,
  named,
  processQuery,
  versionQuery,
  type Incident,
  type InstanceDetail,
  type Step,
} from './catalogue';
import { IncidentActions, refreshRuns } from './incident_actions';
import InstanceDiagram from './instance_diagram';
import { runWords } from './run_messages';
import { Subject } from './subject';
import './tasks.css';

const VariablesDialog = lazy(() => import('./variables_dialog'));
const MigrateDialog = lazy(() => import('./migrate_dialog'));

const TONES = { running: 'open', completed: 'resolved', failed: 'danger', cancelled: 'cancelled' } as const;

export function InstanceStatus({ status }: { status: InstanceDetail['status'] }) {
  const t = useMessages(runWords);
  return <ToneTag tone={TONES[status]}>{t(`status_${status}`)}</ToneTag>;
}

function Incidents({ id }: { id: string }) {
  const t = useMessages(runWords);
  const list = useQuery({
    queryKey: ['process_incident', 'of', id],
    queryFn: ({ signal }) =>
      api.get<Page<Incident>>(
        '/api/v1/process-incidents',
        {
          limit: 50,
          filter: JSON.stringify({
            all: [
              { field: 'instance_id', op: 'eq', value: id },
              { field: 'closed_at', op: 'is_empty' },
            ],
          }),
        },
        { signal },
      ),
  });
  if (list.isError) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (!list.data || list.data.items.length === 0) return null;
  return (
    <Panel title={t('incidents')}>
      <ul className="task-list">
        {list.data.items.map((row) => (
          <li key={row.id} className="task-card">
            <span className="grow">
              <strong>{row.name || row.node}</strong>
              <div>{row.message}</div>
            </span>
            <IncidentActions incident={row} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** What the elements of a version are called. */
function useNames(instance: InstanceDetail): (node: string) => string {
  const { data } = useQuery(versionQuery(instance.definition_id, instance.number));
  const names = new Map<string, string>();
  if (data !== undefined) {
    const file = new DOMParser().parseFromString(data, 'application/xml');
    for (const one of file.getElementsByTagName('*')) {
      const [id, name] = [one.getAttribute('id'), one.getAttribute('name')];
      if (id && name) names.set(id, name);
    }
  }
  return (node) => names.get(node) ?? node;
}

function Journal({ instance }: { instance: InstanceDetail }) {
  const t = useMessages(runWords);
  const name = useNames(instance);
  const list = useInfiniteQuery({
    queryKey: ['process_instance', 'journal', instance.id],
    queryFn: ({ signal, pageParam }) =>
      api.get<Page<Step>>(
        url('/api/v1/process-instances/{id}/journal', { id: instance.id }),
        { limit: 50, sort: '-number', cursor: pageParam },
        { signal },
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const line = (one: Step['trail'][number]): string => {
    if (one.what === 'entered') return `${t('entered')} ${name(one.node)}`;
    if (one.what === 'left') return `${t(one.cancelled ? 'interrupted' : 'left')} ${name(one.node)}`;
    if (one.what === 'passed') return `${t('passed')} ${name(one.node)}`;
    if (one.what === 'stopped') return `${t('stopped')} ${name(one.node)} (${one.code})`;
    return `${name(one.node)}: ${one.text}`;
  };
  return (
    <Panel title={t('journal')}>
      {list.isPending && <Skeleton active title={false} />}
      {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      <ul className="plain-list">
        {list.data?.pages
          .flatMap((page) => page.items)
          .map((step) => (
            <li key={step.number} className="stack" style={{ gap: 2 }}>
              <span className="muted">
                <TimeText at={step.at} /> ·{' '}
                {step.actor_id ? <RefText of="user" id={step.actor_id} plain /> : t('system')}
              </span>
              {step.trail.map((one, index) => (
                // The same element may be passed twice in a step.
                // oxlint-disable-next-line react/no-array-index-key
                <span key={index}>{line(one)}</span>
              ))}
            </li>
          ))}
      </ul>
      {list.hasNextPage && (
        <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t('more')}
        </Button>
      )}
    </Panel>
  );
}

function Instance({ instance }: { instance: InstanceDetail }) {
  const t = useMessages(runWords);
  const locale = useLocale();
  const can = useCan();
  const [asking, setAsking] = useState<'variables' | 'migrate' | 'cancel'>();
  const process = useQuery(processQuery(instance.definition_id));
  const name = process.data ? named(process.data, locale) : t('instance');
  const running = instance.status === 'running' && can('processes.operate');
  const variables = Object.entries(instance.variables);
  return (
    <div className="page">
      <div className="row-between" style={{ marginBottom: 12 }}>
        <span className="row">
          <PageTitle name={name} />
          <InstanceStatus status={instance.status} />
        </span>
        {running && (
          <span className="row">
            <Button onClick={() => setAsking('migrate')}>{t('migrate')}</Button>
            <Button danger onClick={() => setAsking('cancel')}>
              {t('cancel')}
            </Button>
          </span>
        )}
      </div>
      <div className="stack">
        <Incidents id={instance.id} />
        <Panel>
          <InstanceDiagram instance={instance} height={360} />
        </Panel>
        <Panel>
          <Facts
            items={[
              [t('record'), <Subject key="r" object={instance.object} id={instance.object_id} />],
              [
                t('process'),
                <Link key="p" to="/processes/$id" params={{ id: instance.definition_id }}>
                  {`${name} · ${t('version')} ${instance.number}`}
                </Link>,
              ],
              [t('started'), <TimeText key="s" at={instance.created_at} />],
              ...(instance.ended_at ? [[t('ended'), <TimeText key="e" at={instance.ended_at} />] as const] : []),
              [t('now'), instance.active.map((one) => one.name || one.node).join(locale === 'en' ? ', ' : '、') || '—'],
              ...instance.waits
                .filter((one) => one.due_at)
                .map((one) => [t('waits'), <DueText key={one.node} at={one.due_at} />] as const),
            ]}
          />
        </Panel>
        <Panel
          title={t('variables')}
          extra={
            running && (
              <Button size="small" onClick={() => setAsking('variables')}>
                {t('editVariables')}
              </Button>
            )
          }
        >
          {variables.length === 0 ? (
            <p className="muted">{t('noVariables')}</p>
          ) : (
            <Facts
              items={variables.map(([key, value]) => [
                key,
                typeof value === 'object' && value !== null ? (
                  <details key={key}>
                    <summary>{t('showContent')}</summary>
                    <pre className="mono variable-text">{JSON.stringify(value, null, 2)}</pre>
                  </details>
                ) : (
                  <span key={key} className="mono variable-text">
                    {JSON.stringify(value)}
                  </span>
                ),
              ])}
            />
          )}
        </Panel>
        <Journal instance={instance} />
      </div>
      <Suspense fallback={null}>
        {asking === 'variables' && <VariablesDialog instance={instance} onClose={() => setAsking(undefined)} />}
        {asking === 'migrate' && <MigrateDialog instance={instance} onClose={() => setAsking(undefined)} />}
      </Suspense>
      <ConfirmAction
        open={asking === 'cancel'}
        title={t('cancel')}
        text={t('cancelText')}
        danger
        onClose={() => setAsking(undefined)}
        onConfirm={async () => {
          const path = url('/api/v1/process-instances/{id}/cancel', { id: instance.id });
          await api.post(path, undefined, { version: instance.version });
          await refreshRuns();
        }}
      />
    </div>
  );
}

export default function InstancePage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const record = useQuery(instanceQuery(id));
  if (record.isPending) return <Skeleton active style={{ padding: 24 }} />;
  if (record.isError) return <ErrorState error={record.error} onRetry={() => void record.refetch()} />;
  return <Instance instance={record.data} />;
}
