import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMessages } from '@/shared/i18n';
import { AuthFrame } from './auth_frame';
import { identity } from './messages';
import { SignInForm } from './sign_in_form';

/** Only addresses inside this application: `//host` and `https:` would lead a person elsewhere. */
function safeNext(next: string | undefined): string {
  return next && /^\/(?![/\\])/.test(next) ? next : '/';
}

export default function SignInPage() {
  const t = useMessages(identity);
  const navigate = useNavigate();
  const { next } = useSearch({ from: '/sign-in' });
  return (
    <AuthFrame title={t('signIn')}>
      <SignInForm onDone={() => void navigate({ href: safeNext(next), replace: true })} />
      <p className="right">
        <Link to="/forgot-password">{t('forgot')}</Link>
      </p>
    </AuthFrame>
  );
}
