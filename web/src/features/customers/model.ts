import type { components } from '@/shared/api/schema';
import type { FieldSpec } from '@/shared/fields/spec';
import type { FilterField } from '@/shared/filter/tree';
import { choices } from '@/shared/labels';
import { FIELDS } from '@/shared/history/words';
import type { Label } from '@/shared/i18n';

export type Customer = components['schemas']['Customer'];

export type Phone = components['schemas']['Phone'];

export type Contact = components['schemas']['Contact'];

export type Site = components['schemas']['Site'];

const l = (zh: string, en: string): Label => ({ zh, en });
const f = (name: string): Label => FIELDS[name] ?? l(name, name);

export const customerFields: readonly FieldSpec[] = [
  { name: 'name', label: l('客户名称', 'Name'), kind: 'text', required: true },
  {
    name: 'kind',
    label: l('客户类型', 'Kind'),
    kind: 'choice',
    choices: choices.customerKind,
    required: true,
    half: true,
  },
  { name: 'level', label: l('客户等级', 'Level'), kind: 'choice', choices: choices.customerLevel, half: true },
  { name: 'phone', label: l('电话', 'Phone'), kind: 'phone', half: true },
  { name: 'email', label: l('邮箱', 'E-mail'), kind: 'email', half: true },
  { name: 'address', label: l('地址', 'Address'), kind: 'address' },
  {
    name: 'lat',
    label: l('纬度', 'Latitude'),
    kind: 'number',
    min: -90,
    max: 90,
    half: true,
    help: l('用于按距离派单', 'for dispatch by distance'),
  },
  { name: 'lng', label: l('经度', 'Longitude'), kind: 'number', min: -180, max: 180, half: true },
  {
    name: 'parent_id',
    label: l('上级客户', 'Belongs to'),
    kind: 'relation',
    of: 'customer',
    help: l('如集团或总公司', 'such as a group or a head office'),
  },
  { name: 'owner_id', label: l('客户经理', 'Customer manager'), kind: 'relation', of: 'user', half: true },
  { name: 'region_id', label: l('区域', 'Region'), kind: 'relation', of: 'region', half: true },
  { name: 'tags', label: l('标签', 'Tags'), kind: 'tags' },
  { name: 'note', label: l('备注', 'Note'), kind: 'longtext' },
];

export const contactFields: readonly FieldSpec[] = [
  { name: 'name', label: l('姓名', 'Name'), kind: 'text', required: true, half: true },
  { name: 'title', label: l('职务', 'Title'), kind: 'text', half: true },
  { name: 'phone', label: l('电话', 'Phone'), kind: 'phone', half: true },
  { name: 'email', label: l('邮箱', 'E-mail'), kind: 'email', half: true },
  { name: 'is_primary', label: l('主要联系人', 'Primary contact'), kind: 'boolean' },
];

export const siteFields: readonly FieldSpec[] = [
  { name: 'name', label: l('名称', 'Name'), kind: 'text', required: true },
  { name: 'address', label: l('地址', 'Address'), kind: 'address' },
  { name: 'lat', label: l('纬度', 'Latitude'), kind: 'number', min: -90, max: 90, half: true },
  { name: 'lng', label: l('经度', 'Longitude'), kind: 'number', min: -180, max: 180, half: true },
  { name: 'region_id', label: l('区域', 'Region'), kind: 'relation', of: 'region' },
  { name: 'access_note', label: l('进场说明', 'Access note'), kind: 'longtext' },
];

export const customerFilters: readonly FilterField[] = [
  { id: 'name', label: f('name'), type: 'text' },
  { id: 'kind', label: l('客户类型', 'kind'), type: 'choice', choices: choices.customerKind },
  { id: 'level', label: f('level'), type: 'choice', choices: choices.customerLevel },
  { id: 'phone', label: f('phone'), type: 'text' },
  { id: 'email', label: f('email'), type: 'text' },
  { id: 'province', label: l('省', 'province'), type: 'text' },
  { id: 'city', label: l('市', 'city'), type: 'text' },
  { id: 'district', label: l('区/县', 'district'), type: 'text' },
  { id: 'tags', label: f('tags'), type: 'tags' },
  { id: 'owner_id', label: f('owner_id'), type: 'id', of: 'user' },
  { id: 'region_id', label: f('region_id'), type: 'id', of: 'region' },
  { id: 'parent_id', label: l('上级客户', 'belongs to'), type: 'id', of: 'customer' },
  { id: 'created_at', label: l('创建时间', 'created'), type: 'time' },
];
