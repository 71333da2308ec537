/** A new process: from a template or empty, its name and what it is for. */
import { useQuery } from '@tanstack/react-query';
import { Button, Drawer, Form, Input, Radio, Select } from 'antd';
import { useEffect } from 'react';
import { api, newKey } from '@/shared/api/api';
import { queryClient } from '@/shared/api/query_client';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import { choices, useOptions } from '@/shared/labels';
import { objectsQuery } from '@/shared/objects/queries';
import { ErrorState } from '@/shared/ui/error_state';
import { common } from '@/shared/ui/messages';
import { useAttempt } from '@/shared/ui/use_attempt';
import { drawingOf, emptyDrawing, named, templatesQuery, type Process } from './catalogue';
import './designer.css';
import { words } from './messages';

interface Values {
  template: string;
  label_zh: string;
  label_en?: string;
  key: string;
  object?: string;
  object_type?: string;
}

const BLANK = '';

export default function ProcessDrawer({
  onClose,
  onCreated,
}: {
  onClose: () => void;
  onCreated: (made: Process) => void;
}) {
  const t = useMessages(words);
  const c = useMessages(common);
  const locale = useLocale();
  const [form] = Form.useForm<Values>();
  const { busy, error, attempt } = useAttempt();
  const templates = useQuery(templatesQuery);
  const objects = useQuery(objectsQuery);
  const types = useOptions(choices.ticketType);
  const object = Form.useWatch('object', form);
  const take = (key: string) => {
    const template = templates.data?.find((one) => one.key === key);
    form.setFieldsValue({
      template: key,
      label_zh: template?.label_zh ?? '',
      label_en: template?.label_en ?? '',
      key: `${key || 'process'}_${Date.now().toString(36).slice(-5)}`,
      object: template?.object ?? 'ticket',
      object_type: template?.object_type ?? '',
    });
  };
  const first = templates.data?.[0]?.key ?? BLANK;
  // The form begins with the first template as soon as there are any.
  useEffect(() => {
    if (templates.data) take(first);
    // oxlint-disable-next-line react/exhaustive-deps -- only when the templates arrive
  }, [templates.data]);
  const save = async (values: Values) =>
    attempt(async () => {
      const template = templates.data?.find((one) => one.key === values.template);
      const zh = values.label_zh.trim();
      const made = await api.post<Process>(
        '/api/v1/processes',
        {
          key: values.key,
          label_zh: zh,
          label_en: values.label_en?.trim() || zh,
          object: values.object || null,
          object_type: values.object === 'ticket' ? values.object_type || null : null,
          draft: template ? drawingOf(template, values.key) : emptyDrawing(values.key, zh),
        },
        { key: newKey() },
      );
      await queryClient.invalidateQueries({ queryKey: ['process'] });
      onCreated(made);
    });
  return (
    <Drawer
      open
      size={520}
      title={t('create')}
      onClose={onClose}
      footer={
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button onClick={onClose}>{c('cancel')}</Button>
          <Button type="primary" loading={busy} onClick={() => form.submit()}>
            {t('create')}
          </Button>
        </div>
      }
    >
      {error !== undefined && <ErrorState error={error} />}
      <Form form={form} layout="vertical" onFinish={(values) => void save(values)}>
        <Form.Item name="template" label={t('fromTemplate')} initialValue={BLANK}>
          <Radio.Group
            className="template-choices"
            onChange={(event) => take(event.target.value as string)}
            options={[
              ...(templates.data ?? []).map((one) => ({ value: one.key, label: named(one, locale) })),
              { value: BLANK, label: t('blank') },
            ]}
          />
        </Form.Item>
        <Form.Item
          name="label_zh"
          label={t('nameZh')}
          rules={[{ required: true, whitespace: true, message: t('nameZh') }]}
        >
          <Input maxLength={100} />
        </Form.Item>
        <Form.Item name="label_en" label={t('nameEn')}>
          <Input maxLength={100} />
        </Form.Item>
        <Form.Item name="object" label={t('object')}>
          <Select
            allowClear
            placeholder={t('noObject')}
            options={(objects.data ?? [])
              .filter((one) => !one.archived)
              .map((one) => ({ value: one.key, label: labelText(one.name, locale) }))}
          />
        </Form.Item>
        {object === 'ticket' && (
          <Form.Item name="object_type" label={t('objectType')}>
            <Select options={[{ value: '', label: t('anyType') }, ...types]} />
          </Form.Item>
        )}
        <Form.Item
          name="key"
          label={t('key')}
          extra={t('keyHint')}
          rules={[{ required: true, pattern: /^[a-z][a-z0-9_]{1,58}$/, message: t('keyRule') }]}
        >
          <Input className="mono" maxLength={60} />
        </Form.Item>
      </Form>
    </Drawer>
  );
}
