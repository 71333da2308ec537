/** The input of one field of a list: own fields as their forms ask for them, standard ones by their kind. */
import { useQuery } from '@tanstack/react-query';
import { InputNumber, Select } from 'antd';
import { useId } from 'react';
import type { Field, FieldKind } from '@/shared/form_types';
import { FieldInput } from '@/shared/form_view/field_input';
import '@/shared/form_view/form_view.css';
import { labelText, useLocale } from '@/shared/i18n';
import { toMajor, toMinor } from '@/shared/money';
import { fieldsQuery } from '@/shared/objects/queries';
import { RelationSelect } from '@/shared/records/relation_select';
import { useSession } from '@/shared/session';
import type { TargetField, ToolRow } from '@/shared/ui/list_tools';

const OBJECTS: Readonly<Record<string, string>> = {
  tickets: 'ticket',
  customers: 'customer',
  devices: 'device',
  products: 'product',
  parts: 'part',
  engineers: 'engineer',
  contracts: 'contract',
  orders: 'order',
  visits: 'visit',
  quotes: 'quote',
};

/** The object whose own fields the records of a list have. */
export function ownObjectOf(list: string): string | undefined {
  return list.startsWith('records/') ? list.slice('records/'.length) : OBJECTS[list];
}

/** Kinds that are chosen with one step, so that choosing is saying it. */
const AT_ONCE: ReadonlySet<string> = new Set(['choice', 'boolean', 'date', 'person', 'team', 'company_region']);

export function isChosenAtOnce(field: TargetField): boolean {
  return AT_ONCE.has(field.type) || (field.type === 'relation' && field.relation?.many !== true);
}

function kindOf(field: TargetField): FieldKind {
  switch (field.type) {
    case 'choice':
    case 'choices':
      return { type: field.type, options: field.options ?? [] };
    case 'relation': {
      const list = field.relation?.list ?? '';
      const object = OBJECTS[list] ?? list.replace(/^records\//, '');
      return { type: 'relation', object, many: field.relation?.many === true };
    }
    case 'decimal':
    case 'percent':
      return { type: field.type, scale: 6 };
    case 'integer':
    case 'duration':
    case 'long_text':
    case 'date':
    case 'time':
    case 'date_time':
    case 'boolean':
    case 'person':
    case 'team':
    case 'phone':
    case 'email':
    case 'url':
    case 'id_number':
      return { type: field.type };
    default:
      return { type: 'text' };
  }
}

interface ValueInputProps {
  list: string;
  field: TargetField;
  own: boolean;
  value: unknown;
  onChange: (value: unknown) => void;
  /** The record that is changed, where it is one. */
  row?: ToolRow;
  disabled?: boolean;
  invalid?: boolean;
  describedBy?: string | undefined;
}

const NO_FIELDS: readonly Field[] = [];

export function ValueInput(props: ValueInputProps) {
  const { list, field, own, value, onChange, row, disabled = false, invalid = false, describedBy } = props;
  const id = useId();
  const locale = useLocale();
  const session = useSession();
  const object = own ? ownObjectOf(list) : undefined;
  const { data } = useQuery({ ...fieldsQuery(object ?? ''), enabled: object !== undefined });
  const label = labelText(field.label, locale);
  if (!own && field.type === 'tags') {
    return (
      <Select
        id={id}
        mode="tags"
        aria-label={label}
        value={Array.isArray(value) ? (value as string[]) : []}
        tokenSeparators={[',', '，', ' ']}
        maxCount={20}
        open={false}
        suffixIcon={null}
        disabled={disabled}
        style={{ width: '100%' }}
        onChange={onChange}
      />
    );
  }
  if (!own && field.type === 'company_region') {
    return (
      <RelationSelect
        of="region"
        id={id}
        value={typeof value === 'string' ? value : null}
        disabled={disabled}
        aria-label={label}
        onChange={onChange}
      />
    );
  }
  if (!own && field.type === 'money') {
    const currency = typeof row?.['currency'] === 'string' ? row['currency'] : session.tenant.currency;
    return (
      <InputNumber
        id={id}
        aria-label={label}
        precision={2}
        min={0}
        max={1e12}
        value={typeof value === 'number' ? toMajor(value, currency) : null}
        disabled={disabled}
        style={{ width: '100%' }}
        onChange={(major) => onChange(typeof major === 'number' ? toMinor(major, currency) : null)}
      />
    );
  }
  const fields = data?.catalogue.fields ?? NO_FIELDS;
  const plain = field.id.replace(/^(ext|values)\./, '');
  const known = own ? fields.find((one) => one.id === plain) : undefined;
  if (own && !known) return <span aria-busy="true">…</span>;
  const place = row?.['values'] ?? row?.['ext'];
  return (
    <FieldInput
      id={id}
      field={known ?? { id: field.id, kind: kindOf(field), label: field.label }}
      fields={fields}
      values={typeof place === 'object' && place !== null ? (place as Record<string, unknown>) : {}}
      before={value}
      required={field.required}
      problems={[]}
      value={value}
      onChange={onChange}
      onLeave={() => undefined}
      disabled={disabled}
      label={label}
      invalid={invalid}
      describedBy={describedBy}
    />
  );
}
