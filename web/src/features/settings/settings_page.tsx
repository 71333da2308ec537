import { Link, useParams } from '@tanstack/react-router';
import { lazy, Suspense, type ComponentType, type LazyExoticComponent } from 'react';
import { useMessages } from '@/shared/i18n';
import { useCan } from '@/shared/session';
import { EmptyState } from '@/shared/ui/empty_state';
import { PageSkeleton } from '@/shared/ui/page_skeleton';
import { PageTitle } from '@/shared/ui/page_title';
import { settings } from './messages';

interface Section {
  key:
    | 'company'
    | 'users'
    | 'roles'
    | 'teams'
    | 'regions'
    | 'sla'
    | 'prices'
    | 'skills'
    | 'checklists'
    | 'objects'
    | 'apikeys'
    | 'webhooks'
    | 'channels'
    | 'outbox'
    | 'jobs';
  needs: readonly string[];
  page: LazyExoticComponent<ComponentType>;
}

const SECTIONS: readonly Section[] = [
  { key: 'company', needs: ['settings.manage'], page: lazy(() => import('./company_section')) },
  { key: 'users', needs: ['users.read', 'users.manage'], page: lazy(() => import('./users_section')) },
  { key: 'roles', needs: ['roles.manage'], page: lazy(() => import('./roles_section')) },
  { key: 'teams', needs: ['teams.manage'], page: lazy(() => import('./teams_section')) },
  { key: 'regions', needs: ['teams.manage'], page: lazy(() => import('./regions_section')) },
  { key: 'objects', needs: ['objects.manage'], page: lazy(() => import('../objects/objects_page')) },
  { key: 'sla', needs: ['settings.manage'], page: lazy(() => import('./sla_section')) },
  { key: 'prices', needs: ['prices.update'], page: lazy(() => import('./prices_section')) },
  { key: 'skills', needs: ['engineers.update'], page: lazy(() => import('./skills_section')) },
  { key: 'checklists', needs: ['settings.manage'], page: lazy(() => import('./checklists_section')) },
  { key: 'channels', needs: ['channels.manage'], page: lazy(() => import('./channels_section')) },
  { key: 'outbox', needs: ['channels.manage'], page: lazy(() => import('./outbox_section')) },
  { key: 'webhooks', needs: ['channels.manage'], page: lazy(() => import('./webhooks_section')) },
  { key: 'apikeys', needs: ['apikeys.manage'], page: lazy(() => import('./apikeys_section')) },
  { key: 'jobs', needs: ['jobs.manage'], page: lazy(() => import('./jobs_section')) },
];

/** On a phone the sections are a row that scrolls; the one that is shown must be in sight. */
function keepInSight(item: HTMLLIElement | null): void {
  item?.scrollIntoView({ block: 'nearest', inline: 'center' });
}

export default function SettingsPage() {
  const t = useMessages(settings);
  const can = useCan();
  const { section } = useParams({ strict: false }) as { section?: string };
  const allowed = SECTIONS.filter((one) => one.needs.some(can));
  const current = allowed.find((one) => one.key === section) ?? allowed[0];
  if (!current) {
    return (
      <div className="page">
        <PageTitle name={t('title')} hidden />
        <EmptyState title={t('nothing')} />
      </div>
    );
  }
  const Section = current.page;
  return (
    <div className="settings">
      <nav aria-label={t('sections')} className="settings-nav">
        <ul>
          {allowed.map((one) => (
            <li key={one.key} ref={one.key === current.key ? keepInSight : undefined}>
              <Link
                to="/settings/$section"
                params={{ section: one.key }}
                search={{}}
                className="menu-link"
                aria-current={one.key === current.key ? 'page' : undefined}
              >
                {t(one.key)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div className="grow">
        <Suspense fallback={<PageSkeleton />}>
          <Section />
        </Suspense>
      </div>
    </div>
  );
}
