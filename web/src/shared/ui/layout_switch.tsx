import { TableOutlined } from '@ant-design/icons';
import { Segmented } from 'antd';
import type { ReactNode } from 'react';
import { labelText, useLocale, useMessages, type Label } from '../i18n';
import { common } from './messages';
import { useIsPhone } from './use_media';

interface Layout {
  key: string;
  label: Label;
  icon: ReactNode;
}

const TABLE: Layout = { key: 'table', label: { zh: '表格', en: 'Table' }, icon: <TableOutlined /> };

/** How the records of a list are laid out; on a phone the icons alone stand there. */
export default function LayoutSwitch({
  layouts,
  value,
  onChange,
}: {
  layouts: readonly Layout[];
  value: string | undefined;
  onChange: (key: string | undefined) => void;
}) {
  const t = useMessages(common);
  const locale = useLocale();
  const phone = useIsPhone();
  return (
    <Segmented
      aria-label={t('layout')}
      value={value ?? TABLE.key}
      options={[TABLE, ...layouts].map((one) => {
        const name = labelText(one.label, locale);
        return {
          value: one.key,
          icon: one.icon,
          label: phone ? <span className="visually-hidden">{name}</span> : name,
          title: name,
        };
      })}
      onChange={(key) => onChange(key === TABLE.key ? undefined : key)}
    />
  );
}
