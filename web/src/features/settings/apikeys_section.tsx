import type { components } from '@/shared/api/schema';
import { Button } from 'antd';
import { useState } from 'react';
import { api } from '@/shared/api/api';
import { queryClient } from '@/shared/api/query_client';
import { FormDrawer } from '@/shared/fields/form_drawer';
import { useMessages } from '@/shared/i18n';
import { RefText } from '@/shared/records/ref_text';
import { ConfirmAction } from '@/shared/ui/confirm_action';
import { ListPage } from '@/shared/ui/list_page';
import { TimeText, ToneTag } from '@/shared/ui/texts';
import { settings } from './messages';
import { SecretModal } from './secret_modal';

type ApiKey = components['schemas']['ApiKey'] & { secret?: string | null };

export default function ApiKeysSection() {
  const t = useMessages(settings);
  const [open, setOpen] = useState(false);
  const [made, setMade] = useState<ApiKey>();
  const [revoking, setRevoking] = useState<ApiKey>();
  const refresh = () => queryClient.invalidateQueries({ queryKey: ['api_key'] });
  return (
    <>
      <ListPage<ApiKey>
        title={t('apikeys')}
        object="api_key"
        path="/api/v1/apikeys"
        plain
        emptyTitle={t('noKeys')}
        emptyHint={t('noKeysHint')}
        create={{ label: t('newKey'), permission: 'apikeys.manage', onClick: () => setOpen(true) }}
        columns={[
          { key: 'name', title: { zh: '名称', en: 'Name' }, render: (row) => <strong>{row.name}</strong> },
          {
            key: 'prefix',
            title: { zh: '前缀', en: 'Begins with' },
            width: 130,
            render: (row) => <code>{row.prefix}…</code>,
          },
          { key: 'role', title: { zh: '角色', en: 'Role' }, render: (row) => <RefText of="role" id={row.role_id} /> },
          {
            key: 'expires',
            title: { zh: '到期', en: 'Expires' },
            width: 130,
            render: (row) => <TimeText at={row.expires_at} />,
          },
          {
            key: 'used',
            title: { zh: '最近使用', en: 'Last used' },
            width: 130,
            render: (row) => <TimeText at={row.last_used_at} />,
          },
          {
            key: 'actions',
            title: { zh: '操作', en: 'Actions' },
            width: 110,
            render: (row) =>
              row.revoked_at ? (
                <ToneTag tone="cancelled">{t('revoked')}</ToneTag>
              ) : (
                <Button size="small" danger onClick={() => setRevoking(row)}>
                  {t('revoke')}
                </Button>
              ),
          },
        ]}
      />
      <FormDrawer<ApiKey>
        open={open}
        title={t('newKey')}
        path="/api/v1/apikeys"
        fields={[
          { name: 'name', label: { zh: '用途', en: 'What it is for' }, kind: 'text', required: true },
          { name: 'role_id', label: { zh: '角色', en: 'Role' }, kind: 'relation', of: 'role', required: true },
          { name: 'expires_at', label: { zh: '到期时间', en: 'Expires' }, kind: 'time' },
        ]}
        onClose={() => setOpen(false)}
        onSaved={(saved) => {
          setMade(saved);
          void refresh();
        }}
      />
      <SecretModal made={made} text={t('secret')} onClose={() => setMade(undefined)} />
      <ConfirmAction
        open={revoking !== undefined}
        title={`${t('revoke')} ${revoking?.name ?? ''}`}
        text={t('revokeText')}
        danger
        onClose={() => setRevoking(undefined)}
        onConfirm={async () => {
          if (revoking) await api.delete(`/api/v1/apikeys/${revoking.id}`, { version: revoking.version });
          await refresh();
        }}
      />
    </>
  );
}
