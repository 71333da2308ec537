import type { components } from '@/shared/api/schema';
import { useMessages } from '@/shared/i18n';
import { RefText } from '@/shared/records/ref_text';
import { GroupSection } from './group_section';
import { settings } from './messages';

type Region = components['schemas']['Region'];

export default function RegionsSection() {
  const t = useMessages(settings);
  return (
    <GroupSection<Region>
      title={t('regions')}
      object="region"
      path="/api/v1/regions"
      createLabel={t('newRegion')}
      emptyTitle={t('noRegions')}
      emptyHint={t('noRegionsHint')}
      fields={[
        { name: 'name', label: { zh: '名称', en: 'Name' }, kind: 'text', required: true },
        { name: 'parent_id', label: { zh: '上级区域', en: 'Part of' }, kind: 'relation', of: 'region' },
      ]}
      columns={[
        { key: 'name', title: { zh: '名称', en: 'Name' }, render: (row) => <strong>{row.name}</strong> },
        {
          key: 'parent',
          title: { zh: '上级区域', en: 'Part of' },
          render: (row) => <RefText of="region" id={row.parent_id} />,
        },
      ]}
    />
  );
}
