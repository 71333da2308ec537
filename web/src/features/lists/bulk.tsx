/** What stands in the bar below a list while rows are ticked: set a field, put away, take back, for them or for all that match. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { Alert, Button, Modal, Progress, Select } from 'antd';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { api, newKey, url } from '@/shared/api/api';
import { ApiError, fieldErrorText } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import { ErrorState } from '@/shared/ui/error_state';
import type { BulkProps, ListTarget, TargetField } from '@/shared/ui/list_tools';
import { useIsPhone } from '@/shared/ui/use_media';
import './lists.css';
import { bulk as words } from './messages';
import { ValueInput } from './value_input';

type Action = { set: Record<string, unknown> } | { archive: true } | { restore: true };
type Kind = 'set' | 'archive' | 'restore';

interface Refusal {
  id: string;
  title: string;
  reason: string;
}

interface Preview {
  count: number;
  tried: number;
  changes: { id: string; title: string; field: string | null; from: string; to: string }[];
  blocked: Refusal[];
  blocked_count: number;
}

export interface BulkRun {
  id: string;
  list: string;
  state: 'queued' | 'running' | 'done' | 'failed' | 'undoing' | 'undone';
  total: number;
  done: number;
  changed: number;
  skipped: number;
  undone: number;
  errors: Refusal[];
  can_undo: boolean;
}

const MOVING: ReadonlySet<BulkRun['state']> = new Set(['queued', 'running', 'undoing']);
const NOT_AT_ONCE: ReadonlySet<string> = new Set(['site', 'skills', 'rich_text', 'sub_table', 'signature', 'location']);

/** Fields that many records can have the same value of. */
export function settable(target: ListTarget): TargetField[] {
  return target.fields.filter((field) => field.changeable && !NOT_AT_ONCE.has(field.type));
}

function Refusals({ title, items }: { title: string; items: readonly Refusal[] }) {
  if (items.length === 0) return null;
  return (
    <Alert
      type="warning"
      title={title}
      description={
        <ul className="plain-list">
          {items.map((item) => (
            <li key={item.id}>
              <strong>{item.title}</strong>: {item.reason}
            </li>
          ))}
        </ul>
      }
    />
  );
}

function Differences({ preview, target }: { preview: Preview; target: ListTarget }) {
  const t = useMessages(words);
  const locale = useLocale();
  if (preview.changes.length === 0) return preview.blocked_count === 0 ? <p>{t('willNothing')}</p> : null;
  const label = (id: string | null) => {
    const field = target.fields.find((one) => one.id === id);
    return field ? labelText(field.label, locale) : '';
  };
  return (
    <div className="stack">
      <p>{t('willChange', { n: preview.count, shown: preview.changes.length })}</p>
      <div>
        <table className="bulk-table">
          <thead>
            <tr>
              <th scope="col">{t('record')}</th>
              <th scope="col">{t('from')}</th>
              <th scope="col">{t('to')}</th>
            </tr>
          </thead>
          <tbody>
            {preview.changes.map((change) => (
              <tr key={`${change.id}.${change.field ?? ''}`}>
                <td>
                  {change.title}
                  {change.field && <div className="muted">{label(change.field)}</div>}
                </td>
                <td>{change.from || <span className="muted">{t('empty')}</span>}</td>
                <td>
                  <strong>{change.to || t('empty')}</strong>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {preview.tried < preview.count && <p className="muted">{t('tried', { n: preview.tried })}</p>}
    </div>
  );
}

function BulkDialog(props: BulkProps & { kind: Kind; everything: boolean; onClose: () => void }) {
  const { list, object, target, ids, all, kind, everything, onClose, onDone } = props;
  const t = useMessages(words);
  const locale = useLocale();
  const phone = useIsPhone();
  const fields = settable(target);
  const [fieldId, setFieldId] = useState<string>();
  const field = fields.find((one) => one.id === fieldId);
  const [value, setValue] = useState<unknown>(null);
  const [started, setStarted] = useState<string>();
  const key = useRef(newKey());
  const own = field?.own === true;
  const action = (): Action =>
    kind === 'set' && field
      ? { set: { [field.id]: typeof value === 'string' ? value.trim() || null : (value ?? null) } }
      : kind === 'archive'
        ? { archive: true }
        : { restore: true };
  const body = () => ({
    list,
    action: action(),
    ...(everything
      ? { ...(all.q ? { q: all.q } : {}), ...(all.filter ? { filter: all.filter } : {}) }
      : { ids: [...ids] }),
  });
  const preview = useMutation({ mutationFn: () => api.post<Preview>('/api/v1/bulk/preview', body()) });
  const start = useMutation({
    mutationFn: () => api.post<BulkRun>('/api/v1/bulk', body(), { key: key.current }),
    onSuccess: (run) => setStarted(run.id),
    onError: () => {
      key.current = newKey();
    },
  });
  const watched = useQuery({
    queryKey: ['bulk', 'one', started, locale],
    queryFn: async ({ signal }) => {
      const run = await api.get<BulkRun>(url('/api/v1/bulk/{id}', { id: started ?? '' }), undefined, { signal });
      if (!MOVING.has(run.state)) void queryClient.invalidateQueries({ queryKey: [object] });
      return run;
    },
    enabled: started !== undefined,
    refetchInterval: (query) => (query.state.data && !MOVING.has(query.state.data.state) ? false : 600),
  });
  const undo = useMutation({
    mutationFn: () => api.post<BulkRun>(url('/api/v1/bulk/{id}/undo', { id: started ?? '' })),
    onSuccess: () => watched.refetch(),
  });
  // What is put away or taken back needs no words, so its preview is asked for at once.
  const ask = useEffectEvent(() => preview.mutate());
  useEffect(() => {
    if (kind !== 'set') ask();
  }, [kind]);
  const close = () => {
    if (started !== undefined) onDone();
    onClose();
  };
  const run = watched.data;
  const shown = preview.data;
  const runWord = kind === 'set' ? 'run' : kind === 'archive' ? 'runArchive' : 'runRestore';
  const error = preview.error ?? start.error ?? undo.error;
  const beside =
    error instanceof ApiError &&
    error.errors.length > 0 &&
    error.errors.every((one) => one.pointer.startsWith('/action/set'))
      ? error.errors.map(fieldErrorText).join(' ')
      : undefined;
  const footer = started ? (
    <>
      {run?.can_undo && (
        <Button loading={undo.isPending} onClick={() => undo.mutate()}>
          {t('undo')}
        </Button>
      )}
      <Button type="primary" onClick={close}>
        {t('close')}
      </Button>
    </>
  ) : shown ? (
    <>
      {kind === 'set' && <Button onClick={() => preview.reset()}>{t('back')}</Button>}
      <Button
        type="primary"
        danger={kind === 'archive'}
        loading={start.isPending}
        disabled={shown.changes.length === 0 && shown.tried >= shown.count}
        onClick={() => start.mutate()}
      >
        {t(runWord, { n: shown.count })}
      </Button>
    </>
  ) : (
    <Button
      type="primary"
      loading={preview.isPending}
      disabled={kind === 'set' && !field}
      onClick={() => preview.mutate()}
    >
      {t('preview')}
    </Button>
  );
  return (
    <Modal open title={t(kind)} width={680} mask={{ closable: started !== undefined }} onCancel={close} footer={footer}>
      <div className="stack">
        {phone && !started && <p className="muted">{t('phone')}</p>}
        {error && beside === undefined && <ErrorState error={error} />}
        {started ? (
          <div className="stack" aria-live="polite">
            {!run || MOVING.has(run.state) ? (
              <>
                <p>
                  {run?.state === 'undoing'
                    ? t('undoing')
                    : t('running', { done: run?.done ?? 0, total: run?.total ?? shown?.count ?? 0 })}
                </p>
                <Progress
                  percent={run && run.total > 0 ? Math.floor((run.done / run.total) * 100) : 0}
                  status="active"
                  aria-label={t('running', { done: run?.done ?? 0, total: run?.total ?? 0 })}
                />
                <p className="muted">{t('hidden')}</p>
              </>
            ) : run.state === 'undone' ? (
              <>
                <Alert type="info" showIcon title={t('undone', { n: run.undone })} />
                <Refusals title={t('kept')} items={run.errors} />
              </>
            ) : (
              <>
                <Alert
                  type={run.state === 'failed' || run.done > run.changed + run.skipped ? 'warning' : 'success'}
                  showIcon
                  title={
                    run.state === 'failed'
                      ? t('failed', { changed: run.changed })
                      : t('done', {
                          changed: run.changed,
                          skipped: run.skipped,
                          failed: Math.max(0, run.done - run.changed - run.skipped),
                        })
                  }
                />
                <Refusals title={t('reasons')} items={run.errors} />
              </>
            )}
            {watched.error && <ErrorState error={watched.error} onRetry={() => void watched.refetch()} />}
          </div>
        ) : shown ? (
          <>
            <Differences preview={shown} target={target} />
            <Refusals title={t('blocked', { n: shown.blocked_count })} items={shown.blocked} />
          </>
        ) : (
          kind === 'set' &&
          (fields.length === 0 ? (
            <p>{t('noFields')}</p>
          ) : (
            <>
              <div>
                <div id="bulk-field" style={{ marginBottom: 4 }}>
                  {t('field')}
                </div>
                <Select
                  aria-labelledby="bulk-field"
                  showSearch={{ optionFilterProp: 'label' }}
                  value={fieldId ?? null}
                  placeholder={t('chooseField')}
                  options={fields.map((one) => ({ value: one.id, label: labelText(one.label, locale) }))}
                  style={{ width: '100%' }}
                  onChange={(next) => {
                    setFieldId(next ?? undefined);
                    setValue(null);
                    preview.reset();
                  }}
                />
              </div>
              {field && (
                <div key={field.id}>
                  <div style={{ marginBottom: 4 }}>{t('value')}</div>
                  <ValueInput
                    list={list}
                    field={field}
                    own={own}
                    value={value}
                    onChange={setValue}
                    invalid={beside !== undefined}
                    describedBy={beside === undefined ? undefined : 'bulk-problem'}
                  />
                  {beside !== undefined && (
                    <p role="alert" id="bulk-problem" style={{ color: 'var(--tag-danger)' }}>
                      {beside}
                    </p>
                  )}
                  {(value === null || value === '') && !field.required && <p className="muted">{t('clear')}</p>}
                </div>
              )}
            </>
          ))
        )}
      </div>
    </Modal>
  );
}

export default function Bulk(props: BulkProps) {
  const { target, ids, all, archived } = props;
  const t = useMessages(words);
  const [kind, setKind] = useState<Kind>();
  const [everything, setEverything] = useState(false);
  const known = all.count !== undefined && !all.more;
  const beyond = (all.count ?? 0) > ids.length || all.more;
  return (
    <>
      {everything ? (
        <Button type="link" size="small" onClick={() => setEverything(false)}>
          {t('onlyTicked')}
        </Button>
      ) : (
        beyond &&
        known && (
          <Button type="link" size="small" onClick={() => setEverything(true)}>
            {t('selectAll', { n: all.count ?? 0 })}
          </Button>
        )
      )}
      {everything && <span role="status">{t('allSelected', { n: all.count ?? 0 })}</span>}
      {!archived && settable(target).length > 0 && (
        <Button size="small" onClick={() => setKind('set')}>
          {t('set')}
        </Button>
      )}
      {target.archivable && (
        <Button size="small" danger={!archived} onClick={() => setKind(archived ? 'restore' : 'archive')}>
          {t(archived ? 'restore' : 'archive')}
        </Button>
      )}
      {kind && <BulkDialog {...props} kind={kind} everything={everything} onClose={() => setKind(undefined)} />}
    </>
  );
}
