/** What can be done about a process that is stuck. */
import { useQuery } from '@tanstack/react-query';
import { App, Button, Modal, Select } from 'antd';
import { useState } from 'react';
import { api, url } from '@/shared/api/api';
import { problemText } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import { useMessages } from '@/shared/i18n';
import { useCan } from '@/shared/session';
import { instanceQuery, versionQuery, type Incident } from './catalogue';
import { Prop } from './properties/prop';
import { runWords } from './run_messages';

export const refreshRuns = () =>
  Promise.all([
    queryClient.invalidateQueries({ queryKey: ['process_incident'] }),
    queryClient.invalidateQueries({ queryKey: ['process_instance'] }),
    queryClient.invalidateQueries({ queryKey: ['task'] }),
  ]);

/** The ways that leave an element, as the drawing says. */
export function waysFrom(xml: string, node: string): { value: string; label: string }[] {
  const file = new DOMParser().parseFromString(xml, 'application/xml');
  return [...file.getElementsByTagNameNS('*', 'sequenceFlow')]
    .filter((flow) => flow.getAttribute('sourceRef') === node)
    .map((flow) => {
      const id = flow.getAttribute('id') ?? '';
      const target = flow.getAttribute('targetRef') ?? '';
      const next = [...file.getElementsByTagName('*')].find((one) => one.getAttribute('id') === target);
      return { value: id, label: flow.getAttribute('name') || `→ ${next?.getAttribute('name') || target}` };
    });
}

function SkipDialog({ incident, onClose }: { incident: Incident; onClose: () => void }) {
  const t = useMessages(runWords);
  const { message } = App.useApp();
  const [flow, setFlow] = useState<string>();
  const instance = useQuery(instanceQuery(incident.instance_id));
  const drawing = useQuery({
    ...versionQuery(incident.definition_id, instance.data?.number ?? 0),
    enabled: instance.data !== undefined,
  });
  const ways = drawing.data ? waysFrom(drawing.data, incident.node) : [];
  const skip = async () => {
    try {
      const path = url('/api/v1/process-incidents/{id}/skip', { id: incident.id });
      await api.post(path, { flow: flow ?? null });
      void message.success(t('done'));
      onClose();
    } catch (error) {
      void message.error(problemText(error));
    }
    await refreshRuns();
  };
  return (
    <Modal
      open
      title={t('skipTitle')}
      okText={t('skip')}
      okButtonProps={{ disabled: ways.length > 1 && flow === undefined }}
      onOk={() => void skip()}
      onCancel={onClose}
    >
      <div className="stack">
        <p>{t('skipText')}</p>
        {ways.length > 1 && (
          <Prop label={t('skipFlow')}>
            {(id) => (
              <Select
                id={id}
                value={flow ?? null}
                onChange={(next) => setFlow(next ?? undefined)}
                options={ways}
                style={{ width: '100%' }}
              />
            )}
          </Prop>
        )}
      </div>
    </Modal>
  );
}

export function IncidentActions({ incident }: { incident: Incident }) {
  const t = useMessages(runWords);
  const can = useCan();
  const { message } = App.useApp();
  const [skipping, setSkipping] = useState(false);
  if (!can('processes.operate') || incident.closed_at) return null;
  const retry = async () => {
    try {
      await api.post(url('/api/v1/process-incidents/{id}/retry', { id: incident.id }));
      void message.success(t('done'));
    } catch (error) {
      void message.error(problemText(error));
    }
    await refreshRuns();
  };
  return (
    <span className="row">
      <Button size="small" onClick={() => void retry()}>
        {t('retry')}
        <span className="visually-hidden"> {incident.name || incident.node}</span>
      </Button>
      <Button size="small" onClick={() => setSkipping(true)}>
        {t('skip')}
        <span className="visually-hidden"> {incident.name || incident.node}</span>
      </Button>
      {skipping && <SkipDialog incident={incident} onClose={() => setSkipping(false)} />}
    </span>
  );
}
