import type { components } from '@/shared/api/schema';
import { CopyOutlined } from '@ant-design/icons';
import { App, Button, Dropdown, Modal } from 'antd';
import { useState } from 'react';
import { api } from '@/shared/api/api';
import { problemText } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import { FormDrawer } from '@/shared/fields/form_drawer';
import type { FieldSpec } from '@/shared/fields/spec';
import { useMessages, type Label } from '@/shared/i18n';
import { choices } from '@/shared/labels';
import { RefText } from '@/shared/records/ref_text';
import { useCan } from '@/shared/session';
import { formatTime } from '@/shared/time';
import { ConfirmAction } from '@/shared/ui/confirm_action';
import { copyText } from '@/shared/ui/copy_text';
import { ListPage } from '@/shared/ui/list_page';
import { common } from '@/shared/ui/messages';
import { StatusTag, TimeText } from '@/shared/ui/texts';
import { settings } from './messages';

type User = components['schemas']['User'];

const l = (zh: string, en: string): Label => ({ zh, en });
const membership: readonly FieldSpec[] = [
  { name: 'role_ids', label: l('角色', 'Roles'), kind: 'relations', of: 'role' },
  { name: 'team_ids', label: l('团队', 'Teams'), kind: 'relations', of: 'team' },
  { name: 'region_ids', label: l('区域', 'Regions'), kind: 'relations', of: 'region' },
];
const userFields: readonly FieldSpec[] = [
  { name: 'name', label: l('姓名', 'Name'), kind: 'text', required: true, half: true },
  { name: 'login', label: l('账号', 'Login'), kind: 'text', required: true, half: true },
  { name: 'email', label: l('邮箱', 'E-mail'), kind: 'email', half: true },
  { name: 'phone', label: l('电话', 'Phone'), kind: 'phone', half: true },
  {
    name: 'password',
    label: l('初始密码', 'First password'),
    kind: 'password',
    only: 'create',
    half: true,
    help: l('至少 10 个字符；不填则邮件邀请', 'at least 10 characters; invited by mail when empty'),
  },
  { name: 'locale', label: l('语言', 'Language'), kind: 'choice', choices: choices.locale, half: true },
  ...membership,
];
const inviteFields: readonly FieldSpec[] = [
  { name: 'email', label: l('邮箱', 'E-mail'), kind: 'email', required: true },
  { name: 'name', label: l('姓名', 'Name'), kind: 'text', required: true },
  ...membership,
];

export default function UsersSection() {
  const t = useMessages(settings);
  const c = useMessages(common);
  const can = useCan();
  const { message } = App.useApp();
  const [form, setForm] = useState<{ open: boolean; row?: User }>({ open: false });
  const [inviting, setInviting] = useState(false);
  const [disabling, setDisabling] = useState<User>();
  const [link, setLink] = useState<{ url: string; expires_at: string }>();
  const refresh = () => queryClient.invalidateQueries({ queryKey: ['user'] });
  const editable = can('users.manage');
  const run = async (user: User, action: 'enable' | 'sign-out') => {
    try {
      await api.post(`/api/v1/users/${user.id}/${action}`, undefined, { version: user.version });
      void message.success(c('done'));
      await refresh();
    } catch (error) {
      void message.error(problemText(error));
    }
  };
  const makeLink = async (user: User) => {
    try {
      setLink(await api.post(`/api/v1/users/${user.id}/password-link`, undefined, { version: user.version }));
    } catch (error) {
      void message.error(problemText(error));
    }
  };
  return (
    <>
      <ListPage<User>
        title={t('users')}
        object="user"
        path="/api/v1/users"
        searchHint={t('searchUsers')}
        emptyTitle={t('noUsers')}
        create={{ label: t('newUser'), permission: 'users.manage', onClick: () => setForm({ open: true }) }}
        extra={editable && <Button onClick={() => setInviting(true)}>{t('invite')}</Button>}
        {...(editable ? { onOpen: (row: User) => setForm({ open: true, row }) } : {})}
        columns={[
          { key: 'name', title: l('姓名', 'Name'), render: (row) => <strong>{row.name}</strong> },
          { key: 'login', title: l('账号', 'Login'), render: (row) => row.login },
          {
            key: 'roles',
            title: l('角色', 'Roles'),
            render: (row) => (
              <span className="row" style={{ gap: 4 }}>
                {row.role_ids.map((id) => (
                  <span key={id} className="tag tag-new">
                    <RefText of="role" id={id} plain />
                  </span>
                ))}
              </span>
            ),
          },
          {
            key: 'status',
            title: l('状态', 'Status'),
            width: 90,
            render: (row) => <StatusTag of={choices.userStatus} value={row.status} />,
          },
          {
            key: 'last',
            title: l('最近登录', 'Last sign-in'),
            width: 130,
            wide: true,
            render: (row) => <TimeText at={row.last_sign_in_at} />,
          },
          {
            key: 'actions',
            title: l('操作', 'Actions'),
            width: 110,
            render: (row) =>
              editable && (
                <Dropdown
                  trigger={['click']}
                  menu={{
                    items: [
                      { key: 'edit', label: c('edit'), onClick: () => setForm({ open: true, row }) },
                      { key: 'link', label: t('passwordLink'), onClick: () => void makeLink(row) },
                      { key: 'out', label: t('signOutUser'), onClick: () => void run(row, 'sign-out') },
                      row.status === 'disabled'
                        ? { key: 'enable', label: t('enable'), onClick: () => void run(row, 'enable') }
                        : { key: 'disable', label: t('disable'), danger: true, onClick: () => setDisabling(row) },
                    ],
                  }}
                >
                  <Button size="small">{c('actions')}</Button>
                </Dropdown>
              ),
          },
        ]}
      />
      <FormDrawer<User>
        open={form.open}
        title={form.row?.name ?? t('newUser')}
        fields={userFields}
        path={form.row ? `/api/v1/users/${form.row.id}` : '/api/v1/users'}
        record={form.row as never}
        onClose={() => setForm((old) => ({ ...old, open: false }))}
        onSaved={() => void refresh()}
      />
      <FormDrawer
        open={inviting}
        title={t('invite')}
        okText={t('invite')}
        fields={inviteFields}
        path="/api/v1/invitations"
        onClose={() => setInviting(false)}
        onSaved={() => void refresh()}
      />
      <ConfirmAction
        open={disabling !== undefined}
        title={`${t('disable')} ${disabling?.name ?? ''}`}
        text={t('disableText')}
        danger
        onClose={() => setDisabling(undefined)}
        onConfirm={async () => {
          if (disabling)
            await api.post(`/api/v1/users/${disabling.id}/disable`, undefined, { version: disabling.version });
          await refresh();
        }}
      />
      <Modal open={link !== undefined} title={t('passwordLink')} footer={null} onCancel={() => setLink(undefined)}>
        {link && (
          <div className="stack">
            <p>{t('passwordLinkText')}</p>
            <code style={{ overflowWrap: 'anywhere' }}>{link.url}</code>
            <p className="muted">{t('until', { time: formatTime(link.expires_at) })}</p>
            <Button
              type="primary"
              icon={<CopyOutlined />}
              onClick={() => void copyText(link.url).then(() => message.success(c('copied')))}
            >
              {c('copy')}
            </Button>
          </div>
        )}
      </Modal>
    </>
  );
}
