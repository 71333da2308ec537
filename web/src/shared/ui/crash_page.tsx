import { Button } from 'antd';
import { ApiError, problemText, traceOf } from '../api/problem';
import { useMessages } from '../i18n';
import { common } from './messages';

/** A page that failed as a whole: a chunk that can't be loaded, a server that can't be reached, or our own mistake. */
export function CrashPage({ error }: { error: unknown }) {
  const t = useMessages(common);
  const trace = traceOf(error);
  return (
    <main className="auth-frame">
      <div className="auth-box stack" role="alert">
        <h1 style={{ fontSize: 20 }}>{t('crashTitle')}</h1>
        <p>{error instanceof ApiError ? problemText(error) : t('crashText')}</p>
        {trace && (
          <p className="muted">
            {t('traceId')}: {trace}
          </p>
        )}
        <Button type="primary" onClick={() => location.reload()}>
          {t('reload')}
        </Button>
      </div>
    </main>
  );
}
