/** What each role may do with an object's records, and how far it reaches. */
import { useQuery } from '@tanstack/react-query';
import { Button, Select, Skeleton } from 'antd';
import type { Scope } from '@/shared/api/types';
import { useMessages } from '@/shared/i18n';
import { choices, roleName, useOptions } from '@/shared/labels';
import { ErrorState } from '@/shared/ui/error_state';
import { objects } from './messages';
import { ACTIONS, rolesQuery, type RoleGrants } from './objects';

const NONE = 'none';
const NOTHING: RoleGrants[string] = { read: null, create: null, update: null };

export function AccessMatrix({ value, onChange }: { value?: RoleGrants; onChange?: (value: RoleGrants) => void }) {
  const t = useMessages(objects);
  const roles = useQuery(rolesQuery);
  const scopes = useOptions(choices.scope);
  const grants = value ?? {};
  if (roles.isError) return <ErrorState error={roles.error} onRetry={() => void roles.refetch()} />;
  if (!roles.data) return <Skeleton active paragraph={{ rows: 4 }} />;
  const rows = roles.data.filter((role) => role.key !== 'admin');
  const all = (make: () => RoleGrants[string]) =>
    onChange?.(Object.fromEntries(rows.map((role) => [role.key, make()])));
  return (
    <div className="stack">
      <p className="muted">{t('accessHint')}</p>
      <div className="row">
        <Button size="small" onClick={() => all(() => ({ read: 'all', create: 'all', update: 'all' }))}>
          {t('everybody')}
        </Button>
        <Button size="small" onClick={() => all(() => ({ read: 'all', create: null, update: null }))}>
          {t('readOnlyAll')}
        </Button>
        <Button size="small" onClick={() => onChange?.({})}>
          {t('nobody')}
        </Button>
      </div>
      <div className="table-scroll">
        <table className="list-table access-matrix" aria-label={t('access')}>
          <thead>
            <tr>
              <th scope="col">{t('role')}</th>
              {ACTIONS.map((action) => (
                <th key={action} scope="col">
                  {t(`action_${action}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((role) => (
              <tr key={role.key}>
                <th scope="row">{roleName(role)}</th>
                {ACTIONS.map((action) => (
                  <td key={action}>
                    <Select
                      size="small"
                      aria-label={t('scopeOf', { role: roleName(role), action: t(`action_${action}`) })}
                      value={grants[role.key]?.[action] ?? NONE}
                      options={[{ value: NONE, label: t('noAccess') }, ...scopes]}
                      onChange={(next: string) => {
                        const grant = {
                          ...NOTHING,
                          ...grants[role.key],
                          [action]: next === NONE ? null : (next as Scope),
                        };
                        const { [role.key]: _, ...others } = grants;
                        const empty = ACTIONS.every((one) => !grant[one]);
                        onChange?.(empty ? others : { ...others, [role.key]: grant });
                      }}
                      style={{ width: '100%', minWidth: 92 }}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
