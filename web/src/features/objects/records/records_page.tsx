/** The records of an object that people defined, as a table, a board, a calendar, cards or places. */
import { AppstoreOutlined, CalendarOutlined, EnvironmentOutlined, ProjectOutlined } from '@ant-design/icons';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Empty } from 'antd';
import { lazy, Suspense, useState } from 'react';
import type { FilterField } from '@/shared/filter/tree';
import '@/shared/form_view/form_view.css';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import { ObjectIcon } from '@/shared/objects/object_icon';
import type { ObjectRecord } from '@/shared/objects/queries';
import { ownFilters } from '@/shared/own_fields/own_filters';
import { ownColumn } from '@/shared/own_fields/own_list';
import { RefText } from '@/shared/records/ref_text';
import { ErrorState } from '@/shared/ui/error_state';
import { ListPage, type LayoutScope, type ListColumn, type ListLayout } from '@/shared/ui/list_page';
import type { ListSearch } from '@/shared/ui/list_search';
import { NotFoundPage } from '@/shared/ui/not_found_page';
import { PageSkeleton } from '@/shared/ui/page_skeleton';
import { TimeText } from '@/shared/ui/texts';
import { boardFields, calendarFields, firstColumns, isSortable, useObjectDesk, type ObjectDesk } from './desk';
import { records } from './messages';
import './records.css';

const Board = lazy(() => import('./board'));
const Calendar = lazy(() => import('./calendar'));
const Gallery = lazy(() => import('./gallery'));
const Places = lazy(() => import('./places'));
const RecordDrawer = lazy(() => import('./record_drawer'));

const STANDARD: readonly FilterField[] = [
  { id: 'number', label: { zh: '编号', en: 'number' }, type: 'text' },
  { id: 'owner_id', label: { zh: '负责人', en: 'responsible' }, type: 'id', of: 'user' },
  { id: 'team_id', label: { zh: '团队', en: 'team' }, type: 'id', of: 'team' },
  { id: 'region_id', label: { zh: '区域', en: 'region' }, type: 'id', of: 'region' },
  { id: 'created_by', label: { zh: '创建人', en: 'created by' }, type: 'id', of: 'user' },
  { id: 'created_at', label: { zh: '创建时间', en: 'created' }, type: 'time' },
  { id: 'updated_at', label: { zh: '更新时间', en: 'updated' }, type: 'time' },
];

function columnsOf(desk: ObjectDesk): ListColumn<ObjectRecord>[] {
  const { titleField: named, info } = desk;
  const link = (row: ObjectRecord, words: string) => (
    <Link to="/records/$object/$id" params={{ object: info.key, id: row.id }}>
      {words}
    </Link>
  );
  const number: ListColumn<ObjectRecord> = {
    key: 'number',
    title: { zh: '编号', en: 'Number' },
    sort: 'number',
    width: 130,
    render: (row) => (named ? <span className="nowrap number">{row.number}</span> : link(row, row.number)),
  };
  const title: ListColumn<ObjectRecord>[] = named
    ? [
        {
          key: 'title',
          field: named.id,
          title: named.label,
          ...(isSortable(desk.view, named, desk.reader) ? { sort: named.id } : {}),
          render: (row) => link(row, row.title),
        },
      ]
    : [];
  const atFirst = firstColumns(desk);
  const own = desk.fields
    .filter((field) => field !== named)
    .map((field) => ({
      ...ownColumn<ObjectRecord>(field, (row) => row.values[field.id], isSortable(desk.view, field, desk.reader)),
      key: field.id,
      ...(atFirst.has(field.id) ? {} : { off: true, wide: true }),
    }));
  return [
    ...title,
    number,
    ...own,
    {
      key: 'owner_id',
      title: { zh: '负责人', en: 'Responsible' },
      off: true,
      wide: true,
      render: (row) => <RefText of="user" id={row.owner_id} />,
    },
    {
      key: 'team_id',
      title: { zh: '团队', en: 'Team' },
      off: true,
      wide: true,
      render: (row) => <RefText of="team" id={row.team_id} />,
    },
    {
      key: 'region_id',
      title: { zh: '区域', en: 'Region' },
      off: true,
      wide: true,
      render: (row) => <RefText of="region" id={row.region_id} />,
    },
    {
      key: 'created_at',
      title: { zh: '创建时间', en: 'Created' },
      sort: 'created_at',
      width: 130,
      off: true,
      wide: true,
      render: (row) => <TimeText at={row.created_at} />,
    },
    {
      key: 'updated_at',
      title: { zh: '更新时间', en: 'Updated' },
      sort: 'updated_at',
      width: 130,
      wide: true,
      render: (row) => <TimeText at={row.updated_at} />,
    },
  ];
}

type Scope = LayoutScope<ObjectRecord>;

function layoutsOf(desk: ObjectDesk, open: (id: string) => void): ListLayout<ObjectRecord>[] {
  const layouts: ListLayout<ObjectRecord>[] = [];
  const lazily = (draw: (scope: Scope) => React.ReactNode) => (scope: Scope) => (
    <Suspense fallback={<div aria-busy="true" className="panel" style={{ minHeight: 240 }} />}>{draw(scope)}</Suspense>
  );
  if (boardFields(desk).length > 0) {
    layouts.push({
      key: 'board',
      label: { zh: records.zh.board, en: records.en.board },
      icon: <ProjectOutlined />,
      reads: true,
      render: lazily((scope) => <Board desk={desk} scope={scope} onOpen={open} />),
    });
  }
  if (calendarFields(desk).length > 0) {
    layouts.push({
      key: 'calendar',
      label: { zh: records.zh.calendar, en: records.en.calendar },
      icon: <CalendarOutlined />,
      reads: true,
      render: lazily((scope) => <Calendar desk={desk} scope={scope} />),
    });
  }
  layouts.push({
    key: 'gallery',
    label: { zh: records.zh.gallery, en: records.en.gallery },
    icon: <AppstoreOutlined />,
    render: lazily((scope) => <Gallery desk={desk} rows={scope.rows} />),
  });
  if (desk.fields.some((field) => field.kind.type === 'location')) {
    layouts.push({
      key: 'map',
      label: { zh: records.zh.map, en: records.en.map },
      icon: <EnvironmentOutlined />,
      render: lazily((scope) => <Places desk={desk} rows={scope.rows} />),
    });
  }
  return layouts;
}

export default function RecordsPage() {
  const { object } = useParams({ strict: false }) as { object: string };
  const t = useMessages(records);
  const locale = useLocale();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as ListSearch;
  const { desk, pending, error, retry } = useObjectDesk(object);
  const [creating, setCreating] = useState(search.create === true);
  if (pending) return <PageSkeleton />;
  if (!desk) {
    return (
      <div className="page">
        {error ? <ErrorState error={error} onRetry={retry} /> : <Empty description={t('noObject')} />}
      </div>
    );
  }
  if (desk.info.built_in) return <NotFoundPage />;
  const name = labelText(desk.info.name, locale);
  const open = (id: string) => void navigate({ to: '/records/$object/$id', params: { object, id } });
  return (
    <>
      <ListPage<ObjectRecord>
        key={object}
        title={name}
        icon={<ObjectIcon name={desk.info.icon} />}
        object={desk.key}
        path={desk.path}
        choose={`records.${object}`}
        searchHint={t('search')}
        columns={columnsOf(desk)}
        filters={[...ownFilters(desk.view, desk.reader), ...STANDARD]}
        layouts={layoutsOf(desk, open)}
        defaultSort="-created_at"
        archive
        create={{
          label: t('create', { object: name }),
          permission: desk.info.may.create && !desk.info.archived,
          onClick: () => setCreating(true),
        }}
        onOpen={(row) => open(row.id)}
        emptyTitle={t('emptyTitle', { object: name })}
        emptyHint={t('emptyHint')}
      />
      {creating && (
        <Suspense fallback={null}>
          <RecordDrawer desk={desk} onClose={() => setCreating(false)} onSaved={(record) => open(record.id)} />
        </Suspense>
      )}
    </>
  );
}
