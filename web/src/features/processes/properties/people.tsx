/** Who does a human step, and until when. */
import { useQuery } from '@tanstack/react-query';
import { Segmented } from 'antd';
import { useState } from 'react';
import { api } from '@/shared/api/api';
import type { Page } from '@/shared/api/types';
import { useMessages } from '@/shared/i18n';
import { roleName } from '@/shared/labels';
import { RelationSelect } from '@/shared/records/relation_select';
import { MultiSelect } from '@/shared/ui/multi_select';
import { words } from '../messages';
import { Prop, TextProp, useAttribute } from './prop';
import { DurationInput } from './duration';

type Way = 'role' | 'team' | 'users' | 'expression';

export const ATTRIBUTES: Record<Exclude<Way, 'expression'>, string> = {
  role: 'aftersail:candidateRoles',
  team: 'aftersail:candidateTeams',
  users: 'aftersail:candidateUsers',
};
const ALL = [...Object.values(ATTRIBUTES), 'aftersail:assignee'];

const list = (text: string) =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);

/** The roles of the company, by key. */
export function RoleSelect({
  id,
  value,
  onChange,
}: {
  id?: string;
  value: string[];
  onChange: (value: string[]) => void;
}) {
  const roles = useQuery({
    queryKey: ['role', 'all'],
    queryFn: async ({ signal }) => {
      const answer = await api.get<Page<{ key: string; name: string }>>('/api/v1/roles', { limit: 200 }, { signal });
      return Array.isArray(answer) ? (answer as { key: string; name: string }[]) : answer.items;
    },
    staleTime: 300_000,
  });
  return (
    <MultiSelect
      {...(id ? { id } : {})}
      value={value}
      onChange={onChange}
      loading={roles.isPending}
      optionFilterProp="label"
      style={{ width: '100%' }}
      options={(roles.data ?? []).map((role) => ({ value: role.key, label: roleName(role) }))}
    />
  );
}

export function WhoProps() {
  const t = useMessages(words);
  const [roles] = useAttribute(ATTRIBUTES.role);
  const [teams] = useAttribute(ATTRIBUTES.team);
  const [users] = useAttribute(ATTRIBUTES.users);
  const [assignee] = useAttribute('aftersail:assignee');
  const [due, setDue] = useAttribute('aftersail:due');
  const values = { role: roles, team: teams, users };
  const computed = [assignee, roles, teams, users].find((text) => text.startsWith('='));
  const found: Way = computed ? 'expression' : teams ? 'team' : users ? 'users' : 'role';
  const [chosen, setWay] = useState<Way>();
  const way = chosen ?? found;
  const write = useWrite();
  const nobody = ALL.length > 0 && !roles && !teams && !users && !assignee;
  return (
    <>
      <Prop label={t('who')} {...(nobody ? { help: t('nobody') } : {})}>
        {(id) => (
          <div className="stack" style={{ gap: 8 }}>
            <Segmented<Way>
              block
              size="small"
              value={way}
              onChange={setWay}
              options={[
                { value: 'role', label: t('byRole') },
                { value: 'team', label: t('byTeam') },
                { value: 'users', label: t('byUsers') },
                { value: 'expression', label: t('byExpression') },
              ]}
            />
            {way === 'role' && (
              <RoleSelect
                id={id}
                value={list(values.role)}
                onChange={(next) => write({ [ATTRIBUTES.role]: next.join(',') })}
              />
            )}
            {(way === 'team' || way === 'users') && (
              <RelationSelect
                id={id}
                of={way === 'team' ? 'team' : 'user'}
                multiple
                value={list(values[way])}
                aria-label={t(way)}
                onChange={(next) => write({ [ATTRIBUTES[way]]: Array.isArray(next) ? next.join(',') : (next ?? '') })}
              />
            )}
          </div>
        )}
      </Prop>
      {way === 'expression' && (
        <TextProp
          label={t('expression')}
          help={t('expressionHint')}
          mono
          value={(computed ?? '').replace(/^=\s*/, '')}
          onChange={(next) => write({ 'aftersail:assignee': next === '' ? '' : `=${next}` })}
        />
      )}
      <Prop label={t('due')}>{() => <DurationInput label={t('due')} value={due} onChange={setDue} />}</Prop>
    </>
  );
}

/** Sets one way of naming people and takes the others away. */
function useWrite(): (values: Record<string, string>) => void {
  const setters = {
    [ATTRIBUTES.role]: useAttribute(ATTRIBUTES.role)[1],
    [ATTRIBUTES.team]: useAttribute(ATTRIBUTES.team)[1],
    [ATTRIBUTES.users]: useAttribute(ATTRIBUTES.users)[1],
    'aftersail:assignee': useAttribute('aftersail:assignee')[1],
  };
  return (values) => {
    for (const [name, set] of Object.entries(setters)) set(values[name] ?? '');
  };
}
