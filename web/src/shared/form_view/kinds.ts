/** The kinds of fields in words, and what each can be used for. */
import type { Field, FieldKind } from '../form_types';
import { isEmpty } from '../json';
import type { FormRecord } from '../forms';
import type { Label } from '../i18n';
import type { KindName } from './types';

const l = (zh: string, en: string): Label => ({ zh, en });

export const KIND_NAMES: Readonly<Record<KindName, Label>> = {
  text: l('单行文本', 'Text'),
  long_text: l('多行文本', 'Long text'),
  rich_text: l('富文本', 'Rich text'),
  integer: l('整数', 'Whole number'),
  decimal: l('小数', 'Decimal number'),
  money: l('金额', 'Money'),
  percent: l('百分比', 'Percent'),
  date: l('日期', 'Date'),
  time: l('时间', 'Time of day'),
  date_time: l('日期时间', 'Date and time'),
  duration: l('时长', 'Duration'),
  boolean: l('是/否', 'Yes or no'),
  choice: l('单选', 'Choice'),
  choices: l('多选', 'Several choices'),
  region: l('省市区', 'Province, city, district'),
  person: l('人员', 'Person'),
  team: l('团队', 'Team'),
  relation: l('关联记录', 'Relation'),
  attachment: l('附件', 'Files'),
  image: l('图片', 'Pictures'),
  media: l('音视频', 'Sound and film'),
  location: l('地理位置', 'Location'),
  signature: l('签名', 'Signature'),
  barcode: l('条码/二维码', 'Bar code or QR code'),
  rating: l('评分', 'Rating'),
  phone: l('电话', 'Phone'),
  email: l('邮箱', 'E-mail'),
  url: l('网址', 'Web address'),
  id_number: l('身份证号', 'ID number'),
  sub_table: l('子表', 'Table of rows'),
  auto_number: l('自动编号', 'Automatic number'),
  formula: l('公式', 'Formula'),
  roll_up: l('汇总', 'Roll-up'),
  look_up: l('引用', 'Look-up'),
  system: l('系统字段', 'Kept by the system'),
};

const COMPUTED: ReadonlySet<KindName> = new Set(['auto_number', 'formula', 'roll_up', 'look_up', 'system']);

/** Whether the server alone makes the value. */
export function isComputed(kind: FieldKind): boolean {
  return COMPUTED.has(kind.type);
}

/** Whether somebody with these roles sees the field. */
export function isSeenBy(field: Field, roles: readonly string[]): boolean {
  const wanted = field.see_roles ?? [];
  return wanted.length === 0 || wanted.some((role) => roles.includes(role));
}

/** Whether somebody with these roles may set the field. */
export function isEditedBy(field: Field, roles: readonly string[]): boolean {
  if (field.retired === true || field.read_only === true || isComputed(field.kind)) return false;
  const wanted = field.edit_roles ?? [];
  return isSeenBy(field, roles) && (wanted.length === 0 || wanted.some((role) => roles.includes(role)));
}

/** Whether the server fills the field by its formula when somebody saves a new record without it. */
export function isFilledOnSaving(field: Field, before: FormRecord | undefined, value: unknown): boolean {
  return before === undefined && field.default_expression !== undefined && field.retired !== true && isEmpty(value);
}

/** What stands in place of personal data that somebody may not simply read. */
export const MASK = '***';

/** Whether a value came masked. */
export function isMasked(field: Field, value: unknown): boolean {
  return field.personal === true && value === MASK;
}
