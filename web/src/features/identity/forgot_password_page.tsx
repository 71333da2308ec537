import { Link } from '@tanstack/react-router';
import { Alert, Button, Form, Input } from 'antd';
import { useState } from 'react';
import { api } from '@/shared/api/api';
import { useMessages } from '@/shared/i18n';
import { ErrorState } from '@/shared/ui/error_state';
import { AuthFrame } from './auth_frame';
import { identity } from './messages';

export default function ForgotPasswordPage() {
  const t = useMessages(identity);
  const [state, setState] = useState<'idle' | 'busy' | 'sent'>('idle');
  const [error, setError] = useState<unknown>();
  const submit = async (values: { login: string; tenant?: string }) => {
    setState('busy');
    setError(undefined);
    try {
      const tenant = values.tenant?.trim();
      await api.post(
        '/api/v1/password-reset',
        { login: values.login.trim(), ...(tenant ? { tenant } : {}) },
        { anonymous: true },
      );
      setState('sent');
    } catch (caught) {
      setError(caught);
      setState('idle');
    }
  };
  return (
    <AuthFrame title={t('forgotTitle')}>
      {state === 'sent' ? (
        <Alert type="success" showIcon title={t('sent')} role="status" />
      ) : (
        <Form layout="vertical" onFinish={submit} requiredMark={false}>
          <p className="muted" style={{ marginBottom: 12 }}>
            {t('forgotText')}
          </p>
          {error !== undefined && <ErrorState error={error} />}
          <Form.Item name="login" label={t('login')} rules={[{ required: true, whitespace: true }]}>
            <Input autoComplete="username" maxLength={200} />
          </Form.Item>
          <Form.Item name="tenant" label={t('tenant')} extra={t('tenantHint')}>
            <Input maxLength={63} />
          </Form.Item>
          <Button type="primary" htmlType="submit" block loading={state === 'busy'}>
            {t('sendLink')}
          </Button>
        </Form>
      )}
      <Link to="/sign-in">{t('backToSignIn')}</Link>
    </AuthFrame>
  );
}
