/** Other systems that processes and rules call. */
import type { components } from '@/shared/api/schema';
import { App, Button, Dropdown, Switch, Tooltip } from 'antd';
import { MoreOutlined } from '@ant-design/icons';
import { useState } from 'react';
import { api } from '@/shared/api/api';
import { problemText } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import { FormDrawer } from '@/shared/fields/form_drawer';
import { useMessages } from '@/shared/i18n';
import { ConfirmAction } from '@/shared/ui/confirm_action';
import { ListPage } from '@/shared/ui/list_page';
import { common } from '@/shared/ui/messages';
import { TimeText, ToneTag } from '@/shared/ui/texts';
import { settings } from './messages';
import { SecretModal, type Made } from './secret_modal';

type Webhook = components['schemas']['Webhook'];
type WithSecret = components['schemas']['WebhookWithSecret'];
type TestAnswer = components['schemas']['TestAnswer'];

export default function WebhooksSection() {
  const t = useMessages(settings);
  const c = useMessages(common);
  const { message } = App.useApp();
  const [edited, setEdited] = useState<Webhook | 'new'>();
  const [made, setMade] = useState<Made>();
  const [deleting, setDeleting] = useState<Webhook>();
  const [rotating, setRotating] = useState<Webhook>();
  const [tested, setTested] = useState<string>();
  const refresh = () => queryClient.invalidateQueries({ queryKey: ['webhook'] });

  const change = async (row: Webhook, enabled: boolean) => {
    try {
      await api.patch(`/api/v1/webhooks/${row.id}`, { enabled }, { version: row.version });
    } catch (error) {
      message.error(problemText(error));
    }
    await refresh();
  };
  const test = async (row: Webhook) => {
    setTested(row.id);
    try {
      const answer = await api.post<TestAnswer>(`/api/v1/webhooks/${row.id}/test`, {});
      if (answer.ok) message.success(answer.message);
      else message.error(answer.message, 8);
    } catch (error) {
      message.error(problemText(error));
    }
    setTested(undefined);
    await refresh();
  };

  return (
    <>
      <ListPage<Webhook>
        title={t('webhooks')}
        object="webhook"
        path="/api/v1/webhooks"
        plain
        emptyTitle={t('noWebhooks')}
        emptyHint={t('noWebhooksHint')}
        create={{ label: t('newWebhook'), permission: 'channels.manage', onClick: () => setEdited('new') }}
        columns={[
          { key: 'name', title: { zh: '名称', en: 'Name' }, render: (row) => <strong>{row.name}</strong> },
          {
            key: 'url',
            title: { zh: '地址', en: 'Address' },
            render: (row) => <code style={{ overflowWrap: 'anywhere' }}>{row.url}</code>,
          },
          {
            key: 'state',
            title: { zh: '最近调用', en: 'Last call' },
            width: 190,
            render: (row) => {
              if (!row.called_at) return <span className="muted">{t('neverCalled')}</span>;
              return (
                <Tooltip title={row.last_error}>
                  <span className="row">
                    <ToneTag tone={row.last_error ? 'danger' : 'resolved'}>
                      {row.last_error ? t('callFailed') : t('callWorked')}
                    </ToneTag>
                    <TimeText at={row.called_at} />
                  </span>
                </Tooltip>
              );
            },
          },
          {
            key: 'enabled',
            title: { zh: '启用', en: 'On' },
            width: 80,
            render: (row) => (
              <Switch aria-label={row.name} checked={row.enabled} onChange={(on) => void change(row, on)} />
            ),
          },
          {
            key: 'actions',
            title: { zh: '操作', en: 'Actions' },
            width: 150,
            render: (row) => (
              <span className="row">
                <Button size="small" loading={tested === row.id} onClick={() => void test(row)}>
                  {t('testWebhook')}
                </Button>
                <Dropdown
                  trigger={['click']}
                  menu={{
                    items: [
                      { key: 'edit', label: c('edit') },
                      { key: 'rotate', label: t('rotateSecret') },
                      { key: 'delete', label: c('delete'), danger: true },
                    ],
                    onClick: ({ key }) => {
                      if (key === 'edit') setEdited(row);
                      else if (key === 'rotate') setRotating(row);
                      else setDeleting(row);
                    },
                  }}
                >
                  <Button size="small" icon={<MoreOutlined />} aria-label={t('moreActions')} />
                </Dropdown>
              </span>
            ),
          },
        ]}
      />
      <FormDrawer<Webhook & Partial<WithSecret>>
        open={edited !== undefined}
        title={t(edited === 'new' ? 'newWebhook' : 'editWebhook')}
        path="/api/v1/webhooks"
        {...(edited !== undefined && edited !== 'new' ? { record: edited } : {})}
        fields={[
          { name: 'name', label: { zh: '名称', en: 'Name' }, kind: 'text', required: true },
          { name: 'url', label: { zh: '地址', en: 'Address' }, kind: 'text', required: true },
        ]}
        intro={<p className="muted">{t('webhookUrlHint')}</p>}
        onClose={() => setEdited(undefined)}
        onSaved={(saved) => {
          if (saved.secret) setMade({ name: saved.name, secret: saved.secret });
          void refresh();
        }}
      />
      <SecretModal made={made} text={t('webhookSecret')} onClose={() => setMade(undefined)} />
      <ConfirmAction
        open={rotating !== undefined}
        title={`${t('rotateSecret')} ${rotating?.name ?? ''}`}
        text={t('rotateSecretText')}
        danger
        onClose={() => setRotating(undefined)}
        onConfirm={async () => {
          if (!rotating) return;
          const path = `/api/v1/webhooks/${rotating.id}/rotate-secret`;
          const shown = await api.post<WithSecret>(path, {}, { version: rotating.version });
          setMade({ name: shown.name, secret: shown.secret ?? null });
          await refresh();
        }}
      />
      <ConfirmAction
        open={deleting !== undefined}
        title={`${c('delete')} ${deleting?.name ?? ''}`}
        text={t('deleteWebhookText')}
        danger
        onClose={() => setDeleting(undefined)}
        onConfirm={async () => {
          if (deleting) await api.delete(`/api/v1/webhooks/${deleting.id}`, { version: deleting.version });
          await refresh();
        }}
      />
    </>
  );
}
