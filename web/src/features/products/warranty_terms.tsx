/** The terms of a warranty in forms and in words: when it starts, how late at most, and components with terms of their own. */
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, InputNumber, Select } from 'antd';
import type { components } from '@/shared/api/schema';
import type { Values } from '@/shared/fields/spec';
import { defineMessages, useLocale, useMessages } from '@/shared/i18n';
import { choices, choiceText, useOptions } from '@/shared/labels';
import { RelationSelect } from '@/shared/records/relation_select';

export type WarrantyTerms = components['schemas']['WarrantyTerms'];

const messages = defineMessages(
  {
    title: '保修规则',
    start: '保修从何时起算',
    startHint: '不选则按类别的保修规则',
    latest: '最迟起算（销售后月数）',
    latestHint: '超过此期限仍未安装或使用的，从此时起算',
    components: '单独保修的部件',
    component: '部件名称',
    part: '备件目录',
    months: '月数',
    add: '添加部件',
    remove: '移除部件 {n}',
    line: '部件 {n}',
    from: '从{start}起算',
    atLatest: '最迟销售后 {n} 个月起算',
    monthsOf: '{name}：{n} 个月',
    byCategory: '按类别的规则',
  },
  {
    title: 'Warranty rule',
    start: 'The warranty begins with',
    startHint: 'the rule of its category, when empty',
    latest: 'At the latest (months after the sale)',
    latestHint: 'what is not installed or used by then begins then',
    components: 'Components with terms of their own',
    component: 'Component',
    part: 'Part of the catalogue',
    months: 'Months',
    add: 'Add a component',
    remove: 'Remove component {n}',
    line: 'Component {n}',
    from: 'from the {start}',
    atLatest: '{n} months after the sale at the latest',
    monthsOf: '{name}: {n} months',
    byCategory: 'the rule of its category',
  },
);

interface EditedTerms {
  start?: string | null;
  latest_start_months_after_sale?: number | null;
  components?: ({ name?: string; part_id?: string | null; months?: number | null } | undefined)[];
}

/** Words that open with a capital where they stand alone; Chinese has none. */
const inSentence = (words: string) => words.charAt(0).toLowerCase() + words.slice(1);

/** The terms in the order in which they are compared and sent; null when no start was chosen. */
function whole(terms: EditedTerms | null | undefined) {
  if (!terms?.start) return null;
  return {
    start: terms.start,
    latest_start_months_after_sale: terms.latest_start_months_after_sale ?? null,
    components: (terms.components ?? []).map((one) => ({
      name: one?.name?.trim() ?? '',
      part_id: one?.part_id ?? null,
      months: one?.months ?? 0,
    })),
  };
}

/** Adds the terms under `field` to what is sent, when they differ. */
export function withTerms(
  body: Values,
  values: Values,
  field: 'warranty' | 'terms',
  before?: WarrantyTerms | null,
): Values {
  const terms = whole(values['edited_terms'] as EditedTerms | undefined);
  return JSON.stringify(terms) === JSON.stringify(whole(before)) ? body : { ...body, [field]: terms };
}

/** The terms in a form, under `edited_terms`. */
export function TermsItems({ required = false }: { required?: boolean }) {
  const t = useMessages(messages);
  const starts = useOptions(choices.warrantyStart);
  const start = Form.useWatch<string | undefined>(['edited_terms', 'start']);
  return (
    <>
      <h3 style={{ fontSize: 14, margin: '8px 0' }}>{t('title')}</h3>
      <Form.Item
        name={['edited_terms', 'start']}
        label={t('start')}
        {...(required ? {} : { extra: t('startHint') })}
        rules={required ? [{ required: true, message: t('start') }] : []}
      >
        <Select options={starts} allowClear={!required} />
      </Form.Item>
      {start && (
        <>
          {start !== 'sale' && (
            <Form.Item
              name={['edited_terms', 'latest_start_months_after_sale']}
              label={t('latest')}
              extra={t('latestHint')}
            >
              <InputNumber min={0} max={1200} precision={0} style={{ width: '100%' }} />
            </Form.Item>
          )}
          <Form.List name={['edited_terms', 'components']}>
            {(rows, { add, remove }) => (
              <Form.Item label={t('components')}>
                {rows.map((row, index) => {
                  const label = (what: string) => `${t('line', { n: index + 1 })} ${what}`;
                  return (
                    <div key={row.key} className="row" style={{ flexWrap: 'nowrap', marginBottom: 8 }}>
                      <Form.Item name={[row.name, 'name']} noStyle rules={[{ required: true, whitespace: true }]}>
                        <Input aria-label={label(t('component'))} placeholder={t('component')} maxLength={200} />
                      </Form.Item>
                      <Form.Item name={[row.name, 'part_id']} noStyle>
                        <RelationSelect of="part" aria-label={label(t('part'))} placeholder={t('part')} />
                      </Form.Item>
                      <Form.Item name={[row.name, 'months']} noStyle rules={[{ required: true }]}>
                        <InputNumber
                          aria-label={label(t('months'))}
                          placeholder={t('months')}
                          min={0}
                          max={1200}
                          precision={0}
                          style={{ width: 90, flex: 'none' }}
                        />
                      </Form.Item>
                      <Button
                        type="text"
                        icon={<DeleteOutlined />}
                        aria-label={t('remove', { n: index + 1 })}
                        onClick={() => remove(row.name)}
                      />
                    </div>
                  );
                })}
                <Button size="small" icon={<PlusOutlined />} onClick={() => add({ months: 12 })}>
                  {t('add')}
                </Button>
              </Form.Item>
            )}
          </Form.List>
        </>
      )}
    </>
  );
}

/** The terms in words. */
export function TermsText({ terms }: { terms: WarrantyTerms | null | undefined }) {
  const t = useMessages(messages);
  useLocale();
  if (!terms) return <span className="muted">{t('byCategory')}</span>;
  return (
    <>
      {t('from', { start: inSentence(choiceText(choices.warrantyStart, terms.start)) })}
      {terms.latest_start_months_after_sale !== null && (
        <div className="muted">{t('atLatest', { n: terms.latest_start_months_after_sale })}</div>
      )}
      {terms.components.map((one) => (
        <div key={one.name} className="muted">
          {t('monthsOf', { name: one.name, n: one.months })}
        </div>
      ))}
    </>
  );
}
