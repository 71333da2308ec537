/** The words of the drawing tool in Chinese. */
import { getLocale } from '@/shared/i18n';

const EVENTS: readonly (readonly [string, string])[] = [
  ['Cancel', '取消'],
  ['Compensation', '补偿'],
  ['Conditional', '条件'],
  ['Error', '错误'],
  ['Escalation', '升级'],
  ['Link', '链接'],
  ['Message', '消息'],
  ['Signal', '信号'],
  ['Terminate', '终止'],
  ['Timer', '定时'],
];

const PLACES: readonly (readonly [string, string])[] = [
  ['boundary event', '边界事件'],
  ['end event', '结束事件'],
  ['intermediate catch event', '中间捕获事件'],
  ['intermediate throw event', '中间抛出事件'],
  ['start event', '开始事件'],
];

const events: Record<string, string> = {};
for (const [event, zh] of EVENTS) {
  for (const [place, where] of PLACES) {
    events[`${event} ${place}`] = zh + where;
    events[`${event} ${place} (non-interrupting)`] = `${zh}${where}（不中断）`;
    events[`Append ${event.toLowerCase()} ${place}`] = `追加${zh}${where}`;
  }
}

const ZH: Readonly<Record<string, string>> = {
  ...events,
  'Activate create/remove space tool': '拉开或收拢间距',
  'Activate global connect tool': '连线工具',
  'Activate hand tool': '移动画布',
  'Activate lasso tool': '框选',
  'Ad-hoc sub-process': '自由子流程',
  'Ad-hoc sub-process (collapsed)': '自由子流程（收起）',
  'Ad-hoc sub-process (expanded)': '自由子流程（展开）',
  'Add lane above': '在上方加泳道',
  'Add lane below': '在下方加泳道',
  'Add text annotation': '加注释',
  'Align elements': '对齐',
  'Align elements bottom': '下对齐',
  'Align elements center': '水平居中',
  'Align elements left': '左对齐',
  'Align elements middle': '垂直居中',
  'Align elements right': '右对齐',
  'Align elements top': '上对齐',
  'Append compensation activity': '追加补偿步骤',
  'Append end event': '追加结束',
  'Append gateway': '追加网关',
  'Append intermediate/boundary event': '追加中间或边界事件',
  'Append receive task': '追加接收任务',
  'Append task': '追加任务',
  'Append text annotation': '加注释',
  'Boundary event': '边界事件',
  'Business rule task': '业务规则任务',
  'Call activity': '调用流程',
  'Change element': '更换类型',
  'Change type': '更换类型',
  Collection: '集合',
  'Complex gateway': '复杂网关',
  'Conditional flow': '条件连线',
  'Connect to other element': '连到其他元素',
  'Connect using association': '用关联连接',
  'Connect using data input association': '用数据输入关联连接',
  'Connect using sequence/message flow or association': '连线',
  'Create data object reference': '数据对象',
  'Create data store reference': '数据存储',
  'Create end event': '结束事件',
  'Create expanded sub-process': '展开的子流程',
  'Create gateway': '网关',
  'Create group': '分组',
  'Create intermediate/boundary event': '中间或边界事件',
  'Create pool/participant': '泳池',
  'Create start event': '开始事件',
  'Create task': '任务',
  'Data object reference': '数据对象',
  'Data store reference': '数据存储',
  'Default flow': '默认连线',
  Delete: '删除',
  Remove: '删除',
  'Distribute elements horizontally': '水平均分',
  'Distribute elements vertically': '垂直均分',
  'Divide into three lanes': '分成三条泳道',
  'Divide into two lanes': '分成两条泳道',
  'Empty pool/participant': '空泳池',
  'Empty pool/participant (removes content)': '空泳池（清除内容）',
  'End event': '结束事件',
  'Event based instantiating Gateway': '由事件启动的网关',
  'Event sub-process': '事件子流程',
  'Event-based gateway': '事件网关',
  'Exclusive gateway': '条件网关',
  'Expanded pool/participant': '展开的泳池',
  'Inclusive gateway': '包容网关',
  'Intermediate throw event': '中间抛出事件',
  Loop: '循环',
  'Manual task': '线下任务',
  'Open {element}': '打开{element}',
  'Parallel Event based instantiating Gateway': '由并行事件启动的网关',
  'Parallel gateway': '并行网关',
  'Parallel multi-instance': '并行多实例',
  'Participant multiplicity': '多个参与方',
  'Receive task': '接收任务',
  'Script task': '脚本任务',
  'Search in diagram': '在图中查找',
  'Send task': '发送任务',
  'Sequence flow': '连线',
  'Sequential multi-instance': '依次多实例',
  'Service task': '自动步骤',
  'Start event': '开始事件',
  'Sub-process': '子流程',
  'Sub-process (collapsed)': '子流程（收起）',
  'Sub-process (expanded)': '子流程（展开）',
  Task: '任务',
  'Toggle non-interrupting': '切换是否中断',
  Transaction: '事务',
  'User task': '人工步骤',
};

/** Says a text of the drawing tool in the language of the page. */
export function translate(text: string, params: Readonly<Record<string, string>> = {}): string {
  const said = getLocale() === 'en' ? text : (ZH[text] ?? text);
  return said.replaceAll(/\{(\w+)\}/g, (whole, name: string) => params[name] ?? whole);
}

export const translateModule = { translate: ['value', translate] };
