import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { api } from '@/shared/api/api';
import type { Page } from '@/shared/api/types';
import { useMessages } from '@/shared/i18n';
import { roleName } from '@/shared/labels';
import { slaWords, type Recipient } from './sla_model';

const rowsOf = <T,>(answer: Page<T> | T[]): T[] => (Array.isArray(answer) ? answer : answer.items);

const keyOf = (one: Recipient): string => [one.to, one.user_id ?? one.role_id].filter(Boolean).join(':');

function recipientOf(key: string): Recipient {
  const [to = 'assignee', id] = key.split(':');
  if (to === 'user' && id) return { to, user_id: id };
  if (to === 'role' && id) return { to, role_id: id };
  return { to: to as 'assignee' | 'team_lead' | 'followers' };
}

/** Who is told of a milestone: people by their part in the ticket, by role, or by name. */
export function RecipientSelect({
  label,
  value,
  onChange,
}: {
  label: string;
  value: Recipient[];
  onChange: (value: Recipient[]) => void;
}) {
  const t = useMessages(slaWords);
  const roles = useQuery({
    queryKey: ['role', 'all'],
    queryFn: async ({ signal }) =>
      rowsOf(await api.get<Page<{ id: string; key: string; name: string }>>('/api/v1/roles', undefined, { signal })),
    staleTime: 60_000,
  });
  const users = useQuery({
    queryKey: ['user', 'recipients'],
    queryFn: async ({ signal }) =>
      rowsOf(await api.get<Page<{ id: string; name: string }>>('/api/v1/users', { limit: 200 }, { signal })),
    staleTime: 60_000,
  });
  const options = [
    ...(['assignee', 'team_lead', 'followers'] as const).map((to) => ({ value: to as string, label: t(to) })),
    ...(roles.data ?? []).map((role) => ({ value: `role:${role.id}`, label: t('role', { name: roleName(role) }) })),
    ...(users.data ?? []).map((user) => ({ value: `user:${user.id}`, label: t('user', { name: user.name }) })),
  ];
  return (
    <Select
      mode="multiple"
      aria-label={label}
      placeholder={t('nobody')}
      value={value.map(keyOf)}
      options={options}
      optionFilterProp="label"
      onChange={(keys: string[]) => onChange(keys.map(recipientOf))}
      style={{ width: '100%', minWidth: 0 }}
    />
  );
}
