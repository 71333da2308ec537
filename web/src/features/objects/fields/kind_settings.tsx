/** The settings that a field has because of its kind. */
import { DatePicker, Input, InputNumber, Select } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { compilePattern, fitsMask } from '@/shared/form_texts';
import type { Field, FieldKind, ResultType } from '@/shared/form_types';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import { toMajor, toMinor } from '@/shared/money';
import { instantToWall, wallToInstant } from '@/shared/time';
import { ColumnsEditor } from './columns_editor';
import { FormulaEditor } from './formula_editor';
import { words } from './messages';
import { OptionsEditor } from './options_editor';
import { Prop, PropSwitch } from './prop';
import { LookUpSettings, RelationOffer, RollUpSettings } from './related_settings';
import { useScope } from './scope';

type SetKind = (kind: FieldKind, place?: string) => void;

const CURRENCIES = ['CNY', 'USD', 'EUR', 'HKD', 'JPY', 'GBP', 'TWD', 'SGD'];

/** The kind without that setting, or with it. */
function put(kind: FieldKind, name: string, value: unknown): FieldKind {
  const rest = Object.fromEntries(Object.entries(kind).filter(([key]) => key !== name));
  return (value === undefined || value === null || value === '' ? rest : { ...rest, [name]: value }) as FieldKind;
}

function NumberSetting({
  label,
  kind,
  name,
  min,
  max,
  precision,
  currency,
  onChange,
}: {
  label: string;
  kind: FieldKind;
  name: string;
  min?: number;
  max?: number;
  precision?: number;
  /** The number is money in minor units, typed in major ones. */
  currency?: string;
  onChange: SetKind;
}) {
  const value = (kind as unknown as Record<string, unknown>)[name];
  const shown = typeof value === 'number' ? (currency ? toMajor(value, currency) : value) : null;
  return (
    <Prop label={label} at={`/kind/${name}`}>
      {(control) => (
        <InputNumber
          {...control}
          {...(min === undefined ? {} : { min })}
          {...(max === undefined ? {} : { max })}
          {...(precision === undefined ? {} : { precision })}
          value={shown}
          onChange={(next) =>
            onChange(put(kind, name, next !== null && currency ? toMinor(next, currency) : next), name)
          }
          style={{ width: '100%' }}
        />
      )}
    </Prop>
  );
}

function MomentSetting({
  label,
  kind,
  name,
  onChange,
}: {
  label: string;
  kind: Extract<FieldKind, { type: 'date' | 'time' | 'date_time' }>;
  name: 'min' | 'max';
  onChange: SetKind;
}) {
  const value = kind[name];
  const set = (next: string | undefined) => onChange(put(kind, name, next), name);
  return (
    <Prop label={label} at={`/kind/${name}`}>
      {(control) =>
        kind.type === 'time' ? (
          <Input {...control} placeholder="08:30" value={value ?? ''} onChange={(event) => set(event.target.value)} />
        ) : (
          <DatePicker
            {...control}
            {...(kind.type === 'date_time' ? { showTime: { format: 'HH:mm' } } : {})}
            value={value === undefined ? null : kind.type === 'date' ? dayjs(value) : instantToWall(value)}
            onChange={(next) =>
              set(next === null ? undefined : kind.type === 'date' ? next.format('YYYY-MM-DD') : wallToInstant(next))
            }
            style={{ width: '100%' }}
          />
        )
      }
    </Prop>
  );
}

function TextSettings({
  kind,
  onChange,
}: {
  kind: Extract<FieldKind, { type: 'text' | 'long_text' | 'rich_text' | 'barcode' }>;
  onChange: SetKind;
}) {
  const t = useMessages(words);
  const [sample, setSample] = useState('');
  const most = kind.type === 'text' || kind.type === 'barcode' ? 500 : 20_000;
  const tried = kind.mask !== undefined || kind.pattern !== undefined;
  const fits =
    (kind.mask === undefined || fitsMask(kind.mask, sample)) &&
    (kind.pattern === undefined || compilePattern(kind.pattern)?.test(sample) === true);
  return (
    <>
      <div className="prop-pair">
        <NumberSetting
          label={t('minLength')}
          kind={kind}
          name="min_length"
          min={0}
          max={most}
          precision={0}
          onChange={onChange}
        />
        <NumberSetting
          label={t('maxLength')}
          kind={kind}
          name="max_length"
          min={1}
          max={most}
          precision={0}
          onChange={onChange}
        />
      </div>
      <Prop label={t('mask')} at="/kind/mask" help={t('maskHint')}>
        {(control) => (
          <Input
            {...control}
            value={kind.mask ?? ''}
            maxLength={100}
            onChange={(event) => onChange(put(kind, 'mask', event.target.value), 'mask')}
          />
        )}
      </Prop>
      <Prop label={t('pattern')} at="/kind/pattern" help={t('patternHint')}>
        {(control) => (
          <Input
            {...control}
            className="mono"
            spellCheck={false}
            value={kind.pattern ?? ''}
            maxLength={2000}
            onChange={(event) => onChange(put(kind, 'pattern', event.target.value), 'pattern')}
          />
        )}
      </Prop>
      {tried && (
        <Prop label={t('tryText')}>
          {({ id }) => (
            <Input
              id={id}
              value={sample}
              onChange={(event) => setSample(event.target.value)}
              suffix={
                sample === '' ? (
                  <span />
                ) : (
                  <span className={fits ? 'tag tag-resolved' : 'tag tag-danger'}>
                    {t(fits ? 'tryFits' : 'tryFails')}
                  </span>
                )
              }
            />
          )}
        </Prop>
      )}
    </>
  );
}

const RESULTS: readonly {
  value: ResultType;
  word: 'resultNumber' | 'resultText' | 'resultBoolean' | 'resultDate' | 'resultTime' | 'resultMoney';
}[] = [
  { value: 'number', word: 'resultNumber' },
  { value: 'money', word: 'resultMoney' },
  { value: 'text', word: 'resultText' },
  { value: 'boolean', word: 'resultBoolean' },
  { value: 'date', word: 'resultDate' },
  { value: 'time', word: 'resultTime' },
];

function FormulaSettings({
  kind,
  field,
  siblings,
  level,
  onChange,
}: {
  kind: Extract<FieldKind, { type: 'formula' }>;
  field: Field;
  siblings: readonly Field[];
  level: 'field' | 'column';
  onChange: SetKind;
}) {
  const t = useMessages(words);
  const { currency } = useScope();
  return (
    <>
      <FormulaEditor
        label={t('expression')}
        at="/kind/expression"
        expression={kind.expression}
        // A row of a table is no record, so that there is nothing to try a column's formula with.
        {...(level === 'field' ? { result: kind.result } : {})}
        {...(kind.currency === undefined ? {} : { currency: kind.currency })}
        fields={siblings.filter((one) => one.id !== field.id)}
        onChange={(expression) => onChange({ ...kind, expression }, 'expression')}
      />
      <Prop label={t('result')} at="/kind/result">
        {(control) => (
          <Select
            {...control}
            value={kind.result}
            options={RESULTS.map((one) => ({ value: one.value, label: t(one.word) }))}
            onChange={(result: ResultType) => {
              const { currency: _, ...rest } = kind;
              onChange({ ...rest, result, ...(result === 'money' ? { currency } : {}) });
            }}
          />
        )}
      </Prop>
    </>
  );
}

/** Undefined for kinds that have none. */
export function KindSettings({
  field,
  level,
  siblings,
  stored,
  onChange,
}: {
  field: Field;
  level: 'field' | 'column';
  /** The fields beside it, itself among them. */
  siblings: readonly Field[];
  /** The field as records know it. */
  stored: Field | undefined;
  onChange: SetKind;
}) {
  const t = useMessages(words);
  const locale = useLocale();
  const { targets, object } = useScope();
  const { kind } = field;
  const number = (
    label: string,
    name: string,
    more: { min?: number; max?: number; precision?: number; currency?: string } = {},
  ) => <NumberSetting label={label} kind={kind} name={name} onChange={onChange} {...more} />;
  switch (kind.type) {
    case 'text':
    case 'long_text':
    case 'rich_text':
    case 'barcode':
      return <TextSettings kind={kind} onChange={onChange} />;
    case 'integer':
      return (
        <div className="prop-pair">
          {number(t('min'), 'min', { precision: 0 })}
          {number(t('max'), 'max', { precision: 0 })}
        </div>
      );
    case 'duration':
      return (
        <div className="prop-pair">
          {number(t('minSeconds'), 'min', { min: 0, precision: 0 })}
          {number(t('maxSeconds'), 'max', { min: 0, precision: 0 })}
        </div>
      );
    case 'decimal':
    case 'percent':
      return (
        <>
          {number(t('scale'), 'scale', { min: 0, max: 6, precision: 0 })}
          <div className="prop-pair">
            {number(t('min'), 'min')}
            {number(t('max'), 'max')}
          </div>
        </>
      );
    case 'money':
      return (
        <>
          <Prop label={t('currency')} at="/kind/currency">
            {(control) => (
              <Select
                {...control}
                value={kind.currency}
                options={[...new Set([kind.currency, ...CURRENCIES])].map((value) => ({ value, label: value }))}
                onChange={(currency: string) => onChange({ ...kind, currency })}
              />
            )}
          </Prop>
          <div className="prop-pair">
            {number(t('min'), 'min', { currency: kind.currency })}
            {number(t('max'), 'max', { currency: kind.currency })}
          </div>
        </>
      );
    case 'date':
    case 'time':
    case 'date_time':
      return (
        <div className="prop-pair">
          <MomentSetting label={t('earliest')} kind={kind} name="min" onChange={onChange} />
          <MomentSetting label={t('latest')} kind={kind} name="max" onChange={onChange} />
        </div>
      );
    case 'rating':
      return number(t('stars'), 'max', { min: 2, max: 10, precision: 0 });
    case 'choice':
    case 'choices':
      return (
        <OptionsEditor
          kind={kind}
          field={field}
          siblings={siblings}
          stored={stored && 'options' in stored.kind ? (stored.kind.options ?? []) : []}
          onChange={onChange}
        />
      );
    case 'relation':
      return (
        <>
          <Prop label={t('target')} at="/kind/object">
            {(control) => (
              <Select
                {...control}
                value={kind.object === '' ? null : kind.object}
                showSearch={{ optionFilterProp: 'label' }}
                options={targets.map((one) => ({
                  value: one.key,
                  label:
                    one.key === object.key
                      ? t('thisObject', { name: labelText(one.name, locale) })
                      : labelText(one.name, locale),
                }))}
                onChange={(key: string) => onChange({ type: 'relation', object: key, many: kind.many === true })}
              />
            )}
          </Prop>
          <PropSwitch
            label={t('many')}
            at="/kind/many"
            value={kind.many === true}
            onChange={(many) => onChange({ ...kind, many })}
          />
          {kind.object !== '' && <RelationOffer key={kind.object} field={field} kind={kind} onChange={onChange} />}
        </>
      );
    case 'attachment':
    case 'image':
    case 'media':
      return (
        <PropSwitch
          label={t('many')}
          at="/kind/many"
          value={kind.many === true}
          onChange={(many) => onChange({ ...kind, many })}
        />
      );
    case 'auto_number':
      return (
        <>
          <div className="prop-pair">
            <Prop label={t('prefix')} at="/kind/prefix">
              {(control) => (
                <Input
                  {...control}
                  value={kind.prefix ?? ''}
                  maxLength={20}
                  onChange={(event) => onChange({ ...kind, prefix: event.target.value }, 'prefix')}
                />
              )}
            </Prop>
            {number(t('digits'), 'digits', { min: 1, max: 12, precision: 0 })}
          </div>
          <div className="prop-help">
            {t('sample', { text: `${kind.prefix ?? ''}${'1'.padStart(kind.digits, '0')}` })}
          </div>
        </>
      );
    case 'sub_table':
      return (
        <>
          <ColumnsEditor kind={kind} stored={stored} onChange={onChange} />
          <div className="prop-pair">
            {number(t('minRows'), 'min_rows', { min: 0, max: 500, precision: 0 })}
            {number(t('maxRows'), 'max_rows', { min: 1, max: 500, precision: 0 })}
          </div>
        </>
      );
    case 'formula':
      return <FormulaSettings kind={kind} field={field} siblings={siblings} level={level} onChange={onChange} />;
    case 'roll_up':
      return <RollUpSettings kind={kind} onChange={onChange} />;
    case 'look_up':
      return <LookUpSettings kind={kind} siblings={siblings} onChange={onChange} />;
    case 'system':
      return (
        <Prop label={t('fact')} at="/kind/of">
          {(control) => (
            <Select
              {...control}
              value={kind.of}
              options={[
                { value: 'created_by' as const, label: t('createdBy') },
                { value: 'created_at' as const, label: t('createdAt') },
                { value: 'updated_by' as const, label: t('updatedBy') },
                { value: 'updated_at' as const, label: t('updatedAt') },
              ]}
              onChange={(of) => onChange({ ...kind, of })}
            />
          )}
        </Prop>
      );
    default:
      return null;
  }
}
