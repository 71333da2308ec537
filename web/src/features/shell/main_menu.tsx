import {
  AlertOutlined,
  ApartmentOutlined,
  AppstoreOutlined,
  AuditOutlined,
  CalendarOutlined,
  CheckSquareOutlined,
  CustomerServiceOutlined,
  DashboardOutlined,
  DollarOutlined,
  FileProtectOutlined,
  FileTextOutlined,
  HeartOutlined,
  ImportOutlined,
  MobileOutlined,
  QrcodeOutlined,
  RetweetOutlined,
  ScheduleOutlined,
  SettingOutlined,
  ShoppingOutlined,
  SmileOutlined,
  TeamOutlined,
  ToolOutlined,
  UserOutlined,
} from '@ant-design/icons';
import { Link, useLocation } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, type ReactNode } from 'react';
import { useMessages } from '@/shared/i18n';
import { objectsQuery, type ObjectInfo } from '@/shared/objects/queries';
import { useCan } from '@/shared/session';
import { shell } from './messages';

// The icons of own objects come with the first object that somebody defined.
const OwnMenu = lazy(() => import('@/shared/objects/own_menu'));

type Key = keyof typeof shell.zh;

interface Entry {
  to: string;
  key: Key;
  icon: ReactNode;
  /** Any of these lets a person in. */
  needs: readonly string[];
}

const GROUPS: readonly { key: Key; entries: readonly Entry[] }[] = [
  {
    key: 'service',
    entries: [
      { to: '/', key: 'cockpit', icon: <DashboardOutlined />, needs: ['insight.read'] },
      { to: '/intake', key: 'intake', icon: <CustomerServiceOutlined />, needs: ['tickets.create'] },
      { to: '/tasks', key: 'tasks', icon: <CheckSquareOutlined />, needs: ['tasks.read'] },
      { to: '/tickets', key: 'tickets', icon: <FileTextOutlined />, needs: ['tickets.read'] },
      { to: '/dispatch', key: 'dispatch', icon: <CalendarOutlined />, needs: ['dispatch.use'] },
      { to: '/field', key: 'field', icon: <MobileOutlined />, needs: ['visits.work'] },
    ],
  },
  {
    key: 'master',
    entries: [
      { to: '/customers', key: 'customers', icon: <UserOutlined />, needs: ['customers.read'] },
      { to: '/devices', key: 'devices', icon: <QrcodeOutlined />, needs: ['devices.read'] },
      { to: '/contracts', key: 'contracts', icon: <FileProtectOutlined />, needs: ['contracts.read'] },
      { to: '/maintenance', key: 'maintenance', icon: <ScheduleOutlined />, needs: ['contracts.read'] },
      { to: '/products', key: 'products', icon: <AppstoreOutlined />, needs: ['products.read'] },
      { to: '/parts', key: 'parts', icon: <ToolOutlined />, needs: ['parts.read'] },
      { to: '/engineers', key: 'engineers', icon: <TeamOutlined />, needs: ['engineers.read'] },
    ],
  },
  {
    key: 'money',
    entries: [
      { to: '/orders', key: 'orders', icon: <ShoppingOutlined />, needs: ['orders.read'] },
      { to: '/quotes', key: 'quotes', icon: <DollarOutlined />, needs: ['quotes.read'] },
      { to: '/renewals', key: 'renewals', icon: <RetweetOutlined />, needs: ['contracts.read'] },
      { to: '/surveys', key: 'surveys', icon: <SmileOutlined />, needs: ['surveys.read'] },
      { to: '/recovery-tasks', key: 'recoveryTasks', icon: <HeartOutlined />, needs: ['surveys.read'] },
    ],
  },
  { key: 'more', entries: [] },
  {
    key: 'manage',
    entries: [
      {
        to: '/settings',
        key: 'settings',
        icon: <SettingOutlined />,
        needs: [
          'settings.manage',
          'users.read',
          'users.manage',
          'roles.manage',
          'teams.manage',
          'apikeys.manage',
          'channels.manage',
          'jobs.manage',
          'prices.update',
          'engineers.update',
        ],
      },
      { to: '/processes', key: 'processes', icon: <ApartmentOutlined />, needs: ['processes.read'] },
      { to: '/process-incidents', key: 'incidents', icon: <AlertOutlined />, needs: ['processes.operate'] },
      { to: '/imports', key: 'imports', icon: <ImportOutlined />, needs: ['data.import'] },
      { to: '/audit', key: 'audit', icon: <AuditOutlined />, needs: ['audit.read'] },
    ],
  },
];

/** The objects that people defined and this person reads, that have a place in the menu. */
function useOwnObjects(menu: ObjectInfo['menu']): readonly ObjectInfo[] {
  const { data } = useQuery(objectsQuery);
  return (data ?? []).filter((info) => !info.built_in && !info.archived && info.may.read && info.menu === menu);
}

/** The menu by permission: what a person may not use isn't in the way. */
export function MainMenu({ onNavigate }: { onNavigate?: () => void }) {
  const t = useMessages(shell);
  const can = useCan();
  const { pathname } = useLocation();
  const main = useOwnObjects('main');
  const more = useOwnObjects('more');
  const isCurrent = (to: string) => (to === '/' ? pathname === '/' : pathname === to || pathname.startsWith(`${to}/`));
  return (
    <>
      {GROUPS.map((group) => {
        const entries = group.entries.filter((entry) => entry.needs.some(can));
        const own = group.key === 'master' ? main : group.key === 'more' ? more : [];
        if (entries.length === 0 && own.length === 0) return null;
        return (
          <div key={group.key} className="menu-group">
            <div className="menu-heading" id={`menu-${group.key}`}>
              {t(group.key)}
            </div>
            <ul aria-labelledby={`menu-${group.key}`}>
              {entries.map((entry) => (
                <li key={entry.to}>
                  <Link
                    to={entry.to}
                    className="menu-link"
                    aria-current={isCurrent(entry.to) ? 'page' : undefined}
                    onClick={onNavigate}
                  >
                    {entry.icon} {t(entry.key)}
                  </Link>
                </li>
              ))}
              {own.length > 0 && (
                <Suspense fallback={null}>
                  <OwnMenu items={own} onNavigate={onNavigate} />
                </Suspense>
              )}
            </ul>
          </div>
        );
      })}
    </>
  );
}
