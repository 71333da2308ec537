import { defineMessages } from '@/shared/i18n';

export const customers = defineMessages(
  {
    title: '客户', create: '新建客户', edit: '编辑客户', search: '搜索名称、电话、地址', emptyTitle: '还没有客户', emptyHint: '新建第一个客户，或通过导入批量录入。', contacts: '联系人', addContact: '添加联系人', sites: '服务地址', addSite: '添加服务地址', devices: '设备', tickets: '工单', addDevice: '登记设备', newTicket: '新建工单', primary: '主要', kind: '类型', owner: '客户经理',
    noContacts: '还没有联系人', noSites: '还没有服务地址', noDevices: '还没有登记设备', noTickets: '还没有工单', allTickets: '查看全部', removeContact: '移除联系人 {name}？', removeSite: '移除服务地址 {name}？',
  },
  {
    title: 'Customers', create: 'New customer', edit: 'Edit customer', search: 'Search name, phone, address', emptyTitle: 'No customers yet', emptyHint: 'Add the first one, or import many at once.', contacts: 'Contacts', addContact: 'Add contact', sites: 'Sites', addSite: 'Add site', devices: 'Devices', tickets: 'Tickets', addDevice: 'Register device', newTicket: 'New ticket', primary: 'primary', kind: 'Kind', owner: 'Customer manager',
    noContacts: 'No contacts yet', noSites: 'No sites yet', noDevices: 'No devices yet', noTickets: 'No tickets yet', allTickets: 'See all', removeContact: 'Remove the contact {name}?', removeSite: 'Remove the site {name}?',
  },
);
