import { useQuery } from '@tanstack/react-query';
import { App, Form, Input, Modal, Switch } from 'antd';
import { useRef, useState } from 'react';
import { api, newKey, url } from '@/shared/api/api';
import { fieldErrors } from '@/shared/api/problem';
import type { Page } from '@/shared/api/types';
import { useLocale, useMessages } from '@/shared/i18n';
import { choices, choiceText, roleName } from '@/shared/labels';
import { useCan, useSession } from '@/shared/session';
import { ErrorState } from '@/shared/ui/error_state';
import type { SavedView, ViewSettings } from '@/shared/ui/list_tools';
import { common } from '@/shared/ui/messages';
import { MultiSelect } from '@/shared/ui/multi_select';
import { views as words } from './messages';

interface Values {
  name: string;
  shared?: boolean;
  roles?: string[];
  default_for?: string[];
}

interface Role {
  key: string;
  name: string;
}

/** The roles of the company; those who may not read them choose among their own. */
function useRoleOptions(enabled: boolean): { value: string; label: string }[] {
  const session = useSession();
  const can = useCan();
  // Names follow the language of the screen.
  useLocale();
  const { data } = useQuery({
    queryKey: ['role', 'names'],
    queryFn: async ({ signal }) => {
      const answer = await api.get<Page<Role> | Role[]>('/api/v1/roles', { limit: 200 }, { signal });
      return Array.isArray(answer) ? answer : answer.items;
    },
    enabled: enabled && can('users.read'),
    staleTime: 60_000,
  });
  const own = session.user.roles.map((key) => ({ value: key, label: choiceText(choices.shippedRole, key) }));
  return data?.map((role) => ({ value: role.key, label: roleName(role) })) ?? own;
}

/** Names a view and says who sees it. */
export default function ViewDialog({
  list,
  view,
  shares,
  settings,
  onClose,
  onSaved,
}: {
  list: string;
  /** The view to change; absent for a new one. */
  view: SavedView | undefined;
  /** Whether it is also asked with whom it is shared. */
  shares: boolean;
  settings: ViewSettings;
  onClose: () => void;
  onSaved: (saved: SavedView) => void;
}) {
  const t = useMessages(words);
  const c = useMessages(common);
  const can = useCan();
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const shared = Form.useWatch('shared', form) ?? view?.shared ?? false;
  const options = useRoleOptions(shares);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const key = useRef(newKey());
  const submit = async (values: Values) => {
    setBusy(true);
    setError(undefined);
    const seen = shares
      ? {
          shared: values.shared === true,
          roles: values.shared ? (values.roles ?? []) : [],
          default_for: values.shared ? (values.default_for ?? []) : [],
        }
      : {};
    const body = { name: values.name.trim(), ...seen };
    try {
      const saved = view
        ? await api.patch<SavedView>(url('/api/v1/views/{id}', { id: view.id }), body, { version: view.version })
        : await api.post<SavedView>('/api/v1/views', { list, ...body, settings }, { key: key.current });
      void message.success(t('saved'));
      onSaved(saved);
    } catch (caught) {
      key.current = newKey();
      const names = ['name', 'shared', 'roles', 'default_for'];
      const found = fieldErrors(caught, (at) => at.length === 1 && names.includes(String(at[0])));
      form.setFields(found.fields.map((field) => ({ name: field.name as never, errors: field.errors })));
      setError(caught);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={view ? t(shares ? 'share' : 'rename') : t('saveAs')}
      okText={c('save')}
      cancelText={c('cancel')}
      okButtonProps={{ loading: busy }}
      onOk={() => form.submit()}
      onCancel={onClose}
      afterOpenChange={(open) => open && (form.getFieldInstance('name') as { focus: () => void } | undefined)?.focus()}
    >
      <Form<Values>
        form={form}
        layout="vertical"
        initialValues={{
          name: view?.name ?? '',
          shared: view?.shared ?? false,
          roles: view?.roles ?? [],
          default_for: view?.default_for ?? [],
        }}
        onFinish={(values) => void submit(values)}
      >
        {error !== undefined && <ErrorState error={error} />}
        <Form.Item
          name="name"
          label={t('name')}
          rules={[{ required: true, whitespace: true, message: c('required', { label: t('name') }) }]}
          {...(view ? {} : { extra: t('keeps') })}
        >
          <Input maxLength={200} placeholder={t('nameHint')} />
        </Form.Item>
        {shares && (
          <Form.Item name="shared" label={t('shareWith')} valuePropName="checked">
            <Switch />
          </Form.Item>
        )}
        {shares && shared && (
          <>
            <Form.Item name="roles" label={t('roles')} extra={t('rolesHint')}>
              <MultiSelect options={options} placeholder={c('all')} />
            </Form.Item>
            <Form.Item name="default_for" label={t('defaultFor')}>
              <MultiSelect options={options} placeholder={c('none')} />
            </Form.Item>
          </>
        )}
        {!view && !can('views.share') && <p className="muted">{t('mayNotShare')}</p>}
        <button type="submit" hidden aria-hidden="true" tabIndex={-1} />
      </Form>
    </Modal>
  );
}
