/** A new object: from a template or blank, its name, key, icon, place and who may use it. */
import { useNavigate } from '@tanstack/react-router';
import { Form, Input, Radio, Select } from 'antd';
import { useEffect, useRef } from 'react';
import { queryClient } from '@/shared/api/query_client';
import { FormDrawer } from '@/shared/fields/form_drawer';
import type { FieldSpec } from '@/shared/fields/spec';
import { useMessages } from '@/shared/i18n';
import type { ObjectDefinition } from '@/shared/objects/queries';
import { AccessMatrix } from './access_matrix';
import { IconPicker } from './icon_picker';
import { objects } from './messages';
import { NumberFormatFields } from './number_format';
import { OF_TEMPLATE, PLAIN, numberFault, type NumberFormat } from './numbering';
import { prefixOf, slug, suggestId } from './suggest';

const TEMPLATES = ['blank', 'project', 'opportunity', 'vehicle', 'inspection', 'course'] as const;
type Template = (typeof TEMPLATES)[number];

const NAMES: Readonly<Record<Template, { zh: string; en: string } | undefined>> = {
  blank: undefined,
  project: { zh: '项目', en: 'Project' },
  opportunity: { zh: '商机', en: 'Opportunity' },
  vehicle: { zh: '车辆', en: 'Vehicle' },
  inspection: { zh: '检验记录', en: 'Inspection record' },
  course: { zh: '培训课程', en: 'Training course' },
};

const FIELDS: readonly FieldSpec[] = [];
const KEY = /^[a-z][a-z0-9_]{1,39}$/;

/** Follows the names with a key, until somebody writes their own. */
function KeyFields() {
  const t = useMessages(objects);
  const form = Form.useFormInstance();
  const zh = (Form.useWatch('name_zh', form) as string | undefined) ?? '';
  const en = (Form.useWatch('name_en', form) as string | undefined) ?? '';
  const own = useRef(false);
  const ownPrefix = useRef(false);
  useEffect(() => {
    if (own.current) return undefined;
    let here = true;
    void suggestId({ zh, en }).then((wanted) => {
      if (!here || own.current) return;
      form.setFieldValue('key', wanted);
      if (!ownPrefix.current) form.setFieldValue('number_prefix', prefixOf(wanted));
    });
    return () => {
      here = false;
    };
  }, [zh, en, form]);
  const prefix = (Form.useWatch('number_prefix', form) as string | undefined) ?? '';
  return (
    <>
      <div className="form-grid">
        <Form.Item
          name="name_zh"
          label={t('nameZh')}
          rules={[{ required: true, whitespace: true, message: t('nameZh') }]}
        >
          <Input maxLength={100} />
        </Form.Item>
        <Form.Item name="name_en" label={t('nameEn')}>
          <Input maxLength={100} placeholder={zh} />
        </Form.Item>
      </div>
      <Form.Item
        name="key"
        label={t('key')}
        extra={t('keyHint')}
        rules={[
          { required: true, message: t('keyRule') },
          { pattern: KEY, message: t('keyRule') },
        ]}
      >
        <Input
          className="mono"
          maxLength={40}
          onChange={(event) => {
            own.current = event.target.value !== '';
          }}
        />
      </Form.Item>
      <div className="form-grid">
        <Form.Item name="menu" label={t('menuPlace')}>
          <Select
            options={(['main', 'more', 'hidden'] as const).map((place) => ({
              value: place,
              label: t(`menu_${place}`),
            }))}
          />
        </Form.Item>
        <Form.Item name="number_prefix" label={t('prefix')}>
          <Input
            maxLength={10}
            onChange={() => {
              ownPrefix.current = true;
            }}
          />
        </Form.Item>
      </div>
      <Form.Item
        name="number_format"
        rules={[
          {
            validator: (_, format: NumberFormat) =>
              numberFault(prefix, format) ? Promise.reject(new Error()) : Promise.resolve(),
            message: '',
          },
        ]}
      >
        <NumberFormatFields prefix={prefix} />
      </Form.Item>
    </>
  );
}

function TemplateField() {
  const t = useMessages(objects);
  const form = Form.useFormInstance();
  return (
    <Form.Item name="template" label={t('start')}>
      <Radio.Group
        className="template-grid"
        onChange={(event) => {
          const template = event.target.value as Template;
          const names = NAMES[template];
          const known = Object.values(NAMES).flatMap((one) => (one ? [one.zh] : []));
          const given = (form.getFieldValue('name_zh') as string | undefined) ?? '';
          form.setFieldValue('number_format', OF_TEMPLATE[template] ?? PLAIN);
          // A name that somebody wrote stays; one that came with another template makes room.
          if (given !== '' && !known.includes(given)) return;
          form.setFieldsValue({ name_zh: names?.zh ?? '', name_en: names?.en ?? '', icon: names ? template : 'box' });
        }}
      >
        {TEMPLATES.map((template) => (
          <Radio key={template} value={template}>
            <strong>{t(template)}</strong>
            <span className="muted">{t(`${template}Hint`)}</span>
          </Radio>
        ))}
      </Radio.Group>
    </Form.Item>
  );
}

export default function ObjectDrawer({ open, onClose }: { open: boolean; onClose: () => void }) {
  const t = useMessages(objects);
  const navigate = useNavigate();
  return (
    <FormDrawer<ObjectDefinition>
      open={open}
      onClose={onClose}
      title={t('create')}
      okText={t('createIt')}
      fields={FIELDS}
      path="/api/v1/objects"
      width={640}
      initial={{ template: 'blank', icon: 'box', menu: 'main', roles: {}, number_format: PLAIN }}
      shape={(_, values) => {
        const text = (name: string) => String(values[name] ?? '').trim();
        const zh = text('name_zh');
        const template = text('template');
        return {
          key: text('key'),
          name: { zh, en: text('name_en') || zh },
          icon: values['icon'],
          menu: values['menu'],
          number_prefix: text('number_prefix') || prefixOf(slug(text('key'))),
          number_format: values['number_format'],
          roles: values['roles'],
          ...(template === 'blank' ? {} : { template }),
        };
      }}
      onSaved={(saved) => {
        void queryClient.invalidateQueries({ queryKey: ['object'] });
        void navigate({ to: '/settings/objects/$object', params: { object: saved.key }, search: {} });
      }}
    >
      <TemplateField />
      <KeyFields />
      <Form.Item name="icon" label={t('icon')}>
        <IconPicker />
      </Form.Item>
      <Form.Item name="roles" label={t('access')}>
        <AccessMatrix />
      </Form.Item>
    </FormDrawer>
  );
}
