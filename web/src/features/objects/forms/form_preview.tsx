/** The form as people will see it, filled in on trial, at desktop and phone width and in both languages. */
import { Segmented } from 'antd';
import { useState } from 'react';
import type { Catalogue, Form } from '@/shared/form_types';
import { FormView } from '@/shared/form_view/form_view';
import type { FormRecord } from '@/shared/forms';
import { useLocale, useMessages, type Locale } from '@/shared/i18n';
import { words } from './messages';

export default function FormPreview({ catalogue, form }: { catalogue: Catalogue; form: Form }) {
  const t = useMessages(words);
  const own = useLocale();
  const [width, setWidth] = useState<'desktop' | 'phone'>(form.channel === 'staff' ? 'desktop' : 'phone');
  const [locale, setLocale] = useState<Locale>(own);
  const [values, setValues] = useState<FormRecord>({});
  return (
    <section aria-label={t('preview')} className="form-preview">
      <div className="row form-preview-bar">
        <Segmented
          size="small"
          aria-label={t('preview')}
          value={width}
          options={[
            { value: 'desktop' as const, label: t('desktop') },
            { value: 'phone' as const, label: t('phone') },
          ]}
          onChange={setWidth}
        />
        <Segmented
          size="small"
          aria-label={t('previewLanguage')}
          value={locale}
          options={[
            { value: 'zh-CN' as const, label: '中文' },
            { value: 'en' as const, label: 'English' },
          ]}
          onChange={setLocale}
        />
      </div>
      <div className={`form-preview-frame form-preview-${width}`}>
        <FormView
          catalogue={catalogue}
          form={form}
          values={values}
          mode="edit"
          width={width}
          locale={locale}
          channel={form.channel}
          preview
          onChange={(next) => setValues(next)}
        />
      </div>
    </section>
  );
}
