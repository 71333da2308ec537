import { Link, useNavigate } from '@tanstack/react-router';
import { Alert, Form, Input, Modal, Progress } from 'antd';
import { useState } from 'react';
import { api, newKey } from '@/shared/api/api';
import { queryClient } from '@/shared/api/query_client';
import type { components } from '@/shared/api/schema';
import type { Condition } from '@/shared/conditions';
import { defineMessages, useMessages, type Label } from '@/shared/i18n';
import { RelationSelect } from '@/shared/records/relation_select';
import { useCan } from '@/shared/session';
import { ActionButton } from '@/shared/ui/action_button';
import { problemText } from '@/shared/api/problem';
import { ListPage } from '@/shared/ui/list_page';
import { common } from '@/shared/ui/messages';
import { MoneyText, ToneTag } from '@/shared/ui/texts';

type Renewal = components['schemas']['Renewal'];

const messages = defineMessages(
  {
    title: '续约清单',
    search: '序列号、合同编号或名称',
    emptyTitle: '没有即将到期的保修或合同',
    emptyHint: '到期日在今天之后的保修和合同会出现在这里；有筛选条件时可以放宽再看。',
    warranty: '保修',
    contract: '合同',
    left: '剩 {n} 天',
    today: '今天到期',
    tomorrow: '明天到期',
    years: '{n} 年',
    year: '1 年',
    young: '不到 1 年',
    offer: '生成续约线索',
    offerMany: '为所选生成线索',
    nothingLeft: '所选的都已有线索',
    offered: '线索 {number}',
    offerTitle: '为“{name}”生成续约线索',
    offerTitleMany: '为 {n} 项生成续约线索',
    offerText: '每项生成一条销售线索交给负责人跟进；再次生成会得到同一条线索。',
    refused: '已生成 {done} 条，{n} 条未能生成：',
    assignee: '负责人',
    assigneeHint: '不选则由您负责',
    note: '备注',
    devices: '{n} 台设备',
    device: '1 台设备',
  },
  {
    title: 'Renewals',
    search: 'Serial number, contract number or name',
    emptyTitle: 'Nothing ends',
    emptyHint: 'Warranties and contracts that end from today on stand here; loosen the filter if there is one.',
    warranty: 'warranty',
    contract: 'contract',
    left: '{n} days left',
    today: 'today',
    tomorrow: 'tomorrow',
    years: '{n} years',
    year: '1 year',
    young: 'under 1 year',
    offer: 'Make a lead',
    offerMany: 'Make leads of these',
    nothingLeft: 'All of these have leads',
    offered: 'Lead {number}',
    offerTitle: 'Make a lead for “{name}”',
    offerTitleMany: 'Make leads of {n} renewals',
    offerText: 'Each becomes a lead for a colleague to follow up; asking again gives the same lead.',
    refused: '{done} leads were made, {n} could not be:',
    assignee: 'Colleague',
    assigneeHint: 'you, when empty',
    note: 'Note',
    devices: '{n} devices',
    device: '1 device',
  },
);

const l = (zh: string, en: string): Label => ({ zh, en });

/** What ends within so many days. */
const within = (days: number): { label: Label; filter: Condition } => ({
  label: l(`${days} 天内`, `${days} days`),
  filter: { field: 'ends_on', op: 'le', value: { now: `P${days}D` } },
});

const KINDS = [
  { value: 'warranty', zh: '保修', en: 'Warranty' },
  { value: 'contract', zh: '合同', en: 'Contract' },
];

interface OfferValues {
  assignee_id?: string | null;
  note?: string;
}

/** Hands renewals to somebody as leads, one after the other; those that are refused are told and stay. */
function OfferDialog({ rows, onClose }: { rows: readonly Renewal[]; onClose: (done: boolean) => void }) {
  const t = useMessages(messages);
  const c = useMessages(common);
  const [form] = Form.useForm<OfferValues>();
  // Each has a key of its own, so that pressing twice makes one lead.
  const [keys] = useState(() => new Map(rows.map((row) => [row.id, newKey()])));
  const [done, setDone] = useState<ReadonlySet<string>>(new Set());
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<{ name: string; why: string }[]>([]);
  const offer = async (values: OfferValues) => {
    const note = values.note?.trim();
    setBusy(true);
    const made = new Set(done);
    const failed: { name: string; why: string }[] = [];
    for (const row of rows.filter((one) => !made.has(one.id))) {
      const subject = row.kind === 'contract' ? { contract_id: row.contract_id } : { device_id: row.device_id };
      const body = {
        ...subject,
        ...(values.assignee_id ? { assignee_id: values.assignee_id } : {}),
        ...(note ? { note } : {}),
      };
      try {
        await api.post('/api/v1/renewals/offer', body, { key: keys.get(row.id) ?? newKey() });
        made.add(row.id);
      } catch (error) {
        failed.push({ name: row.name, why: problemText(error) });
      }
      setDone(new Set(made));
    }
    await queryClient.invalidateQueries({ queryKey: ['renewal'] });
    setRefused(failed);
    setBusy(false);
    if (failed.length === 0) onClose(true);
  };
  const [first] = rows;
  return (
    <Modal
      open
      title={rows.length === 1 ? t('offerTitle', { name: first?.name ?? '' }) : t('offerTitleMany', { n: rows.length })}
      okText={t('offer')}
      cancelText={c('cancel')}
      okButtonProps={{ loading: busy }}
      onOk={() => form.submit()}
      onCancel={() => onClose(done.size > 0)}
    >
      <div className="stack">
        <p className="muted">{t('offerText')}</p>
        {refused.length > 0 && (
          <Alert
            type="error"
            showIcon
            title={t('refused', { done: done.size, n: refused.length })}
            description={
              <ul>
                {refused.map((one) => (
                  <li key={one.name}>
                    {one.name}: {one.why}
                  </li>
                ))}
              </ul>
            }
          />
        )}
        {busy && rows.length > 1 && <Progress percent={Math.round((done.size / rows.length) * 100)} size="small" />}
        <Form form={form} layout="vertical" disabled={busy} onFinish={(values) => void offer(values)}>
          <Form.Item name="assignee_id" label={t('assignee')} extra={t('assigneeHint')}>
            <RelationSelect of="user" />
          </Form.Item>
          <Form.Item name="note" label={t('note')}>
            <Input.TextArea rows={3} maxLength={2000} />
          </Form.Item>
        </Form>
      </div>
    </Modal>
  );
}

function What({ row }: { row: Renewal }) {
  const t = useMessages(messages);
  return (
    <span className="row" style={{ gap: '2px 6px' }}>
      <ToneTag tone={row.kind === 'contract' ? 'open' : 'new'}>{t(row.kind)}</ToneTag>
      {row.device_id ? (
        <Link to="/devices/$id" params={{ id: row.device_id }}>
          {row.name}
        </Link>
      ) : (
        <Link to="/contracts" search={{ q: row.contract_number ?? '' }}>
          {row.name}
        </Link>
      )}
      <span className="muted">
        {row.kind === 'contract'
          ? row.devices === 1
            ? t('device')
            : t('devices', { n: row.devices })
          : row.product_name}
      </span>
    </span>
  );
}

/** What ends soon, what it was like, and the offer to go on. */
export default function RenewalsPage() {
  const t = useMessages(messages);
  const c = useMessages(common);
  const can = useCan();
  const navigate = useNavigate();
  const [offering, setOffering] = useState<{ rows: readonly Renewal[]; done?: () => void }>();
  const blocked = can('orders.create') ? undefined : c('noPermission');
  const age = ({ device_age_years: years }: Renewal) => {
    if (years === null || years === undefined) return '—';
    return years < 1 ? t('young') : years === 1 ? t('year') : t('years', { n: years });
  };
  return (
    <>
      <ListPage<Renewal>
        title={t('title')}
        object="renewal"
        path="/api/v1/renewals"
        searchHint={t('search')}
        defaultSort="ends_on"
        emptyTitle={t('emptyTitle')}
        emptyHint={t('emptyHint')}
        onOpen={(row) =>
          row.device_id
            ? void navigate({ to: '/devices/$id', params: { id: row.device_id } })
            : void navigate({ to: '/contracts', search: { q: row.contract_number ?? '' } })
        }
        presets={[
          ...[30, 60, 90, 180].map(within),
          { label: l('尚无线索', 'Without a lead'), filter: { field: 'offered', op: 'eq', value: false } },
        ]}
        filters={[
          { id: 'kind', label: l('类别', 'kind'), type: 'choice', choices: KINDS },
          { id: 'name', label: l('到期内容', 'what ends'), type: 'text' },
          { id: 'customer_id', label: l('客户', 'customer'), type: 'id', of: 'customer' },
          { id: 'product_id', label: l('产品', 'product'), type: 'id', of: 'product' },
          { id: 'ends_on', label: l('到期日', 'ends on'), type: 'date' },
          { id: 'began_on', label: l('安装、销售或合同开始日期', 'installed, sold or begun on'), type: 'date' },
          { id: 'offered', label: l('已有线索', 'has a lead'), type: 'boolean' },
        ]}
        bulk={(rows, done) => {
          const open = rows.filter((row) => !row.offered);
          return (
            <ActionButton
              size="small"
              blocked={blocked ?? (open.length === 0 ? t('nothingLeft') : undefined)}
              onClick={() => setOffering({ rows: open, done })}
            >
              {t('offerMany')}
            </ActionButton>
          );
        }}
        columns={[
          { key: 'name', title: l('到期内容', 'What ends'), sort: 'name', render: (row) => <What row={row} /> },
          {
            key: 'customer',
            field: 'customer_id',
            title: l('客户', 'Customer'),
            render: (row) =>
              row.customer_id ? (
                <Link to="/customers/$id" params={{ id: row.customer_id }}>
                  {row.customer_name}
                </Link>
              ) : (
                <span className="muted">—</span>
              ),
          },
          {
            key: 'ends_on',
            title: l('到期日', 'Ends on'),
            sort: 'ends_on',
            width: 210,
            render: (row) => (
              <span className="row nowrap" style={{ flexWrap: 'nowrap' }}>
                <span className="number">{row.ends_on}</span>
                <ToneTag tone={row.days_left <= 14 ? 'danger' : row.days_left <= 30 ? 'waiting' : 'closed'}>
                  {row.days_left === 0
                    ? t('today')
                    : row.days_left === 1
                      ? t('tomorrow')
                      : t('left', { n: row.days_left })}
                </ToneTag>
              </span>
            ),
          },
          {
            key: 'age',
            field: 'device_age_years',
            title: l('机龄', 'Age'),
            width: 90,
            align: 'right',
            render: (row) => <span className="nowrap">{age(row)}</span>,
          },
          {
            key: 'began_on',
            title: l('开始日期', 'Began on'),
            sort: 'began_on',
            width: 110,
            off: true,
            render: (row) => <span className="number nowrap">{row.began_on ?? '—'}</span>,
          },
          {
            key: 'tickets_12m',
            title: l('近 12 个月工单', 'Tickets (12 mo.)'),
            width: 120,
            align: 'right',
            render: (row) => <span className="number">{row.tickets_12m}</span>,
          },
          {
            key: 'cost_12m_minor',
            title: l('近 12 个月成本', 'Cost (12 mo.)'),
            width: 130,
            align: 'right',
            render: (row) => <MoneyText minor={row.cost_12m_minor} currency={row.currency} />,
          },
          {
            key: 'lead',
            field: 'offered_order_number',
            title: l('续约', 'Renewal'),
            width: 150,
            render: (row) =>
              row.offered_order_id ? (
                <Link to="/orders/$id" params={{ id: row.offered_order_id }}>
                  {t('offered', { number: row.offered_order_number ?? '' })}
                </Link>
              ) : (
                <ActionButton
                  size="small"
                  blocked={blocked}
                  aria-label={`${t('offer')} ${row.name}`}
                  onClick={() => setOffering({ rows: [row] })}
                >
                  {t('offer')}
                </ActionButton>
              ),
          },
        ]}
      />
      {offering && (
        <OfferDialog
          rows={offering.rows}
          onClose={(done) => {
            if (done) offering.done?.();
            setOffering(undefined);
          }}
        />
      )}
    </>
  );
}
