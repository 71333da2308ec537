/** Which of several forms somebody fills in. */
import { Select } from 'antd';
import { defineMessages, labelText, useLocale, useMessages } from '../i18n';
import type { StaffForm } from './queries';

const messages = defineMessages({ form: '表单' }, { form: 'Form' });

/** Shown only where there is something to choose. */
export function FormChoice({ form, offered, choose, disabled }: StaffForm & { disabled: boolean }) {
  const t = useMessages(messages);
  const locale = useLocale();
  if (offered.length < 2 || !form) return null;
  return (
    <div className="row">
      <span className="muted">{t('form')}</span>
      <Select
        aria-label={t('form')}
        value={form.id}
        disabled={disabled}
        style={{ minWidth: 220, maxWidth: '100%' }}
        options={offered.map((one) => ({ value: one.id, label: labelText(one.name, locale) }))}
        onChange={choose}
      />
    </div>
  );
}
