/** All processes: what is drawn, what is published, and the way to a new one. */
import { Link, useNavigate } from '@tanstack/react-router';
import { App, Button, Modal, Skeleton, Input } from 'antd';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { api, url } from '@/shared/api/api';
import { problemText } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import type { Page } from '@/shared/api/types';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import { choices, choiceText } from '@/shared/labels';
import { objectsQuery } from '@/shared/objects/queries';
import { useCan } from '@/shared/session';
import { ActionButton } from '@/shared/ui/action_button';
import { EmptyState } from '@/shared/ui/empty_state';
import { ErrorState } from '@/shared/ui/error_state';
import { common } from '@/shared/ui/messages';
import { PageTitle } from '@/shared/ui/page_title';
import { Panel } from '@/shared/ui/record_page';
import { TimeText, ToneTag } from '@/shared/ui/texts';
import { named, type Process } from './catalogue';
import { words } from './messages';

const ProcessDrawer = lazy(() => import('./process_drawer'));

export default function ProcessesPage() {
  const t = useMessages(words);
  const c = useMessages(common);
  const locale = useLocale();
  const can = useCan();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const [q, setQ] = useState('');
  const [creating, setCreating] = useState(false);
  const [archiving, setArchiving] = useState<Process>();
  const objects = useQuery(objectsQuery);
  const list = useQuery({
    queryKey: ['process', 'list'],
    queryFn: ({ signal }) =>
      api.get<Page<Process>>('/api/v1/processes', { limit: 200, sort: '-updated_at' }, { signal }),
  });
  const rows = (list.data?.items ?? []).filter((row) =>
    `${row.label_zh} ${row.label_en} ${row.key}`.toLowerCase().includes(q.trim().toLowerCase()),
  );
  const blocked = can('processes.design') ? undefined : c('noPermission');
  const move = async (row: Process, verb: 'archive' | 'restore') => {
    try {
      await api.post(url(`/api/v1/processes/{id}/${verb}`, { id: row.id }), undefined, { version: row.version });
      await queryClient.invalidateQueries({ queryKey: ['process'] });
    } catch (error) {
      void message.error(problemText(error));
    }
  };
  const objectName = (row: Process) => {
    const info = objects.data?.find((one) => one.key === row.object);
    const name = info ? labelText(info.name, locale) : (row.object ?? '—');
    const type =
      row.object === 'ticket' && row.object_type ? choiceText(choices.ticketType, row.object_type) : row.object_type;
    return type ? `${name} · ${type}` : name;
  };
  return (
    <div className="page">
      <div className="row-between" style={{ marginBottom: 12 }}>
        <PageTitle name={t('processes')} />
        <ActionButton type="primary" blocked={blocked} onClick={() => setCreating(true)}>
          {t('create')}
        </ActionButton>
      </div>
      <Panel flush>
        <div style={{ padding: 12 }}>
          <Input.Search
            allowClear
            placeholder={t('search')}
            aria-label={t('search')}
            style={{ maxWidth: 320 }}
            onChange={(event) => setQ(event.target.value)}
          />
        </div>
        {list.isPending && <Skeleton active style={{ padding: 16 }} />}
        {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
        {list.data && rows.length === 0 && (
          <EmptyState
            title={t('emptyTitle')}
            hint={t('emptyHint')}
            action={
              <ActionButton blocked={blocked} onClick={() => setCreating(true)}>
                {t('create')}
              </ActionButton>
            }
          />
        )}
        {rows.length > 0 && (
          <div className="table-scroll">
            <table className="list-table" aria-label={t('processes')}>
              <thead>
                <tr>
                  <th scope="col">{t('name')}</th>
                  <th scope="col">{t('state')}</th>
                  <th scope="col" className="wide-only">
                    {t('object')}
                  </th>
                  <th scope="col" className="wide-only">
                    {t('updated')}
                  </th>
                  <th scope="col">
                    <span className="visually-hidden">{t('archive')}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={row.id}>
                    <td>
                      <Link to="/processes/$id" params={{ id: row.id }}>
                        {named(row, locale)}
                      </Link>
                    </td>
                    <td>
                      <ToneTag tone={row.archived_at ? 'cancelled' : row.published > 0 ? 'resolved' : 'waiting'}>
                        {row.archived_at
                          ? t('archived')
                          : row.published > 0
                            ? t('publishedAs', { n: row.published })
                            : t('draftOnly')}
                      </ToneTag>
                    </td>
                    <td className="wide-only">{objectName(row)}</td>
                    <td className="wide-only">
                      <TimeText at={row.updated_at} />
                    </td>
                    <td className="right">
                      {!blocked && (
                        <Button
                          size="small"
                          type="text"
                          onClick={() => (row.archived_at ? void move(row, 'restore') : setArchiving(row))}
                        >
                          {t(row.archived_at ? 'restore' : 'archive')}
                          <span className="visually-hidden"> {named(row, locale)}</span>
                        </Button>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Panel>
      <Modal
        open={archiving !== undefined}
        title={archiving && `${t('archive')}: ${named(archiving, locale)}`}
        okText={t('archive')}
        onCancel={() => setArchiving(undefined)}
        onOk={async () => {
          if (archiving) await move(archiving, 'archive');
          setArchiving(undefined);
        }}
      />
      <Suspense fallback={null}>
        {creating && (
          <ProcessDrawer
            onClose={() => setCreating(false)}
            onCreated={(made) => void navigate({ to: '/processes/$id', params: { id: made.id } })}
          />
        )}
      </Suspense>
    </div>
  );
}
