import type { ReactNode } from 'react';
import { useMessages } from '@/shared/i18n';
import { LanguageSwitch } from '@/shared/ui/language_switch';
import { useDocumentTitle } from '@/shared/ui/use_document_title';
import { identity } from './messages';

/** The frame of every page before sign-in. */
export function AuthFrame({ title, children }: { title: string; children: ReactNode }) {
  const t = useMessages(identity);
  useDocumentTitle(`${title} · Aftersail`);
  return (
    <main className="auth-frame">
      <div className="auth-box stack">
        <div className="row-between">
          <span className="shell-brand">
            <img src="/favicon.svg" alt="" /> Aftersail
          </span>
          <LanguageSwitch />
        </div>
        <p className="muted">{t('tagline')}</p>
        <h1 style={{ fontSize: 20 }}>{title}</h1>
        {children}
      </div>
    </main>
  );
}
