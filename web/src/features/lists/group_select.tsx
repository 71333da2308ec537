import { Select } from 'antd';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import type { GroupSelectProps } from '@/shared/ui/list_tools';
import { views as words } from './messages';

const NONE = '';

/** By which field the rows of a list are grouped. */
export default function GroupSelect({ fields, value, onChange }: GroupSelectProps) {
  const t = useMessages(words);
  const locale = useLocale();
  return (
    <Select
      aria-label={t('group')}
      value={fields.some((field) => field.id === value) ? value : NONE}
      prefix={value === undefined ? null : <span className="muted">{t('group')}</span>}
      options={[
        { value: NONE, label: t('noGroup') },
        ...fields.map((field) => ({ value: field.id, label: labelText(field.label, locale) })),
      ]}
      onChange={(next) => onChange(next === NONE ? undefined : next)}
      style={{ minWidth: 120 }}
    />
  );
}
