import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Alert, Button, Form, Input, Skeleton } from 'antd';
import { useState } from 'react';
import { api, url } from '@/shared/api/api';
import { useMessages } from '@/shared/i18n';
import { ErrorState } from '@/shared/ui/error_state';
import { AuthFrame } from './auth_frame';
import { identity } from './messages';
import { NewPasswordFields } from './new_password_fields';

interface Invitation {
  login: string;
  name?: string | null;
  tenant_name?: string | null;
}

export default function InvitePage() {
  const t = useMessages(identity);
  const { token } = useParams({ from: '/invite/$token' });
  const path = url('/api/v1/invitations/{token}', { token });
  const invitation = useQuery({
    queryKey: ['invitation', token],
    queryFn: ({ signal }) => api.get<Invitation>(path, undefined, { signal, anonymous: true }),
  });
  const [state, setState] = useState<'idle' | 'busy' | 'done'>('idle');
  const [error, setError] = useState<unknown>();
  const submit = async (values: { name: string; password: string }) => {
    setState('busy');
    setError(undefined);
    try {
      await api.post(path, { name: values.name.trim(), password: values.password }, { anonymous: true });
      setState('done');
    } catch (caught) {
      setError(caught);
      setState('idle');
    }
  };
  return (
    <AuthFrame title={t('inviteTitle', { tenant: invitation.data?.tenant_name ?? 'Aftersail' })}>
      {invitation.isPending && <Skeleton active />}
      {invitation.isError && <ErrorState error={invitation.error} onRetry={() => void invitation.refetch()} />}
      {invitation.data && state !== 'done' && (
        <Form
          layout="vertical"
          onFinish={submit}
          requiredMark={false}
          initialValues={{ name: invitation.data.name ?? '' }}
        >
          <p className="muted" style={{ marginBottom: 12 }}>
            {t('inviteText', { email: invitation.data.login })}
          </p>
          {error !== undefined && <ErrorState error={error} />}
          <Form.Item name="name" label={t('yourName')} rules={[{ required: true, whitespace: true }]}>
            <Input autoComplete="name" maxLength={200} />
          </Form.Item>
          <NewPasswordFields />
          <Button type="primary" htmlType="submit" block loading={state === 'busy'}>
            {t('accept')}
          </Button>
        </Form>
      )}
      {state === 'done' && <Alert type="success" showIcon title={t('accepted')} role="status" />}
      <Link to="/sign-in">{t('backToSignIn')}</Link>
    </AuthFrame>
  );
}
