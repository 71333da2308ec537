/** Service levels as the API has them, and their words. */
import type { Condition } from '@/shared/conditions';
import type { FilterField } from '@/shared/filter/tree';
import { defineMessages } from '@/shared/i18n';
import { choices } from '@/shared/labels';

export const METRICS = ['response', 'next_reply', 'arrival', 'resolution'] as const;
export type Metric = (typeof METRICS)[number];

export interface Recipient {
  to: 'assignee' | 'team_lead' | 'followers' | 'user' | 'role';
  user_id?: string;
  role_id?: string;
}

export type EscalationWhen = { percent: number } | { minutes_before: number } | { minutes_after: number };

export interface Target {
  minutes: number;
  calendar_id?: string | null;
  warnings: { percent: number; notify: Recipient[] }[];
  on_breach: Recipient[];
  escalations: { when: EscalationWhen; notify: Recipient[] }[];
}

export interface PauseRule {
  statuses: string[];
  categories: string[];
  reasons: string[];
  metrics: Metric[];
}

export interface PolicyBody {
  name: string;
  active: boolean;
  when: Condition;
  calendar_id?: string | null;
  targets: Partial<Record<Metric, Target>>;
  pauses: PauseRule[];
}

export interface Policy extends PolicyBody {
  id: string;
  version: number;
}

export const newTarget = (minutes: number): Target => ({ minutes, warnings: [], on_breach: [], escalations: [] });

export const newPolicy = (): PolicyBody => ({
  name: '',
  active: true,
  when: { all: [] },
  targets: { response: newTarget(60), resolution: newTarget(480) },
  pauses: [
    { statuses: [], categories: ['waiting'], reasons: ['customer', 'vendor', 'access'], metrics: ['resolution'] },
  ],
});

/** What goes to the server: without id and version. */
export function bodyOf(policy: PolicyBody): PolicyBody {
  const { name, active, when, calendar_id, targets, pauses } = policy;
  return { name: name.trim(), active, when, calendar_id: calendar_id ?? null, targets, pauses };
}

/** What policies may ask of a ticket. */
export const POLICY_FIELDS: readonly FilterField[] = [
  { id: 'priority', label: { zh: '优先级', en: 'Priority' }, type: 'choice', choices: choices.priority },
  { id: 'type', label: { zh: '工单类型', en: 'Ticket type' }, type: 'choice', choices: choices.ticketType },
  {
    id: 'customer_level',
    label: { zh: '客户级别', en: 'Customer level' },
    type: 'choice',
    choices: choices.customerLevel,
  },
  {
    id: 'customer_kind',
    label: { zh: '客户类型', en: 'Customer kind' },
    type: 'choice',
    choices: choices.customerKind,
  },
  { id: 'customer_id', label: { zh: '客户', en: 'Customer' }, type: 'id', of: 'customer' },
  { id: 'contract_id', label: { zh: '合同', en: 'Contract' }, type: 'id', of: 'contract' },
  { id: 'region_id', label: { zh: '区域', en: 'Region' }, type: 'id', of: 'region' },
  { id: 'team_id', label: { zh: '团队', en: 'Team' }, type: 'id', of: 'team' },
  { id: 'source', label: { zh: '来源', en: 'Source' }, type: 'choice', choices: choices.source },
  { id: 'problem_type', label: { zh: '问题类型', en: 'Problem type' }, type: 'text' },
  { id: 'tags', label: { zh: '标签', en: 'Tags' }, type: 'tags' },
];

export const slaWords = defineMessages(
  {
    hint: '按顺序匹配，工单适用第一条满足条件的规则。修改后，未完成的工单会重新计算；已用的时间按当时的规则计。',
    add: '新建服务级别',
    name: '名称',
    active: '启用',
    inactive: '未启用',
    when: '适用条件',
    everything: '所有工单',
    conditions: '{n} 个条件',
    nested: '此条件有多层嵌套，请通过 API 修改。',
    targets: '承诺',
    response: '首次响应',
    next_reply: '再次回复',
    arrival: '到场',
    resolution: '解决',
    minutes: '工作时间（分钟）',
    calendar: '工作日历',
    defaultCalendar: '默认日历',
    warnings: '提前提醒',
    addWarning: '添加提醒',
    percent: '已用百分比',
    breach: '超时时通知',
    ladder: '升级',
    addLevel: '添加一级',
    level: '第 {n} 级',
    notify: '通知谁',
    nobody: '不通知',
    whenPercent: '已用百分比',
    whenBefore: '超时前（分钟）',
    whenAfter: '超时后（分钟）',
    amount: '数值',
    pauses: '暂停计时',
    addPause: '添加暂停规则',
    reasons: '等待原因',
    anyReason: '任何原因',
    statuses: '状态',
    metrics: '暂停哪些时限',
    allMetrics: '全部',
    assignee: '负责人',
    team_lead: '团队负责人',
    followers: '关注人',
    role: '角色：{name}',
    user: '用户：{name}',
    remove: '移除',
    removePolicy: '删除“{name}”？未完成的工单会重新计算。',
    noTarget: '请至少承诺一项。',
    up: '上移',
    down: '下移',
    holidays: '节假日',
    noHolidays: '不放节假日',
    china: '中国法定节假日与调休',
    yearView: '年历',
    ownHours: '此处的日期优先于节假日',
    year: '{year} 年',
    provisional: '暂定：放假通知尚未公布，只按法定节假日计算',
    provisionalTag: '暂定',
    published: '已公布',
    source: '依据',
    upload: '上传放假文件',
    uploaded: '放假安排已更新',
    badFile: '文件不是有效的放假安排。',
    holiday: '放假',
    adjusted: '调休上班',
    testDate: '查一个日期',
    open: '上班 {hours}',
    closed: '休息',
    noneInYear: '这一年没有特殊日期。',
  },
  {
    hint: 'Tried in order: the first whose condition holds applies to a ticket. Open tickets are reckoned anew after a change; time that was used counts as it was used.',
    add: 'New service level',
    name: 'Name',
    active: 'Active',
    inactive: 'inactive',
    when: 'Applies to',
    everything: 'all tickets',
    conditions: 'conditions: {n}',
    nested: 'This condition is nested; change it through the API.',
    targets: 'Promises',
    response: 'First response',
    next_reply: 'Next reply',
    arrival: 'Arrival',
    resolution: 'Resolution',
    minutes: 'Working time in minutes',
    calendar: 'Calendar',
    defaultCalendar: 'Default calendar',
    warnings: 'Warnings',
    addWarning: 'Add a warning',
    percent: 'Percent used',
    breach: 'Told of a breach',
    ladder: 'Escalations',
    addLevel: 'Add a level',
    level: 'Level {n}',
    notify: 'Who is told',
    nobody: 'Nobody',
    whenPercent: 'Percent used',
    whenBefore: 'Minutes before the breach',
    whenAfter: 'Minutes after the breach',
    amount: 'Amount',
    pauses: 'Pauses',
    addPause: 'Add a pause rule',
    reasons: 'Reasons for waiting',
    anyReason: 'Any reason',
    statuses: 'Statuses',
    metrics: 'Which clocks stand still',
    allMetrics: 'All',
    assignee: 'Assignee',
    team_lead: 'Team lead',
    followers: 'Followers',
    role: 'Role: {name}',
    user: 'User: {name}',
    remove: 'Remove',
    removePolicy: 'Delete “{name}”? Open tickets are reckoned anew.',
    noTarget: 'Promise at least one thing.',
    up: 'Move up',
    down: 'Move down',
    holidays: 'Holidays',
    noHolidays: 'No holidays',
    china: 'Public holidays and adjusted workdays of China',
    yearView: 'Year',
    ownHours: 'Dates given here come before holidays',
    year: '{year}',
    provisional: 'Provisional: the notice is not published yet, so only the statutory days are off',
    provisionalTag: 'provisional',
    published: 'published',
    source: 'Source',
    upload: 'Upload holidays',
    uploaded: 'Holidays updated',
    badFile: 'The file is no list of holidays.',
    holiday: 'Holiday',
    adjusted: 'Worked',
    testDate: 'Look up a date',
    open: 'open {hours}',
    closed: 'closed',
    noneInYear: 'No special days in this year.',
  },
);
