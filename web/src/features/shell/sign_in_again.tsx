import { Button, Modal, Skeleton } from 'antd';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { onSignedOut } from '@/shared/api/api';
import { useMessages } from '@/shared/i18n';
import { forgetSession, useSession } from '@/shared/session';
import { identity } from '@/features/identity/messages';

// Few sessions end while somebody works; the form comes when one does.
const SignInForm = lazy(() =>
  import('@/features/identity/sign_in_form').then((module) => ({ default: module.SignInForm })),
);

/** When the session ends while somebody works, they sign in over the page, and what waited goes on. */
export function SignInAgain() {
  const t = useMessages(identity);
  const session = useSession();
  const [open, setOpen] = useState(false);
  const waiting = useRef<{ promise: Promise<boolean>; settle: (done: boolean) => void } | undefined>(undefined);
  useEffect(() => {
    onSignedOut(() => {
      if (!waiting.current) {
        let settle: (done: boolean) => void = () => undefined;
        const promise = new Promise<boolean>((resolve) => {
          settle = resolve;
        });
        waiting.current = { promise, settle };
        setOpen(true);
      }
      return waiting.current.promise;
    });
    return () => onSignedOut(undefined);
  }, []);
  const finish = (done: boolean) => {
    setOpen(false);
    waiting.current?.settle(done);
    waiting.current = undefined;
  };
  return (
    <Modal
      open={open}
      title={t('expiredTitle')}
      closable={false}
      mask={{ closable: false }}
      keyboard={false}
      zIndex={3000}
      destroyOnHidden
      footer={
        <Button
          onClick={() => {
            forgetSession();
            location.assign('/sign-in');
          }}
        >
          {t('leave')}
        </Button>
      }
    >
      <p style={{ marginBottom: 12 }}>{t('expiredText')}</p>
      <p style={{ marginBottom: 12 }}>
        <strong>{session.user.name}</strong> ({session.user.login})
      </p>
      <Suspense fallback={<Skeleton active />}>
        <SignInForm fixed={{ tenant: session.tenant.slug, login: session.user.login }} onDone={() => finish(true)} />
      </Suspense>
    </Modal>
  );
}
