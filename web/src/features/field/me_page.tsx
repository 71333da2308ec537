/** Who is signed in, what the phone holds, and how the pages look. */
import { Link } from '@tanstack/react-router';
import { App, Button } from 'antd';
import { useEffect, useState } from 'react';
import { setAppearance, useAppearance } from '@/app/theme';
import { api } from '@/shared/api/api';
import { problemText } from '@/shared/api/problem';
import { useLocale, useMessages } from '@/shared/i18n';
import { forgetSession, keepLocale, useSession } from '@/shared/session';
import { formatTime } from '@/shared/time';
import { Facts } from '@/shared/ui/texts';
import { useSync, useSyncState } from './context';
import { Choices, Section } from './job/section';
import { field } from './messages';
import { forgetOffline, offlineState, type OfflineState } from './offline';

const OFFLINE_TEXT = {
  ready: 'offlineReady',
  preparing: 'offlinePreparing',
  impossible: 'offlineNotReady',
} as const satisfies Record<OfflineState, string>;

export function MePage() {
  const t = useMessages(field);
  const locale = useLocale();
  const appearance = useAppearance();
  const session = useSession();
  const sync = useSync();
  const state = useSyncState();
  const { message, modal } = App.useApp();
  const [offline, setOffline] = useState<OfflineState>(offlineState);
  useEffect(() => {
    if (!('serviceWorker' in navigator)) return undefined;
    const look = () => setOffline(offlineState());
    navigator.serviceWorker.addEventListener('controllerchange', look);
    return () => navigator.serviceWorker.removeEventListener('controllerchange', look);
  }, []);
  const waiting = state.commands.filter((command) => command.state === 'waiting').length;
  const office = Object.keys(session.user.permissions).some((permission) => permission.startsWith('dispatch.'));

  const signOut = () =>
    modal.confirm({
      title: t('signOut'),
      content: waiting > 0 ? t('signOutWaiting', { n: waiting }) : t('signOutText'),
      okText: t('signOut'),
      cancelText: t('cancel'),
      rootClassName: 'field-pop',
      onOk: async () => {
        try {
          await api.delete('/api/v1/session', { anonymous: true });
        } catch (error) {
          void message.error(state.online ? problemText(error) : t('signOutOffline'));
          return;
        }
        sync.stop();
        await sync.forgetDay();
        await forgetOffline();
        forgetSession();
        location.assign('/sign-in?next=/field');
      },
    });
  return (
    <>
      <header className="f-head">
        <h1>{t('me')}</h1>
      </header>
      <main className="f-main">
        <Section title={session.user.name}>
          <Facts
            items={[
              [t('account'), session.user.login],
              [t('company'), session.tenant.name],
            ]}
          />
        </Section>
        <Section title={t('onThisPhone')}>
          <p>{t('counts', { jobs: state.day?.visits.length ?? 0, parts: state.day?.parts.length ?? 0, waiting })}</p>
          <Facts items={[[t('lastSync'), state.dayAt ? formatTime(state.dayAt) : t('never')]]} />
          <p className="muted">{t(OFFLINE_TEXT[offline])}</p>
          {state.ofOthers > 0 && <p>{t('ofOthers', { n: state.ofOthers })}</p>}
          <div className="f-actions">
            <Link
              to="/field/$"
              params={{ _splat: 'outbox' }}
              className="f-tap"
              style={{ display: 'grid', placeItems: 'center', border: '1px solid #8793a0', borderRadius: 8 }}
            >
              {t('outboxTitle')}
            </Link>
            <Button type="primary" loading={state.running || state.dayLoading} onClick={() => void sync.syncNow()}>
              {t('syncNow')}
            </Button>
          </div>
        </Section>
        <Section title={t('language')}>
          <Choices
            label={t('language')}
            name="language"
            value={locale}
            options={[
              { value: 'zh-CN', label: '中文' },
              { value: 'en', label: 'English' },
            ]}
            onChange={(next) => void keepLocale(next)}
          />
        </Section>
        <Section title={t('appearance')}>
          <Choices
            label={t('appearance')}
            name="appearance"
            value={appearance}
            options={[
              { value: 'light', label: t('light') },
              { value: 'dark', label: t('dark') },
            ]}
            onChange={setAppearance}
          />
        </Section>
        {office && (
          <a href="/" className="f-tap" style={{ display: 'grid', placeItems: 'center' }}>
            {t('toStaff')}
          </a>
        )}
        <Button danger onClick={signOut}>
          {t('signOut')}
        </Button>
      </main>
    </>
  );
}
