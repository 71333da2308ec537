import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, DatePicker, Input, InputNumber, Segmented, Select } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { lazy, Suspense } from 'react';
import type { Operator, Scalar } from '../conditions';
import { labelText, useLocale, useMessages } from '../i18n';
import { useOptions } from '../labels';
import { toMajor, toMinor } from '../money';
import { RelationSelect } from '../records/relation_select';
import { instantToWall, wallToInstant } from '../time';
import { common } from '../ui/messages';
import { MultiSelect } from '../ui/multi_select';
import { operatorMessages, operatorsOf, takesValue, type Filter, type FilterField, type FilterRow } from './tree';

// The tree of regions comes when somebody filters by one.
const RegionPick = lazy(() => import('./region_pick'));

type Value = Scalar | Scalar[] | undefined;

function offered(field: FilterField): readonly Operator[] {
  return field.operators ?? operatorsOf(field.type);
}

function list(value: Value): string[] {
  return Array.isArray(value) ? value.map(String) : value === undefined ? [] : [String(value)];
}

function OneValue({
  field,
  value,
  onChange,
  label,
}: {
  field: FilterField;
  value: Scalar | undefined;
  onChange: (value: Scalar | undefined) => void;
  label: string;
}) {
  const t = useMessages(common);
  if (field.type === 'integer' || field.type === 'number') {
    const shown =
      typeof value !== 'number'
        ? null
        : field.money
          ? toMajor(value, field.currency)
          : field.minutes
            ? value / 60
            : value;
    const kept = (next: number): number =>
      field.money ? toMinor(next, field.currency) : field.minutes ? Math.round(next * 60) : next;
    return (
      <InputNumber
        aria-label={label}
        value={shown}
        {...(field.minutes ? { suffix: t('minutes') } : {})}
        onChange={(next) => onChange(next === null ? undefined : kept(next))}
        style={{ width: '100%' }}
      />
    );
  }
  if (field.type === 'time' || field.type === 'date') {
    const isTime = field.type === 'time';
    const shown = typeof value === 'string' && value ? (isTime ? instantToWall(value) : dayjs(value)) : null;
    const change = (next: Dayjs | null) =>
      onChange(next === null ? undefined : isTime ? wallToInstant(next) : next.format('YYYY-MM-DD'));
    return (
      <DatePicker
        aria-label={label}
        value={shown}
        onChange={change}
        {...(isTime ? { showTime: { format: 'HH:mm' } } : {})}
        style={{ width: '100%' }}
      />
    );
  }
  return (
    <Input
      aria-label={label}
      value={typeof value === 'string' ? value : ''}
      maxLength={200}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

function ValueInput({
  field,
  row,
  onChange,
}: {
  field: FilterField;
  row: FilterRow;
  onChange: (value: Value) => void;
}) {
  const t = useMessages(common);
  const options = useOptions(field.choices ?? []);
  const label = t('value');
  if (!takesValue(row.op)) return null;
  if (field.type === 'boolean') {
    return (
      <Select
        aria-label={label}
        value={row.value === false ? 'no' : row.value === true ? 'yes' : undefined}
        options={[
          { value: 'yes', label: t('yes') },
          { value: 'no', label: t('no') },
        ]}
        onChange={(next: string) => onChange(next === 'yes')}
        style={{ width: '100%' }}
      />
    );
  }
  if (field.type === 'choice' || (field.type === 'tags' && field.choices)) {
    return (
      <MultiSelect
        aria-label={label}
        value={list(row.value)}
        options={options}
        onChange={(next: string[]) => onChange(next)}
        style={{ width: '100%' }}
      />
    );
  }
  if (field.region) {
    return (
      <Suspense fallback={null}>
        <RegionPick
          label={label}
          value={typeof row.value === 'string' ? row.value : undefined}
          onChange={(next) => onChange(next)}
        />
      </Suspense>
    );
  }
  if ((field.type === 'id' || field.type === 'tags') && field.of) {
    return (
      <RelationSelect
        aria-label={label}
        of={field.of}
        multiple
        value={list(row.value)}
        onChange={(next) => onChange(next ?? [])}
      />
    );
  }
  if (field.type === 'tags') {
    return (
      <Select
        aria-label={label}
        mode="tags"
        value={list(row.value)}
        open={false}
        onChange={(next: string[]) => onChange(next)}
        style={{ width: '100%' }}
      />
    );
  }
  if (row.op === 'between') {
    const [low, high] = Array.isArray(row.value) ? row.value : [];
    return (
      <div className="row" style={{ flexWrap: 'nowrap' }}>
        <OneValue field={field} value={low} label={t('from')} onChange={(next) => onChange([next ?? '', high ?? ''])} />
        <OneValue field={field} value={high} label={t('to')} onChange={(next) => onChange([low ?? '', next ?? ''])} />
      </div>
    );
  }
  const single = Array.isArray(row.value) ? undefined : row.value;
  return <OneValue field={field} value={single} label={label} onChange={onChange} />;
}

/** Builds a condition with labels only: rows of field, operator and value, all or any of them. */
export function FilterBuilder({
  fields,
  value,
  onChange,
}: {
  fields: readonly FilterField[];
  value: Filter;
  onChange: (value: Filter) => void;
}) {
  const t = useMessages(common);
  const op = useMessages(operatorMessages);
  const locale = useLocale();
  const setRow = (index: number, row: FilterRow) =>
    onChange({ ...value, rows: value.rows.map((old, at) => (at === index ? row : old)) });
  const add = () => {
    const field = fields.find((candidate) => !value.rows.some((row) => row.field === candidate.id)) ?? fields[0];
    if (!field) return;
    onChange({ ...value, rows: [...value.rows, { field: field.id, op: offered(field)[0] ?? 'eq' }] });
  };
  return (
    <div className="stack">
      {value.rows.length > 1 && (
        <Segmented
          value={value.match}
          onChange={(match) => onChange({ ...value, match })}
          options={[
            { value: 'all' as const, label: t('matchAll') },
            { value: 'any' as const, label: t('matchAny') },
          ]}
        />
      )}
      {value.rows.map((row, index) => {
        const field = fields.find((candidate) => candidate.id === row.field);
        return (
          <div key={index} className="filter-row">
            <Select
              aria-label={t('field')}
              value={row.field}
              options={fields.map((candidate) => ({ value: candidate.id, label: labelText(candidate.label, locale) }))}
              onChange={(id: string) => {
                const next = fields.find((candidate) => candidate.id === id);
                if (next) setRow(index, { field: id, op: offered(next)[0] ?? 'eq' });
              }}
              showSearch={{ optionFilterProp: 'label' }}
            />
            <Select
              aria-label={t('operator')}
              value={row.op}
              options={(field ? offered(field) : [row.op]).map((name) => ({
                value: name,
                label: field?.region && name === 'starts_with' ? t('lies') : op(name),
              }))}
              onChange={(next) => {
                const keep =
                  takesValue(next) && (next === 'between') === (row.op === 'between') && row.value !== undefined;
                setRow(
                  index,
                  keep ? { field: row.field, op: next, value: row.value as Scalar } : { field: row.field, op: next },
                );
              }}
            />
            <div className="filter-value">
              {field && (
                <ValueInput
                  field={field}
                  row={row}
                  onChange={(next) =>
                    setRow(
                      index,
                      next === undefined
                        ? { field: row.field, op: row.op }
                        : { field: row.field, op: row.op, value: next },
                    )
                  }
                />
              )}
            </div>
            <Button
              type="text"
              icon={<DeleteOutlined />}
              aria-label={t('removeCondition')}
              onClick={() => onChange({ ...value, rows: value.rows.filter((_, at) => at !== index) })}
            />
          </div>
        );
      })}
      <div>
        <Button icon={<PlusOutlined />} onClick={add}>
          {t('addCondition')}
        </Button>
      </div>
    </div>
  );
}
