/** Begin an import, and all imports so far. */
import { ImportOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Alert, Select, Skeleton } from 'antd';
import { useRef, useState } from 'react';
import { api, newKey } from '@/shared/api/api';
import { ApiError, fieldErrorText } from '@/shared/api/problem';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import { useCan } from '@/shared/session';
import { EmptyState } from '@/shared/ui/empty_state';
import { ErrorState } from '@/shared/ui/error_state';
import { ListPage } from '@/shared/ui/list_page';
import { TimeText, ToneTag } from '@/shared/ui/texts';
import { Uploader } from '@/shared/ui/uploader';
import { importTargetsQuery, type Import, type ImportState } from './imports';
import './lists.css';
import { imports as words } from './messages';

type Tone = 'new' | 'open' | 'waiting' | 'resolved' | 'closed' | 'cancelled' | 'danger';

const TONES: Readonly<Record<ImportState, Tone>> = {
  mapping: 'new',
  checking: 'open',
  checked: 'new',
  running: 'open',
  done: 'resolved',
  failed: 'danger',
  cancelled: 'cancelled',
  undoing: 'open',
  undone: 'closed',
};

export function ImportStateTag({ state }: { state: ImportState }) {
  const t = useMessages(words);
  return <ToneTag tone={TONES[state]}>{t(state)}</ToneTag>;
}

/** What is wrong with a file is told in words; there is no field to mark. */
function FileProblem({ error }: { error: unknown }) {
  if (!(error instanceof ApiError) || error.errors.length === 0) return <ErrorState error={error} />;
  return <Alert type="error" showIcon role="alert" title={error.errors.map(fieldErrorText).join(' ')} />;
}

/** The list that is imported into, and its file. */
function Start() {
  const t = useMessages(words);
  const locale = useLocale();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as { list?: string };
  const targets = useQuery(importTargetsQuery);
  const [picked, setPicked] = useState<string>();
  const [problem, setProblem] = useState<unknown>();
  const key = useRef(newKey());
  if (targets.isError) return <ErrorState error={targets.error} onRetry={() => void targets.refetch()} />;
  if (!targets.data) return <Skeleton active title={false} paragraph={{ rows: 3 }} />;
  if (targets.data.length === 0) return <EmptyState title={t('noTargets')} />;
  const wanted = picked ?? search.list;
  const list = targets.data.find((target) => target.list === wanted)?.list;
  return (
    <div className="stack">
      <div>
        <div id="import-list" style={{ marginBottom: 4 }}>
          {t('list')}
        </div>
        <Select
          aria-labelledby="import-list"
          showSearch={{ optionFilterProp: 'label' }}
          value={list ?? null}
          placeholder={t('listHint')}
          options={targets.data.map((target) => ({ value: target.list, label: labelText(target.name, locale) }))}
          style={{ width: '100%', maxWidth: 420 }}
          onChange={(next) => setPicked(next ?? undefined)}
        />
      </div>
      {problem !== undefined && <FileProblem error={problem} />}
      {list !== undefined && (
        <>
          <Uploader
            many={false}
            label={t('file')}
            accept=".csv,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            onStored={async (file) => {
              setProblem(undefined);
              try {
                const body = { list, file_id: file.id };
                const made = await api.post<Import>('/api/v1/imports', body, { key: key.current });
                key.current = newKey();
                await navigate({ to: '/imports/$id', params: { id: made.id }, search: { file: file.id } });
              } catch (error) {
                key.current = newKey();
                setProblem(error);
              }
            }}
          />
          <p className="muted">{t('fileHint')}</p>
        </>
      )}
    </div>
  );
}

export default function ImportsPage() {
  const t = useMessages(words);
  const locale = useLocale();
  const navigate = useNavigate();
  const may = useCan()('data.import');
  const { data } = useQuery({ ...importTargetsQuery, enabled: may });
  const listName = (list: string) => {
    const target = data?.find((one) => one.list === list);
    return target ? labelText(target.name, locale) : '—';
  };
  return (
    <ListPage<Import>
      title={t('title')}
      icon={<ImportOutlined />}
      object="import"
      path="/api/v1/imports"
      plain
      above={
        may && (
          <section className="panel" aria-labelledby="import-start" style={{ marginBottom: 12 }}>
            <h2 id="import-start">{t('start')}</h2>
            <p className="muted" style={{ marginBottom: 12 }}>
              {t('hint')}
            </p>
            <Start />
          </section>
        )
      }
      onOpen={(row) => void navigate({ to: '/imports/$id', params: { id: row.id } })}
      emptyTitle={t('none')}
      emptyHint={t('noneHint')}
      columns={[
        {
          key: 'file_name',
          title: { zh: words.zh.colFile, en: words.en.colFile },
          render: (row) => (
            <Link to="/imports/$id" params={{ id: row.id }}>
              {row.file_name}
            </Link>
          ),
        },
        {
          key: 'list',
          title: { zh: words.zh.colList, en: words.en.colList },
          width: 140,
          render: (row) => listName(row.list),
        },
        {
          key: 'state',
          title: { zh: words.zh.colState, en: words.en.colState },
          width: 130,
          render: (row) => <ImportStateTag state={row.state} />,
        },
        {
          key: 'result',
          title: { zh: words.zh.colResult, en: words.en.colResult },
          render: (row) =>
            row.done === 0 ? (
              <span className="muted">—</span>
            ) : (
              <span className="number">
                {t('created')} {row.created} · {t('updated')} {row.updated} · {t('skipped')} {row.skipped} ·{' '}
                {t('rejected')} {row.rejected}
              </span>
            ),
        },
        {
          key: 'created_by_name',
          title: { zh: words.zh.colBy, en: words.en.colBy },
          width: 120,
          render: (row) => row.created_by_name,
        },
        {
          key: 'created_at',
          title: { zh: words.zh.colAt, en: words.en.colAt },
          width: 130,
          render: (row) => <TimeText at={row.created_at} />,
        },
      ]}
    />
  );
}
