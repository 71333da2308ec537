/** The fields that come with the product, as conditions of processes name them; a company's own fields come from its catalogue. */
import type { Field, FieldKind } from '@/shared/form_types';
import type { Choice } from '@/shared/labels';
import { choices } from '@/shared/labels';

const oneOf = (options: readonly Choice[]): FieldKind => ({
  type: 'choice',
  options: options.map((one) => ({ id: one.value, label: { zh: one.zh, en: one.en } })),
});
const field = (id: string, zh: string, en: string, kind: FieldKind): Field => ({ id, label: { zh, en }, kind });
const MONEY: FieldKind = { type: 'money', currency: 'CNY' };

const BUILT_IN: Readonly<Record<string, readonly Field[]>> = {
  ticket: [
    field('priority', '优先级', 'Priority', oneOf(choices.priority)),
    field('type', '类型', 'Type', oneOf(choices.ticketType)),
    field('status', '状态', 'Status', oneOf(choices.ticketStatus)),
    field('source', '来源', 'Source', oneOf(choices.source)),
    field('title', '标题', 'Title', { type: 'text' }),
    field('description', '描述', 'Description', { type: 'long_text' }),
    field('customer_id', '客户', 'Customer', { type: 'relation', object: 'customer' }),
    field('device_id', '设备', 'Device', { type: 'relation', object: 'device' }),
    field('team_id', '团队', 'Team', { type: 'team' }),
    field('assignee_id', '负责人', 'Assignee', { type: 'person' }),
    field('engineer_id', '工程师', 'Engineer', { type: 'relation', object: 'engineer' }),
    field('created_at', '创建时间', 'Created', { type: 'date_time' }),
  ],
  quote: [
    field('total_minor', '合计金额', 'Total', MONEY),
    field('subtotal_minor', '未税金额', 'Subtotal', MONEY),
    field('status', '状态', 'Status', oneOf(choices.quoteStatus)),
    field('customer_id', '客户', 'Customer', { type: 'relation', object: 'customer' }),
    field('created_at', '创建时间', 'Created', { type: 'date_time' }),
  ],
};

/** All fields of an object that a process can ask for: built in first, then the company's own. */
export function fieldsOf(object: string | null, own: readonly Field[]): readonly Field[] {
  return [...(object === null ? [] : (BUILT_IN[object] ?? [])), ...own.filter((one) => one.retired !== true)];
}
