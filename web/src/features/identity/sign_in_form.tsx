import { Button, Form, Input, type InputRef } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { api } from '@/shared/api/api';
import type { Session } from '@/shared/api/types';
import { useMessages } from '@/shared/i18n';
import { acceptSession } from '@/shared/session';
import { ErrorState } from '@/shared/ui/error_state';
import { identity } from './messages';

interface Credentials {
  tenant?: string;
  login: string;
  password: string;
}

const TENANT_KEY = 'aftersail.tenant';

function rememberedTenant(): string {
  try {
    return localStorage.getItem(TENANT_KEY) ?? '';
  } catch {
    return '';
  }
}

/** Login and password; `fixed` pins who signs in again after a session has ended. */
export function SignInForm({ fixed, onDone }: { fixed?: { tenant: string; login: string }; onDone: () => void }) {
  const t = useMessages(identity);
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const first = useRef<InputRef>(null);
  useEffect(() => first.current?.focus(), []);

  const submit = async (values: Credentials) => {
    setBusy(true);
    setError(undefined);
    const tenant = fixed?.tenant ?? values.tenant?.trim();
    try {
      const body = {
        login: fixed?.login ?? values.login.trim(),
        password: values.password,
        ...(tenant ? { tenant } : {}),
      };
      acceptSession(await api.post<Session>('/api/v1/session', body, { anonymous: true }));
      try {
        if (tenant) localStorage.setItem(TENANT_KEY, tenant);
      } catch {
        // Remembering the company code is a convenience only.
      }
      onDone();
    } catch (caught) {
      setError(caught);
      setBusy(false);
    }
  };

  return (
    <Form<Credentials>
      layout="vertical"
      onFinish={submit}
      requiredMark={false}
      initialValues={{ tenant: rememberedTenant() }}
    >
      {error !== undefined && (
        <div style={{ marginBottom: 16 }}>
          <ErrorState error={error} />
        </div>
      )}
      {!fixed && (
        <>
          <Form.Item name="login" label={t('login')} rules={[{ required: true, whitespace: true }]}>
            <Input ref={first} autoComplete="username" maxLength={200} />
          </Form.Item>
        </>
      )}
      <Form.Item name="password" label={t('password')} rules={[{ required: true }]}>
        <Input.Password ref={fixed ? first : undefined} autoComplete="current-password" maxLength={200} />
      </Form.Item>
      {!fixed && (
        <Form.Item name="tenant" label={t('tenant')} extra={t('tenantHint')}>
          <Input autoComplete="organization" maxLength={63} />
        </Form.Item>
      )}
      <Button type="primary" htmlType="submit" block size="large" loading={busy}>
        {t('signIn')}
      </Button>
    </Form>
  );
}
