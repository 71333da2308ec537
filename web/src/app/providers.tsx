/** Everything the three faces share: query cache, antd in the right language and colours, messages. */
import { LoadingOutlined } from '@ant-design/icons';
import { QueryClientProvider } from '@tanstack/react-query';
import { App as AntApp, ConfigProvider } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import dayjs from 'dayjs';
import 'dayjs/locale/zh-cn';
import { useEffect, type ReactNode } from 'react';
import { queryClient } from '@/shared/api/query_client';
import { useLocale } from '@/shared/i18n';
import { useReducedMotion } from '@/shared/ui/use_media';
import { themeOf, useAppearance } from './theme';

export function Providers({ children, size = 'middle' }: { children: ReactNode; size?: 'small' | 'middle' | 'large' }) {
  const locale = useLocale();
  const appearance = useAppearance();
  const still = useReducedMotion();
  dayjs.locale(locale === 'en' ? 'en' : 'zh-cn');
  useEffect(() => {
    document.documentElement.lang = locale;
  }, [locale]);
  return (
    <QueryClientProvider client={queryClient}>
      <ConfigProvider
        locale={locale === 'en' ? enUS : zhCN}
        theme={themeOf(appearance, !still)}
        componentSize={size}
        // An icon of our own comes and goes without the fade, which can get stuck half way when a wait is very short.
        button={{ autoInsertSpace: false, loadingIcon: <LoadingOutlined aria-hidden /> }}
      >
        <AntApp component={false} message={{ maxCount: 3 }}>
          {children}
        </AntApp>
      </ConfigProvider>
    </QueryClientProvider>
  );
}
