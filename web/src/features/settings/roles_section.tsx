import type { components } from '@/shared/api/schema';
import { PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { App, Button, Input, Select, Skeleton } from 'antd';
import { useState } from 'react';
import { api, newKey, url } from '@/shared/api/api';
import { queryClient } from '@/shared/api/query_client';
import type { Page, Scope } from '@/shared/api/types';
import { useUnsavedGuard } from '@/shared/fields/form_drawer';
import { labelText, useLocale, useMessages, type Label } from '@/shared/i18n';
import { choices, roleName, useOptions } from '@/shared/labels';
import { ConfirmAction } from '@/shared/ui/confirm_action';
import { ErrorState } from '@/shared/ui/error_state';
import { common } from '@/shared/ui/messages';
import { PageTitle } from '@/shared/ui/page_title';
import { Panel } from '@/shared/ui/record_page';
import { settings } from './messages';

type Role = components['schemas']['Role'];

interface Permission {
  name: string;
  group: string;
  label_zh: string;
  label_en: string;
}

const NONE = 'none';

const GROUPS: Readonly<Record<string, Label>> = {
  users: { zh: '用户', en: 'Users' },
  roles: { zh: '角色', en: 'Roles' },
  teams: { zh: '团队与区域', en: 'Teams and regions' },
  settings: { zh: '企业设置', en: 'Company settings' },
  orders: { zh: '订单', en: 'Orders' },
  views: { zh: '列表视图', en: 'Saved views' },
  data: { zh: '导入与导出', en: 'Import and export' },
  personal_data: { zh: '个人信息', en: 'Personal data' },
  objects: { zh: '对象与字段', en: 'Objects and fields' },
  apikeys: { zh: 'API 密钥', en: 'API keys' },
  audit: { zh: '审计', en: 'Audit' },
  jobs: { zh: '后台任务', en: 'Background jobs' },
  customers: { zh: '客户', en: 'Customers' },
  products: { zh: '产品', en: 'Products' },
  devices: { zh: '设备', en: 'Devices' },
  contracts: { zh: '合同', en: 'Contracts' },
  parts: { zh: '备件', en: 'Parts' },
  engineers: { zh: '工程师', en: 'Engineers' },
  tickets: { zh: '工单', en: 'Tickets' },
  visits: { zh: '上门服务', en: 'Visits' },
  dispatch: { zh: '调度', en: 'Dispatch' },
  quotes: { zh: '报价', en: 'Quotes' },
  payments: { zh: '收款', en: 'Payments' },
  prices: { zh: '价目', en: 'Price list' },
  surveys: { zh: '满意度', en: 'Satisfaction' },
  insight: { zh: '指标', en: 'Figures' },
  import: { zh: '导入', en: 'Import' },
  channels: { zh: '通知渠道', en: 'Channels' },
};
const rowsOf = <T,>(answer: Page<T> | T[]): T[] => (Array.isArray(answer) ? answer : answer.items);

/** The matrix of a role: every permission with how far it reaches. */
export default function RolesSection() {
  const t = useMessages(settings);
  const c = useMessages(common);
  const locale = useLocale();
  const { message } = App.useApp();
  const scopes = useOptions(choices.scope);
  const [chosen, setChosen] = useState<string>();
  const [draft, setDraft] = useState<{ name: string; permissions: Record<string, Scope> }>();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const roles = useQuery({
    queryKey: ['role', 'all'],
    queryFn: async ({ signal }) =>
      rowsOf(await api.get<Page<Role> | Role[]>('/api/v1/roles', { limit: 200 }, { signal })),
  });
  const catalogue = useQuery({
    queryKey: ['permissions'],
    queryFn: async ({ signal }) =>
      rowsOf(await api.get<Page<Permission> | Permission[]>('/api/v1/permissions', undefined, { signal })),
    staleTime: Infinity,
  });
  useUnsavedGuard(draft !== undefined);
  const fresh = chosen === 'new';
  const role = fresh ? undefined : (roles.data?.find((one) => one.id === chosen) ?? roles.data?.[0]);
  const shown = draft ?? { name: role?.name ?? '', permissions: role?.permissions ?? {} };
  const groups = [...new Set(catalogue.data?.map((one) => one.group))];
  const setScope = (name: string, scope: string) => {
    const permissions = { ...shown.permissions };
    if (scope === NONE) delete permissions[name];
    else permissions[name] = scope as Scope;
    setDraft({ ...shown, permissions });
  };
  const save = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const body = { name: shown.name.trim(), permissions: shown.permissions };
      const saved = fresh
        ? await api.post<Role>('/api/v1/roles', body, { key: newKey() })
        : await api.patch<Role>(url('/api/v1/roles/{id}', { id: role?.id ?? '' }), body, {
            version: role?.version ?? 0,
          });
      setDraft(undefined);
      setChosen(saved.id);
      await queryClient.invalidateQueries({ queryKey: ['role'] });
      void message.success(t('savedRole'));
    } catch (caught) {
      setError(caught);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="page">
      <div className="page-head">
        <PageTitle name={t('roles')} />
        <div className="row">
          <Select
            aria-label={t('selectRole')}
            value={fresh ? undefined : (role?.id ?? null)}
            placeholder={t('newRole')}
            disabled={draft !== undefined}
            onChange={(id: string) => setChosen(id)}
            options={(roles.data ?? []).map((one) => ({
              value: one.id,
              label: one.built_in ? `${roleName(one)} (${t('builtIn')})` : one.name,
            }))}
            style={{ minWidth: 200 }}
          />
          <Button
            icon={<PlusOutlined />}
            disabled={draft !== undefined}
            onClick={() => {
              setChosen('new');
              setDraft({ name: '', permissions: {} });
            }}
          >
            {t('newRole')}
          </Button>
        </div>
      </div>
      {(roles.isPending || catalogue.isPending) && <Skeleton active paragraph={{ rows: 10 }} />}
      {roles.isError && <ErrorState error={roles.error} onRetry={() => void roles.refetch()} />}
      {catalogue.isError && <ErrorState error={catalogue.error} onRetry={() => void catalogue.refetch()} />}
      {catalogue.data && roles.data && (
        <Panel
          title={roleName({ key: role?.key ?? '', name: shown.name }) || t('newRole')}
          extra={
            <span className="row">
              {role && !role.built_in && (
                <Button danger onClick={() => setDeleting(true)}>
                  {t('deleteRole')}
                </Button>
              )}
              {draft && (
                <Button
                  onClick={() => {
                    setDraft(undefined);
                    if (fresh) setChosen(undefined);
                  }}
                >
                  {c('cancel')}
                </Button>
              )}
              <Button
                type="primary"
                loading={busy}
                disabled={!draft || shown.name.trim() === ''}
                onClick={() => void save()}
              >
                {c('save')}
              </Button>
            </span>
          }
        >
          {error !== undefined && <ErrorState error={error} />}
          <div style={{ maxWidth: 360, margin: '8px 0' }}>
            <Input
              aria-label={t('roleName')}
              placeholder={t('roleName')}
              // What the role is shipped with is told in the language of the screen, and stored as it was.
              value={roleName({ key: role?.key ?? '', name: shown.name })}
              maxLength={200}
              onChange={(event) => setDraft({ ...shown, name: event.target.value })}
            />
          </div>
          <div className="permission-grid">
            {groups.map((group) => (
              <section key={group}>
                <h3 className="muted" style={{ fontSize: 12, fontWeight: 600 }}>
                  {labelText(GROUPS[group] ?? { zh: group, en: group }, locale)}
                </h3>
                {catalogue.data
                  .filter((one) => one.group === group)
                  .map((one) => {
                    const label = locale === 'en' ? one.label_en : one.label_zh;
                    const scope = shown.permissions[one.name] ?? NONE;
                    return (
                      <div key={one.name} className="row-between" style={{ flexWrap: 'nowrap', padding: '3px 0' }}>
                        <span className={scope === NONE ? 'muted' : undefined}>{label}</span>
                        <Select
                          size="small"
                          aria-label={`${label} ${t('scope')}`}
                          value={scope}
                          onChange={(next: string) => setScope(one.name, next)}
                          options={[{ value: NONE, label: t('noAccess') }, ...scopes]}
                          style={{ width: 100, flex: 'none' }}
                        />
                      </div>
                    );
                  })}
              </section>
            ))}
          </div>
        </Panel>
      )}
      <ConfirmAction
        open={deleting}
        title={`${t('deleteRole')} ${role?.name ?? ''}`}
        text={t('deleteRoleText')}
        danger
        onClose={() => setDeleting(false)}
        onConfirm={async () => {
          if (role) await api.delete(`/api/v1/roles/${role.id}`, { version: role.version });
          setChosen(undefined);
          setDraft(undefined);
          await queryClient.invalidateQueries({ queryKey: ['role'] });
        }}
      />
    </div>
  );
}
