import type { components } from '@/shared/api/schema';
import { Checkbox, Form } from 'antd';
import { defineMessages, useMessages, type Label } from '@/shared/i18n';
import { choices } from '@/shared/labels';
import { useOwnList } from '@/shared/own_fields/own_list';
import { RefText } from '@/shared/records/ref_text';
import { ResourcePage } from '@/shared/records/resource_page';
import { formatMinutes, today } from '@/shared/time';
import { ChoiceText, Facts, ToneTag } from '@/shared/ui/texts';

type Contract = components['schemas']['ContractView'];

const messages = defineMessages(
  {
    title: '合同',
    create: '新建合同',
    search: '搜索编号、名称',
    emptyTitle: '还没有合同',
    emptyHint: '保修和服务合同决定工单是否收费、多快响应。',
    customer: '客户',
    kind: '类型',
    term: '期限',
    covers: '覆盖范围',
    labour: '人工',
    parts: '备件',
    travel: '上门',
    devices: '设备',
    response: '响应',
    active: '生效中',
    ended: '已到期',
    coming: '未开始',
  },
  {
    title: 'Contracts',
    create: 'New contract',
    search: 'Search number, name',
    emptyTitle: 'No contracts yet',
    emptyHint: 'Warranty and service contracts decide what is charged and how fast we answer.',
    customer: 'Customer',
    kind: 'Kind',
    term: 'Term',
    covers: 'Covers',
    labour: 'Labour',
    parts: 'Parts',
    travel: 'Travel',
    devices: 'Devices',
    response: 'Response',
    active: 'active',
    ended: 'ended',
    coming: 'not begun',
  },
);
const l = (zh: string, en: string): Label => ({ zh, en });

function CoversItem() {
  const t = useMessages(messages);
  return (
    <Form.Item label={t('covers')}>
      <div className="row">
        {(['labour', 'parts', 'travel'] as const).map((part) => (
          <Form.Item key={part} name={['covers', part]} valuePropName="checked" noStyle>
            <Checkbox>{t(part)}</Checkbox>
          </Form.Item>
        ))}
      </div>
    </Form.Item>
  );
}

export default function ContractsPage() {
  const t = useMessages(messages);
  const own = useOwnList<Contract>('contract');
  const covers = (row: Contract) =>
    (['labour', 'parts', 'travel'] as const)
      .filter((part) => row.covers?.[part])
      .map((part) => t(part))
      .join('、') || '—';
  const term = (row: Contract) => {
    const now = today();
    const state = row.ends_on < now ? 'ended' : row.starts_on > now ? 'coming' : 'active';
    return (
      <span className="row" style={{ gap: 6 }}>
        <span className="number nowrap">
          {row.starts_on} – {row.ends_on}
        </span>
        <ToneTag tone={state === 'active' ? 'resolved' : state === 'ended' ? 'cancelled' : 'new'}>{t(state)}</ToneTag>
      </span>
    );
  };
  return (
    <ResourcePage<Contract>
      title={t('title')}
      object="contract"
      path="/api/v1/contracts"
      searchHint={t('search')}
      initial={{ kind: 'service', covers: { labour: true, parts: false, travel: true } }}
      fields={[
        { name: 'customer_id', label: l('客户', 'Customer'), kind: 'relation', of: 'customer', required: true },
        { name: 'name', label: l('名称', 'Name'), kind: 'text', required: true },
        {
          name: 'number',
          label: l('编号', 'Number'),
          kind: 'text',
          half: true,
          help: l('不填则自动编号', 'given automatically when empty'),
        },
        {
          name: 'kind',
          label: l('类型', 'Kind'),
          kind: 'choice',
          choices: choices.contractKind,
          required: true,
          half: true,
        },
        { name: 'starts_on', label: l('开始日期', 'Starts on'), kind: 'date', required: true, half: true },
        { name: 'ends_on', label: l('结束日期', 'Ends on'), kind: 'date', required: true, half: true },
        { name: 'device_ids', label: l('设备', 'Devices'), kind: 'relations', of: 'device' },
        {
          name: 'response_minutes',
          label: l('承诺响应（分钟）', 'Response promised (min)'),
          kind: 'integer',
          max: 525_600,
        },
      ]}
      shape={(body, values) => ({ ...body, ...(values['covers'] ? { covers: values['covers'] } : {}) })}
      formExtra={() => <CoversItem />}
      extraValues={(row) => ({ covers: row.covers })}
      filters={[
        { id: 'number', label: l('编号', 'number'), type: 'text' },
        { id: 'name', label: l('名称', 'name'), type: 'text' },
        { id: 'customer_id', label: l('客户', 'customer'), type: 'id', of: 'customer' },
        { id: 'kind', label: l('类型', 'kind'), type: 'choice', choices: choices.contractKind },
        { id: 'ends_on', label: l('结束日期', 'ends on'), type: 'date' },
        ...own.filters,
      ]}
      own="contract"
      createLabel={t('create')}
      editLabel={(row) => `${row.number} ${row.name}`}
      permission={{ create: 'contracts.update', update: 'contracts.update' }}
      archive
      emptyTitle={t('emptyTitle')}
      emptyHint={t('emptyHint')}
      details={(row) => (
        <Facts
          items={[
            [t('customer'), <RefText key="c" of="customer" id={row.customer_id} />],
            [t('kind'), <ChoiceText key="k" of={choices.contractKind} value={row.kind} />],
            [t('term'), term(row)],
            [t('covers'), covers(row)],
            [t('response'), row.response_minutes ? formatMinutes(row.response_minutes) : undefined],
            [
              t('devices'),
              (row.device_ids ?? []).map((device) => (
                <div key={device}>
                  <RefText of="device" id={device} />
                </div>
              )),
            ],
          ]}
        />
      )}
      columns={[
        {
          key: 'number',
          title: l('编号', 'Number'),
          sort: 'number',
          width: 170,
          render: (row) => <strong>{row.number}</strong>,
        },
        { key: 'name', title: l('名称', 'Name'), render: (row) => row.name },
        {
          key: 'customer',
          title: l('客户', 'Customer'),
          render: (row) => <RefText of="customer" id={row.customer_id} />,
        },
        {
          key: 'kind',
          title: l('类型', 'Kind'),
          width: 110,
          render: (row) => <ChoiceText of={choices.contractKind} value={row.kind} />,
        },
        { key: 'term', title: l('期限', 'Term'), sort: 'ends_on', render: term },
        { key: 'covers', title: l('覆盖', 'Covers'), width: 150, wide: true, render: covers },
        ...own.columns,
      ]}
    />
  );
}
