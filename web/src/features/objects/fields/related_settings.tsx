/** Settings of fields that lead to other records, or take their values from them: relations, roll-ups and look-ups. */
import { useQueries, useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { api } from '@/shared/api/api';
import { currencyOf, ruleType, type Field, type FieldKind, type Label, type ResultType } from '@/shared/form_types';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import { choices, type Choice } from '@/shared/labels';
import { fieldsQuery, objectsQuery } from '@/shared/objects/queries';
import { objectPath } from '../objects';
import { ConditionEditor } from './condition_editor';
import { resultOf } from './kinds';
import { words } from './messages';
import { Prop } from './prop';
import { useScope } from './scope';

type SetKind = (kind: FieldKind, place?: string) => void;

/** The relation fields of every object that lead to this one. */
function useLeadingHere(): { object: string; name: Label; fields: readonly Field[] }[] {
  const { object, catalogue } = useScope();
  const objects = useQuery(objectsQuery);
  const open = (objects.data ?? []).filter((one) => !one.archived);
  const answers = useQueries({ queries: open.map((one) => fieldsQuery(one.key)) });
  return open.flatMap((one, index) => {
    const all = one.key === object.key ? catalogue.fields : (answers[index]?.data?.catalogue.fields ?? []);
    const leads = all.some((field) => field.kind.type === 'relation' && field.kind.object === object.key);
    return leads ? [{ object: one.key, name: one.name, fields: all.filter((field) => field.retired !== true) }] : [];
  });
}

export function RollUpSettings({
  kind,
  onChange,
}: {
  kind: Extract<FieldKind, { type: 'roll_up' }>;
  onChange: SetKind;
}) {
  const t = useMessages(words);
  const locale = useLocale();
  const { object } = useScope();
  const leading = useLeadingHere();
  const chosen = leading.find((one) => one.object === kind.object);
  const relations = (fields: readonly Field[]) =>
    fields.filter((field) => field.kind.type === 'relation' && field.kind.object === object.key);
  const numbers = (chosen?.fields ?? []).filter((field) => ['integer', 'number'].includes(ruleType(field.kind) ?? ''));
  const options = (fields: readonly Field[]) =>
    fields.map((field) => ({ value: field.id, label: labelText(field.label, locale) }));
  return (
    <>
      <Prop label={t('rollUpObject')} at="/kind/object" help={leading.length === 0 ? t('noRelated') : undefined}>
        {(control) => (
          <Select
            {...control}
            value={kind.object === '' ? null : kind.object}
            options={leading.map((one) => ({ value: one.object, label: labelText(one.name, locale) }))}
            onChange={(key: string) => {
              const { field: _, ...rest } = kind;
              const first = relations(leading.find((one) => one.object === key)?.fields ?? [])[0];
              onChange({ ...rest, object: key, relation: first?.id ?? '' });
            }}
          />
        )}
      </Prop>
      <Prop label={t('rollUpRelation')} at="/kind/relation">
        {(control) => (
          <Select
            {...control}
            value={kind.relation === '' ? null : kind.relation}
            disabled={!chosen}
            options={options(relations(chosen?.fields ?? []))}
            onChange={(relation: string) => onChange({ ...kind, relation })}
          />
        )}
      </Prop>
      <div className="prop-pair">
        <Prop label={t('rollUpFunction')} at="/kind/function">
          {(control) => (
            <Select
              {...control}
              value={kind.function}
              options={[
                { value: 'count' as const, label: t('count') },
                { value: 'sum' as const, label: t('sum') },
                { value: 'min' as const, label: t('minimum') },
                { value: 'max' as const, label: t('maximum') },
              ]}
              onChange={(next) => {
                const { field: _, ...rest } = kind;
                onChange(next === 'count' ? { ...rest, function: next } : { ...kind, function: next });
              }}
            />
          )}
        </Prop>
        {kind.function !== 'count' && (
          <Prop label={t('rollUpField')} at="/kind/field">
            {(control) => (
              <Select
                {...control}
                value={kind.field ?? null}
                disabled={!chosen}
                options={options(numbers)}
                onChange={(field: string) => onChange({ ...kind, field })}
              />
            )}
          </Prop>
        )}
      </div>
    </>
  );
}

interface LookUpField {
  id: string;
  label: Label;
  result: ResultType;
  currency?: string;
  personal?: boolean;
  own?: boolean;
}

/** What can be taken from records of that object: the server's list where it keeps one, else the object's own fields. */
function useLookUpFields(key: string): readonly LookUpField[] {
  const { object, catalogue } = useScope();
  const list = useQuery({
    queryKey: ['object', 'look-up-fields', key],
    queryFn: async ({ signal }) =>
      (await api.get<{ items: LookUpField[] }>(objectPath(key, '/look-up-fields'), undefined, { signal })).items,
    enabled: key !== '' && key !== object.key,
    retry: false,
  });
  const targets = useQuery(objectsQuery);
  const hasFields = targets.data?.some((one) => one.key === key) === true;
  const own = useQuery({ ...fieldsQuery(key), enabled: hasFields && key !== object.key });
  const currency = (kind: FieldKind | undefined) => {
    const found = kind && currencyOf(kind);
    return found === undefined ? {} : { currency: found };
  };
  if (list.data) {
    const kindOf = (id: string) => own.data?.catalogue.fields.find((field) => field.id === id)?.kind;
    return list.data.map((field) => ({ ...field, ...currency(kindOf(field.id)) }));
  }
  const fields = key === object.key ? catalogue.fields : (own.data?.catalogue.fields ?? []);
  return fields
    .filter((field) => field.retired !== true && ruleType(field.kind) !== undefined)
    .map((field) => ({
      id: field.id,
      label: field.label,
      result: resultOf(field.kind),
      ...currency(field.kind),
    }));
}

const STANDARD_CHOICES: Readonly<Record<string, Readonly<Record<string, readonly Choice[]>>>> = {
  ticket: {
    type: choices.ticketType,
    priority: choices.priority,
    status: choices.ticketStatus,
    status_category: choices.statusCategory,
  },
  customer: { kind: choices.customerKind, level: choices.customerLevel },
  device: { status: choices.deviceStatus },
  engineer: { status: choices.engineerStatus },
  contract: { kind: choices.contractKind },
  order: { kind: choices.orderKind, status: choices.orderStatus },
  visit: { status: choices.visitStatus },
  quote: { status: choices.quoteStatus },
};

/** The kind that conditions take a standard field for. */
function standardKind(object: string, field: LookUpField): FieldKind {
  const known = STANDARD_CHOICES[object]?.[field.id];
  if (known) {
    const options = known.map(({ value, zh, en }) => ({ id: value, label: { zh, en } }));
    return { type: 'choice', options };
  }
  switch (field.result) {
    case 'number':
      return { type: 'decimal' };
    case 'money':
      return { type: 'money', currency: field.currency ?? 'CNY' };
    case 'boolean':
      return { type: 'boolean' };
    case 'date':
      return { type: 'date' };
    case 'time':
      return { type: 'date_time' };
    case 'text':
      return { type: 'text' };
  }
}

/** Which records of the other object are offered. */
export function RelationOffer({
  field,
  kind,
  onChange,
}: {
  field: Field;
  kind: Extract<FieldKind, { type: 'relation' }>;
  onChange: SetKind;
}) {
  const t = useMessages(words);
  const locale = useLocale();
  const { object, catalogue } = useScope();
  const here = kind.object === object.key;
  const standard = useQuery({
    queryKey: ['object', 'look-up-fields', kind.object],
    queryFn: async ({ signal }) =>
      (await api.get<{ items: LookUpField[] }>(objectPath(kind.object, '/look-up-fields'), undefined, { signal }))
        .items,
    enabled: !here,
    retry: false,
  });
  const hasFields = useQuery(objectsQuery).data?.some((one) => one.key === kind.object) === true;
  const own = useQuery({ ...fieldsQuery(kind.object), enabled: hasFields && !here });
  const askable = (here ? catalogue.fields : (own.data?.catalogue.fields ?? [])).filter(
    (one) => one.filterable === true && one.personal !== true && one.retired !== true,
  );
  const shipped = (standard.data ?? [])
    .filter((one) => one.own !== true && one.personal !== true)
    .map((one) => ({ id: one.id, label: one.label, kind: standardKind(kind.object, one) }));
  return (
    <ConditionEditor
      label={t('relationOffered')}
      name={labelText(field.label, locale)}
      at="/kind/offered_if"
      none={t('relationOfferedAll')}
      value={kind.offered_if}
      fields={[...shipped, ...askable]}
      onChange={(tree) => {
        const { offered_if: _, ...rest } = kind;
        onChange(tree === undefined ? rest : { ...rest, offered_if: tree });
      }}
    />
  );
}

export function LookUpSettings({
  kind,
  siblings,
  onChange,
}: {
  kind: Extract<FieldKind, { type: 'look_up' }>;
  siblings: readonly Field[];
  onChange: SetKind;
}) {
  const t = useMessages(words);
  const locale = useLocale();
  const { currency } = useScope();
  const relations = siblings.filter(
    (field) => field.kind.type === 'relation' && field.kind.many !== true && field.retired !== true,
  );
  const relation = relations.find((field) => field.id === kind.relation);
  const offered = useLookUpFields(relation?.kind.type === 'relation' ? relation.kind.object : '');
  return (
    <>
      <Prop label={t('lookUpRelation')} at="/kind/relation" help={relations.length === 0 ? t('noRelation') : undefined}>
        {(control) => (
          <Select
            {...control}
            value={kind.relation === '' ? null : kind.relation}
            options={relations.map((field) => ({ value: field.id, label: labelText(field.label, locale) }))}
            onChange={(id: string) => onChange({ type: 'look_up', relation: id, field: '', result: 'text' })}
          />
        )}
      </Prop>
      <Prop
        label={t('lookUpField')}
        at="/kind/field"
        help={relation && offered.length === 0 ? t('noOtherFields') : undefined}
      >
        {(control) => (
          <Select
            {...control}
            value={kind.field === '' ? null : kind.field}
            disabled={!relation}
            showSearch={{ optionFilterProp: 'label' }}
            options={offered.map((field) => ({ value: field.id, label: labelText(field.label, locale) }))}
            onChange={(id: string) => {
              const found = offered.find((field) => field.id === id);
              const { currency: _before, ...rest } = kind;
              onChange({
                ...rest,
                field: id,
                result: found?.result ?? 'text',
                ...(found?.result === 'money' ? { currency: found.currency ?? currency } : {}),
              });
            }}
          />
        )}
      </Prop>
    </>
  );
}
