/** Words and colours of the closed sets that records carry. */
import { labelText, useLocale, type Label } from './i18n';

export type Tone = 'new' | 'open' | 'waiting' | 'resolved' | 'closed' | 'cancelled' | 'danger' | 'vip';

export interface Choice extends Label {
  value: string;
  tone?: Tone;
}

const choice = (value: string, zh: string, en: string, tone?: Tone): Choice =>
  tone ? { value, zh, en, tone } : { value, zh, en };

export const choices = {
  shippedRole: [
    choice('admin', '管理员', 'Administrator'),
    choice('manager', '服务经理', 'Service manager'),
    choice('dispatcher', '调度员', 'Dispatcher'),
    choice('agent', '客服', 'Service agent'),
    choice('engineer', '工程师', 'Engineer'),
    choice('finance', '财务', 'Finance'),
    choice('auditor', '审计员', 'Auditor'),
  ],
  ticketStatus: [
    choice('new', '待受理', 'New', 'new'),
    choice('assigned', '已派单', 'Assigned', 'open'),
    choice('accepted', '已接单', 'Accepted', 'open'),
    choice('in_service', '服务中', 'In service', 'open'),
    choice('waiting', '挂起', 'Waiting', 'waiting'),
    choice('resolved', '已解决', 'Resolved', 'resolved'),
    choice('closed', '已关闭', 'Closed', 'closed'),
    choice('cancelled', '已取消', 'Cancelled', 'cancelled'),
  ],
  statusCategory: [
    choice('new', '待受理', 'New', 'new'),
    choice('open', '处理中', 'Open', 'open'),
    choice('waiting', '挂起', 'Waiting', 'waiting'),
    choice('resolved', '已解决', 'Resolved', 'resolved'),
    choice('closed', '已关闭', 'Closed', 'closed'),
    choice('cancelled', '已取消', 'Cancelled', 'cancelled'),
  ],
  priority: [
    choice('critical', '紧急', 'Critical', 'danger'),
    choice('high', '高', 'High', 'waiting'),
    choice('normal', '普通', 'Normal', 'closed'),
    choice('low', '低', 'Low', 'closed'),
  ],
  ticketType: [
    choice('install', '安装', 'Installation'),
    choice('repair', '维修', 'Repair'),
    choice('maintain', '保养', 'Maintenance'),
    choice('consult', '咨询', 'Question'),
    choice('complain', '投诉', 'Complaint'),
    choice('return', '退换', 'Return'),
  ],
  source: [
    choice('staff', '人工录入', 'Typed by staff'),
    choice('phone', '电话', 'Phone'),
    choice('qr', '扫码报修', 'QR code'),
    choice('mail', '邮件', 'E-mail'),
    choice('api', '接口', 'API'),
    choice('import', '导入', 'Import'),
    choice('split', '拆分', 'Split'),
    choice('plan', '保养计划', 'Maintenance plan'),
    choice('process', '流程或规则', 'Process or rule'),
    choice('demo', '演示', 'Demo'),
  ],
  waitReason: [
    choice('customer', '等客户答复', 'Customer must answer'),
    choice('vendor', '等供应商', 'Supplier must deliver'),
    choice('access', '现场无法进入', 'Site can’t be entered'),
    choice('parts', '缺备件（继续计时）', 'Parts missing (clock runs on)'),
    choice('scheduled', '约定改期（继续计时）', 'Planned for later (clock runs on)'),
  ],
  reachedStatus: [
    choice('open', '处理中', 'Open'),
    choice('in_service', '服务中', 'In service'),
    choice('waiting_customer', '挂起：等客户答复', 'Waiting: customer must answer'),
    choice('waiting_vendor', '挂起：等供应商', 'Waiting: supplier must deliver'),
    choice('waiting_access', '挂起：现场无法进入', 'Waiting: site can’t be entered'),
    choice('waiting_parts', '挂起：缺备件（继续计时）', 'Waiting: parts missing (clock runs on)'),
    choice('waiting_scheduled', '挂起：约定改期（继续计时）', 'Waiting: planned for later (clock runs on)'),
    choice('resolved', '已解决', 'Resolved'),
    choice('cancelled', '已取消', 'Cancelled'),
  ],
  linkKind: [
    choice('related', '相关', 'Related'),
    choice('caused_by', '由其引起', 'Caused by'),
    choice('duplicates', '重复', 'Duplicates'),
  ],
  customerKind: [choice('company', '企业', 'Company'), choice('person', '个人', 'Person')],
  customerLevel: [
    choice('standard', '普通', 'Standard', 'closed'),
    choice('silver', '银牌', 'Silver', 'new'),
    choice('gold', '金牌', 'Gold', 'waiting'),
    choice('vip', '贵宾', 'VIP', 'vip'),
  ],
  deviceStatus: [
    choice('in_service', '使用中', 'In service', 'resolved'),
    choice('stopped', '停用', 'Stopped', 'waiting'),
    choice('scrapped', '报废', 'Scrapped', 'cancelled'),
  ],
  contractKind: [
    choice('warranty', '保修合同', 'Warranty', 'new'),
    choice('service', '服务合同', 'Service contract', 'open'),
  ],
  orderKind: [
    choice('purchase', '订单', 'Purchase', 'open'),
    choice('lead', '线索', 'Lead', 'new'),
    choice('invoice', '发票', 'Invoice', 'waiting'),
  ],
  orderStatus: [
    choice('draft', '草稿', 'Draft', 'closed'),
    choice('confirmed', '已确认', 'Confirmed', 'open'),
    choice('delivered', '已交付', 'Delivered', 'resolved'),
    choice('cancelled', '已取消', 'Cancelled', 'cancelled'),
    choice('new', '新线索', 'New', 'new'),
    choice('contacted', '跟进中', 'Contacted', 'open'),
    choice('won', '已成交', 'Won', 'resolved'),
    choice('lost', '未成交', 'Lost', 'cancelled'),
    choice('issued', '已开票', 'Issued', 'waiting'),
    choice('paid', '已付清', 'Paid', 'resolved'),
    choice('void', '已作废', 'Void', 'cancelled'),
  ],
  orderSource: [
    choice('entered', '人工录入', 'Entered'),
    choice('imported', '导入', 'Imported'),
    choice('synced', '系统同步', 'Synced'),
  ],
  meterKind: [
    choice('counter', '累计值（只增不减）', 'Counter (only rises)'),
    choice('gauge', '瞬时值（可升可降）', 'Gauge (rises and falls)'),
  ],
  warrantyStart: [
    choice('sale', '销售日期', 'Day of sale'),
    choice('installation', '安装日期', 'Day of installation'),
    choice('first_use', '首次使用日期', 'Day of first use'),
  ],
  userStatus: [
    choice('active', '在用', 'Active', 'resolved'),
    choice('invited', '待加入', 'Invited', 'new'),
    choice('locked', '已锁定', 'Locked', 'waiting'),
    choice('disabled', '已停用', 'Disabled', 'cancelled'),
  ],
  engineerStatus: [
    choice('active', '在岗', 'Active', 'resolved'),
    choice('off', '休假', 'Off', 'waiting'),
    choice('left', '离职', 'Left', 'cancelled'),
  ],
  visitStatus: [
    choice('planned', '已预约', 'Planned', 'new'),
    choice('accepted', '已接受', 'Accepted', 'open'),
    choice('declined', '已拒绝', 'Declined', 'cancelled'),
    choice('travelling', '前往中', 'On the way', 'open'),
    choice('on_site', '现场服务', 'On site', 'open'),
    choice('done', '已完成', 'Done', 'resolved'),
    choice('cancelled', '已取消', 'Cancelled', 'cancelled'),
  ],
  quoteStatus: [
    choice('draft', '草稿', 'Draft', 'closed'),
    choice('sent', '待客户确认', 'Sent', 'waiting'),
    choice('approved', '已同意', 'Approved', 'resolved'),
    choice('rejected', '已拒绝', 'Rejected', 'danger'),
    choice('paid', '已付款', 'Paid', 'resolved'),
    choice('expired', '已过期', 'Expired', 'cancelled'),
    choice('cancelled', '已作废', 'Cancelled', 'cancelled'),
  ],
  priceKind: [
    choice('labour_hour', '人工（每小时）', 'Labour per hour'),
    choice('travel_visit', '上门（每次）', 'Travel per visit'),
    choice('travel_km', '路程（每公里）', 'Travel per km'),
    choice('diagnosis', '检测', 'Diagnosis'),
    choice('part', '备件加价', 'Parts'),
  ],
  paymentMethod: [
    choice('wechat', '微信', 'WeChat Pay'),
    choice('alipay', '支付宝', 'Alipay'),
    choice('cash', '现金', 'Cash'),
    choice('bank', '银行转账', 'Bank transfer'),
    choice('card', '刷卡', 'Card'),
    choice('other', '其他', 'Other'),
  ],
  visitResult: [
    choice('fixed', '已修复', 'Fixed', 'resolved'),
    choice('not_fixed', '未修复', 'Not fixed', 'danger'),
    choice('needs_parts', '需要备件', 'Parts needed', 'waiting'),
    choice('needs_revisit', '需要再次上门', 'Another visit needed', 'waiting'),
  ],
  commandKind: [
    choice('accept', '接受任务', 'Accept'),
    choice('decline', '拒绝任务', 'Decline'),
    choice('depart', '出发', 'Depart'),
    choice('check_in', '签到', 'Check in'),
    choice('checklist', '检查清单', 'Checklist'),
    choice('labour', '工时', 'Labour'),
    choice('part_use', '用料', 'Parts used'),
    choice('photo', '照片', 'Photo'),
    choice('signature', '客户签字', 'Signature'),
    choice('result', '服务结果', 'Result'),
    choice('check_out', '签退', 'Check out'),
    choice('note', '日志', 'Note'),
  ],
  linkPurpose: [
    choice('track', '进度查询', 'Progress'),
    choice('sign', '验收签字', 'Signature'),
    choice('quote', '报价确认', 'Quote'),
    choice('survey', '满意度评价', 'Survey'),
  ],
  channelKind: [
    choice('smtp', '邮件（SMTP）', 'Mail (SMTP)'),
    choice('wecom', '企业微信机器人', 'WeCom robot'),
    choice('dingtalk', '钉钉机器人', 'DingTalk robot'),
    choice('feishu', '飞书机器人', 'Feishu robot'),
    choice('sms', '短信', 'SMS'),
  ],
  messageState: [
    choice('queued', '排队中', 'Queued', 'new'),
    choice('no_channel', '未配置渠道', 'No channel', 'waiting'),
    choice('sent', '已发送', 'Sent', 'resolved'),
    choice('failed', '失败', 'Failed', 'danger'),
  ],
  messageKind: [choice('mail', '邮件', 'Mail'), choice('robot', '群机器人', 'Robot'), choice('sms', '短信', 'SMS')],
  lineKind: [
    choice('labour', '人工费', 'Labour'),
    choice('travel', '上门费', 'Travel'),
    choice('part', '备件', 'Part'),
    choice('diagnosis', '检测费', 'Diagnosis'),
    choice('other', '其他', 'Other'),
  ],
  surveyChannel: [choice('link', '客户链接', 'Customer link'), choice('staff', '人工回访', 'Asked by staff')],
  taskStatus: [choice('open', '待处理', 'Open', 'waiting'), choice('done', '已完成', 'Done', 'resolved')],
  scope: [
    choice('own', '仅本人', 'Own'),
    choice('team', '本团队', 'Team'),
    choice('region', '本区域', 'Region'),
    choice('all', '全部', 'All'),
  ],
  locale: [choice('zh-CN', '中文', 'Chinese'), choice('en', '英文', 'English')],
} satisfies Record<string, readonly Choice[]>;

export type ChoiceSet = keyof typeof choices;

export function findChoice(set: readonly Choice[], value: string | null | undefined): Choice | undefined {
  return set.find((item) => item.value === value);
}

export function choiceText(set: readonly Choice[], value: string | null | undefined): string {
  const found = findChoice(set, value);
  return found ? labelText(found) : (value ?? '');
}

/** Options for a select, in the language of the screen. */
export function useOptions(set: readonly Choice[]): { value: string; label: string }[] {
  const locale = useLocale();
  return set.map((item) => ({ value: item.value, label: labelText(item, locale) }));
}

/** A role's name; a shipped one that nobody has renamed is told in the language of the screen. */
export function roleName(role: { key: string; name: string }): string {
  const shipped = findChoice(choices.shippedRole, role.key);
  return shipped && (role.name === shipped.zh || role.name === shipped.en) ? labelText(shipped) : role.name;
}
