import type { components } from '@/shared/api/schema';
import { useMessages } from '@/shared/i18n';
import { RefText } from '@/shared/records/ref_text';
import { GroupSection } from './group_section';
import { settings } from './messages';

type Team = components['schemas']['Team'];

export default function TeamsSection() {
  const t = useMessages(settings);
  return (
    <GroupSection<Team>
      title={t('teams')}
      object="team"
      path="/api/v1/teams"
      createLabel={t('newTeam')}
      emptyTitle={t('noTeams')}
      emptyHint={t('noTeamsHint')}
      fields={[
        { name: 'name', label: { zh: '名称', en: 'Name' }, kind: 'text', required: true },
        { name: 'region_id', label: { zh: '区域', en: 'Region' }, kind: 'relation', of: 'region' },
        { name: 'leader_id', label: { zh: '负责人', en: 'Leader' }, kind: 'relation', of: 'user' },
        { name: 'member_ids', label: { zh: '成员', en: 'Members' }, kind: 'relations', of: 'user' },
      ]}
      columns={[
        { key: 'name', title: { zh: '名称', en: 'Name' }, render: (row) => <strong>{row.name}</strong> },
        {
          key: 'region',
          title: { zh: '区域', en: 'Region' },
          render: (row) => <RefText of="region" id={row.region_id} />,
        },
        {
          key: 'leader',
          title: { zh: '负责人', en: 'Leader' },
          render: (row) => <RefText of="user" id={row.leader_id} />,
        },
        { key: 'members', title: { zh: '成员', en: 'Members' }, width: 90, render: (row) => row.member_ids.length },
      ]}
    />
  );
}
