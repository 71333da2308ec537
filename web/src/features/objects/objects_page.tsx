/** All objects: what came with the product and what people built, each with its way into the designer. */
import { PlusOutlined } from '@ant-design/icons';
import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { App, Button, Skeleton } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { api } from '@/shared/api/api';
import { problemText } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import type { Page } from '@/shared/api/types';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import { ObjectIcon } from '@/shared/objects/object_icon';
import { objectsQuery, type ObjectInfo } from '@/shared/objects/queries';
import { relationFor, relationOf } from '@/shared/records/relations';
import { ConfirmAction } from '@/shared/ui/confirm_action';
import { EmptyState } from '@/shared/ui/empty_state';
import { ErrorState } from '@/shared/ui/error_state';
import { PageTitle } from '@/shared/ui/page_title';
import { Panel } from '@/shared/ui/record_page';
import './designer.css';
import { objects as words } from './messages';
import { objectPath } from './objects';

const ObjectDrawer = lazy(() => import('./object_drawer'));

/** Records are counted for so many objects; a company has more only when it is very large. */
const COUNTED = 40;

function useCounts(all: readonly ObjectInfo[]): ReadonlyMap<string, Page<unknown>> {
  const counted = all.filter((one) => !one.archived && one.may.read).slice(0, COUNTED);
  return useQueries({
    queries: counted.map((one) => ({
      queryKey: [one.built_in ? one.key : `record:${one.key}`, 'count'],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        api.get<Page<unknown>>(relationOf(relationFor(one.key)).path, { limit: 1, count: true }, { signal }),
      staleTime: 60_000,
    })),
    combine: (answers) =>
      new Map(
        counted.flatMap((one, index) => {
          const data = answers[index]?.data;
          return data ? [[one.key, data] as const] : [];
        }),
      ),
  });
}

function ObjectTable({
  label,
  rows,
  counts,
  onArchive,
}: {
  label: string;
  rows: readonly ObjectInfo[];
  counts: ReadonlyMap<string, Page<unknown>>;
  onArchive: (row: ObjectInfo) => void;
}) {
  const t = useMessages(words);
  const locale = useLocale();
  return (
    <div className="table-scroll">
      <table className="list-table objects-table" aria-label={label}>
        <thead>
          <tr>
            <th scope="col">{t('name')}</th>
            <th scope="col" className="right">
              {t('fields')}
            </th>
            <th scope="col" className="right">
              {t('records')}
            </th>
            <th scope="col" className="wide-only">
              {t('menuPlace')}
            </th>
            <th scope="col">
              <span className="visually-hidden">{t('actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const name = labelText(row.name, locale);
            const count = counts.get(row.key);
            const total = count?.total ?? 0;
            return (
              <tr key={row.key}>
                <td>
                  <Link
                    to="/settings/objects/$object"
                    params={{ object: row.key }}
                    search={{}}
                    className="object-link"
                    aria-label={t('design', { name })}
                  >
                    <span className="object-icon" aria-hidden="true">
                      <ObjectIcon name={row.icon} />
                    </span>
                    {name}
                  </Link>
                </td>
                <td className="right number">{t('nCount', { n: row.fields })}</td>
                <td className="right number">
                  {count ? t(count.total_is_lower_bound ? 'nMore' : 'nRecords', { n: total }) : ''}
                </td>
                <td className="wide-only">{row.built_in ? '' : t(`menu_${row.menu}`)}</td>
                <td className="right">
                  {!row.built_in && (
                    <Button size="small" type="text" onClick={() => onArchive(row)}>
                      {t(row.archived ? 'restore' : 'archive')}
                      <span className="visually-hidden"> {name}</span>
                    </Button>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

export default function ObjectsPage() {
  const t = useMessages(words);
  const locale = useLocale();
  const { message } = App.useApp();
  const list = useQuery(objectsQuery);
  const [creating, setCreating] = useState(false);
  const [wanted, setWanted] = useState(false);
  const [archiving, setArchiving] = useState<ObjectInfo>();
  const all = list.data ?? [];
  const counts = useCounts(all);
  const change = async (row: ObjectInfo, verb: 'archive' | 'restore') => {
    await api.post(objectPath(row.key, `/${verb}`), undefined, { version: row.version });
    await queryClient.invalidateQueries({ queryKey: ['object'] });
  };
  const archiveOrRestore = (row: ObjectInfo) => {
    if (!row.archived) return setArchiving(row);
    return void change(row, 'restore').catch((error: unknown) => void message.error(problemText(error)));
  };
  const open = () => {
    setWanted(true);
    setCreating(true);
  };
  const create = (
    <Button type="primary" icon={<PlusOutlined />} onClick={open}>
      {t('create')}
    </Button>
  );
  const own = all.filter((one) => !one.built_in && !one.archived);
  const archived = all.filter((one) => one.archived);
  const table = (label: string, rows: readonly ObjectInfo[]) => (
    <ObjectTable label={label} rows={rows} counts={counts} onArchive={archiveOrRestore} />
  );
  return (
    <div className="page">
      <div className="page-head">
        <div className="grow">
          <PageTitle name={t('title')} />
          <p className="muted">{t('hint')}</p>
        </div>
        {create}
      </div>
      {list.isPending && <Skeleton active paragraph={{ rows: 8 }} />}
      {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.data && (
        <div className="stack">
          <Panel title={t('own')} flush>
            {own.length === 0 ? (
              <EmptyState
                title={t('noOwn')}
                hint={t('noOwnHint')}
                action={<Button onClick={open}>{t('create')}</Button>}
              />
            ) : (
              table(t('own'), own)
            )}
          </Panel>
          <Panel title={t('builtIn')} flush>
            {table(
              t('builtIn'),
              all.filter((one) => one.built_in),
            )}
          </Panel>
          {archived.length > 0 && (
            <Panel title={t('archivedOnes')} flush>
              {table(t('archivedOnes'), archived)}
            </Panel>
          )}
        </div>
      )}
      {wanted && (
        <Suspense fallback={null}>
          <ObjectDrawer open={creating} onClose={() => setCreating(false)} />
        </Suspense>
      )}
      <ConfirmAction
        open={archiving !== undefined}
        title={t('archiveTitle', { name: archiving ? labelText(archiving.name, locale) : '' })}
        text={t('archiveText')}
        okText={t('archive')}
        onClose={() => setArchiving(undefined)}
        onConfirm={async () => {
          if (archiving) await change(archiving, 'archive');
        }}
      />
    </div>
  );
}
