import { defineMessages } from '@/shared/i18n';

export const shell = defineMessages(
  {
    skip: '跳到主要内容', menu: '主菜单', openMenu: '打开菜单', search: '搜索工单、客户、设备…', searchNone: '没有找到', searchHint: '输入编号、姓名、电话、序列号或关键词', newTicket: '新建工单', help: '快捷键', toDark: '切换到深色', toLight: '切换到浅色', userMenu: '{name} 的菜单',
    cockpit: '服务驾驶舱', intake: '受理台', tickets: '工单', dispatch: '调度', customers: '客户', devices: '设备', contracts: '合同', products: '产品', parts: '备件', engineers: '工程师', quotes: '报价', surveys: '满意度', tasks: '挽回任务', settings: '设置', audit: '审计', field: '现场服务',
    keySearch: '搜索', keyCreate: '新建', keyMove: '在列表中上下移动', keyOpen: '打开选中的记录', keyEdit: '编辑当前记录', keyHelp: '显示本帮助', keyClose: '关闭对话框', service: '服务', master: '档案', money: '结算与评价', manage: '管理', kindTicket: '工单', kindCustomer: '客户', kindDevice: '设备', kindOther: '其他', demo: '演示数据',
  },
  {
    skip: 'Skip to the main content', menu: 'Main menu', openMenu: 'Open the menu', search: 'Search tickets, customers, devices…', searchNone: 'Nothing found', searchHint: 'Number, name, phone, serial number or words', newTicket: 'New ticket', help: 'Keyboard', toDark: 'Switch to dark', toLight: 'Switch to light', userMenu: 'Menu of {name}',
    cockpit: 'Cockpit', intake: 'Intake desk', tickets: 'Tickets', dispatch: 'Dispatch', customers: 'Customers', devices: 'Devices', contracts: 'Contracts', products: 'Products', parts: 'Parts', engineers: 'Engineers', quotes: 'Quotes', surveys: 'Satisfaction', tasks: 'Recovery tasks', settings: 'Settings', audit: 'Audit', field: 'Field work',
    keySearch: 'Search', keyCreate: 'Create', keyMove: 'Move up and down in a list', keyOpen: 'Open the marked record', keyEdit: 'Edit this record', keyHelp: 'Show this help', keyClose: 'Close a dialog', service: 'Service', master: 'Records', money: 'Money and feedback', manage: 'Administration', kindTicket: 'Ticket', kindCustomer: 'Customer', kindDevice: 'Device', kindOther: 'Other', demo: 'Demo data',
  },
);
