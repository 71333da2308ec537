/** What an automatic step does, with what it takes. */
import { useQuery } from '@tanstack/react-query';
import { Input, Select } from 'antd';
import { useLocale, useMessages } from '@/shared/i18n';
import { fieldsQuery } from '@/shared/objects/queries';
import { labelText } from '@/shared/i18n';
import { RelationSelect } from '@/shared/records/relation_select';
import { actionsQuery, named, webhooksQuery, type ActionInput } from '../catalogue';
import type { Business } from '../diagram/model';
import { words } from '../messages';
import { fieldsOf } from '../record_fields';
import { make, Prop, useAttribute, useScope, useTyped } from './prop';
import { RoleSelect } from './people';
import { DurationInput } from './duration';

const INPUT = 'aftersail:Input';

/** The inputs that stand at the element, and how one is set. */
function useInputs(): [ReadonlyMap<string, string>, (name: string, value: string) => void] {
  const { diagram, element } = useScope();
  const business = element.businessObject;
  const holder = business.get<Business | undefined>('extensionElements');
  const all = holder?.get<Business[] | undefined>('values') ?? [];
  const inputs = all.filter((one) => one.$type === INPUT);
  const values = new Map(inputs.map((one) => [one.get<string>('name'), one.get<string>('value')]));
  const set = (name: string, value: string) => {
    const next = make(diagram, 'bpmn:ExtensionElements', {}, business);
    const kept = all.filter((one) => one.$type !== INPUT || one.get('name') !== name);
    if (value !== '') kept.push(make(diagram, INPUT, { name, value }, next));
    next.set('values', kept);
    diagram.get('modeling').updateProperties(element, { extensionElements: kept.length === 0 ? undefined : next });
  };
  return [values, set];
}

function Line({ id, value, onChange, long, placeholder }: LineProps) {
  const [typed, setTyped] = useTyped(value);
  const shared = {
    id,
    value: typed,
    placeholder,
    onChange: (event: { target: { value: string } }) => setTyped(event.target.value),
    onBlur: () => onChange(typed),
  };
  return long ? <Input.TextArea {...shared} rows={3} /> : <Input {...shared} />;
}

interface LineProps {
  id: string;
  value: string;
  onChange: (value: string) => void;
  long?: boolean;
  placeholder?: string;
}

function InputProp({ input, object }: { input: ActionInput; object: string | null }) {
  const t = useMessages(words);
  const locale = useLocale();
  const [values, set] = useInputs();
  const value = values.get(input.name) ?? '';
  const fields = useQuery({ ...fieldsQuery(object ?? ''), enabled: input.kind === 'field' && object !== null });
  const webhooks = useQuery({ ...webhooksQuery, enabled: input.kind === 'webhook' });
  const label = named(input, locale);
  const change = (next: string) => set(input.name, next);
  const isExpression = value.startsWith('=');
  return (
    <Prop label={input.required ? `${label} *` : label}>
      {(id) => {
        if (input.kind === 'duration' && !isExpression) {
          return <DurationInput label={label} value={value} onChange={change} />;
        }
        if ((input.kind === 'user' || input.kind === 'team') && !isExpression) {
          return (
            <RelationSelect
              id={id}
              of={input.kind}
              value={value || null}
              onChange={(next) => change(typeof next === 'string' ? next : '')}
            />
          );
        }
        if (input.kind === 'role' && !isExpression) {
          const roles = value === '' ? [] : [value];
          return <RoleSelect id={id} value={roles} onChange={(next) => change(next.at(-1) ?? '')} />;
        }
        const options =
          input.kind === 'choice'
            ? (input.choices ?? []).map((one) => ({ value: one.value, label: named(one, locale) }))
            : input.kind === 'boolean'
              ? [
                  { value: 'true', label: locale === 'en' ? 'Yes' : '是' },
                  { value: 'false', label: locale === 'en' ? 'No' : '否' },
                ]
              : input.kind === 'field' && fields.data
                ? fieldsOf(object, fields.data.catalogue.fields).map((one) => ({
                    value: one.id,
                    label: labelText(one.label, locale),
                  }))
                : input.kind === 'webhook' && webhooks.data
                  ? webhooks.data.map((one) => ({ value: one.id, label: one.name }))
                  : undefined;
        if (options && !isExpression) {
          return (
            <Select
              id={id}
              allowClear
              showSearch
              optionFilterProp="label"
              value={value || null}
              options={options}
              notFoundContent={input.kind === 'webhook' ? t('noWebhooks') : undefined}
              onChange={(next: string | null) => change(next ?? '')}
              style={{ width: '100%' }}
            />
          );
        }
        return (
          <Line
            key={input.name}
            id={id}
            value={value}
            onChange={change}
            long={input.kind === 'long_text'}
            placeholder={t('exprInput')}
          />
        );
      }}
    </Prop>
  );
}

export function ActionProps() {
  const t = useMessages(words);
  const locale = useLocale();
  const { object } = useScope();
  const actions = useQuery(actionsQuery);
  const [action, setAction] = useAttribute('aftersail:action');
  const offered = (actions.data ?? []).filter((one) => one.object === null || one.object === object);
  const chosen = actions.data?.find((one) => one.name === action);
  const options = offered.map((one) => ({ value: one.name, label: named(one, locale) }));
  if (action && !options.some((one) => one.value === action)) options.push({ value: action, label: action });
  return (
    <>
      <Prop label={t('action')} {...(actions.data?.length === 0 ? { help: t('noActions') } : {})}>
        {(id) => (
          <Select
            id={id}
            showSearch
            optionFilterProp="label"
            placeholder={t('chooseAction')}
            value={action || null}
            options={options}
            loading={actions.isPending}
            onChange={(next: string) => setAction(next)}
            style={{ width: '100%' }}
          />
        )}
      </Prop>
      {chosen?.inputs.map((input) => (
        <InputProp key={input.name} input={input} object={chosen.object ?? object} />
      ))}
    </>
  );
}
