/** Events and fields in words, for timelines and the audit page. */
import { labelText, type Label } from '../i18n';
import { choices, type Choice } from '../labels';
import type { RelationName } from '../records/relations';

const l = (zh: string, en: string): Label => ({ zh, en });

export const OBJECTS: Readonly<Record<string, Label>> = {
  ticket: l('工单', 'ticket'),
  visit: l('上门任务', 'visit'),
  customer: l('客户', 'customer'),
  contact: l('联系人', 'contact'),
  site: l('地址', 'site'),
  device: l('设备', 'device'),
  product: l('产品', 'product'),
  part: l('备件', 'part'),
  engineer: l('工程师', 'engineer'),
  contract: l('合同', 'contract'),
  quote: l('报价', 'quote'),
  payment: l('收款', 'payment'),
  price_list: l('价目', 'price list'),
  prices: l('价目', 'price list'),
  survey: l('满意度回访', 'survey'),
  recovery_task: l('挽回任务', 'recovery task'),
  user: l('用户', 'user'),
  role: l('角色', 'role'),
  team: l('团队', 'team'),
  region: l('区域', 'region'),
  api_key: l('API 密钥', 'API key'),
  tenant: l('企业资料', 'company profile'),
  calendar: l('工作日历', 'calendar'),
  sla_policy: l('服务时限', 'service level'),
  sla_policies: l('服务时限', 'service levels'),
  job: l('后台任务', 'job'),
  file: l('文件', 'file'),
  link: l('客户链接', 'customer link'),
  message: l('消息', 'message'),
  conversation: l('会话', 'conversation'),
  import: l('导入', 'import'),
  channel: l('通知渠道', 'channel'),
  outbox: l('通知', 'notification'),
  checklist: l('检查清单', 'checklist'),
  skill_needs: l('技能要求', 'skill needs'),
  price: l('价目', 'price list'),
  dispatch: l('派单通知', 'dispatch notice'),
  record: l('记录', 'record'),
  object: l('对象', 'object'),
  fields: l('字段', 'fields'),
  form: l('表单', 'form'),
  order: l('订单', 'order'),
  maintenance_plan: l('保养计划', 'maintenance plan'),
  warranty_rule: l('保修规则', 'warranty rule'),
};

const VERBS: Readonly<Record<string, Label>> = {
  created: l('创建了{object}', 'created the {object}'),
  updated: l('修改了{object}', 'changed the {object}'),
  archived: l('停用了{object}', 'archived the {object}'),
  restored: l('恢复了{object}', 'restored the {object}'),
  removed: l('移除了{object}', 'removed the {object}'),
  deleted: l('删除了{object}', 'deleted the {object}'),
  opened: l('新建了{object}', 'opened the {object}'),
  uploaded: l('上传了{object}', 'uploaded a {object}'),
  sent: l('发出了{object}', 'sent the {object}'),
  approved: l('同意了{object}', 'approved the {object}'),
  rejected: l('拒绝了{object}', 'rejected the {object}'),
  answered: l('填写了{object}', 'answered the {object}'),
  recorded: l('登记了{object}', 'recorded a {object}'),
  accepted: l('接受了{object}', 'accepted the {object}'),
  declined: l('拒绝了{object}', 'declined the {object}'),
  completed: l('完成了{object}', 'completed the {object}'),
  cancelled: l('取消了{object}', 'cancelled the {object}'),
  imported: l('导入了{object}', 'imported the {object}'),
  planned: l('安排了{object}', 'planned the {object}'),
  revoked: l('作废了{object}', 'revoked the {object}'),
  retried: l('重试了{object}', 'retried the {object}'),
  enabled: l('启用了{object}', 'enabled the {object}'),
  disabled: l('停用了{object}', 'disabled the {object}'),
  paid: l('{object}已付款', '{object} paid'),
  expired: l('{object}已过期', '{object} expired'),
  failed: l('{object}失败', '{object} failed'),
  rescheduled: l('改约了{object}', 'rescheduled the {object}'),
  changed: l('修改了{object}', 'changed the {object}'),
};

const KINDS: Readonly<Record<string, Label>> = {
  'record.revealed': l('查看了个人信息', 'looked at personal data'),
  'record.computed': l('后台更新了计算字段', 'computed fields were worked out anew'),
  'form.published': l('发布了表单', 'published the form'),
  'ticket.created': l('创建了工单', 'created the ticket'),
  'ticket.assigned': l('派单', 'assigned the ticket'),
  'ticket.accepted': l('接单', 'accepted the ticket'),
  'ticket.declined': l('退回派单', 'declined the ticket'),
  'ticket.started': l('开始服务', 'started work'),
  'ticket.waiting': l('挂起工单', 'put the ticket on hold'),
  'ticket.resumed': l('继续处理', 'resumed work'),
  'ticket.resolved': l('标记为已解决', 'resolved the ticket'),
  'ticket.closed': l('关闭工单', 'closed the ticket'),
  'ticket.reopened': l('重新打开工单', 'reopened the ticket'),
  'ticket.cancelled': l('取消工单', 'cancelled the ticket'),
  'ticket.noted': l('添加内部备注', 'wrote an internal note'),
  'ticket.replied': l('回复客户', 'replied to the customer'),
  'ticket.customer_wrote': l('客户留言', 'the customer wrote'),
  'ticket.merged': l('合并到其他工单', 'merged into another ticket'),
  'ticket.absorbed': l('并入一个工单', 'took in another ticket'),
  'ticket.linked': l('关联了工单', 'linked a ticket'),
  'ticket.unlinked': l('取消关联', 'unlinked a ticket'),
  'ticket.followed': l('关注了工单', 'follows the ticket'),
  'ticket.unfollowed': l('取消关注', 'no longer follows the ticket'),
  'ticket.file_attached': l('添加附件', 'attached a file'),
  'ticket.file_removed': l('移除附件', 'removed a file'),
  'ticket.undone': l('撤销了上一步操作', 'undid the last action'),
  'ticket.responded': l('首次响应', 'gave the first response'),
  'ticket.settlement_excused': l('登记免收原因', 'noted why nothing is charged'),
  'ticket.split': l('拆分工单', 'split the ticket'),
  'ticket.response_breached': l('响应超时', 'the response is overdue'),
  'ticket.resolution_breached': l('解决超时', 'the solution is overdue'),
  'ticket.sla_warned': l('即将超时', 'soon overdue'),
  'customer.merged': l('并入了另一个客户', 'took in another customer'),
  'customer.unmerged': l('撤销了合并', 'undid a merge'),
  'customer.personal_data_exported': l('导出了个人信息', 'exported personal data'),
  'customer.erased': l('抹除了个人信息', 'erased personal data'),
  'device.transferred': l('转移了设备', 'handed the device over'),
  'device.scrapped': l('报废了设备', 'scrapped the device'),
  'device.unscrapped': l('撤销了报废', 'took the device back into use'),
  'device.part_installed': l('安装了部件', 'put in a part'),
  'device.part_changed': l('修改了部件', 'changed a part'),
  'device.part_removed': l('拆下了部件', 'took out a part'),
  'device.meter_added': l('添加了仪表', 'added a meter'),
  'device.meter_changed': l('修改了仪表', 'changed a meter'),
  'device.meter_read': l('登记了读数', 'noted a reading'),
  'device.meter_reading_removed': l('删除了读数', 'removed a reading'),
  'device.document_added': l('添加了资料', 'added a document'),
  'device.document_removed': l('移除了资料', 'removed a document'),
  'product.document_added': l('添加了产品资料', 'added a document to the product'),
  'product.document_removed': l('移除了产品资料', 'removed a document of the product'),
  'maintenance_plan.progress_noted': l('登记了保养进度', 'noted how far maintenance is'),
  'maintenance.due': l('按计划生成了保养工单', 'made a ticket as planned'),
  'device.qr_token_changed': l('更换了二维码', 'changed the QR code'),
  'part.used': l('领用备件', 'used a part'),
  'part.returned': l('退回备件', 'returned a part'),
  'visit.checked_in': l('签到', 'checked in'),
  'visit.checked_out': l('签退', 'checked out'),
  'visit.departed': l('出发', 'set off'),
  'visit.accepted': l('接受上门任务', 'accepted the visit'),
  'visit.declined': l('拒绝上门任务', 'declined the visit'),
  'visit.part_used': l('使用备件', 'used a part'),
  'visit.checklist_changed': l('更新检查清单', 'changed the checklist'),
  'visit.noted': l('记录服务日志', 'wrote in the log'),
  'visit.photo_added': l('添加照片', 'added a photo'),
  'visit.result_reported': l('填写服务结果', 'reported the result'),
  'visit.signed': l('客户签字', 'the customer signed'),
  'visit.time_booked': l('登记工时', 'booked time'),
  'user.signed_in': l('登录', 'signed in'),
  'user.signed_out': l('退出登录', 'signed out'),
  'user.signed_out_everywhere': l('退出所有设备', 'signed out everywhere'),
  'user.locked': l('账号被锁定', 'the account was locked'),
  'user.invited': l('邀请了用户', 'invited a user'),
  'user.invitation_accepted': l('接受邀请', 'accepted the invitation'),
  'user.password_changed': l('修改密码', 'changed the password'),
  'user.password_reset': l('重置密码', 'reset the password'),
  'user.password_reset_requested': l('申请重置密码', 'asked for a password reset'),
  'user.password_link_created': l('生成密码链接', 'made a password link'),
};

export function eventText(kind: string): string {
  const known = KINDS[kind];
  if (known) return labelText(known);
  const [object = '', verb = ''] = kind.split('.');
  const name = OBJECTS[object];
  const words = VERBS[verb];
  const objectText = name ? labelText(name) : object.replaceAll('_', ' ');
  return words ? labelText(words).replace('{object}', objectText) : `${objectText} · ${verb.replaceAll('_', ' ')}`;
}

export const EVENT_KINDS: readonly Choice[] = Object.entries(KINDS).map(([value, label]) => ({ value, ...label }));

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
  last_meter: l('上次读数', 'last reading'),
  months: l('月数', 'months'),
  terms: l('保修条款', 'terms'),
  visit_number: l('任务号', 'visit'),
  note_text: l('说明', 'note'),
  method: l('方式', 'method'),
  reference: l('流水号', 'reference'),
};

const VALUE_SETS: Readonly<Record<string, readonly Choice[]>> = {
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
]);

export function fieldText(name: string): string {
  const label = FIELDS[name];
  return label ? labelText(label) : name.replaceAll('_', ' ');
}

export function choicesOf(object: string, field: string): readonly Choice[] | undefined {
  if (field === 'status') return STATUS_SETS[object];
  if (field === 'kind') return KIND_SETS[object];
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
