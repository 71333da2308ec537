/** One object: its fields, its forms and its settings. */
import { ArrowLeftOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { ApiError } from '@/shared/api/problem';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import { ObjectIcon } from '@/shared/objects/object_icon';
import { definitionQuery } from '@/shared/objects/queries';
import { useCan } from '@/shared/session';
import { EmptyState } from '@/shared/ui/empty_state';
import { ErrorState } from '@/shared/ui/error_state';
import { PageSkeleton } from '@/shared/ui/page_skeleton';
import { PageTitle } from '@/shared/ui/page_title';
import './designer.css';
import { objects } from './messages';
import { freshFieldsQuery } from './objects';

const FieldDesigner = lazy(() => import('./fields/designer'));
const FormsTab = lazy(() => import('./forms/forms_tab'));
const SettingsTab = lazy(() => import('./settings_tab'));

export interface ObjectSearch {
  tab?: 'forms' | 'settings';
  form?: string;
}

const TABS = [
  { tab: undefined, word: 'tabFields' },
  { tab: 'forms', word: 'tabForms' },
  { tab: 'settings', word: 'tabSettings' },
] as const;

export default function ObjectPage() {
  const t = useMessages(objects);
  const locale = useLocale();
  const can = useCan();
  const { object } = useParams({ strict: false }) as { object: string };
  const { tab } = useSearch({ strict: false }) as ObjectSearch;
  const allowed = can('objects.manage');
  const definition = useQuery({ ...definitionQuery(object), enabled: allowed });
  const fields = useQuery({ ...freshFieldsQuery(object), enabled: allowed });
  const error = definition.error ?? fields.error;
  const gone = !allowed || (error instanceof ApiError && error.status === 404);
  if (gone) {
    return (
      <div className="page">
        <PageTitle name={t('title')} hidden />
        <EmptyState
          title={t('notFound')}
          hint={t('notFoundHint')}
          action={
            <Link to="/settings/$section" params={{ section: 'objects' }} search={{}}>
              {t('back')}
            </Link>
          }
        />
      </div>
    );
  }
  if (error) {
    return (
      <div className="page">
        <PageTitle name={t('title')} hidden />
        <ErrorState
          error={error}
          onRetry={() => {
            void definition.refetch();
            void fields.refetch();
          }}
        />
      </div>
    );
  }
  if (!definition.data || !fields.data) return <PageSkeleton />;
  const { name, icon, built_in, archived_at } = definition.data;
  return (
    <div className="page designer-page">
      <div className="page-head object-head">
        <div className="row grow">
          <Link
            to="/settings/$section"
            params={{ section: 'objects' }}
            search={{}}
            className="back-link"
            aria-label={t('back')}
            title={t('back')}
          >
            <ArrowLeftOutlined aria-hidden="true" />
          </Link>
          <span className="object-icon" aria-hidden="true">
            <ObjectIcon name={icon ?? null} />
          </span>
          <PageTitle name={`${labelText(name, locale)} · ${t('title')}`}>{labelText(name, locale)}</PageTitle>
          {built_in && <span className="tag">{t('builtInTag')}</span>}
          {archived_at && <span className="tag tag-cancelled">{t('archivedTag')}</span>}
          {!built_in && !archived_at && (
            <Link to="/records/$object" params={{ object }} search={{}} className="records-link">
              {t('openRecords')}
            </Link>
          )}
        </div>
        <nav aria-label={t('tabs')} className="tab-links">
          {TABS.map((one) => (
            <Link
              key={one.word}
              to="/settings/objects/$object"
              params={{ object }}
              search={one.tab ? { tab: one.tab } : {}}
              className="tab-link"
              activeOptions={{ exact: true }}
              aria-current={tab === one.tab ? 'page' : undefined}
            >
              {t(one.word)}
            </Link>
          ))}
        </nav>
      </div>
      <Suspense fallback={<PageSkeleton />}>
        {tab === 'settings' ? (
          <SettingsTab key={object} definition={definition.data} />
        ) : tab === 'forms' ? (
          <FormsTab key={object} definition={definition.data} catalogue={fields.data.catalogue} />
        ) : (
          <FieldDesigner key={object} definition={definition.data} view={fields.data} />
        )}
      </Suspense>
    </div>
  );
}
