/** Fields and their values in words, for timelines and the audit page. */
import { labelText, type Label } from '../i18n';
import { choices, type Choice } from '../labels';
import type { RelationName } from '../records/relations';

const l = (zh: string, en: string): Label => ({ zh, en });

export const FIELDS: Readonly<Record<string, Label>> = {
  name: l('名称', 'name'),
  title: l('标题', 'title'),
  description: l('描述', 'description'),
  status: l('状态', 'status'),
  priority: l('优先级', 'priority'),
  type: l('类型', 'type'),
  kind: l('类别', 'kind'),
  source: l('来源', 'source'),
  status_category: l('状态类别', 'status category'),
  customer_id: l('客户', 'customer'),
  contact_id: l('联系人', 'contact'),
  contact_name: l('联系人', 'contact name'),
  contact_phone: l('联系电话', 'contact phone'),
  site_id: l('服务地址', 'site'),
  device_id: l('设备', 'device'),
  address: l('地址', 'address'),
  problem_type: l('问题类型', 'problem type'),
  cause_code: l('故障原因', 'cause'),
  action_code: l('处理措施', 'action'),
  resolution: l('解决方案', 'solution'),
  tags: l('标签', 'tags'),
  engineer_id: l('工程师', 'engineer'),
  assignee_id: l('负责人', 'responsible'),
  team_id: l('团队', 'team'),
  region_id: l('区域', 'region'),
  owner_id: l('客户经理', 'owner'),
  warranty: l('保修', 'warranty'),
  response_due_at: l('响应时限', 'response due'),
  resolution_due_at: l('解决时限', 'solution due'),
  first_response_at: l('首次响应', 'first response'),
  assigned_at: l('派单时间', 'assigned'),
  resolved_at: l('解决时间', 'resolved'),
  first_resolved_at: l('首次解决', 'first resolved'),
  closed_at: l('关闭时间', 'closed'),
  waiting_reason: l('挂起原因', 'waiting for'),
  stage: l('阶段', 'stage'),
  waiting_until: l('挂起至', 'waiting until'),
  reopen_count: l('重开次数', 'times reopened'),
  reassign_count: l('改派次数', 'times reassigned'),
  sla_met: l('按时完成', 'in time'),
  first_contact: l('首次联系即解决', 'first contact'),
  merged_into_id: l('合并到', 'merged into'),
  external_ref: l('外部编号', 'external reference'),
  phone: l('电话', 'phone'),
  email: l('邮箱', 'e-mail'),
  level: l('等级', 'level'),
  note: l('备注', 'note'),
  is_primary: l('主要联系人', 'primary contact'),
  access_note: l('进场说明', 'access note'),
  archived_at: l('停用时间', 'archived'),
  serial_number: l('序列号', 'serial number'),
  product_id: l('产品', 'product'),
  model: l('型号', 'model'),
  sold_on: l('销售日期', 'sold on'),
  installed_on: l('安装日期', 'installed on'),
  warranty_starts_on: l('保修开始', 'warranty starts'),
  warranty_ends_on: l('保修结束', 'warranty ends'),
  place: l('安装位置', 'place'),
  code: l('编码', 'code'),
  category: l('类别', 'category'),
  warranty_months: l('保修月数', 'warranty months'),
  default_response_minutes: l('默认响应（分钟）', 'default response (min)'),
  unit: l('单位', 'unit'),
  price_minor: l('售价', 'price'),
  cost_minor: l('成本', 'cost'),
  currency: l('币种', 'currency'),
  stock: l('库存', 'stock'),
  stock_after: l('剩余库存', 'stock left'),
  stock_warning: l('库存预警', 'stock warning'),
  skills: l('技能', 'skills'),
  home_address: l('常驻地址', 'home address'),
  home_lat: l('常驻纬度', 'home latitude'),
  home_lng: l('常驻经度', 'home longitude'),
  working_hours: l('工作时间', 'working hours'),
  user_id: l('登录账号', 'sign-in'),
  lat: l('纬度', 'latitude'),
  lng: l('经度', 'longitude'),
  login: l('账号', 'login'),
  locale: l('语言', 'language'),
  role_ids: l('角色', 'roles'),
  team_ids: l('团队', 'teams'),
  region_ids: l('区域', 'regions'),
  permissions: l('权限', 'permissions'),
  member_ids: l('成员', 'members'),
  leader_id: l('负责人', 'leader'),
  parent_id: l('上级', 'parent'),
  zone: l('时区', 'time zone'),
  slug: l('企业代码', 'company code'),
  number: l('编号', 'number'),
  starts_on: l('开始日期', 'starts on'),
  ends_on: l('结束日期', 'ends on'),
  device_ids: l('设备', 'devices'),
  covers: l('覆盖范围', 'covers'),
  response_minutes: l('响应（分钟）', 'response (min)'),
  starts_at: l('开始时间', 'starts'),
  ends_at: l('结束时间', 'ends'),
  checked_in_at: l('签到时间', 'checked in'),
  checked_out_at: l('签退时间', 'checked out'),
  labour_minutes: l('工时（分钟）', 'labour (min)'),
  travel_minutes: l('路途（分钟）', 'travel (min)'),
  result: l('结果', 'result'),
  checklist: l('检查清单', 'checklist'),
  items: l('内容', 'entries'),
  rules: l('要求', 'needs'),
  quantity: l('数量', 'quantity'),
  part_id: l('备件', 'part'),
  serial: l('序列号', 'serial number'),
  reason: l('原因', 'reason'),
  body: l('内容', 'text'),
  total_minor: l('合计', 'total'),
  amount_minor: l('金额', 'amount'),
  csat: l('满意度', 'CSAT'),
  nps: l('推荐度', 'NPS'),
  comment: l('评价', 'comment'),
  due_at: l('期限', 'due'),
  action: l('操作', 'action'),
  media_type: l('文件类型', 'file type'),
  size: l('大小', 'size'),
  expires_at: l('到期', 'expires'),
  created_by: l('创建人', 'created by'),
  part_code: l('备件编码', 'part code'),
  part_name: l('备件', 'part'),
  engineer_name: l('工程师', 'engineer'),
  into_number: l('目标工单', 'into ticket'),
  reopen_days: l('可重开天数', 'days to reopen'),
  status_before_wait: l('挂起前状态', 'status before waiting'),
  until: l('至', 'until'),
  file_name: l('文件', 'file'),
  split_from_id: l('拆分自', 'split from'),
  visit_id: l('上门任务', 'visit'),
  ticket_id: l('工单', 'ticket'),
  sent_at: l('发送时间', 'sent'),
  answered_at: l('回复时间', 'answered'),
  ticket_number: l('工单', 'ticket'),
  purpose: l('用途', 'purpose'),
  channel: l('方式', 'via'),
  ip: l('IP 地址', 'IP address'),
  user_agent: l('浏览器', 'browser'),
  score: l('评分', 'score'),
  rank: l('推荐名次', 'rank'),
  override_reason: l('改派理由', 'why not the first'),
  excused_reason: l('免签原因', 'why not signed'),
  phones: l('电话', 'phones'),
  building: l('楼栋', 'building'),
  floor: l('楼层', 'floor'),
  first_used_on: l('首次使用日期', 'first used on'),
  dealer_id: l('经销商', 'dealer'),
  lessee_id: l('承租方', 'lessee'),
  scrapped_on: l('报废日期', 'scrapped on'),
  scrap_reason: l('报废原因', 'reason for scrapping'),
  installed_by: l('安装人', 'installed by'),
  removed_on: l('拆下日期', 'taken out on'),
  removed_reason: l('拆下原因', 'reason for taking out'),
  value: l('值', 'value'),
  on: l('日期', 'on'),
  due_on: l('到期日', 'due on'),
  ordered_on: l('下单日期', 'ordered on'),
  paid_minor: l('已付', 'paid'),
  lines: l('明细', 'lines'),
  every_days: l('间隔天数', 'every (days)'),
  every_months: l('间隔月数', 'every (months)'),
  meter: l('仪表', 'meter'),
  lead_days: l('提前天数', 'days ahead'),
  minutes: l('工时（分钟）', 'minutes'),
  scope: l('适用范围', 'scope'),
  ticket: l('工单', 'ticket'),
  active: l('启用', 'active'),
  last_done_on: l('上次完成', 'last done on'),
  last_due_on: l('上次到期', 'last due on'),
  last_meter: l('上次读数', 'last reading'),
  months: l('月数', 'months'),
  terms: l('保修条款', 'terms'),
  visit_number: l('任务号', 'visit'),
  note_text: l('说明', 'note'),
  method: l('方式', 'method'),
  reference: l('流水号', 'reference'),
  at: l('时间', 'at'),
  by: l('依据', 'by'),
  reset: l('仪表归零', 'meter reset'),
  decided_at: l('答复时间', 'answered'),
  decided_by: l('答复人', 'answered by'),
  decided_via: l('答复方式', 'answered via'),
  valid_until: l('有效期至', 'valid until'),
  due_minor: l('应收', 'due'),
  from_name: l('来自', 'from'),
  list: l('列表', 'list'),
  format: l('格式', 'format'),
  rows: l('行数', 'rows'),
  records: l('记录数', 'records'),
  changed: l('已修改', 'changed'),
  created: l('新建', 'created'),
  updated: l('更新', 'updated'),
  skipped: l('跳过', 'skipped'),
  rejected: l('有问题', 'with problems'),
  undone: l('已撤销', 'taken back'),
  kept: l('保持不变', 'kept'),
  whole: l('原样转换', 'converted whole'),
  shortened: l('被截短', 'shortened'),
  empty: l('没有值', 'empty'),
  dropped: l('被舍弃', 'dropped'),
  shared: l('共享', 'shared'),
  roles: l('角色', 'roles'),
  default_for: l('默认视图用于', 'opens first for'),
  menu: l('菜单位置', 'place in the menu'),
  signer_name: l('签字人', 'signed by'),
  decision: l('处理方式', 'decision'),
  ext: l('自定义字段', 'own fields'),
};

/** What the lists are called that bulk changes, exports and imports are about. */
const LISTS: readonly Choice[] = [
  { value: 'tickets', ...l('工单', 'tickets') },
  { value: 'customers', ...l('客户', 'customers') },
  { value: 'devices', ...l('设备', 'devices') },
  { value: 'products', ...l('产品', 'products') },
  { value: 'parts', ...l('备件', 'parts') },
  { value: 'engineers', ...l('工程师', 'engineers') },
  { value: 'contracts', ...l('合同', 'contracts') },
  { value: 'maintenance-plans', ...l('保养计划', 'maintenance plans') },
  { value: 'orders', ...l('订单、线索与发票', 'purchases, leads and invoices') },
  { value: 'visits', ...l('上门任务', 'visits') },
  { value: 'quotes', ...l('报价', 'quotes') },
  { value: 'surveys', ...l('满意度回访', 'surveys') },
  { value: 'recovery-tasks', ...l('挽回任务', 'recovery tasks') },
];

const VALUE_SETS: Readonly<Record<string, readonly Choice[]>> = {
  list: LISTS,
  format: [
    { value: 'csv', ...l('CSV', 'CSV') },
    { value: 'xlsx', ...l('Excel', 'Excel') },
  ],
  by: [
    { value: 'time', ...l('时间', 'time') },
    { value: 'meter', ...l('仪表读数', 'meter') },
  ],
  roles: choices.shippedRole,
  default_for: choices.shippedRole,
  menu: [
    { value: 'main', ...l('主菜单', 'main menu') },
    { value: 'more', ...l('更多', 'more') },
    { value: 'hidden', ...l('不显示', 'not shown') },
  ],
  purpose: choices.linkPurpose,
  channel: choices.surveyChannel,
  result: choices.visitResult,
  method: choices.paymentMethod,
  priority: choices.priority,
  type: choices.ticketType,
  status_category: choices.statusCategory,
  source: choices.source,
  waiting_reason: choices.waitReason,
  level: choices.customerLevel,
  locale: choices.locale,
  status_before_wait: choices.ticketStatus,
};
const STATUS_SETS: Readonly<Record<string, readonly Choice[]>> = {
  ticket: choices.ticketStatus,
  device: choices.deviceStatus,
  visit: choices.visitStatus,
  quote: choices.quoteStatus,
  user: choices.userStatus,
  engineer: choices.engineerStatus,
  recovery_task: choices.taskStatus,
  order: choices.orderStatus,
};
const KIND_SETS: Readonly<Record<string, readonly Choice[]>> = {
  customer: choices.customerKind,
  contract: choices.contractKind,
  order: choices.orderKind,
  ticket: choices.ticketType,
};

export const REFERENCES: Readonly<Record<string, RelationName>> = {
  customer_id: 'customer',
  device_id: 'device',
  product_id: 'product',
  engineer_id: 'engineer',
  assignee_id: 'user',
  owner_id: 'user',
  created_by: 'user',
  user_id: 'user',
  team_id: 'team',
  region_id: 'region',
  leader_id: 'user',
  merged_into_id: 'ticket',
  split_from_id: 'ticket',
  ticket_id: 'ticket',
  part_id: 'part',
  contract_id: 'contract',
  calendar_id: 'calendar',
  dealer_id: 'customer',
  lessee_id: 'customer',
  'customer.parent_id': 'customer',
  'customer.merged_into_id': 'customer',
  'device.parent_id': 'device',
};

/** What the id in a field of an object names. */
export function referenceOf(object: string, field: string): RelationName | undefined {
  return REFERENCES[`${object}.${field}`] ?? REFERENCES[field];
}

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Fields whose values say nothing to a person. */
export const SILENT = new Set([
  'id',
  'version',
  'created_at',
  'updated_at',
  'qr_token',
  'status_category',
  'definitions',
  'tenant_id',
  'file_id',
  'file_ids',
  'status_before_wait',
  'created_by_name',
  'phone_digits',
  'contact_id',
  'site_id',
  'sha256',
  'survey_id',
  'message_id',
  'client_id',
  'link_id',
  'icon',
  'layout',
  'settings',
  'columns',
  'filter',
  'match',
  'use_id',
  'payment_id',
  'definition',
]);

export function fieldText(name: string): string {
  const label = FIELDS[name];
  return label ? labelText(label) : name.replaceAll('_', ' ');
}

export function choicesOf(object: string, field: string): readonly Choice[] | undefined {
  if (field === 'status') return STATUS_SETS[object];
  if (field === 'kind') return KIND_SETS[object];
  if (field === 'source' && object === 'order') return choices.orderSource;
  return VALUE_SETS[field];
}

/** Names that changes of records of own objects carry besides their own fields. */
const HOLDERS = new Set(['owner_id', 'team_id', 'region_id', 'archived_at', 'created_by', 'number']);

/** The own field that a change is about: of a record of an own object, or `ext.…` of a built-in one. */
export function ownField(object: string, field: string): { object: string; field: string } | undefined {
  if (field.startsWith('ext.')) return { object, field: field.slice('ext.'.length) };
  if (!object.startsWith('record:') || HOLDERS.has(field)) return undefined;
  return { object: object.slice('record:'.length), field };
}

export interface Change {
  field: string;
  from: unknown;
  to: unknown;
}

/** The changes among an event's details, and what else it says. */
export function readData(data: unknown): { changes: Change[]; details: [string, unknown][] } {
  const changes: Change[] = [];
  const details: [string, unknown][] = [];
  if (typeof data === 'object' && data !== null && !Array.isArray(data)) {
    for (const [field, value] of Object.entries(data)) {
      if (SILENT.has(field) || isNamelessId(field, value)) continue;
      // The list of an own object is only known by its key.
      if (field === 'list' && typeof value === 'string' && value.startsWith('records/')) continue;
      // What a bulk change does, as the server reads it.
      if (field === 'action' && typeof value === 'object' && value !== null && !('to' in value)) continue;
      if (typeof value === 'object' && value !== null && 'from' in value && 'to' in value) {
        const change = value as { from: unknown; to: unknown };
        if (isEmpty(change.from) && isEmpty(change.to)) continue;
        changes.push({ field, from: change.from, to: change.to });
      } else if (!isEmpty(value)) details.push([field, value]);
    }
  }
  return { changes, details };
}

/** An id of something that has no name to show in its place. */
function isNamelessId(field: string, value: unknown): boolean {
  return typeof value === 'string' && UUID.test(value) && !(field in REFERENCES);
}

export function isEmpty(value: unknown): boolean {
  return (
    value === null ||
    value === undefined ||
    value === '' ||
    (Array.isArray(value) && value.length === 0) ||
    (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
  );
}
