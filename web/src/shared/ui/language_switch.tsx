import { Button } from 'antd';
import { setLocale, useLocale, type Locale } from '../i18n';

/** Names the other language in that language. */
export function LanguageSwitch({ onSwitch = setLocale }: { onSwitch?: (locale: Locale) => void }) {
  const locale = useLocale();
  const other = locale === 'en' ? 'zh-CN' : 'en';
  return (
    <Button type="text" size="small" lang={other} onClick={() => onSwitch(other)}>
      {other === 'en' ? 'English' : '中文'}
    </Button>
  );
}
