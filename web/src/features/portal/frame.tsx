/** The frame of every customer page: who serves them, the language, and the pages that say what to do instead. */
import { Button, ConfigProvider } from 'antd';
import type { ReactNode } from 'react';
import { useMessages } from '@/shared/i18n';
import { LanguageSwitch } from '@/shared/ui/language_switch';
import { useDocumentTitle } from '@/shared/ui/use_document_title';
import { portal } from './messages';
import './portal.css';
import type { TokenPage } from './states';

const THEME = {
  cssVar: { key: 'as-portal' },
  token: { controlHeightLG: 48, fontSize: 16, fontSizeLG: 16, borderRadius: 10 },
};

export function Frame({ company, title, children }: { company?: string; title?: string; children: ReactNode }) {
  const t = useMessages(portal);
  useDocumentTitle([title, company ?? t('service')].filter(Boolean).join(' · '));
  return (
    <ConfigProvider componentSize="large" theme={THEME}>
      <div className="portal">
        <a href="#content" className="skip-link">
          {t('skip')}
        </a>
        <header className="p-head">
          <div>
            <span className="p-company">{company ?? t('service')}</span>
            <LanguageSwitch />
          </div>
        </header>
        <main className="p-main" id="content">
          {children}
        </main>
      </div>
    </ConfigProvider>
  );
}

const TEXTS = {
  gone: ['goneTitle', 'goneText'],
  expired: ['expiredTitle', 'expiredText'],
  revoked: ['revokedTitle', 'revokedText'],
  busy: ['busyTitle', 'busyText'],
  offline: ['offlineTitle', 'offlineText'],
  failed: ['brokenTitle', 'brokenText'],
} as const;

/** A page that says why there is nothing to see, and what to do. */
export function InsteadPage({
  page,
  onRetry,
}: {
  page: Exclude<TokenPage, 'loading' | 'device' | 'ticket'>;
  onRetry: () => void;
}) {
  const t = useMessages(portal);
  const [title, text] = TEXTS[page];
  const dead = page === 'gone' || page === 'expired' || page === 'revoked';
  return (
    <Frame title={t(title)}>
      <section className="p-card" role="alert">
        <h1>{t(title)}</h1>
        <p>{t(text)}</p>
        {dead && (
          <div>
            <p style={{ fontWeight: 600 }}>{t('goneDo')}</p>
            <ul style={{ margin: 0, paddingLeft: 22 }}>
              <li>{t('goneDo1')}</li>
              <li>{t('goneDo2')}</li>
              <li>{t('goneDo3')}</li>
            </ul>
          </div>
        )}
        <Button type={dead ? 'default' : 'primary'} onClick={onRetry}>
          {t('retry')}
        </Button>
      </section>
    </Frame>
  );
}
