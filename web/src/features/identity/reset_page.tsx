import { Link, useParams } from '@tanstack/react-router';
import { Alert, Button, Form } from 'antd';
import { useState } from 'react';
import { api, url } from '@/shared/api/api';
import { useMessages } from '@/shared/i18n';
import { ErrorState } from '@/shared/ui/error_state';
import { AuthFrame } from './auth_frame';
import { identity } from './messages';
import { NewPasswordFields } from './new_password_fields';

export default function ResetPage() {
  const t = useMessages(identity);
  const { token } = useParams({ from: '/reset/$token' });
  const [state, setState] = useState<'idle' | 'busy' | 'done'>('idle');
  const [error, setError] = useState<unknown>();
  const submit = async ({ password }: { password: string }) => {
    setState('busy');
    setError(undefined);
    try {
      await api.post(url('/api/v1/password-reset/{token}', { token }), { password }, { anonymous: true });
      setState('done');
    } catch (caught) {
      setError(caught);
      setState('idle');
    }
  };
  return (
    <AuthFrame title={t('resetTitle')}>
      {state === 'done' ? (
        <Alert type="success" showIcon title={t('passwordSet')} role="status" />
      ) : (
        <Form layout="vertical" onFinish={submit} requiredMark={false}>
          {error !== undefined && <ErrorState error={error} />}
          <NewPasswordFields />
          <Button type="primary" htmlType="submit" block loading={state === 'busy'}>
            {t('setPassword')}
          </Button>
        </Form>
      )}
      <Link to="/sign-in">{t('backToSignIn')}</Link>
    </AuthFrame>
  );
}
