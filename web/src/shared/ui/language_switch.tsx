import { Button } from 'antd';
import { setLocale, useLocale } from '../i18n';

/** Names the other language in that language. */
export function LanguageSwitch() {
  const locale = useLocale();
  const other = locale === 'en' ? 'zh-CN' : 'en';
  return (
    <Button type="text" size="small" lang={other} onClick={() => setLocale(other)}>
      {other === 'en' ? 'English' : '中文'}
    </Button>
  );
}
