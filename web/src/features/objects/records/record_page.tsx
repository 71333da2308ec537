/** One record of an object that people defined. */
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { api } from '@/shared/api/api';
import { queryClient } from '@/shared/api/query_client';
import { FormView } from '@/shared/form_view/form_view';
import { wholeForm, withRest } from '@/shared/form_view/whole_form';
import { Timeline } from '@/shared/history/timeline';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import { ObjectIcon } from '@/shared/objects/object_icon';
import { useStaffForm, type ObjectRecord } from '@/shared/objects/queries';
import { RelatedRecords } from '@/shared/own_fields/related_records';
import { ArchiveButton } from '@/shared/records/archive';
import { RefText } from '@/shared/records/ref_text';
import { ActionButton } from '@/shared/ui/action_button';
import { common } from '@/shared/ui/messages';
import { Panel, RecordPage as Frame } from '@/shared/ui/record_page';
import { useShortcut } from '@/shared/ui/shortcuts';
import { Facts, TimeText } from '@/shared/ui/texts';
import { useObjectDesk } from './desk';
import { records } from './messages';
import './records.css';

const RecordDrawer = lazy(() => import('./record_drawer'));

export default function RecordPage() {
  const { object, id } = useParams({ strict: false }) as { object: string; id: string };
  const t = useMessages(records);
  const c = useMessages(common);
  const locale = useLocale();
  const [editing, setEditing] = useState(false);
  const { desk, pending, error, retry } = useObjectDesk(object);
  const form = useStaffForm(object);
  const path = `/api/v1/records/${encodeURIComponent(object)}/${encodeURIComponent(id)}`;
  const query = useQuery({
    queryKey: [`record:${object}`, 'page', id],
    queryFn: ({ signal }) => api.get<ObjectRecord>(path, undefined, { signal }),
    // Values that are being worked out come a moment later.
    refetchInterval: ({ state }) => ((state.data?.computing ?? []).length > 0 ? 2_000 : false),
  });
  const record = query.data;
  const may = desk?.info.may.update === true;
  const blocked = may ? undefined : c('noPermission');
  useShortcut('e', () => {
    if (may && record) setEditing(true);
  });
  const name = desk ? labelText(desk.info.name, locale) : '';
  return (
    <>
      <Frame
        object={`record:${object}`}
        id={id}
        pending={query.isPending || pending}
        error={query.error ?? error}
        editing={editing}
        onRetry={() => {
          retry();
          void queryClient.invalidateQueries({ queryKey: [`record:${object}`] });
        }}
        heading={record?.title}
        sub={
          desk && (
            <span className="row" style={{ gap: 6 }}>
              <ObjectIcon name={desk.info.icon} />
              <Link to="/records/$object" params={{ object }}>
                {name}
              </Link>
              {record && record.title !== record.number && <span className="number">· {record.number}</span>}
            </span>
          )
        }
        tags={record?.archived_at && <span className="tag tag-cancelled">{c('archived')}</span>}
        actions={
          <>
            {record && may && <ArchiveButton object={`record:${object}`} path={desk?.path ?? ''} record={record} />}
            <ActionButton type="primary" blocked={blocked} onClick={() => setEditing(true)}>
              {c('edit')}
            </ActionButton>
          </>
        }
        main={
          <>
            {desk && record && form !== undefined && (
              <Panel title={form?.body[0]?.title ? undefined : c('basic')}>
                {desk.fields.length === 0 ? (
                  <p className="muted">{t('noFields')}</p>
                ) : (
                  <FormView
                    catalogue={desk.catalogue}
                    form={form ? withRest(form, desk.catalogue, record.values) : wholeForm(desk.catalogue)}
                    values={record.values}
                    mode="read"
                    place={{ object, id }}
                    computing={record.computing ?? []}
                    faults={record.faults ?? []}
                  />
                )}
              </Panel>
            )}
            <Panel title={c('timeline')}>
              <Timeline object={`record:${object}`} path={`${path}/timeline`} />
            </Panel>
          </>
        }
        side={
          record && (
            <>
              <Panel title={t('belongs')}>
                <Facts
                  items={[
                    [
                      t('number'),
                      <span key="n" className="number">
                        {record.number}
                      </span>,
                    ],
                    [t('owner'), <RefText key="o" of="user" id={record.owner_id} />],
                    [t('team'), <RefText key="t" of="team" id={record.team_id} />],
                    [t('region'), <RefText key="r" of="region" id={record.region_id} />],
                    [t('createdBy'), <RefText key="b" of="user" id={record.created_by} />],
                    [t('createdAt'), <TimeText key="c" at={record.created_at} />],
                    [t('updatedAt'), <TimeText key="u" at={record.updated_at} />],
                  ]}
                />
              </Panel>
              <RelatedRecords object={object} id={id} />
            </>
          )
        }
      />
      {editing && desk && record && (
        <Suspense fallback={null}>
          <RecordDrawer desk={desk} record={record} onClose={() => setEditing(false)} />
        </Suspense>
      )}
    </>
  );
}
