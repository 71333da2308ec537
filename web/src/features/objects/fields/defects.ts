/** What is wrong with a design: what the browser sees at once, joined with what the server says, each in words. */
import { conditionError } from '@/shared/conditions';
import { compilePattern } from '@/shared/form_texts';
import type { Catalogue, Field, Label } from '@/shared/form_types';
import { normal } from '@/shared/form_values';
import { isComputed } from '@/shared/form_view/kinds';
import { typesOf } from './conditions';
import { isIndexable } from './kinds';

/** One thing that is wrong; `pointer` leads into the catalogue or form. */
export interface Defect {
  pointer: string;
  code: string;
  /** The server's sentence, in English. */
  message?: string;
}

/** A defect and the field it belongs to. */
export interface FieldDefect {
  /** The entry's key; absent for what concerns all fields. */
  key?: string;
  /** The pointer from the field on, such as `/kind/options/2/id`. */
  at: string;
  code: string;
  text: string;
}

const MAX_FIELDS = 300;
const MAX_FILTERABLE = 20;
const MAX_OPTIONS = 500;
const ID = /^[a-z][a-z0-9_]{0,39}$/;
const OPTION_ID = /^[a-z0-9_]{1,40}$/;

const l = (zh: string, en: string): Label => ({ zh, en });

const WORDS: Readonly<Record<string, Label>> = {
  label_missing: l('请填写名称', 'Give it a name'),
  default_twice: l('默认值和默认公式只能设一个', 'Give a default or a formula for it, not both'),
  personal_source: l(
    '引用的是个人信息，请把这个字段也标为个人信息',
    'It takes personal data: mark this field as personal too',
  ),
  wider_than_source: l(
    '引用的字段只对部分角色可见，请给这个字段设同样的限制',
    'The field it takes is kept to some roles: keep this one to them as well',
  ),
  too_many_fields: l(`一个对象最多 ${MAX_FIELDS} 个字段`, `An object may have ${MAX_FIELDS} fields`),
  too_many_filterable: l(
    `最多 ${MAX_FILTERABLE} 个字段可筛选，请关闭一些`,
    `At most ${MAX_FILTERABLE} fields may be filterable; switch some off`,
  ),
  invalid_id: l(
    '标识只能用小写字母、数字和下划线，并以字母开头',
    'Use small letters, digits and _ for the id, with a letter in front',
  ),
  duplicate_id: l('标识与其他项重复', 'Another one has the same id'),
  reserved_id: l('标识与系统自带的字段冲突，请换一个', 'A standard field has this id; choose another'),
  cycle: l('相互依赖成了循环，请断开其中一处', 'They depend on each other in a circle; break it'),
  default_not_allowed: l('这类字段不能有默认值', 'This kind of field takes no default'),
  flag_not_allowed: l('这类字段不支持此项', 'This kind of field does not allow it'),
  not_for_customers: l(
    '客户填不了人员、团队、关联记录和文件，请从表单移除',
    'Customers can’t fill in people, teams, records or files; remove it',
  ),
  required_read_only: l('没有人能填写的字段不能必填', 'What nobody can fill in can’t be required'),
  out_of_range: l('超出允许范围', 'Outside the allowed range'),
  empty_range: l('最小值大于最大值，没有值能满足', 'The least value is above the greatest; nothing fits'),
  invalid_currency: l('币种应为三个大写字母，例如 CNY', 'Write a currency like CNY or USD'),
  field_missing: l('请选择要汇总的字段', 'Choose the field whose values are taken'),
  unknown_field: l('引用的字段不存在', 'It names a field that does not exist'),
  unknown_relation: l('请选择一个关联字段', 'Choose a relation field'),
  several: l('请选择只关联一条记录的字段', 'Choose a relation to one record'),
  too_many_groups: l('最多设 5 组组合唯一', 'At most 5 groups of fields may be unique together'),
  unknown_object: l('请选择一个存在的对象', 'Choose an object that exists'),
  unknown_parent: l('上级选项不存在', 'The option above does not exist'),
  invalid_default: l('默认值不符合字段自身的规则', 'The field itself refuses this default'),
  invalid_limit: l('格式不正确', 'Not in the right form'),
  too_many_options: l(
    `请设置 1 到 ${MAX_OPTIONS} 个选项；更长的清单请建一个对象并关联它`,
    `Give 1 to ${MAX_OPTIONS} options; for longer lists make an object and a relation to it`,
  ),
  invalid_color: l('颜色不正确', 'Not a colour'),
  too_many_columns: l('请设置 1 到 40 列', 'Give 1 to 40 columns'),
  not_in_sub_table: l('子表的列不支持此项', 'A column can’t have this'),
  invalid_pattern: l('正则表达式不正确', 'The regular expression is not valid'),
  field_in_use: l(
    '已有数据，不能这样修改：请停用字段或转换类型',
    'Records hold values: retire the field, or convert its type',
  ),
  not_unique: l('现有数据有重复值，暂时不能设为唯一', 'Records hold the same value twice, so it can’t be unique yet'),
  text_missing: l('请填写文字', 'Write the text'),
  title_missing: l('每个标签页和步骤都要有标题', 'Each tab and step needs a title'),
  duplicate_field: l('这个字段在表单上已经有了', 'This field stands on the form already'),
  retired_field: l('字段已停用，请从表单移除或恢复字段', 'The field is retired; take it off the form or restore it'),
  required_field_missing: l(
    '客户填写的表单缺少必填字段：请放上它，或给它默认值',
    'A required field is missing on this customer form: add it, or give it a default',
  ),
};

const CONDITION = l('条件有误，或引用了不存在的字段', 'The condition is wrong, or names a field that is gone');
const FORMULA = l('公式有误', 'The formula is wrong');
const FORMULA_WORDS: Readonly<Record<string, Label>> = {
  syntax: l('公式写法有误，请检查括号和运算符', 'The formula can’t be read; check brackets and operators'),
  unknown_field: l('公式里有不存在的字段', 'The formula names a field that does not exist'),
  unknown_function: l('公式里有不支持的函数', 'The formula uses an unknown function'),
  not_allowed: l('公式里用了不允许的写法', 'The formula uses something that is not allowed'),
  type_mismatch: l(
    '公式里的类型对不上，例如文本不能与数字相乘',
    'Types don’t go together, such as a text times a number',
  ),
  wrong_result: l('公式的结果与所选的结果类型不符', 'The result is not of the chosen type'),
  too_deep: l('公式嵌套过深，请拆成几个字段', 'The formula is nested too deep; split it into several fields'),
  too_long: l('公式太长，请拆成几个字段', 'The formula is too long; split it into several fields'),
  too_costly: l('公式计算量太大，请简化', 'The formula is too much work; make it simpler'),
  out_of_range: l('请填写公式', 'Write the formula'),
  overflow: l('数字太大，算不出结果', 'The numbers are too large to work it out'),
  failed: l('用这条记录算不出结果', 'It can’t be worked out for this record'),
};
const OTHER = l('这项设置有问题', 'Something is wrong here');

/** What a defect says to people. Server sentences are English and name fields by their ids, so that ours come first. */
export function defectLabel(defect: Defect): Label {
  if (/\/(visible_if|required_if|offered_if)(\/|$)/.test(defect.pointer)) return CONDITION;
  if (defect.pointer.endsWith('/kind/relation') && defect.code === 'unknown_field') {
    return WORDS['unknown_relation'] ?? OTHER;
  }
  if (/\/(expression|default_expression)$/.test(defect.pointer)) return formulaLabel(defect.code, defect.message);
  return WORDS[defect.code] ?? l(OTHER.zh, defect.message ?? OTHER.en);
}

/** What is wrong with a formula. */
export function formulaLabel(code: string, message?: string): Label {
  return FORMULA_WORDS[code] ?? l(FORMULA.zh, message ?? FORMULA.en);
}

/** What the browser sees at once, before the server has answered. */
export function browserDefects(catalogue: Catalogue): Defect[] {
  const found: Defect[] = [];
  const { fields } = catalogue;
  if (fields.length > MAX_FIELDS) return [{ pointer: '/fields', code: 'too_many_fields' }];
  const filterable = fields.filter((field) => field.filterable === true && field.retired !== true).length;
  if (filterable > MAX_FILTERABLE) found.push({ pointer: '/fields', code: 'too_many_filterable' });
  level(fields, '/fields', found);
  return found;
}

function level(fields: readonly Field[], base: string, found: Defect[]): void {
  const types = typesOf(fields);
  const ids = new Set<string>();
  for (const [index, field] of fields.entries()) {
    const at = `${base}/${index}`;
    const add = (pointer: string, code: string) => found.push({ pointer: at + pointer, code });
    if (field.label.zh === '' && field.label.en === '') add('/label', 'label_missing');
    if (!ID.test(field.id)) add('/id', 'invalid_id');
    if (ids.has(field.id)) add('/id', 'duplicate_id');
    ids.add(field.id);
    for (const name of ['visible_if', 'required_if'] as const) {
      const wrong = field[name] === undefined ? null : conditionError(field[name], types);
      if (wrong) add(`/${name}${wrong.pointer}`, wrong.code);
    }
    if (field.required === true && (field.read_only === true || isComputed(field.kind))) {
      add('/required', 'required_read_only');
    }
    for (const flag of ['filterable', 'sortable', 'unique'] as const) {
      if (field[flag] === true && !isIndexable(field.kind)) add(`/${flag}`, 'flag_not_allowed');
    }
    settings(field, fields, types, add, `${at}/kind`, found);
    if (field.default !== undefined && field.default_expression !== undefined) add('/default', 'default_twice');
    if (field.default !== undefined) {
      const answer = normal(field.kind, field.default, undefined);
      if ('fault' in answer) add(`/default${answer.fault.at}`, 'invalid_default');
    }
  }
}

function settings(
  field: Field,
  fields: readonly Field[],
  types: ReturnType<typeof typesOf>,
  add: (pointer: string, code: string) => void,
  at: string,
  found: Defect[],
): void {
  const { kind } = field;
  if ('min' in kind && 'max' in kind && kind.min !== undefined && kind.max !== undefined && kind.min > kind.max) {
    add('/kind', 'empty_range');
  }
  switch (kind.type) {
    case 'text':
    case 'long_text':
    case 'rich_text':
    case 'barcode':
      if (kind.min_length !== undefined && kind.max_length !== undefined && kind.min_length > kind.max_length) {
        add('/kind', 'empty_range');
      }
      if (kind.pattern !== undefined && compilePattern(kind.pattern) === undefined)
        add('/kind/pattern', 'invalid_pattern');
      break;
    case 'money':
      if (!/^[A-Z]{3}$/.test(kind.currency)) add('/kind/currency', 'invalid_currency');
      break;
    case 'choice':
    case 'choices': {
      const options = kind.options ?? [];
      if (options.length < 1 || options.length > MAX_OPTIONS) {
        add('/kind/options', 'too_many_options');
        break;
      }
      const above = kind.within === undefined ? kind : fields.find((one) => one.id === kind.within)?.kind;
      const parents = above && 'options' in above ? (above.options ?? []).map((option) => option.id) : [];
      if (above === undefined || !('options' in above)) add('/kind/within', 'unknown_field');
      const ids = new Set<string>();
      for (const [index, option] of options.entries()) {
        const place = `/kind/options/${index}`;
        if (option.label.zh === '' && option.label.en === '') add(`${place}/label`, 'label_missing');
        if (!OPTION_ID.test(option.id)) add(`${place}/id`, 'invalid_id');
        if (ids.has(option.id)) add(`${place}/id`, 'duplicate_id');
        ids.add(option.id);
        const wrong = option.offered_if === undefined ? null : conditionError(option.offered_if, types);
        if (wrong) add(`${place}/offered_if${wrong.pointer}`, wrong.code);
        if (option.parent !== undefined && !parents.includes(option.parent)) add(`${place}/parent`, 'unknown_parent');
      }
      break;
    }
    case 'relation':
      if (kind.object === '') add('/kind/object', 'unknown_object');
      break;
    case 'formula':
      if (kind.expression.trim() === '') add('/kind/expression', 'out_of_range');
      break;
    case 'roll_up':
      if (kind.object === '') add('/kind/object', 'unknown_object');
      else if (kind.relation === '') add('/kind/relation', 'unknown_field');
      if (kind.function !== 'count' && kind.field === undefined) add('/kind/field', 'field_missing');
      break;
    case 'look_up':
      if (!fields.some((one) => one.id === kind.relation && one.kind.type === 'relation')) {
        add('/kind/relation', 'unknown_field');
      } else if (kind.field === '') {
        add('/kind/field', 'field_missing');
      }
      break;
    case 'sub_table':
      if (kind.fields.length === 0) add('/kind/fields', 'too_many_columns');
      level(kind.fields, `${at}/fields`, found);
      break;
    default:
  }
}

/** Both lists as one: what both found stands once, at the field it belongs to. */
export function fieldDefects(
  all: readonly Defect[],
  keys: readonly string[],
  catalogue: Catalogue,
  say: (label: Label) => string,
): FieldDefect[] {
  const seen = new Set<string>();
  return all.flatMap((defect): FieldDefect[] => {
    const [, group] = /^\/unique_together\/(\d+)/.exec(defect.pointer) ?? [];
    const first = group === undefined ? undefined : catalogue.unique_together?.[Number(group)]?.[0];
    const [, index, rest = ''] = /^\/fields\/(\d+)(\/.*)?$/.exec(defect.pointer) ?? [];
    const place = first === undefined ? Number(index) : catalogue.fields.findIndex((field) => field.id === first);
    const key = keys[place];
    // Within a condition or value one finding is enough.
    const at =
      first === undefined
        ? rest.replace(/^(\/(?:visible_if|required_if|default|kind\/options\/\d+\/offered_if))(\/.*)?$/, '$1')
        : '/together';
    const text = say(defectLabel(defect));
    const mark = `${key ?? ''} ${at} ${text}`;
    if (seen.has(mark)) return [];
    seen.add(mark);
    return [{ ...(key === undefined ? {} : { key }), at, code: defect.code, text }];
  });
}
