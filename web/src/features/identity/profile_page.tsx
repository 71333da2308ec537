import { App, Button, Form, Input, Segmented } from 'antd';
import { useState } from 'react';
import { api } from '@/shared/api/api';
import { fieldErrors } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import { setLocale, useLocale, useMessages, type Locale } from '@/shared/i18n';
import { choices, choiceText } from '@/shared/labels';
import { sessionQuery, useSession } from '@/shared/session';
import { ErrorState } from '@/shared/ui/error_state';
import { common } from '@/shared/ui/messages';
import { PageTitle } from '@/shared/ui/page_title';
import { Panel } from '@/shared/ui/record_page';
import { Facts } from '@/shared/ui/texts';
import { identity } from './messages';
import { NewPasswordFields } from './new_password_fields';

export default function ProfilePage() {
  const t = useMessages(identity);
  const c = useMessages(common);
  const locale = useLocale();
  const session = useSession();
  const { message } = App.useApp();
  const [error, setError] = useState<unknown>();
  const [passwordError, setPasswordError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const [form] = Form.useForm<{ current: string; new: string }>();

  const save = async (change: { name?: string; locale?: Locale }) => {
    setBusy(true);
    setError(undefined);
    try {
      const version = session.user.version;
      await api.patch('/api/v1/session/profile', change, version === undefined ? {} : { version });
      await queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 });
      void message.success(c('saved'));
    } catch (caught) {
      setError(caught);
    } finally {
      setBusy(false);
    }
  };
  const changePassword = async (values: { current: string; new: string }) => {
    setBusy(true);
    setPasswordError(undefined);
    try {
      await api.post('/api/v1/session/password', { current: values.current, new: values.new });
      form.resetFields();
      void message.success(t('passwordChanged'));
      await queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 });
    } catch (caught) {
      form.setFields(
        fieldErrors(caught, (path) => path[0] === 'current' || path[0] === 'new').fields.map((field) => ({
          name: field.name[0] as 'current',
          errors: field.errors,
        })),
      );
      setPasswordError(caught);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="page" style={{ maxWidth: 720 }}>
      <div className="page-head">
        <PageTitle name={t('profile')} />
      </div>
      <div className="stack">
        <Panel>
          {error !== undefined && <ErrorState error={error} />}
          <Facts
            items={[
              [t('login'), session.user.login],
              [t('roles'), session.user.roles.map((role) => choiceText(choices.shippedRole, role)).join('、')],
            ]}
          />
          <Form
            layout="vertical"
            style={{ marginTop: 12 }}
            initialValues={{ name: session.user.name }}
            onFinish={({ name }: { name: string }) => void save({ name: name.trim() })}
          >
            <Form.Item name="name" label={t('yourName')} rules={[{ required: true, whitespace: true }]}>
              <Input maxLength={200} autoComplete="name" />
            </Form.Item>
            <Button type="primary" htmlType="submit" loading={busy}>
              {c('save')}
            </Button>
          </Form>
        </Panel>
        <Panel title={t('language')}>
          <Segmented<Locale>
            value={locale}
            options={[
              { value: 'zh-CN', label: '中文' },
              { value: 'en', label: 'English' },
            ]}
            onChange={(next) => {
              setLocale(next);
              void save({ locale: next });
            }}
          />
        </Panel>
        <Panel title={t('changePassword')}>
          {passwordError !== undefined && <ErrorState error={passwordError} />}
          <Form form={form} layout="vertical" onFinish={(values) => void changePassword(values)}>
            <input type="text" name="username" autoComplete="username" value={session.user.login} readOnly hidden />
            <Form.Item name="current" label={t('currentPassword')} rules={[{ required: true }]}>
              <Input.Password autoComplete="current-password" maxLength={200} />
            </Form.Item>
            <NewPasswordFields name="new" />
            <Button type="primary" htmlType="submit" loading={busy}>
              {t('changePassword')}
            </Button>
          </Form>
        </Panel>
      </div>
    </div>
  );
}
