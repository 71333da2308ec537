/** Maintenance plans: their fields, the parts of their form that belong together, and their rhythm in words. */
import { Form, Input, InputNumber, Radio, Select } from 'antd';
import type { components } from '@/shared/api/schema';
import type { FieldSpec, Values } from '@/shared/fields/spec';
import { useMessages, type Label, type Translate } from '@/shared/i18n';
import { choices, useOptions } from '@/shared/labels';
import { RelationSelect } from '@/shared/records/relation_select';
import { plans } from './messages';

export type Plan = components['schemas']['MaintenancePlan'];
export type PlanDevice = components['schemas']['PlanDevice'];
export type WorkloadMonth = components['schemas']['WorkloadMonth'];

const l = (zh: string, en: string): Label => ({ zh, en });

export const planFields: readonly FieldSpec[] = [
  { name: 'name', label: l('名称', 'Name'), kind: 'text', required: true },
  { name: 'starts_on', label: l('开始日期', 'Starts on'), kind: 'date', required: true, half: true },
  { name: 'ends_on', label: l('结束日期', 'Ends on'), kind: 'date', half: true },
  {
    name: 'lead_days',
    label: l('提前几天生成工单', 'Ticket ahead (days)'),
    kind: 'integer',
    min: 0,
    max: 365,
    half: true,
  },
  {
    name: 'minutes',
    label: l('每次工时（分钟）', 'Minutes a job takes'),
    kind: 'integer',
    min: 1,
    max: 10_080,
    half: true,
  },
  { name: 'active', label: l('启用', 'Active'), kind: 'boolean', half: true },
  { name: 'note', label: l('备注', 'Note'), kind: 'longtext' },
  {
    name: 'every_months',
    label: l('每几个月', 'Every (months)'),
    kind: 'integer',
    min: 1,
    max: 120,
    half: true,
    heading: l('周期', 'How often'),
    hint: l('至少填一项；填多项时先到者为准。', 'At least one; with several, whichever comes first counts.'),
  },
  { name: 'every_days', label: l('每几天', 'Every (days)'), kind: 'integer', min: 1, max: 3650, half: true },
];

type ScopeKind = 'product' | 'contract' | 'devices';

export const scopeKind = (scope: Plan['scope']): ScopeKind =>
  scope.product_id ? 'product' : scope.contract_id ? 'contract' : 'devices';

/** What the form holds of a plan beside its plain fields. */
export function planExtras(plan: Plan): Values {
  return {
    scope_kind: scopeKind(plan.scope),
    scope: plan.scope,
    meter: plan.meter ?? {},
    ticket: plan.ticket,
  };
}

export const NEW_PLAN: Values = {
  scope_kind: 'product',
  active: true,
  lead_days: 14,
  minutes: 60,
  ticket: { type: 'maintain', priority: 'normal', checklist: [] },
};

interface Extras {
  scope_kind?: ScopeKind;
  scope?: Partial<Plan['scope']>;
  meter?: { name?: string | null; every?: number | null };
  ticket?: Partial<Plan['ticket']>;
}

/** Adds scope, meter and ticket to what is sent, as far as they differ. */
export function withExtras(body: Values, values: Values, plan?: Plan): Values {
  const given = values as Extras;
  const scope =
    given.scope_kind === 'contract'
      ? { contract_id: given.scope?.contract_id ?? null }
      : given.scope_kind === 'devices'
        ? { device_ids: given.scope?.device_ids ?? [] }
        : { product_id: given.scope?.product_id ?? null };
  const name = given.meter?.name?.trim();
  const meter = name ? { name, every: given.meter?.every ?? 0 } : null;
  const description = given.ticket?.description?.trim();
  const ticket = {
    type: given.ticket?.type ?? 'maintain',
    priority: given.ticket?.priority ?? 'normal',
    title: given.ticket?.title?.trim() ?? '',
    description: description || null,
    checklist: given.ticket?.checklist ?? [],
  };
  const whole = { product_id: null, contract_id: null, device_ids: [], ...scope };
  const same = (key: 'product_id' | 'contract_id' | 'device_ids') =>
    plan !== undefined && JSON.stringify(plan.scope[key]) === JSON.stringify(whole[key]);
  const result: Values = { ...body };
  if (!(same('product_id') && same('contract_id') && same('device_ids'))) result['scope'] = scope;
  if (plan ? plan.meter?.name !== meter?.name || plan.meter?.every !== meter?.every : meter !== null)
    result['meter'] = meter;
  const before = plan?.ticket;
  if (
    before === undefined ||
    before.type !== ticket.type ||
    before.priority !== ticket.priority ||
    before.title !== ticket.title ||
    (before.description ?? null) !== ticket.description ||
    JSON.stringify(before.checklist) !== JSON.stringify(ticket.checklist)
  )
    result['ticket'] = ticket;
  return result;
}

/** How often, in words. */
export function rhythmText(plan: Plan, t: Translate<keyof typeof plans.zh>): string {
  return [
    plan.every_months ? (plan.every_months === 1 ? t('everyMonth') : t('everyMonths', { n: plan.every_months })) : '',
    plan.every_days ? (plan.every_days === 1 ? t('everyDay') : t('everyDays', { n: plan.every_days })) : '',
    plan.meter ? t('everyMeter', { name: plan.meter.name, n: plan.meter.every }) : '',
  ]
    .filter(Boolean)
    .join(` ${t('or')} `);
}

/** Scope, meter and ticket in the form of a plan. */
export function PlanExtras() {
  const t = useMessages(plans);
  const kind = Form.useWatch<ScopeKind | undefined>('scope_kind');
  const meter = Form.useWatch<Extras['meter'] | undefined>('meter');
  const types = useOptions(choices.ticketType.filter((type) => ['maintain', 'repair'].includes(type.value)));
  const priorities = useOptions(choices.priority);
  const rules = [{ required: true, message: t('required') }];
  return (
    <>
      <div className="form-fields">
        <Form.Item
          name={['meter', 'name']}
          label={t('meterName')}
          extra={t('meterHint')}
          dependencies={[['meter', 'every']]}
          rules={[{ required: Boolean(meter?.every), whitespace: true, message: t('meterNameMissing') }]}
        >
          <Input maxLength={100} />
        </Form.Item>
        <Form.Item
          name={['meter', 'every']}
          label={t('meterEvery')}
          dependencies={[['meter', 'name']]}
          rules={[{ required: Boolean(meter?.name?.trim()), message: t('meterEveryMissing') }]}
        >
          <InputNumber min={0.001} max={1_000_000_000} style={{ width: '100%' }} />
        </Form.Item>
      </div>
      <h3 className="form-heading">{t('scope')}</h3>
      <Form.Item name="scope_kind" label={t('scopeOf')}>
        <Radio.Group
          options={(['product', 'contract', 'devices'] as const).map((value) => ({ value, label: t(value) }))}
        />
      </Form.Item>
      {kind === 'product' && (
        <Form.Item name={['scope', 'product_id']} label={t('productPick')} rules={rules}>
          <RelationSelect of="product" />
        </Form.Item>
      )}
      {kind === 'contract' && (
        <Form.Item name={['scope', 'contract_id']} label={t('contractPick')} rules={rules}>
          <RelationSelect of="contract" />
        </Form.Item>
      )}
      {kind === 'devices' && (
        <Form.Item name={['scope', 'device_ids']} label={t('devicesPick')} rules={rules}>
          <RelationSelect of="device" multiple />
        </Form.Item>
      )}
      <h3 className="form-heading">{t('ticket')}</h3>
      <Form.Item
        name={['ticket', 'title']}
        label={t('ticketTitle')}
        rules={[{ required: true, whitespace: true, message: t('ticketTitle') }]}
      >
        <Input maxLength={150} />
      </Form.Item>
      <div className="form-fields">
        <Form.Item name={['ticket', 'type']} label={t('ticketType')}>
          <Select options={types} />
        </Form.Item>
        <Form.Item name={['ticket', 'priority']} label={t('priority')}>
          <Select options={priorities} />
        </Form.Item>
      </div>
      <Form.Item name={['ticket', 'description']} label={t('description')}>
        <Input.TextArea autoSize={{ minRows: 2, maxRows: 8 }} maxLength={5000} />
      </Form.Item>
      <Form.Item name={['ticket', 'checklist']} label={t('checklist')} extra={t('checklistHint')}>
        <Select mode="tags" open={false} suffixIcon={null} />
      </Form.Item>
    </>
  );
}
