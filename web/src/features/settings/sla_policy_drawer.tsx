import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Alert, App, Button, Checkbox, Drawer, Input, Select } from 'antd';
import { useState } from 'react';
import { api } from '@/shared/api/api';
import { ApiError, problemText } from '@/shared/api/problem';
import { FilterBuilder } from '@/shared/filter/filter_builder';
import { fromTree, toTree, type Filter } from '@/shared/filter/tree';
import { useMessages } from '@/shared/i18n';
import { choices, useOptions } from '@/shared/labels';
import { common } from '@/shared/ui/messages';
import {
  METRICS,
  POLICY_FIELDS,
  bodyOf,
  newPolicy,
  newTarget,
  slaWords,
  type Metric,
  type PauseRule,
  type Policy,
  type PolicyBody,
} from './sla_model';
import { TargetEditor } from './sla_target_editor';

/** Edits one service level; a new one when there is none. */
export function PolicyDrawer({
  policy,
  calendars,
  onClose,
  onSaved,
}: {
  policy: Policy | undefined;
  calendars: { value: string; label: string }[];
  onClose: () => void;
  onSaved: () => void;
}) {
  const t = useMessages(slaWords);
  const c = useMessages(common);
  const { message } = App.useApp();
  const [draft, setDraft] = useState<PolicyBody>(() => policy ?? newPolicy());
  // Rows that are not complete yet stay here, and only whole ones go into the condition.
  const [filter, setFilter] = useState<Filter | undefined>(() => fromTree(draft.when));
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string[]>([]);
  const reasons = useOptions(choices.waitReason);
  const statuses = useOptions(choices.ticketStatus);
  const set = (part: Partial<PolicyBody>) => setDraft((old) => ({ ...old, ...part }));
  const setTarget = (metric: Metric, on: boolean) => {
    const { [metric]: _, ...rest } = draft.targets;
    set({ targets: on ? { ...draft.targets, [metric]: newTarget(metric === 'resolution' ? 480 : 60) } : rest });
  };
  const setPause = (at: number, part: Partial<PauseRule>) =>
    set({ pauses: draft.pauses.map((old, place) => (place === at ? { ...old, ...part } : old)) });
  const save = async () => {
    setBusy(true);
    setWrong([]);
    try {
      const body = bodyOf({ ...draft, when: filter ? (toTree(filter) ?? { all: [] }) : draft.when });
      if (policy) await api.put(`/api/v1/sla-policies/${policy.id}`, body, { version: policy.version });
      else await api.post('/api/v1/sla-policies', body);
      void message.success(c('saved'));
      onSaved();
    } catch (error) {
      if (error instanceof ApiError && error.errors.length > 0) {
        setWrong(error.errors.map((one) => `${one.pointer}: ${one.message}`));
      } else void message.error(problemText(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Drawer
      open
      onClose={onClose}
      title={policy?.name ?? t('add')}
      size={720}
      styles={{ wrapper: { maxWidth: '100vw' } }}
      footer={
        <Button
          type="primary"
          loading={busy}
          disabled={!draft.name.trim() || Object.keys(draft.targets).length === 0}
          onClick={() => void save()}
        >
          {c('save')}
        </Button>
      }
    >
      <div className="stack">
        {wrong.length > 0 && <Alert type="error" title={wrong.join('\n')} />}
        <label>
          {t('name')}
          <Input value={draft.name} maxLength={200} onChange={(event) => set({ name: event.target.value })} />
        </label>
        <Checkbox checked={draft.active} onChange={(event) => set({ active: event.target.checked })}>
          {t('active')}
        </Checkbox>
        <section className="stack">
          <h3 style={{ fontSize: 14 }}>{t('when')}</h3>
          {filter ? (
            <FilterBuilder fields={POLICY_FIELDS} value={filter} onChange={setFilter} />
          ) : (
            <p className="muted">{t('nested')}</p>
          )}
          {filter?.rows.length === 0 && <p className="muted">{t('everything')}</p>}
        </section>
        <label>
          {t('calendar')}
          <Select
            aria-label={t('calendar')}
            allowClear
            placeholder={t('defaultCalendar')}
            value={draft.calendar_id ?? null}
            options={calendars}
            onChange={(id) => set({ calendar_id: id ?? null })}
            style={{ width: '100%' }}
          />
        </label>
        <section className="stack">
          <h3 style={{ fontSize: 14 }}>{t('targets')}</h3>
          {METRICS.map((metric) => {
            const target = draft.targets[metric];
            return (
              <div key={metric} className="stack" style={{ gap: 8 }}>
                <Checkbox checked={target !== undefined} onChange={(event) => setTarget(metric, event.target.checked)}>
                  {t(metric)}
                </Checkbox>
                {target && (
                  <TargetEditor
                    name={t(metric)}
                    value={target}
                    calendars={calendars}
                    onChange={(next) => set({ targets: { ...draft.targets, [metric]: next } })}
                  />
                )}
              </div>
            );
          })}
          {Object.keys(draft.targets).length === 0 && <p role="alert">{t('noTarget')}</p>}
        </section>
        <section className="stack">
          <h3 style={{ fontSize: 14 }}>{t('pauses')}</h3>
          {draft.pauses.map((rule, at) => (
            <div key={at} style={{ display: 'grid', gridTemplateColumns: '1fr auto', gap: 8 }}>
              <div className="stack" style={{ gap: 8, minWidth: 0 }}>
                <Select
                  mode="multiple"
                  aria-label={t('statuses')}
                  placeholder={t('statuses')}
                  value={[...rule.statuses, ...rule.categories]}
                  options={statuses}
                  onChange={(chosen: string[]) => setPause(at, { statuses: chosen, categories: [] })}
                />
                <Select
                  mode="multiple"
                  aria-label={t('reasons')}
                  placeholder={t('anyReason')}
                  value={rule.reasons}
                  options={reasons}
                  onChange={(chosen: string[]) => setPause(at, { reasons: chosen })}
                />
                <Select<Metric[]>
                  mode="multiple"
                  aria-label={t('metrics')}
                  placeholder={t('allMetrics')}
                  value={rule.metrics}
                  options={METRICS.map((metric) => ({ value: metric, label: t(metric) }))}
                  onChange={(chosen) => setPause(at, { metrics: chosen })}
                />
              </div>
              <Button
                type="text"
                icon={<DeleteOutlined />}
                aria-label={`${t('remove')} ${t('pauses')}`}
                onClick={() => set({ pauses: draft.pauses.filter((_, place) => place !== at) })}
              />
            </div>
          ))}
          <div>
            <Button
              size="small"
              icon={<PlusOutlined />}
              onClick={() =>
                set({
                  pauses: [...draft.pauses, { statuses: ['waiting'], categories: [], reasons: [], metrics: [] }],
                })
              }
            >
              {t('addPause')}
            </Button>
          </div>
        </section>
      </div>
    </Drawer>
  );
}
