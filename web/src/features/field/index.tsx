/** The field engineer's face: works with one thumb, in the sun, and without network. */
import { CalendarOutlined, UnorderedListOutlined, UserOutlined } from '@ant-design/icons';
import { Link, useLocation } from '@tanstack/react-router';
import { ConfigProvider, Skeleton } from 'antd';
import { useEffect, useState, type ReactNode } from 'react';
import { useMessages } from '@/shared/i18n';
import { useSession } from '@/shared/session';
import { ErrorState } from '@/shared/ui/error_state';
import { useDocumentTitle } from '@/shared/ui/use_document_title';
import { Banner } from './banner';
import { SyncContext, useSyncState } from './context';
import { engineOf } from './engine';
import './field.css';
import { JobPage } from './job/job_page';
import { loadOwnFields } from './job/own_fields_door';
import { ListPage } from './list_page';
import { MePage } from './me_page';
import { field } from './messages';
import { prepareOffline } from './offline';
import { OutboxPage } from './outbox_page';
import type { FieldSync } from './queue/sync';
import { TodayPage } from './today_page';

const THEME = { cssVar: { key: 'as-field' }, token: { controlHeightLG: 48, fontSize: 16, fontSizeLG: 16 } };

const TABS = [
  { key: 'today', to: '/field', splat: '', icon: <CalendarOutlined aria-hidden /> },
  { key: 'list', to: '/field/$', splat: 'list', icon: <UnorderedListOutlined aria-hidden /> },
  { key: 'me', to: '/field/$', splat: 'me', icon: <UserOutlined aria-hidden /> },
] as const;

function Tabs({ at }: { at: string }) {
  const t = useMessages(field);
  return (
    <nav className="f-tabs" aria-label={t('tabs')}>
      {TABS.map((tab) => {
        const here = at === tab.splat || (tab.key === 'me' && at === 'outbox');
        const shared = { ...(here ? { 'aria-current': 'page' as const } : {}), activeProps: {} };
        const inside = (
          <>
            {tab.icon}
            {t(tab.key)}
          </>
        );
        return tab.splat === '' ? (
          <Link key={tab.key} to="/field" activeOptions={{ exact: true }} {...shared}>
            {inside}
          </Link>
        ) : (
          <Link key={tab.key} to="/field/$" params={{ _splat: tab.splat }} {...shared}>
            {inside}
          </Link>
        );
      })}
    </nav>
  );
}

/** Has the code of forms on the phone before the network is gone, where there are forms to fill in. */
function FormsAhead() {
  const { day } = useSyncState();
  const wanted = (day?.forms ?? []).length > 0;
  useEffect(() => {
    if (wanted) loadOwnFields().catch(() => undefined);
  }, [wanted]);
  return null;
}

function pageAt(path: string): ReactNode {
  const [head, id] = path.split('/');
  if (head === 'visits' && id) return <JobPage key={id} visitId={id} />;
  if (head === 'list') return <ListPage />;
  if (head === 'me') return <MePage />;
  if (head === 'outbox') return <OutboxPage />;
  return <TodayPage />;
}

export default function FieldFace() {
  const t = useMessages(field);
  const session = useSession();
  const path = useLocation({ select: (location) => location.pathname.replace(/^\/field\/?/, '').replace(/\/$/, '') });
  const [sync, setSync] = useState<FieldSync>();
  const [failure, setFailure] = useState<unknown>();
  const owner = session.user.id;

  useEffect(() => {
    let gone = false;
    engineOf(owner).then(
      (engine) => {
        if (!gone) setSync(engine);
      },
      (error: unknown) => {
        if (!gone) setFailure(error);
      },
    );
    return () => {
      gone = true;
    };
  }, [owner]);
  useEffect(() => void prepareOffline(), []);
  useDocumentTitle(t('appName'));

  const job = path.startsWith('visits/');
  return (
    <ConfigProvider componentSize="large" theme={THEME}>
      <link rel="manifest" href="/manifest.webmanifest" />
      <div className="field">
        {failure !== undefined && (
          <main className="f-main">
            <ErrorState error={failure} onRetry={() => location.reload()} />
          </main>
        )}
        {failure === undefined && !sync && (
          <main className="f-main" aria-busy="true">
            <Skeleton active paragraph={{ rows: 8 }} />
          </main>
        )}
        {sync && (
          <SyncContext value={sync}>
            <Banner />
            <FormsAhead />
            {pageAt(path)}
            {!job && <Tabs at={path} />}
          </SyncContext>
        )}
      </div>
    </ConfigProvider>
  );
}
