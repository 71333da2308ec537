import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { DownloadOutlined } from '@ant-design/icons';
import { Button, Form, Input, Modal, Segmented, Skeleton } from 'antd';
import { useState } from 'react';
import { api, newKey } from '@/shared/api/api';
import { queryClient } from '@/shared/api/query_client';
import type { components } from '@/shared/api/schema';
import { defineMessages, useMessages } from '@/shared/i18n';
import { RelationSelect } from '@/shared/records/relation_select';
import { useCan } from '@/shared/session';
import { ActionButton } from '@/shared/ui/action_button';
import { EmptyState } from '@/shared/ui/empty_state';
import { ErrorState } from '@/shared/ui/error_state';
import { common } from '@/shared/ui/messages';
import { PageTitle } from '@/shared/ui/page_title';
import { MoneyText, ToneTag } from '@/shared/ui/texts';
import { useIsPhone } from '@/shared/ui/use_media';
import { today } from '@/shared/time';
import { useAttempt } from '@/shared/ui/use_attempt';
import { renewalsCsv, saveCsv } from './renewals_file';

type Renewal = components['schemas']['Renewal'];

const messages = defineMessages(
  {
    title: '续约清单',
    hint: '保修或合同即将到期的设备与客户，按剩余天数排列。',
    within: '到期时间',
    days: '{n} 天内',
    emptyTitle: '这段时间内没有到期的保修或合同',
    emptyHint: '可以把范围放宽再看。',
    warranty: '保修',
    contract: '合同',
    what: '到期内容',
    customer: '客户',
    endsOn: '到期日',
    left: '剩 {n} 天',
    today: '今天到期',
    tomorrow: '明天到期',
    age: '机龄',
    years: '{n} 年',
    year: '1 年',
    young: '不到 1 年',
    tickets: '近 12 个月工单',
    cost: '近 12 个月成本',
    offer: '生成续约线索',
    offered: '线索 {number}',
    offerTitle: '为“{name}”生成续约线索',
    offerText: '生成一条销售线索交给负责人跟进；再次生成会得到同一条线索。',
    assignee: '负责人',
    assigneeHint: '不选则由您负责',
    note: '备注',
    devices: '{n} 台设备',
    device: '1 台设备',
    action: '续约',
    export: '导出 CSV',
    kind: '类别',
    name: '名称',
    daysLeft: '剩余天数',
    currency: '币种',
    lead: '线索',
  },
  {
    title: 'Renewals',
    hint: 'Warranties and contracts that end soon, the soonest first.',
    within: 'Ends within',
    days: '{n} days',
    emptyTitle: 'Nothing ends in this time',
    emptyHint: 'Look further ahead.',
    warranty: 'warranty',
    contract: 'contract',
    what: 'What ends',
    customer: 'Customer',
    endsOn: 'Ends on',
    left: '{n} days left',
    today: 'today',
    tomorrow: 'tomorrow',
    age: 'Age',
    years: '{n} years',
    year: '1 year',
    young: 'under 1 year',
    tickets: 'Tickets (12 mo.)',
    cost: 'Cost (12 mo.)',
    offer: 'Make a lead',
    offered: 'Lead {number}',
    offerTitle: 'Make a lead for “{name}”',
    offerText: 'Makes a lead for a colleague to follow up; asking again gives the same lead.',
    assignee: 'Colleague',
    assigneeHint: 'you, when empty',
    note: 'Note',
    devices: '{n} devices',
    device: '1 device',
    action: 'Renewal',
    export: 'Export CSV',
    kind: 'Kind',
    name: 'Name',
    daysLeft: 'Days left',
    currency: 'Currency',
    lead: 'Lead',
  },
);

const RANGES = [30, 60, 90, 180] as const;

const nameOf = (row: Renewal) =>
  (row.kind === 'contract' ? row.contract_number : row.serial_number) ?? row.customer_name ?? '';

const keyOf = (row: Renewal) => `${row.kind} ${row.contract_id ?? row.device_id}`;

/** Hands a renewal to somebody as a lead. */
function OfferDialog({ row, onClose }: { row: Renewal; onClose: () => void }) {
  const t = useMessages(messages);
  const c = useMessages(common);
  const [form] = Form.useForm<{ assignee_id?: string | null; note?: string }>();
  const { busy, error, attempt } = useAttempt();
  const [key] = useState(newKey);
  const offer = async (values: { assignee_id?: string | null; note?: string }) => {
    const note = values.note?.trim();
    await attempt(async () => {
      await api.post(
        '/api/v1/renewals/offer',
        {
          ...(row.kind === 'contract' ? { contract_id: row.contract_id } : { device_id: row.device_id }),
          ...(values.assignee_id ? { assignee_id: values.assignee_id } : {}),
          ...(note ? { note } : {}),
        },
        { key },
      );
      await queryClient.invalidateQueries({ queryKey: ['renewal'] });
      onClose();
    });
  };
  return (
    <Modal
      open
      title={t('offerTitle', { name: nameOf(row) })}
      okText={t('offer')}
      cancelText={c('cancel')}
      okButtonProps={{ loading: busy }}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <div className="stack">
        <p className="muted">{t('offerText')}</p>
        {error !== undefined && <ErrorState error={error} />}
        <Form form={form} layout="vertical" onFinish={(values) => void offer(values)}>
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
          {row.serial_number}
        </Link>
      ) : (
        <>
          <Link to="/contracts" search={{ q: row.contract_number ?? '' }}>
            {row.contract_number}
          </Link>
          <span className="muted">{row.contract_name}</span>
        </>
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

function Customer({ row }: { row: Renewal }) {
  if (!row.customer_id) return <span className="muted">—</span>;
  return (
    <Link to="/customers/$id" params={{ id: row.customer_id }}>
      {row.customer_name}
    </Link>
  );
}

/** What ends soon, what it was like, and the offer to go on. */
export default function RenewalsPage() {
  const t = useMessages(messages);
  const c = useMessages(common);
  const can = useCan();
  const phone = useIsPhone();
  const [within, setWithin] = useState<number>(30);
  const [offering, setOffering] = useState<Renewal>();
  const rows = useQuery({
    queryKey: ['renewal', within],
    queryFn: ({ signal }) => api.get<Renewal[]>('/api/v1/renewals', { within }, { signal }),
  });
  const ends = (row: Renewal) => (
    <span className="row nowrap" style={{ flexWrap: 'nowrap' }}>
      <span className="number">{row.ends_on}</span>
      <ToneTag tone={row.days_left <= 14 ? 'danger' : row.days_left <= 30 ? 'waiting' : 'closed'}>
        {row.days_left === 0 ? t('today') : row.days_left === 1 ? t('tomorrow') : t('left', { n: row.days_left })}
      </ToneTag>
    </span>
  );
  const action = (row: Renewal) =>
    row.offered_order_id ? (
      <Link to="/orders/$id" params={{ id: row.offered_order_id }}>
        {t('offered', { number: row.offered_order_number ?? '' })}
      </Link>
    ) : (
      <ActionButton
        size="small"
        blocked={can('orders.create') ? undefined : c('noPermission')}
        aria-label={`${t('offer')} ${nameOf(row)}`}
        onClick={() => setOffering(row)}
      >
        {t('offer')}
      </ActionButton>
    );
  const age = ({ device_age_years: years }: Renewal) => {
    if (years === null) return '—';
    return years < 1 ? t('young') : years === 1 ? t('year') : t('years', { n: years });
  };
  const found = rows.data ?? [];
  const exportAll = () => {
    const heads = {
      kind: t('kind'),
      what: t('what'),
      name: t('name'),
      customer: t('customer'),
      endsOn: t('endsOn'),
      left: t('daysLeft'),
      age: t('age'),
      tickets: t('tickets'),
      cost: t('cost'),
      currency: t('currency'),
      lead: t('lead'),
    };
    saveCsv(renewalsCsv(found, heads, t), `${t('title')} ${today()} ${t('days', { n: within })}.csv`);
  };
  return (
    <div className="page">
      <div className="page-head">
        <div className="grow">
          <PageTitle name={t('title')} />
          <div className="muted">{t('hint')}</div>
        </div>
        <div className="row">
          <Segmented
            aria-label={t('within')}
            value={within}
            onChange={(value) => setWithin(Number(value))}
            options={RANGES.map((n) => ({ value: n, label: t('days', { n }) }))}
          />
          <Button icon={<DownloadOutlined />} disabled={found.length === 0} onClick={exportAll}>
            {t('export')}
          </Button>
        </div>
      </div>
      {rows.isPending && <Skeleton active paragraph={{ rows: 10 }} />}
      {rows.isError && <ErrorState error={rows.error} onRetry={() => void rows.refetch()} />}
      {rows.data && found.length === 0 && <EmptyState title={t('emptyTitle')} hint={t('emptyHint')} />}
      {found.length > 0 && phone && (
        <ul className="card-list">
          {found.map((row) => (
            <li key={keyOf(row)}>
              <div className="card-head">
                <span>
                  <What row={row} />
                </span>
              </div>
              <div className="row-between">
                <Customer row={row} />
                {ends(row)}
              </div>
              <div className="row-between muted">
                <span>
                  {t('age')} {age(row)} · {t('tickets')} {row.tickets_12m}
                  <br />
                  {t('cost')} <MoneyText minor={row.cost_12m_minor} currency={row.currency} />
                </span>
                {action(row)}
              </div>
            </li>
          ))}
        </ul>
      )}
      {found.length > 0 && !phone && (
        <section className="panel panel-flush" style={{ overflowX: 'auto' }}>
          <table className="list-table">
            <thead>
              <tr>
                <th scope="col">{t('what')}</th>
                <th scope="col">{t('customer')}</th>
                <th scope="col">{t('endsOn')}</th>
                <th scope="col" className="right">
                  {t('age')}
                </th>
                <th scope="col" className="right">
                  {t('tickets')}
                </th>
                <th scope="col" className="right">
                  {t('cost')}
                </th>
                <th scope="col">{t('action')}</th>
              </tr>
            </thead>
            <tbody>
              {found.map((row) => (
                <tr key={keyOf(row)}>
                  <td>
                    <What row={row} />
                  </td>
                  <td>
                    <Customer row={row} />
                  </td>
                  <td>{ends(row)}</td>
                  <td className="right number nowrap">{age(row)}</td>
                  <td className="right number">{row.tickets_12m}</td>
                  <td className="right">
                    <MoneyText minor={row.cost_12m_minor} currency={row.currency} />
                  </td>
                  <td>{action(row)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {offering && <OfferDialog row={offering} onClose={() => setOffering(undefined)} />}
    </div>
  );
}
