/** The properties of what is chosen on a form, or of the form itself. */
import { Button, Input, Segmented, Select } from 'antd';
import type { Catalogue, Form, FormField, Label } from '@/shared/form_types';
import { useMessages } from '@/shared/i18n';
import { roleName } from '@/shared/labels';
import { MultiSelect } from '@/shared/ui/multi_select';
import { retold } from '../design';
import { Prop, PropSection, PropSwitch } from '../fields/prop';
import { useScope } from '../fields/scope';
import {
  find,
  MOST_PARTS,
  newPart,
  updateItem,
  updatePart,
  updateSection,
  type FormDesign,
  type Layout,
  type SectionNode,
} from './form_tree';
import { words } from './messages';

const NOTHING: Label = { zh: '', en: '' };

type Change = (next: (design: FormDesign) => FormDesign, place?: string) => void;

/** One text in both languages. */
function LabelProps({
  label,
  at,
  value,
  long = false,
  hint,
  onChange,
}: {
  label: string;
  at?: string;
  value: Label;
  long?: boolean;
  hint?: string;
  onChange: (value: Label, language: string) => void;
}) {
  const t = useMessages(words);
  const one = (language: keyof Label, word: string) => (
    <Prop
      label={`${label} · ${word}`}
      {...(at && language === 'zh' ? { at } : {})}
      {...(hint && language === 'en' ? { help: hint } : {})}
    >
      {(control) =>
        long ? (
          <Input.TextArea
            {...control}
            autoSize={{ minRows: 2, maxRows: 10 }}
            value={value[language]}
            onChange={(event) => onChange(retold(value, language, event.target.value), language)}
          />
        ) : (
          <Input
            {...control}
            value={value[language]}
            maxLength={300}
            placeholder={language === 'en' ? value.zh : ''}
            onChange={(event) => onChange(retold(value, language, event.target.value), language)}
          />
        )
      }
    </Prop>
  );
  return (
    <>
      {one('zh', t('chinese'))}
      {one('en', t('english'))}
    </>
  );
}

function FormProps({ design, change }: { design: FormDesign; change: Change }) {
  const t = useMessages(words);
  const { roles } = useScope();
  return (
    <PropSection title={t('formProperties')}>
      <LabelProps
        label={t('formName')}
        at="/name"
        value={design.name}
        onChange={(name, language) => change((old) => ({ ...old, name }), `name ${language}`)}
      />
      <Prop label={t('channel')} at="/channel">
        {(control) => (
          <Select
            {...control}
            value={design.channel}
            options={(['staff', 'engineer', 'customer'] as const).map((one) => ({
              value: one,
              label: t(`channel_${one}`),
            }))}
            onChange={(channel: Form['channel']) => change((old) => ({ ...old, channel }))}
          />
        )}
      </Prop>
      {design.channel !== 'customer' && (
        <Prop label={t('roles')} at="/roles">
          {(control) => (
            <MultiSelect
              {...control}
              value={design.roles}
              placeholder={t('everybody')}
              options={roles.map((role) => ({ value: role.key, label: roleName(role) }))}
              showSearch={{ optionFilterProp: 'label' }}
              onChange={(next: string[]) => change((old) => ({ ...old, roles: next }))}
              style={{ width: '100%' }}
            />
          )}
        </Prop>
      )}
    </PropSection>
  );
}

function SectionProps({ node, change }: { node: SectionNode; change: Change }) {
  const t = useMessages(words);
  const setLayout = (layout: Layout) =>
    change((old) => {
      const section = find(old, node.key);
      if (section?.what !== 'section') return old;
      return updateSection(old, node.key, { layout });
    });
  const count = node.parts.length;
  return (
    <PropSection title={t('properties')}>
      <LabelProps
        label={t('sectionTitle')}
        at="/title"
        value={node.title ?? NOTHING}
        onChange={(title, language) =>
          change((old) => updateSection(old, node.key, { title }), `${node.key} ${language}`)
        }
      />
      <Prop label={t('layout')} at="/parts">
        {() => (
          <Segmented
            block
            aria-label={t('layout')}
            value={node.layout}
            options={(['columns', 'tabs', 'steps'] as const).map((one) => ({ value: one, label: t(one) }))}
            onChange={setLayout}
          />
        )}
      </Prop>
      {count < MOST_PARTS[node.layout] && (
        <Button
          size="small"
          onClick={() => change((old) => updateSection(old, node.key, { parts: [...node.parts, newPart()] }))}
        >
          {t(`addPart_${node.layout}`)}
        </Button>
      )}
    </PropSection>
  );
}

function FieldProps({
  item,
  nodeKey,
  catalogue,
  change,
}: {
  item: FormField;
  nodeKey: string;
  catalogue: Catalogue;
  change: Change;
}) {
  const t = useMessages(words);
  const field = catalogue.fields.find((one) => one.id === item.field);
  const set = (next: Partial<FormField>, place = '') =>
    change((old) => updateItem(old, nodeKey, { ...item, ...next }), place === '' ? '' : `${nodeKey} ${place}`);
  return (
    <PropSection title={t('properties')} at="/field">
      <Prop label={t('width')} at="/width">
        {() => (
          <Segmented
            block
            aria-label={t('width')}
            value={item.width}
            options={[
              { value: 1, label: t('width1') },
              { value: 2, label: t('width2') },
              { value: 3, label: t('width3') },
            ]}
            onChange={(width) => set({ width })}
          />
        )}
      </Prop>
      <PropSwitch
        label={t('required')}
        at="/required"
        value={item.required === true || field?.required === true}
        disabled={field?.required === true}
        help={field?.required === true ? t('requiredAlways') : undefined}
        onChange={(required) => set({ required })}
      />
      <PropSwitch
        label={t('readOnly')}
        at="/read_only"
        value={item.read_only === true}
        onChange={(read_only) => set({ read_only })}
      />
      <LabelProps
        label={t('label')}
        value={item.label ?? NOTHING}
        onChange={(label, language) => set({ label }, `label ${language}`)}
      />
      <LabelProps
        label={t('help')}
        value={item.help ?? NOTHING}
        onChange={(help, language) => set({ help }, `help ${language}`)}
      />
    </PropSection>
  );
}

export function FormProperties({
  design,
  selected,
  catalogue,
  change,
}: {
  design: FormDesign;
  selected: string | undefined;
  catalogue: Catalogue;
  change: Change;
}) {
  const t = useMessages(words);
  const found = selected === undefined ? undefined : find(design, selected);
  if (!found) return <FormProps design={design} change={change} />;
  if (found.what === 'section') return <SectionProps node={found.section} change={change} />;
  if (found.what === 'part') {
    const { part } = found;
    return (
      <PropSection title={t('properties')}>
        <LabelProps
          label={t('partTitle')}
          at="/title"
          value={part.title ?? NOTHING}
          onChange={(title, language) => change((old) => updatePart(old, part.key, title), `${part.key} ${language}`)}
        />
      </PropSection>
    );
  }
  const { item, key } = found.item;
  if (item.type === 'field') return <FieldProps item={item} nodeKey={key} catalogue={catalogue} change={change} />;
  return (
    <PropSection title={t('properties')}>
      <LabelProps
        label={t('text')}
        at="/text"
        long
        hint={t('markdown')}
        value={item.text}
        onChange={(text, language) =>
          change((old) => updateItem(old, key, { type: 'text', text }), `${key} ${language}`)
        }
      />
    </PropSection>
  );
}
