import { defineMessages } from '@/shared/i18n';

export const devices = defineMessages(
  {
    title: '设备', create: '登记设备', edit: '编辑设备', search: '搜索序列号、型号、产品', emptyTitle: '还没有设备', emptyHint: '登记第一台设备，贴上二维码，客户扫码即可报修。', product: '产品', customer: '客户', site: '服务地址', model: '型号', place: '安装位置', soldOn: '销售日期', installedOn: '安装日期', warranty: '保修', warrantyStarts: '保修开始', warrantyEnds: '保修结束',
    qr: '报修二维码', qrText: '客户扫码即可报修，无需登录。', rotate: '更换二维码', rotateText: '旧二维码立即失效，已贴在设备上的标签需要重新打印。', printLabel: '打印标签', serial: '序列号', newTicket: '新建工单', scan: '扫码报修', copyLink: '复制链接',
  },
  {
    title: 'Devices', create: 'Register device', edit: 'Edit device', search: 'Search serial number, model, product', emptyTitle: 'No devices yet', emptyHint: 'Register the first one and put its QR code on it: customers scan it to report a fault.', product: 'Product', customer: 'Customer', site: 'Site', model: 'Model', place: 'Place', soldOn: 'Sold on', installedOn: 'Installed on', warranty: 'Warranty', warrantyStarts: 'Warranty starts', warrantyEnds: 'Warranty ends',
    qr: 'QR code for reports', qrText: 'Customers scan it to report a fault, without signing in.', rotate: 'Change the code', rotateText: 'The old code stops working at once; labels on devices must be printed again.', printLabel: 'Print label', serial: 'Serial number', newTicket: 'New ticket', scan: 'Scan for service', copyLink: 'Copy link',
  },
);
