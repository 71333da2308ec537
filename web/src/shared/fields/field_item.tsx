import { Form, Input, InputNumber, Select, Switch } from 'antd';
import type { FormItemProps } from 'antd';
import { labelText, useLocale, useMessages } from '../i18n';
import { useOptions } from '../labels';
import { RelationSelect } from '../records/relation_select';
import { common } from '../ui/messages';
import { FormDatePicker } from './moment_pickers';
import type { FieldSpec } from './spec';

const PHONE = /^\+?[0-9()\s-]{5,20}$/;

function AddressItem({ spec }: { spec: FieldSpec }) {
  const t = useMessages(common);
  const locale = useLocale();
  const part = (name: 'province' | 'city' | 'district' | 'street', width: string) => (
    <Form.Item name={[spec.name, name]} noStyle>
      <Input placeholder={t(name)} aria-label={t(name)} maxLength={200} style={{ width }} />
    </Form.Item>
  );
  return (
    <Form.Item label={labelText(spec.label, locale)} required={spec.required ?? false}>
      <div style={{ display: 'flex', flexWrap: 'wrap', gap: 8 }}>
        {part('province', 'calc(33% - 6px)')}
        {part('city', 'calc(33% - 6px)')}
        {part('district', 'calc(33% - 4px)')}
        {part('street', '100%')}
      </div>
    </Form.Item>
  );
}

/** One field of a form, by its description. */
export function FieldItem({ spec }: { spec: FieldSpec }) {
  const t = useMessages(common);
  const locale = useLocale();
  const options = useOptions(spec.choices ?? []);
  const values = Form.useWatch<Record<string, unknown>>([]) ?? {};
  if (spec.when && !spec.when(values)) return null;
  if (spec.kind === 'hidden') return <Form.Item name={spec.name} hidden />;
  if (spec.kind === 'address') return <AddressItem spec={spec} />;
  const label = labelText(spec.label, locale);
  const rules: FormItemProps['rules'] = [];
  const isText = ['text', 'longtext', 'phone', 'email'].includes(spec.kind);
  if (spec.required)
    rules.push({ required: true, ...(isText ? { whitespace: true } : {}), message: t('required', { label }) });
  if (spec.kind === 'email') rules.push({ type: 'email' });
  if (spec.kind === 'phone') rules.push({ pattern: PHONE });
  const max = spec.max ?? (spec.kind === 'longtext' ? 20_000 : 200);
  const control = () => {
    switch (spec.kind) {
      case 'longtext':
        return <Input.TextArea autoSize={{ minRows: 3, maxRows: 12 }} maxLength={max} />;
      case 'password':
        return <Input.Password maxLength={max} autoComplete="new-password" />;
      case 'integer':
        return (
          <InputNumber precision={0} min={spec.min ?? 0} max={spec.max ?? 1_000_000_000} style={{ width: '100%' }} />
        );
      case 'number':
        return <InputNumber min={spec.min ?? -1e12} max={spec.max ?? 1e12} style={{ width: '100%' }} />;
      case 'money':
        return <InputNumber precision={2} min={spec.min ?? 0} max={1e12} style={{ width: '100%' }} />;
      case 'date':
        return <FormDatePicker style={{ width: '100%' }} />;
      case 'time':
        return (
          <FormDatePicker
            showTime={{ format: 'HH:mm', minuteStep: 5 }}
            format="YYYY-MM-DD HH:mm"
            style={{ width: '100%' }}
          />
        );
      case 'choice':
        return <Select options={options} allowClear={!spec.required} placeholder={t('select')} />;
      case 'tags':
        return <Select mode="tags" tokenSeparators={[',', '，', ' ']} maxCount={20} open={false} suffixIcon={null} />;
      case 'boolean':
        return <Switch aria-label={label} />;
      case 'relation':
      case 'relations': {
        const path = spec.path?.(values);
        return (
          <RelationSelect
            of={spec.of ?? 'customer'}
            multiple={spec.kind === 'relations'}
            {...(path === undefined ? {} : { path })}
            disabled={spec.path !== undefined && path === undefined}
          />
        );
      }
      case 'phone':
        return <Input type="tel" maxLength={40} />;
      case 'email':
        return <Input type="email" maxLength={200} />;
      default:
        return <Input maxLength={max} />;
    }
  };
  return (
    <Form.Item
      name={spec.name}
      label={label}
      rules={rules}
      {...(spec.kind === 'boolean' ? { valuePropName: 'checked' } : {})}
      {...(spec.help ? { extra: labelText(spec.help, locale) } : {})}
    >
      {control()}
    </Form.Item>
  );
}
