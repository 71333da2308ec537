/** One import, step by step: match the columns, try, run, fetch what was rejected, take it all back. */
import { DownloadOutlined } from '@ant-design/icons';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Alert, Button, Progress, Select, Steps } from 'antd';
import { useState } from 'react';
import { api, newKey, queryText, url } from '@/shared/api/api';
import { ApiError, fieldErrorText } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import { labelText, useLocale, useMessages, type Label } from '@/shared/i18n';
import { ConfirmAction } from '@/shared/ui/confirm_action';
import { ErrorState } from '@/shared/ui/error_state';
import type { ListTarget } from '@/shared/ui/list_tools';
import { PageSkeleton } from '@/shared/ui/page_skeleton';
import { PageTitle } from '@/shared/ui/page_title';
import { useIsPhone } from '@/shared/ui/use_media';
import { ImportMapping, lacking, sent } from './import_mapping';
import { importQuery, importTargetsQuery, keyOfList, MOVING, pageOfList, type Import, type Mapping } from './imports';
import { ImportStateTag } from './imports_page';
import './lists.css';
import { imports as words } from './messages';

const STEP: Readonly<Record<Import['state'], number>> = {
  mapping: 1,
  checking: 2,
  checked: 2,
  running: 3,
  done: 3,
  failed: 3,
  cancelled: 3,
  undoing: 3,
  undone: 3,
};

/** The server tells of so many problems at most. */
const TOLD = 100;

/** More options than these help nobody beside a line. */
const OPTIONS_TOLD = 12;

/** What is wrong with each column, by its place in the mapping. */
function columnProblems(error: unknown): Map<number, string> {
  const found = new Map<number, string>();
  if (!(error instanceof ApiError)) return found;
  for (const one of error.errors) {
    const at = /^\/mapping\/columns\/(\d+)/.exec(one.pointer)?.[1];
    if (at !== undefined) found.set(Number(at), fieldErrorText(one));
  }
  return found;
}

/** What the button that begins the import says. */
function runWord(good: number, rejected: boolean) {
  if (good <= 0) return 'runNone';
  if (good === 1) return rejected ? 'runAnyway1' : 'run1';
  return rejected ? 'runAnyway' : 'run';
}

/** What may stand in a column whose field is chosen from options. */
function optionsOf(run: Import, target: ListTarget | undefined, header: string | null): readonly Label[] {
  const index = run.columns.find((column) => column.header === header)?.index;
  const id = run.mapping.columns.find((column) => column.index === index)?.field;
  const field = target?.fields.find((one) => one.id === id);
  return (field?.options ?? []).slice(0, OPTIONS_TOLD).map((option) => option.label);
}

function Counts({ run }: { run: Import }) {
  const t = useMessages(words);
  return (
    <dl className="import-counts">
      {(['created', 'updated', 'skipped', 'rejected'] as const).map((name) => (
        <div key={name}>
          <dt>{t(name)}</dt>
          <dd className="number">{run[name]}</dd>
        </div>
      ))}
    </dl>
  );
}

function Problems({ run, target }: { run: Import; target: ListTarget | undefined }) {
  const t = useMessages(words);
  const locale = useLocale();
  if (run.problems.length === 0) return run.state === 'checked' ? <p>{t('noProblems')}</p> : null;
  return (
    <section aria-labelledby="import-problems" className="stack">
      <div className="row-between">
        <h2 id="import-problems" style={{ fontSize: 15, margin: 0 }}>
          {t(run.problems.length < TOLD ? 'problems' : 'problemsFirst', { n: run.problems.length })}
        </h2>
        {run.rejected > 0 && (
          <Button
            icon={<DownloadOutlined />}
            href={url('/api/v1/imports/{id}/rejects', { id: run.id }) + queryText({ locale })}
            download
          >
            {t('rejects')}
          </Button>
        )}
      </div>
      {run.rejected > 0 && <p className="muted">{t('rejectsHint')}</p>}
      <div>
        <table className="bulk-table">
          <thead>
            <tr>
              <th scope="col">{t('line')}</th>
              <th scope="col">{t('column')}</th>
              <th scope="col">{t('value')}</th>
              <th scope="col">{t('reason')}</th>
            </tr>
          </thead>
          <tbody>
            {run.problems.map((problem, at) => {
              const options = problem.value === '' ? [] : optionsOf(run, target, problem.column);
              return (
                <tr key={`${problem.line}.${problem.column ?? ''}.${at}`}>
                  <td className="number">{problem.line}</td>
                  <td>{problem.column ?? t('wholeLine')}</td>
                  <td>{problem.value}</td>
                  <td>
                    {problem.reason}
                    {options.length > 0 && (
                      <div className="muted">
                        {t('allowed', {
                          options: options
                            .map((option) => labelText(option, locale))
                            .join(locale === 'en' ? ', ' : '、'),
                        })}
                      </div>
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

export default function ImportPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const t = useMessages(words);
  const locale = useLocale();
  const found = useQuery({
    ...importQuery(id, locale),
    refetchInterval: (query) => (query.state.data && MOVING.has(query.state.data.state) ? 700 : false),
  });
  const targets = useQuery(importTargetsQuery);
  if (found.isError || targets.isError) {
    return (
      <div className="page">
        <ErrorState
          error={found.error ?? targets.error}
          onRetry={() => void Promise.all([found.refetch(), targets.refetch()])}
        />
        <Link to="/imports">{t('back')}</Link>
      </div>
    );
  }
  if (!found.data || !targets.data) return <PageSkeleton />;
  const target = targets.data.find((one) => one.list === found.data.list);
  return <Opened key={id} run={found.data} target={target} />;
}

function Opened({ run, target }: { run: Import; target: ListTarget | undefined }) {
  const t = useMessages(words);
  const locale = useLocale();
  const phone = useIsPhone();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as { file?: string };
  const [draft, setDraft] = useState<Mapping>();
  const [editing, setEditing] = useState(false);
  const [undoing, setUndoing] = useState(false);
  const mapping = draft ?? run.mapping;
  const address = (step: string) => `${url('/api/v1/imports/{id}', { id: run.id })}/${step}`;
  const refresh = async () => {
    await queryClient.invalidateQueries({ queryKey: ['import'] });
    await queryClient.invalidateQueries({ queryKey: [keyOfList(run.list)] });
  };
  const step = useMutation({
    mutationFn: async (name: 'check' | 'run' | 'cancel' | 'undo') => {
      if (draft && (name === 'check' || name === 'run')) {
        const path = url('/api/v1/imports/{id}', { id: run.id });
        await api.patch<Import>(path, { mapping: sent(draft) }, { version: run.version });
        setDraft(undefined);
      }
      await api.post(address(name));
      setEditing(false);
    },
    onSettled: refresh,
  });
  const sheet = useMutation({
    mutationFn: async (name: string) => {
      const made = await api.post<Import>(
        '/api/v1/imports',
        { list: run.list, file_id: search.file, sheet: name },
        { key: newKey() },
      );
      await api.post(address('cancel'));
      return made;
    },
    onSuccess: (made) =>
      navigate({
        to: '/imports/$id',
        params: { id: made.id },
        search: search.file ? { file: search.file } : {},
        replace: true,
      }),
  });
  const name = target ? labelText(target.name, locale) : '';
  const atMapping = run.state === 'mapping' || (editing && run.state === 'checked');
  const missing = target ? lacking(target, mapping) : [];
  const error = step.error ?? sheet.error;
  const beside = columnProblems(error);
  const moving = MOVING.has(run.state);
  const good = run.total - run.rejected;
  const facts = [
    t(run.rows === 1 ? 'about1' : 'about', { name: run.file_name, rows: run.rows }),
    run.encoding === null ? undefined : t('encoding', { encoding: run.encoding }),
    run.delimiter === null
      ? undefined
      : t('delimiter', { delimiter: run.delimiter === '\t' ? t('tab') : run.delimiter }),
  ];
  return (
    <div className="page import-page">
      <div className="page-head">
        <PageTitle name={name ? `${t('title')}${locale === 'en' ? ': ' : '：'}${name}` : t('title')} />
        <div className="row">
          <ImportStateTag state={run.state} />
          <Link to="/imports">{t('back')}</Link>
        </div>
      </div>
      <Steps
        size="small"
        current={atMapping ? 1 : STEP[run.state]}
        {...(run.state === 'failed' ? { status: 'error' as const } : {})}
        items={[t('step1'), t('step2'), t('step3'), t('step4')].map((title) => ({ title }))}
        style={{ marginBottom: 16 }}
        {...(phone
          ? { orientation: 'horizontal' as const, responsive: false, titlePlacement: 'vertical' as const }
          : {})}
      />
      <div className="panel stack">
        <div className="row" style={{ flexWrap: 'wrap' }}>
          <span className="muted">{facts.filter(Boolean).join(' · ')}</span>
          {run.sheets.length > 1 && (
            <Select
              aria-label={t('sheet')}
              prefix={<span className="muted">{t('sheet')}</span>}
              value={run.sheet ?? null}
              disabled={run.state !== 'mapping' || search.file === undefined || sheet.isPending}
              options={run.sheets.map((one) => ({ value: one, label: one }))}
              style={{ minWidth: 180 }}
              onChange={(next) => next && sheet.mutate(next)}
            />
          )}
        </div>
        {error && beside.size === 0 && <ErrorState error={error} />}
        {atMapping && target && (
          <>
            {phone && <Alert type="info" title={t('phone')} />}
            <ImportMapping
              source={run}
              target={target}
              mapping={mapping}
              problems={beside}
              disabled={step.isPending}
              onChange={setDraft}
            />
            {missing.map((field) => (
              <Alert
                key={field.id}
                type="warning"
                showIcon
                title={t('missing', { label: labelText(field.label, locale) })}
              />
            ))}
            <div className="row">
              <Button
                type="primary"
                loading={step.isPending}
                disabled={missing.length > 0 || !mapping.columns.some((column) => column.field !== null)}
                onClick={() => step.mutate('check')}
              >
                {t('check')}
              </Button>
              <Button onClick={() => step.mutate('cancel')}>{t('cancel')}</Button>
              <span className="muted">{t('checkHint')}</span>
            </div>
          </>
        )}
        {moving && (
          <div aria-live="polite" className="stack">
            <p>{run.state === 'undoing' ? t('undoing') : t('read', { n: run.done, total: run.total })}</p>
            <Progress
              percent={run.total > 0 ? Math.floor((run.done / run.total) * 100) : 0}
              status="active"
              aria-label={t(run.state)}
            />
            {run.state !== 'undoing' && (
              <div>
                <Button onClick={() => step.mutate('cancel')}>{t('cancel')}</Button>
              </div>
            )}
          </div>
        )}
        {!atMapping && !moving && run.done > 0 && (
          <section aria-labelledby="import-result" className="stack">
            <h2 id="import-result" style={{ fontSize: 15, margin: 0 }}>
              {t(run.state === 'checked' ? 'willBe' : 'was')}
            </h2>
            <Counts run={run} />
          </section>
        )}
        {run.failure && locale === 'en' && (
          <Alert type="error" showIcon title={t('failure', { reason: run.failure })} />
        )}
        {run.state === 'cancelled' && run.created + run.updated > 0 && (
          <Alert type="info" showIcon title={t('stopped')} />
        )}
        {run.state === 'undone' && (
          <Alert
            type="success"
            showIcon
            title={t(run.kept > 0 ? 'undoResult' : 'undoneAll', { undone: run.undone, kept: run.kept })}
          />
        )}
        {!atMapping && !moving && (
          <div className="row" style={{ flexWrap: 'wrap' }}>
            {run.state === 'checked' && (
              <>
                <Button type="primary" disabled={good <= 0} loading={step.isPending} onClick={() => step.mutate('run')}>
                  {t(runWord(good, run.rejected > 0), { n: good })}
                </Button>
                <Button onClick={() => setEditing(true)}>{t('edit')}</Button>
                <Button onClick={() => step.mutate('cancel')}>{t('cancel')}</Button>
              </>
            )}
            {run.state === 'failed' && (
              <Button type="primary" loading={step.isPending} onClick={() => step.mutate('run')}>
                {t('resume')}
              </Button>
            )}
            {['done', 'undone', 'cancelled'].includes(run.state) && (
              <Button type="primary" onClick={() => void navigate({ to: pageOfList(run.list) })}>
                {t('open')}
              </Button>
            )}
            {run.can_undo && run.created + run.updated > 0 && (
              <Button danger onClick={() => setUndoing(true)}>
                {t('undo')}
              </Button>
            )}
            {run.state !== 'checked' && (
              <Button onClick={() => void navigate({ to: '/imports', search: { list: run.list } })}>
                {t('again')}
              </Button>
            )}
          </div>
        )}
        {!atMapping && !moving && <Problems run={run} target={target} />}
      </div>
      <ConfirmAction
        open={undoing}
        title={t('undo')}
        text={t('undoText', { created: run.created, updated: run.updated })}
        danger
        onClose={() => setUndoing(false)}
        onConfirm={() => step.mutateAsync('undo')}
      />
    </div>
  );
}
