import { ArrowDownOutlined, ArrowUpOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { App, Button, Checkbox, Drawer, Form, Select, Switch } from 'antd';
import { useState } from 'react';
import { api } from '@/shared/api/api';
import { queryClient } from '@/shared/api/query_client';
import type { Page } from '@/shared/api/types';
import { useMessages } from '@/shared/i18n';
import { roleName } from '@/shared/labels';
import { ErrorState } from '@/shared/ui/error_state';
import { common } from '@/shared/ui/messages';
import { useAttempt } from '@/shared/ui/use_attempt';
import { customerLayoutQuery, isSection, SECTIONS, type CustomerLayout, type Section } from './file';
import { customers } from './messages';

interface Role {
  key: string;
  name: string;
}

/** Everybody who has no layout of a role. */
const EVERYBODY = '';

/** Arranges a customer's page for everybody and for roles; nothing changes until it is saved. */
export default function LayoutDrawer({ layout, onClose }: { layout: CustomerLayout; onClose: () => void }) {
  const t = useMessages(customers);
  const c = useMessages(common);
  const { message } = App.useApp();
  const [role, setRole] = useState(EVERYBODY);
  const [roles, setRoles] = useState<Readonly<Record<string, readonly string[]>>>(layout.roles);
  const [all, setAll] = useState<readonly string[]>(layout.default);
  const { busy, error, attempt } = useAttempt();
  const known = useQuery({
    queryKey: ['role', 'layout'],
    queryFn: async ({ signal }) => {
      const answer = await api.get<Page<Role> | Role[]>('/api/v1/roles', { limit: 200 }, { signal });
      return Array.isArray(answer) ? answer : answer.items;
    },
    staleTime: 300_000,
  });
  const shown: readonly string[] | undefined = role === EVERYBODY ? all : roles[role];
  const change = (sections: readonly string[]) =>
    role === EVERYBODY ? setAll(sections) : setRoles((old) => ({ ...old, [role]: sections }));
  const own = (wanted: boolean) =>
    setRoles((old) =>
      wanted ? { ...old, [role]: all } : Object.fromEntries(Object.entries(old).filter(([key]) => key !== role)),
    );
  const save = async () => {
    await attempt(async () => {
      const saved = await api.put<CustomerLayout>(
        '/api/v1/layouts/customer-360',
        { roles, default: all },
        { version: layout.version },
      );
      queryClient.setQueryData(customerLayoutQuery.queryKey, saved);
      void message.success(c('saved'));
      onClose();
    });
  };
  const list: readonly Section[] = shown
    ? [...shown.filter(isSection), ...SECTIONS.filter((section) => !shown.includes(section))]
    : [];
  const move = (section: Section, by: -1 | 1) => {
    const next = [...(shown ?? [])];
    const at = next.indexOf(section);
    next.splice(at, 1);
    next.splice(at + by, 0, section);
    change(next);
  };
  return (
    <Drawer
      open
      title={t('layout')}
      size={460}
      styles={{ wrapper: { maxWidth: '100vw' } }}
      onClose={onClose}
      footer={
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button onClick={onClose}>{c('cancel')}</Button>
          <Button type="primary" loading={busy} onClick={() => void save()}>
            {c('save')}
          </Button>
        </div>
      }
    >
      <div className="stack">
        <p className="muted">{t('layoutHint')}</p>
        {error !== undefined && <ErrorState error={error} />}
        {known.isError && <ErrorState error={known.error} onRetry={() => void known.refetch()} />}
        <Form layout="vertical">
          <Form.Item label={t('layoutFor')} htmlFor="layout-role">
            <Select
              id="layout-role"
              value={role}
              onChange={setRole}
              loading={known.isPending}
              options={[
                { value: EVERYBODY, label: t('layoutEverybody') },
                ...(known.data ?? []).map((one) => ({ value: one.key, label: roleName(one) })),
              ]}
            />
          </Form.Item>
        </Form>
        {role !== EVERYBODY && (
          <span className="row">
            <Switch id="layout-own" checked={shown !== undefined} onChange={own} />
            <label htmlFor="layout-own">{t('layoutOwn')}</label>
          </span>
        )}
        <ul className="plain-list">
          {list.map((section) => {
            const at = shown?.indexOf(section) ?? -1;
            const name = t(section);
            return (
              <li key={section} className="row-between">
                <Checkbox
                  checked={at >= 0}
                  aria-label={t('layoutSection', { section: name })}
                  onChange={(event) =>
                    change(
                      event.target.checked
                        ? [...(shown ?? []), section]
                        : (shown ?? []).filter((one) => one !== section),
                    )
                  }
                >
                  {name}
                </Checkbox>
                <span className="row" style={{ gap: 0 }}>
                  <Button
                    type="text"
                    size="small"
                    icon={<ArrowUpOutlined />}
                    aria-label={t('layoutUp', { section: name })}
                    disabled={at <= 0}
                    onClick={() => move(section, -1)}
                  />
                  <Button
                    type="text"
                    size="small"
                    icon={<ArrowDownOutlined />}
                    aria-label={t('layoutDown', { section: name })}
                    disabled={at < 0 || at >= (shown?.length ?? 0) - 1}
                    onClick={() => move(section, 1)}
                  />
                </span>
              </li>
            );
          })}
        </ul>
      </div>
    </Drawer>
  );
}
