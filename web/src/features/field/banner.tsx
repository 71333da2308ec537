/** One line that says whether what was recorded has reached the server, and what to do when it hasn't. */
import { Link } from '@tanstack/react-router';
import { Button, Modal } from 'antd';
import { useState } from 'react';
import { SignInForm } from '@/features/identity/sign_in_form';
import { useMessages } from '@/shared/i18n';
import { useSession } from '@/shared/session';
import { useSync, useSyncState } from './context';
import { field } from './messages';
import type { SyncState } from './queue/sync';

export type BannerFace =
  | 'none'
  | 'offline'
  | 'signed_out'
  | 'other_person'
  | 'problem'
  | 'sending'
  | 'waiting'
  | 'failed';

/** What matters most, of all that may be true at once. */
export function bannerFace(state: Pick<SyncState, 'online' | 'running' | 'end' | 'commands'>): BannerFace {
  const waiting = state.commands.some((command) => command.state === 'waiting');
  if (state.end === 'other_person') return 'other_person';
  if (!state.online) return 'offline';
  if (state.end === 'signed_out') return 'signed_out';
  if (state.commands.some((command) => command.state === 'conflict' || command.state === 'rejected')) return 'problem';
  if (waiting && state.running) return 'sending';
  if (waiting && state.end === 'failed') return 'failed';
  return waiting ? 'waiting' : 'none';
}

export function Banner() {
  const t = useMessages(field);
  const sync = useSync();
  const session = useSession();
  const state = useSyncState();
  const [signingIn, setSigningIn] = useState(false);
  const n = state.commands.filter((command) => command.state === 'waiting').length;
  const problems = state.commands.filter(({ state: at }) => at === 'conflict' || at === 'rejected').length;
  const face = bannerFace(state);

  const syncButton = <Button onClick={() => void sync.syncNow()}>{t('syncNow')}</Button>;
  const look = (
    <Link to="/field/$" params={{ _splat: 'outbox' }} className="ant-btn" role="button" style={LOOK}>
      {t('look')}
    </Link>
  );
  const faces: Record<Exclude<BannerFace, 'none'>, { text: string; tone: string; action?: React.ReactNode }> = {
    offline: { text: n > 0 ? t('offlineWaiting', { n }) : t('offlineNothing'), tone: '', action: syncButton },
    signed_out: {
      text: n > 0 ? t('signedOut', { n }) : t('signedOutPlain'),
      tone: 'f-banner-bad',
      action: <Button onClick={() => setSigningIn(true)}>{t('signInAgain')}</Button>,
    },
    other_person: {
      text: t('otherPerson'),
      tone: 'f-banner-bad',
      action: <Button onClick={() => location.reload()}>{t('reload')}</Button>,
    },
    problem: { text: t('needsDecision', { n: problems }), tone: 'f-banner-bad', action: look },
    sending: { text: t('sending', { n }), tone: 'f-banner-info' },
    failed: { text: `${t('waitingOnline', { n })} · ${t('syncFailed')}`, tone: '', action: syncButton },
    waiting: { text: t('waitingOnline', { n }), tone: 'f-banner-info', action: syncButton },
  };
  const shown = face === 'none' ? undefined : faces[face];
  return (
    <>
      <div role="status" aria-live="polite">
        {shown && (
          <div className={`f-banner ${shown.tone}`}>
            <span>{shown.text}</span>
            {shown.action}
          </div>
        )}
      </div>
      <Modal
        open={signingIn}
        title={t('signInAgain')}
        footer={null}
        destroyOnHidden
        rootClassName="field-pop"
        onCancel={() => setSigningIn(false)}
      >
        <p style={{ marginBottom: 12 }}>
          <strong>{session.user.name}</strong> ({session.user.login})
        </p>
        <SignInForm
          fixed={{ tenant: session.tenant.slug, login: session.user.login }}
          onDone={() => {
            setSigningIn(false);
            void sync.syncNow();
          }}
        />
      </Modal>
    </>
  );
}

const LOOK = {
  display: 'inline-grid',
  placeItems: 'center',
  padding: '0 14px',
  minHeight: 48,
  borderRadius: 8,
  color: '#fff',
  border: '1.5px solid #fff',
  textDecoration: 'none',
} as const;
