/** The frame around every staff page: menu, search, create, help, language, colours, the person. */
import {
  BulbFilled,
  BulbOutlined,
  MenuOutlined,
  PlusOutlined,
  QuestionCircleOutlined,
  UserOutlined,
} from '@ant-design/icons';
import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { App, Button, Dropdown, Modal } from 'antd';
import { lazy, Suspense, useLayoutEffect, useState } from 'react';
import { identity } from '@/features/identity/messages';
import '@/features/lists/tools';
import { setAppearance, useAppearance } from '@/app/theme';
import { api } from '@/shared/api/api';
import { useLiveStream } from '@/shared/api/live';
import { problemText } from '@/shared/api/problem';
import { useMessages } from '@/shared/i18n';
import { forgetSession, keepLocale, useCan, useSession } from '@/shared/session';
import { ConfirmAction } from '@/shared/ui/confirm_action';
import { LanguageSwitch } from '@/shared/ui/language_switch';
import { PageSkeleton } from '@/shared/ui/page_skeleton';
import { useShortcut } from '@/shared/ui/shortcuts';
import { useIsPhone } from '@/shared/ui/use_media';
import { GlobalSearch } from './global_search';
import { MainMenu } from './main_menu';
import { shell } from './messages';
import { SignInAgain } from './sign_in_again';

// Only phones keep the menu in a drawer.
const PhoneMenu = lazy(() => import('./phone_menu'));
const Bell = lazy(() => import('@/features/notifications/bell'));

const PAGES_WITH_OWN_CREATE = /^\/(customers|devices|contracts|products|parts|engineers|records)(\/|$)/;

export default function Shell() {
  const t = useMessages(shell);
  const me = useMessages(identity);
  const session = useSession();
  const can = useCan();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const phone = useIsPhone();
  const appearance = useAppearance();
  const { message } = App.useApp();
  const [menuOpen, setMenuOpen] = useState<boolean>();
  const [helpOpen, setHelpOpen] = useState(false);
  const [leaveAll, setLeaveAll] = useState(false);
  useLiveStream();
  // Stands between pages, so before the title of the first one, which an effect sets.
  useLayoutEffect(() => {
    document.title = `Aftersail · ${session.tenant.name}`;
  }, [session.tenant.name]);

  const newTicket = () => void navigate({ to: '/intake' });
  useShortcut('?', () => setHelpOpen(true));
  useShortcut(
    'c',
    () => {
      if (PAGES_WITH_OWN_CREATE.test(pathname) || !can('tickets.create')) return false;
      newTicket();
    },
    'last',
  );

  const leave = () => {
    forgetSession();
    location.assign('/sign-in');
  };
  const signOut = async () => {
    try {
      await api.delete('/api/v1/session', { anonymous: true });
      leave();
    } catch (error) {
      void message.error(problemText(error));
    }
  };

  const keys: readonly [string, string][] = [
    ['/', t('keySearch')],
    ['c', t('keyCreate')],
    ['j / k', t('keyMove')],
    ['o', t('keyOpen')],
    ['e', t('keyEdit')],
    ['?', t('keyHelp')],
    ['Esc', t('keyClose')],
  ];
  return (
    <div className="shell">
      <a className="skip-link" href="#main">
        {t('skip')}
      </a>
      <header className="shell-head">
        {phone && (
          <Button type="text" icon={<MenuOutlined />} aria-label={t('openMenu')} onClick={() => setMenuOpen(true)} />
        )}
        <Link to="/" className="shell-brand" aria-label="Aftersail">
          <img src="/favicon.svg" alt="" />
          {!phone && <span>Aftersail</span>}
        </Link>
        {!phone && <span className="muted nowrap">{session.tenant.name}</span>}
        <div className="grow" style={{ display: 'flex', justifyContent: 'center' }}>
          <GlobalSearch />
        </div>
        {can('tickets.create') && (
          <Button type="primary" icon={<PlusOutlined />} onClick={newTicket} aria-label={t('newTicket')}>
            {phone ? null : t('newTicket')}
          </Button>
        )}
        <Suspense fallback={null}>
          <Bell />
        </Suspense>
        {!phone && (
          <>
            <Button
              type="text"
              icon={<QuestionCircleOutlined />}
              aria-label={t('help')}
              onClick={() => setHelpOpen(true)}
            />
            <LanguageSwitch onSwitch={(locale) => void keepLocale(locale)} />
            <Button
              type="text"
              icon={appearance === 'dark' ? <BulbFilled /> : <BulbOutlined />}
              aria-label={t(appearance === 'dark' ? 'toLight' : 'toDark')}
              onClick={() => setAppearance(appearance === 'dark' ? 'light' : 'dark')}
            />
          </>
        )}
        <Dropdown
          trigger={['click']}
          menu={{
            items: [
              { key: 'who', label: `${session.user.name} · ${session.user.login}`, disabled: true },
              { type: 'divider' },
              { key: 'profile', label: me('profile'), onClick: () => void navigate({ to: '/profile' }) },
              ...(phone
                ? [
                    {
                      key: 'theme',
                      label: t(appearance === 'dark' ? 'toLight' : 'toDark'),
                      onClick: () => setAppearance(appearance === 'dark' ? ('light' as const) : ('dark' as const)),
                    },
                  ]
                : []),
              { key: 'language', label: <LanguageSwitch onSwitch={(locale) => void keepLocale(locale)} /> },
              { type: 'divider' },
              { key: 'out', label: me('signOut'), onClick: () => void signOut() },
              { key: 'all', label: me('signOutAll'), onClick: () => setLeaveAll(true) },
            ],
          }}
        >
          <Button type="text" icon={<UserOutlined />} aria-label={t('userMenu', { name: session.user.name })}>
            {phone ? null : session.user.name}
          </Button>
        </Dropdown>
      </header>
      <div className="shell-body">
        {phone ? (
          menuOpen !== undefined && (
            <Suspense fallback={null}>
              <PhoneMenu open={menuOpen} onClose={() => setMenuOpen(false)} />
            </Suspense>
          )
        ) : (
          <nav className="shell-nav" aria-label={t('menu')}>
            <MainMenu />
          </nav>
        )}
        <main className="shell-main" id="main" tabIndex={-1}>
          <Suspense fallback={<PageSkeleton />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
      <Modal open={helpOpen} title={t('help')} footer={null} onCancel={() => setHelpOpen(false)}>
        <dl className="facts">
          {keys.map(([key, text]) => (
            <div key={key} style={{ display: 'contents' }}>
              <dt>
                <span className="kbd">{key}</span>
              </dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
      </Modal>
      <ConfirmAction
        open={leaveAll}
        title={me('signOutAll')}
        text={me('signOutAllText')}
        danger
        onClose={() => setLeaveAll(false)}
        onConfirm={async () => {
          await api.delete('/api/v1/session/all');
          leave();
        }}
      />
      <SignInAgain />
    </div>
  );
}
