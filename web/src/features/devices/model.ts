import type { components } from '@/shared/api/schema';
import type { FieldSpec } from '@/shared/fields/spec';
import type { FilterField } from '@/shared/filter/tree';
import type { Label } from '@/shared/i18n';
import { choices } from '@/shared/labels';

export type Device = components['schemas']['DeviceView'];

const l = (zh: string, en: string): Label => ({ zh, en });

export const deviceFields: readonly FieldSpec[] = [
  { name: 'serial_number', label: l('序列号', 'Serial number'), kind: 'text', required: true, half: true },
  { name: 'model', label: l('型号', 'Model'), kind: 'text', half: true },
  { name: 'product_id', label: l('产品', 'Product'), kind: 'relation', of: 'product' },
  { name: 'customer_id', label: l('客户', 'Customer'), kind: 'relation', of: 'customer' },
  { name: 'building', label: l('楼栋', 'Building'), kind: 'text', half: true },
  { name: 'floor', label: l('楼层', 'Floor'), kind: 'text', half: true },
  {
    name: 'place',
    label: l('安装位置', 'Place'),
    kind: 'text',
    help: l('如：2 单元机房', 'such as: machine room'),
  },
  {
    name: 'lat',
    label: l('纬度', 'Latitude'),
    kind: 'number',
    min: -90,
    max: 90,
    half: true,
    help: l('不填时以场地为准', 'those of the site, when empty'),
  },
  { name: 'lng', label: l('经度', 'Longitude'), kind: 'number', min: -180, max: 180, half: true },
  { name: 'sold_on', label: l('销售日期', 'Sold on'), kind: 'date', half: true },
  { name: 'installed_on', label: l('安装日期', 'Installed on'), kind: 'date', half: true },
  { name: 'first_used_on', label: l('首次使用日期', 'First used on'), kind: 'date', half: true },
  { name: 'parent_id', label: l('所属设备', 'Part of device'), kind: 'relation', of: 'device', half: true },
  { name: 'dealer_id', label: l('经销商', 'Dealer'), kind: 'relation', of: 'customer', half: true },
  { name: 'lessee_id', label: l('承租方', 'Lessee'), kind: 'relation', of: 'customer', half: true },
  { name: 'warranty_starts_on', label: l('保修开始', 'Warranty starts'), kind: 'date', half: true },
  {
    name: 'warranty_ends_on',
    label: l('保修结束', 'Warranty ends'),
    kind: 'date',
    half: true,
    help: l('不填时按产品保修月数计算', 'from the product’s warranty months when empty'),
  },
  { name: 'status', label: l('状态', 'Status'), kind: 'choice', choices: choices.deviceStatus, half: true },
  { name: 'region_id', label: l('区域', 'Region'), kind: 'relation', of: 'region', half: true },
  { name: 'note', label: l('备注', 'Note'), kind: 'longtext' },
];

export const deviceFilters: readonly FilterField[] = [
  { id: 'serial_number', label: l('序列号', 'serial number'), type: 'text' },
  { id: 'product_id', label: l('产品', 'product'), type: 'id', of: 'product' },
  { id: 'customer_id', label: l('客户', 'customer'), type: 'id', of: 'customer' },
  { id: 'model', label: l('型号', 'model'), type: 'text' },
  { id: 'status', label: l('状态', 'status'), type: 'choice', choices: choices.deviceStatus },
  { id: 'parent_id', label: l('所属设备', 'part of device'), type: 'id', of: 'device' },
  { id: 'building', label: l('楼栋', 'building'), type: 'text' },
  { id: 'floor', label: l('楼层', 'floor'), type: 'text' },
  { id: 'dealer_id', label: l('经销商', 'dealer'), type: 'id', of: 'customer' },
  { id: 'lessee_id', label: l('承租方', 'lessee'), type: 'id', of: 'customer' },
  { id: 'first_used_on', label: l('首次使用日期', 'first used on'), type: 'date' },
  { id: 'scrapped_on', label: l('报废日期', 'scrapped on'), type: 'date' },
  { id: 'installed_on', label: l('安装日期', 'installed on'), type: 'date' },
  { id: 'warranty_ends_on', label: l('保修结束', 'warranty ends'), type: 'date' },
  { id: 'region_id', label: l('区域', 'region'), type: 'id', of: 'region' },
  { id: 'created_at', label: l('创建时间', 'created'), type: 'time' },
];
