import { useMessages } from '../i18n';
import { common } from './messages';
import { useDocumentTitle } from './use_document_title';

export function NotFoundPage() {
  const t = useMessages(common);
  useDocumentTitle(`${t('notFoundTitle')} · Aftersail`);
  return (
    <main className="auth-frame">
      <div className="auth-box stack">
        <h1 style={{ fontSize: 20 }}>{t('notFoundTitle')}</h1>
        <p>{t('notFoundText')}</p>
        <p>
          <a href="/">{t('goHome')}</a>
        </p>
      </div>
    </main>
  );
}
