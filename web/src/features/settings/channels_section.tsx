import { useQuery } from '@tanstack/react-query';
import { App, Button, Form, Input, InputNumber, Select, Skeleton, Switch } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { api } from '@/shared/api/api';
import { fieldErrors, problemText } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import type { Page } from '@/shared/api/types';
import { useUnsavedGuard } from '@/shared/fields/form_drawer';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import { choices, findChoice } from '@/shared/labels';
import { ErrorState } from '@/shared/ui/error_state';
import { common } from '@/shared/ui/messages';
import { PageTitle } from '@/shared/ui/page_title';
import { Panel } from '@/shared/ui/record_page';
import { ToneTag } from '@/shared/ui/texts';
import { settings } from './messages';
import { headerLines, parseHeaders, type Header } from './headers';

interface Channel {
  kind: string;
  version: number;
  configured: boolean;
  enabled: boolean;
  settings: Record<string, unknown> | null;
}

interface SmsSuccess {
  pointer?: string | null;
  expected?: unknown;
}

type Values = Record<string, unknown>;

const rowsOf = <T,>(answer: Page<T> | T[]): T[] => (Array.isArray(answer) ? answer : answer.items);

function toForm(channel: Channel): Values {
  const stored = channel.settings ?? {};
  if (channel.kind !== 'sms') return { ...(channel.kind === 'smtp' ? { port: 465, security: 'tls' } : {}), ...stored };
  const success = (stored['success'] ?? {}) as SmsSuccess;
  return {
    method: 'POST',
    content_type: 'application/json',
    ...stored,
    header_lines: headerLines((stored['headers'] as Header[] | undefined) ?? []),
    success_pointer: success.pointer ?? undefined,
    success_expected:
      success.expected === undefined || success.expected === null ? undefined : String(success.expected),
  };
}

function toSettings(channel: Channel, values: Values): Values {
  const filled = Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== ''),
  );
  if (channel.kind !== 'sms') return filled;
  const { header_lines, success_pointer, success_expected, ...rest } = filled;
  const before = (channel.settings?.['success'] ?? {}) as Values;
  return {
    ...rest,
    headers: parseHeaders(String(header_lines ?? '')),
    success: { ...before, pointer: success_pointer ?? null, expected: success_expected ?? null },
  };
}

function Fields({ kind }: { kind: string }) {
  const t = useMessages(settings);
  if (kind === 'smtp') {
    return (
      <div className="form-grid">
        <Form.Item name="host" label={t('host')} rules={[{ required: true, whitespace: true }]}>
          <Input maxLength={253} placeholder="smtp.example.com" />
        </Form.Item>
        <Form.Item name="port" label={t('port')} rules={[{ required: true }]}>
          <InputNumber min={1} max={65_535} precision={0} style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name="security" label={t('security')} rules={[{ required: true }]}>
          <Select
            options={[
              { value: 'tls', label: 'TLS' },
              { value: 'starttls', label: 'STARTTLS' },
              { value: 'none', label: '—' },
            ]}
          />
        </Form.Item>
        <Form.Item name="from" label={t('fromAddress')} rules={[{ required: true, whitespace: true }]}>
          <Input maxLength={300} placeholder="service@example.com" />
        </Form.Item>
        <Form.Item name="username" label={t('username')}>
          <Input maxLength={300} autoComplete="off" />
        </Form.Item>
        <Form.Item name="password" label={t('password')}>
          <Input.Password maxLength={500} autoComplete="new-password" visibilityToggle={false} />
        </Form.Item>
      </div>
    );
  }
  if (kind === 'sms') {
    return (
      <div className="form-grid">
        <Form.Item name="method" label={t('method')}>
          <Select options={['POST', 'GET', 'PUT'].map((value) => ({ value, label: value }))} />
        </Form.Item>
        <Form.Item name="content_type" label={t('contentType')}>
          <Select
            options={['application/json', 'application/x-www-form-urlencoded', 'text/plain'].map((value) => ({
              value,
              label: value,
            }))}
          />
        </Form.Item>
        <Form.Item name="url" label={t('url')} rules={[{ required: true, whitespace: true }]} className="wide">
          <Input maxLength={2000} />
        </Form.Item>
        <Form.Item name="header_lines" label={t('headers')} className="wide">
          <Input.TextArea autoSize={{ minRows: 2 }} maxLength={4000} />
        </Form.Item>
        <Form.Item name="body" label={t('body')} extra={t('bodyHint')} className="wide">
          <Input.TextArea autoSize={{ minRows: 3 }} maxLength={8000} />
        </Form.Item>
        <Form.Item name="success_pointer" label={t('successField')} extra="/code">
          <Input maxLength={200} />
        </Form.Item>
        <Form.Item name="success_expected" label={t('successValue')}>
          <Input maxLength={200} />
        </Form.Item>
      </div>
    );
  }
  return (
    <>
      <Form.Item name="url" label={t('robotUrl')} rules={[{ required: true, whitespace: true }]}>
        <Input maxLength={2000} />
      </Form.Item>
      {kind !== 'wecom' && (
        <Form.Item name="secret" label={t('secretKey')}>
          <Input.Password maxLength={500} autoComplete="new-password" visibilityToggle={false} />
        </Form.Item>
      )}
    </>
  );
}

/** One way out: its settings with secrets hidden, whether it is in use, and a test. */
function ChannelPanel({ channel }: { channel: Channel }) {
  const t = useMessages(settings);
  const c = useMessages(common);
  const locale = useLocale();
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const [open, setOpen] = useState(false);
  const [enabled, setEnabled] = useState(channel.enabled);
  const [dirty, setDirty] = useState(false);
  const [to, setTo] = useState('');
  const [busy, setBusy] = useState<'save' | 'test'>();
  const [error, setError] = useState<unknown>();
  useUnsavedGuard(dirty);
  // The version that was there before somebody began to type: nobody's change in between is overwritten.
  const basis = useRef(channel.version);
  useEffect(() => {
    if (!dirty) basis.current = channel.version;
  }, [channel.version, dirty]);
  const label = findChoice(choices.channelKind, channel.kind);
  const path = `/api/v1/channels/${channel.kind}`;
  const save = async (values: Values) => {
    setBusy('save');
    setError(undefined);
    try {
      await api.put(path, { enabled, settings: toSettings(channel, values) }, { version: basis.current });
      setDirty(false);
      void message.success(c('saved'));
      await queryClient.invalidateQueries({ queryKey: ['channel'] });
    } catch (caught) {
      const found = fieldErrors(caught, (at) => at.length === 2 && at[0] === 'settings');
      form.setFields(found.fields.map((field) => ({ name: String(field.name[1]), errors: field.errors })));
      setError(caught);
    } finally {
      setBusy(undefined);
    }
  };
  const test = async () => {
    setBusy('test');
    try {
      const answer = await api.post<{ ok: boolean; message: string }>(
        `${path}/test`,
        to.trim() ? { to: to.trim() } : {},
      );
      if (answer.ok) void message.success(t('testOk'));
      else void message.error(answer.message, 10);
    } catch (caught) {
      void message.error(problemText(caught));
    } finally {
      setBusy(undefined);
    }
  };
  return (
    <Panel
      title={
        <span className="row">
          {label ? labelText(label, locale) : channel.kind}
          <ToneTag tone={channel.configured ? (channel.enabled ? 'resolved' : 'waiting') : 'closed'}>
            {t(channel.configured ? 'configured' : 'notConfigured')}
          </ToneTag>
        </span>
      }
      extra={
        <Button size="small" aria-expanded={open} onClick={() => setOpen((old) => !old)}>
          {open ? c('collapse') : c('edit')}
        </Button>
      }
    >
      {open && (
        <Form
          form={form}
          layout="vertical"
          initialValues={toForm(channel)}
          onValuesChange={() => setDirty(true)}
          onFinish={(values: Values) => void save(values)}
        >
          {error !== undefined && <ErrorState error={error} />}
          <Fields kind={channel.kind} />
          <div className="row-between">
            <span className="row">
              <Switch
                aria-label={t('enabled')}
                checked={enabled}
                onChange={(on) => {
                  setEnabled(on);
                  setDirty(true);
                }}
              />{' '}
              {t('enabled')}
            </span>
            <Button type="primary" htmlType="submit" loading={busy === 'save'}>
              {c('save')}
            </Button>
          </div>
          {channel.configured && (
            <div className="row" style={{ marginTop: 12 }}>
              {(channel.kind === 'smtp' || channel.kind === 'sms') && (
                <Input
                  aria-label={t('testTo')}
                  placeholder={t('testTo')}
                  value={to}
                  maxLength={200}
                  onChange={(event) => setTo(event.target.value)}
                  style={{ width: 260 }}
                />
              )}
              <Button loading={busy === 'test'} disabled={dirty} onClick={() => void test()}>
                {t('test')}
              </Button>
            </div>
          )}
        </Form>
      )}
    </Panel>
  );
}

export default function ChannelsSection() {
  const t = useMessages(settings);
  const channels = useQuery({
    queryKey: ['channel'],
    queryFn: async ({ signal }) =>
      rowsOf(await api.get<Page<Channel> | Channel[]>('/api/v1/channels', undefined, { signal })),
  });
  return (
    <div className="page" style={{ maxWidth: 860 }}>
      <div className="page-head">
        <div>
          <PageTitle name={t('channels')} />
          <p className="muted">{t('channelsHint')}</p>
        </div>
      </div>
      {channels.isPending && <Skeleton active />}
      {channels.isError && <ErrorState error={channels.error} onRetry={() => void channels.refetch()} />}
      <div className="stack">
        {channels.data?.map((channel) => (
          <ChannelPanel key={`${channel.kind}-${channel.version}`} channel={channel} />
        ))}
      </div>
    </div>
  );
}
