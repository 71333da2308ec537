import { Select } from 'antd';
import { labelText, useLocale, useMessages, type Label } from '../i18n';
import { common } from './messages';

/** The orders that a list offers besides those of its columns. */
export default function SortSelect({
  sorts,
  value,
  onChange,
}: {
  sorts: readonly { value: string; label: Label }[];
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}) {
  const t = useMessages(common);
  const locale = useLocale();
  return (
    <Select
      aria-label={t('sort')}
      value={value ?? null}
      options={sorts.map((item) => ({ value: item.value, label: labelText(item.label, locale) }))}
      onChange={(next) => onChange(next ?? undefined)}
      style={{ minWidth: 150 }}
    />
  );
}
