/** Another version for a running instance: tried first, with what would happen, then done. */
import { useQuery } from '@tanstack/react-query';
import { Alert, Modal, Select } from 'antd';
import { useState } from 'react';
import { api, url } from '@/shared/api/api';
import { useMessages } from '@/shared/i18n';
import { ErrorState } from '@/shared/ui/error_state';
import { useAttempt } from '@/shared/ui/use_attempt';
import { versionQuery, versionsQuery, type InstanceDetail, type Migration } from './catalogue';
import { refreshRuns } from './incident_actions';
import { words } from './messages';
import { Prop } from './properties/prop';
import { runWords } from './run_messages';

/** What can be gone on at, as the drawing of the version says. */
function steps(xml: string | undefined): { value: string; label: string }[] {
  if (xml === undefined) return [];
  const file = new DOMParser().parseFromString(xml, 'application/xml');
  return [...file.getElementsByTagName('*')]
    .filter((one) => /(task|event|activity|process|gateway)$/i.test(one.localName) && one.localName !== 'process')
    .map((one) => {
      const id = one.getAttribute('id') ?? '';
      return { value: id, label: one.getAttribute('name') || id };
    });
}

export default function MigrateDialog({ instance, onClose }: { instance: InstanceDetail; onClose: () => void }) {
  const t = useMessages(runWords);
  const w = useMessages(words);
  const { busy, error, attempt } = useAttempt();
  const versions = useQuery(versionsQuery(instance.definition_id));
  const [number, setNumber] = useState<number>();
  const [mapping, setMapping] = useState<Record<string, string>>({});
  const [plan, setPlan] = useState<Migration>();
  const target = useQuery({ ...versionQuery(instance.definition_id, number ?? 0), enabled: number !== undefined });
  const id = instance.id;
  const body = { number, mapping };
  const tryIt = () =>
    attempt(async () => {
      setPlan(await api.post<Migration>(url('/api/v1/process-instances/{id}/migration-plan', { id }), body));
    });
  const migrate = () =>
    attempt(async () => {
      await api.post(url('/api/v1/process-instances/{id}/migrate', { id }), body, { version: instance.version });
      await refreshRuns();
      onClose();
    });
  return (
    <Modal
      open
      title={t('migrate')}
      okText={t(plan?.possible ? 'doMigrate' : 'plan')}
      okButtonProps={{ disabled: number === undefined, loading: busy }}
      onOk={() => void (plan?.possible ? migrate() : tryIt())}
      onCancel={onClose}
    >
      <div className="stack">
        {error !== undefined && <ErrorState error={error} />}
        <Prop label={t('migrateTo')}>
          {(field) => (
            <Select
              id={field}
              value={number ?? null}
              onChange={(next) => {
                setNumber(next ?? undefined);
                setPlan(undefined);
              }}
              options={(versions.data ?? [])
                .filter((one) => one.number !== instance.number)
                .map((one) => ({ value: one.number, label: w('version', { n: one.number }) }))}
              style={{ width: '100%' }}
            />
          )}
        </Prop>
        {number !== undefined &&
          instance.active.map((one) => (
            <Prop key={one.node} label={`${one.name || one.node} →`}>
              {(field) => (
                <Select
                  id={field}
                  allowClear
                  showSearch
                  optionFilterProp="label"
                  placeholder={one.name || one.node}
                  value={mapping[one.node] ?? null}
                  onChange={(next) => {
                    const { [one.node]: _before, ...rest } = mapping;
                    setMapping(next ? { ...rest, [one.node]: next } : rest);
                    setPlan(undefined);
                  }}
                  options={steps(target.data)}
                  style={{ width: '100%' }}
                />
              )}
            </Prop>
          ))}
        {plan && (
          <Alert
            type={plan.possible ? 'success' : 'error'}
            showIcon
            title={t(plan.possible ? 'possible' : 'impossible')}
            description={
              <ul>
                {plan.moves.map(([from, to]) => (
                  <li key={from}>{`${from} → ${to}`}</li>
                ))}
                {plan.closed.map((one) => (
                  <li key={one}>{`${t('closed')}: ${one}`}</li>
                ))}
                {plan.refusals.map((one) => (
                  <li key={`${one.element} ${one.rule}`}>{`${one.element ?? ''} ${one.reason}`}</li>
                ))}
              </ul>
            }
          />
        )}
      </div>
    </Modal>
  );
}
