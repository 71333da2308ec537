/** Fields as the condition builder offers them, and conditions in words. */
import { operatorsOf as allowedOperators, type Condition, type FieldTypes, type Operator } from '@/shared/conditions';
import {
  fromTree,
  operatorMessages,
  operatorsOf,
  takesValue,
  type FilterField,
  type FilterRow,
} from '@/shared/filter/tree';
import { currencyOf, ruleType, type Field } from '@/shared/form_types';
import { defineMessages, labelText, translate, type Locale } from '@/shared/i18n';
import { formatMoney } from '@/shared/money';
import { relationFor, type RelationName } from '@/shared/records/relations';

const words = defineMessages(
  {
    and: ' 且 ',
    or: ' 或 ',
    records: '{n} 条记录',
    list: '、',
    between: '{low} 至 {high}',
    yes: '是',
    no: '否',
    gone: '已不存在的字段',
  },
  {
    and: ' and ',
    or: ' or ',
    records: '{n} record(s)',
    list: ', ',
    between: '{low} to {high}',
    yes: 'yes',
    no: 'no',
    gone: 'a field that is gone',
  },
);

/** The kind of record that values of the field name, if pickers know it. */
function targetOf({ kind }: Field): RelationName | undefined {
  if (kind.type === 'person') return 'user';
  if (kind.type === 'team') return 'team';
  if (kind.type === 'system') return kind.of.endsWith('_by') ? 'user' : undefined;
  return kind.type === 'relation' && kind.object !== '' ? relationFor(kind.object) : undefined;
}

const PRESENCE: readonly Operator[] = ['is_not_empty', 'is_empty'];

/** The fields that a condition may name. */
export function conditionFields(fields: readonly Field[]): FilterField[] {
  return fields.flatMap((field): FilterField[] => {
    const type = ruleType(field.kind);
    if (type === undefined || field.retired === true) return [];
    const { kind } = field;
    const of = targetOf(field);
    const base: FilterField = { id: field.id, label: field.label, type };
    if (kind.type === 'choice' || kind.type === 'choices') {
      const options = kind.options ?? [];
      return [{ ...base, choices: options.map((option) => ({ value: option.id, ...option.label })) }];
    }
    const currency = currencyOf(kind);
    if (currency !== undefined) return [{ ...base, money: true, currency }];
    if (type === 'id' && of !== undefined) return [{ ...base, of }];
    // Lists of records, and files, can only be there or not.
    if (type === 'id' || type === 'tags') return [{ ...base, operators: PRESENCE }];
    return [base];
  });
}

export function typesOf(fields: readonly Field[]): FieldTypes {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const type = ruleType(field.kind);
      return type === undefined ? [] : [[field.id, type] as const];
    }),
  );
}

/** What stands in for a condition that a new row begins with. */
export function firstOperator(field: FilterField): Operator {
  const [first] = field.operators ?? operatorsOf(field.type);
  return first ?? allowedOperators(field.type)[0] ?? 'eq';
}

function valueText(row: FilterRow, field: Field | undefined, locale: Locale): string {
  const say = (key: keyof typeof words.zh, params?: Record<string, string | number>) =>
    translate(words, key, params, locale);
  if (!takesValue(row.op) || row.value === undefined) return '';
  const kind = field?.kind;
  const one = (value: unknown): string => {
    if (typeof value === 'boolean') return say(value ? 'yes' : 'no');
    if (kind?.type === 'choice' || kind?.type === 'choices') {
      const option = kind.options?.find((candidate) => candidate.id === value);
      return option ? labelText(option.label, locale) : '—';
    }
    const currency = kind && currencyOf(kind);
    if (currency !== undefined && typeof value === 'number') return formatMoney(value, currency);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '—';
  };
  const values = Array.isArray(row.value) ? row.value : [row.value];
  if (field && ruleType(field.kind) === 'id') return say('records', { n: values.length });
  if (row.op === 'between') return say('between', { low: one(values[0]), high: one(values[1]) });
  return values.map(one).join(say('list'));
}

/** The condition as a sentence; undefined when it is nested deeper than the builder shows. */
export function conditionText(tree: Condition, fields: readonly Field[], locale: Locale): string | undefined {
  const filter = fromTree(tree);
  if (!filter) return undefined;
  const parts = filter.rows.map((row) => {
    const field = fields.find((one) => one.id === row.field);
    const name = field ? labelText(field.label, locale) : translate(words, 'gone', undefined, locale);
    const said = [name, translate(operatorMessages, row.op, undefined, locale), valueText(row, field, locale)];
    return said.filter(Boolean).join(' ');
  });
  return parts.join(translate(words, filter.match === 'all' ? 'and' : 'or', undefined, locale));
}
