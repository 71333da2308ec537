/** What a new record begins with: a value of the field's kind, or a formula for it. */
import { DatePicker, Input, InputNumber, Segmented, Select } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import type { Field } from '@/shared/form_types';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import { toMajor, toMinor } from '@/shared/money';
import { RelationSelect } from '@/shared/records/relation_select';
import { relationFor } from '@/shared/records/relations';
import { instantToWall, wallToInstant } from '@/shared/time';
import { common } from '@/shared/ui/messages';
import { FormulaEditor } from './formula_editor';
import { words } from './messages';
import { Prop, type ControlProps } from './prop';

function ValueControl({
  field,
  control,
  onChange,
}: {
  field: Field;
  control: ControlProps;
  onChange: (value: unknown) => void;
}) {
  const t = useMessages(words);
  const c = useMessages(common);
  const locale = useLocale();
  const { kind } = field;
  const value = field.default;
  const empty = (next: unknown) => onChange(next === null || next === '' ? undefined : next);
  const wide = { style: { width: '100%' } };
  const text = typeof value === 'string' ? value : '';
  switch (kind.type) {
    case 'integer':
    case 'duration':
    case 'rating':
      return (
        <InputNumber
          {...control}
          {...wide}
          precision={0}
          value={typeof value === 'number' ? value : null}
          onChange={empty}
        />
      );
    case 'decimal':
    case 'percent':
      return <InputNumber {...control} {...wide} value={typeof value === 'number' ? value : null} onChange={empty} />;
    case 'money':
      return (
        <InputNumber
          {...control}
          {...wide}
          value={typeof value === 'number' ? toMajor(value, kind.currency) : null}
          onChange={(next) => empty(next === null ? null : toMinor(next, kind.currency))}
        />
      );
    case 'boolean':
      return (
        <Select
          {...control}
          {...wide}
          allowClear
          placeholder={t('noDefault')}
          value={value === true ? 'yes' : value === false ? 'no' : null}
          options={[
            { value: 'yes', label: c('yes') },
            { value: 'no', label: c('no') },
          ]}
          onChange={(next?: string) => onChange(next === undefined ? undefined : next === 'yes')}
        />
      );
    case 'choice':
    case 'choices': {
      const options = (kind.options ?? []).filter((option) => option.retired !== true);
      const many = kind.type === 'choices';
      return (
        <Select
          {...control}
          {...wide}
          {...(many ? { mode: 'multiple' as const } : {})}
          allowClear
          placeholder={t('noDefault')}
          value={many ? (Array.isArray(value) ? value : []) : text === '' ? null : text}
          options={options.map((option) => ({
            value: option.id,
            label: labelText(option.label, locale) || option.label.zh,
          }))}
          onChange={(next: unknown) => empty(Array.isArray(next) && next.length === 0 ? null : (next ?? null))}
        />
      );
    }
    case 'date':
      return (
        <DatePicker
          {...control}
          {...wide}
          value={text === '' ? null : dayjs(text)}
          onChange={(next) => empty(next?.format('YYYY-MM-DD') ?? null)}
        />
      );
    case 'date_time':
      return (
        <DatePicker
          {...control}
          {...wide}
          showTime={{ format: 'HH:mm' }}
          value={text === '' ? null : instantToWall(text)}
          onChange={(next) => empty(next ? wallToInstant(next) : null)}
        />
      );
    case 'time':
      return <Input {...control} placeholder="08:30" value={text} onChange={(event) => empty(event.target.value)} />;
    case 'person':
    case 'team':
    case 'relation':
      return (
        <RelationSelect
          id={control.id}
          of={'object' in kind ? relationFor(kind.object) : kind.type === 'person' ? 'user' : 'team'}
          value={text === '' ? null : text}
          onChange={empty}
        />
      );
    case 'long_text':
    case 'rich_text':
      return (
        <Input.TextArea
          {...control}
          autoSize={{ minRows: 2, maxRows: 6 }}
          value={text}
          onChange={(event) => empty(event.target.value)}
        />
      );
    default:
      return <Input {...control} value={text} onChange={(event) => empty(event.target.value)} />;
  }
}

export function DefaultEditor({
  field,
  above,
  withFormula,
  onChange,
}: {
  field: Field;
  /** The fields that a formula may name. */
  above: readonly Field[];
  withFormula: boolean;
  onChange: (change: Partial<Field>, place: string) => void;
}) {
  const t = useMessages(words);
  const [byFormula, setByFormula] = useState(field.default_expression !== undefined);
  return (
    <>
      {withFormula && (
        <Segmented
          size="small"
          aria-label={t('default')}
          value={byFormula ? 'formula' : 'value'}
          options={[
            { value: 'value', label: t('defaultValue') },
            { value: 'formula', label: t('defaultFormula') },
          ]}
          onChange={(next) => {
            setByFormula(next === 'formula');
            onChange({ default: undefined, default_expression: undefined } as Partial<Field>, '');
          }}
        />
      )}
      {byFormula ? (
        <FormulaEditor
          label={t('default')}
          at="/default_expression"
          expression={field.default_expression ?? ''}
          fields={above}
          onChange={(text) =>
            onChange({ default_expression: text === '' ? undefined : text } as Partial<Field>, 'default_expression')
          }
        />
      ) : (
        <Prop label={t('default')} at="/default">
          {(control) => (
            <ValueControl
              field={field}
              control={control}
              onChange={(value) => onChange({ default: value }, 'default')}
            />
          )}
        </Prop>
      )}
    </>
  );
}
