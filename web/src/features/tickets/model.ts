import type { components } from '@/shared/api/schema';
import type { FieldSpec } from '@/shared/fields/spec';
import type { FilterField } from '@/shared/filter/tree';
import type { Label } from '@/shared/i18n';
import { choices } from '@/shared/labels';

export type Ticket = components['schemas']['Ticket'];

export type Attachment = components['schemas']['Attachment'];

export type TicketDetail = components['schemas']['TicketDetail'];

export type Message = components['schemas']['Message'];

const l = (zh: string, en: string): Label => ({ zh, en });

export const ticketFields: readonly FieldSpec[] = [
  { name: 'title', label: l('标题', 'Title'), kind: 'text', required: true },
  { name: 'type', label: l('类型', 'Type'), kind: 'choice', choices: choices.ticketType, required: true, half: true },
  {
    name: 'priority',
    label: l('优先级', 'Priority'),
    kind: 'choice',
    choices: choices.priority,
    required: true,
    half: true,
  },
  { name: 'description', label: l('故障描述', 'Description'), kind: 'longtext' },
  { name: 'customer_id', label: l('客户', 'Customer'), kind: 'relation', of: 'customer', half: true },
  { name: 'device_id', label: l('设备', 'Device'), kind: 'relation', of: 'device', half: true },
  { name: 'contact_name', label: l('联系人', 'Contact'), kind: 'text', half: true },
  { name: 'contact_phone', label: l('联系电话', 'Contact phone'), kind: 'phone', half: true },
  { name: 'address', label: l('服务地址', 'Address'), kind: 'text' },
  { name: 'problem_type', label: l('问题类型', 'Problem type'), kind: 'text', half: true },
  { name: 'team_id', label: l('团队', 'Team'), kind: 'relation', of: 'team', half: true },
  { name: 'tags', label: l('标签', 'Tags'), kind: 'tags' },
];

export const ticketFilters: readonly FilterField[] = [
  { id: 'number', label: l('编号', 'number'), type: 'text' },
  { id: 'title', label: l('标题', 'title'), type: 'text' },
  { id: 'description', label: l('描述', 'description'), type: 'text' },
  { id: 'status', label: l('状态', 'status'), type: 'choice', choices: choices.ticketStatus },
  { id: 'status_category', label: l('状态类别', 'status category'), type: 'choice', choices: choices.statusCategory },
  { id: 'type', label: l('类型', 'type'), type: 'choice', choices: choices.ticketType },
  { id: 'priority', label: l('优先级', 'priority'), type: 'choice', choices: choices.priority },
  { id: 'source', label: l('来源', 'source'), type: 'choice', choices: choices.source },
  { id: 'customer_id', label: l('客户', 'customer'), type: 'id', of: 'customer' },
  { id: 'device_id', label: l('设备', 'device'), type: 'id', of: 'device' },
  { id: 'engineer_id', label: l('工程师', 'engineer'), type: 'id', of: 'engineer' },
  { id: 'assignee_id', label: l('负责人', 'responsible'), type: 'id', of: 'user' },
  { id: 'team_id', label: l('团队', 'team'), type: 'id', of: 'team' },
  { id: 'region_id', label: l('区域', 'region'), type: 'id', of: 'region' },
  { id: 'contact_phone', label: l('联系电话', 'contact phone'), type: 'text' },
  { id: 'problem_type', label: l('问题类型', 'problem type'), type: 'text' },
  { id: 'tags', label: l('标签', 'tags'), type: 'tags' },
  { id: 'waiting_reason', label: l('挂起原因', 'waiting for'), type: 'choice', choices: choices.waitReason },
  { id: 'response_due_at', label: l('响应时限', 'response due'), type: 'time' },
  { id: 'resolution_due_at', label: l('解决时限', 'solution due'), type: 'time' },
  { id: 'sla_met', label: l('按时完成', 'solved in time'), type: 'boolean' },
  { id: 'reopen_count', label: l('重开次数', 'times reopened'), type: 'integer' },
  { id: 'created_at', label: l('创建时间', 'created'), type: 'time' },
  { id: 'resolved_at', label: l('解决时间', 'resolved'), type: 'time' },
  { id: 'closed_at', label: l('关闭时间', 'closed'), type: 'time' },
  { id: 'external_ref', label: l('外部编号', 'external reference'), type: 'text' },
];
