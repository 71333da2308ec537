/** Purchases, leads and invoices: their fields, and the lines of their forms. */
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, InputNumber, Select } from 'antd';
import { useEffect } from 'react';
import type { components } from '@/shared/api/schema';
import type { FieldSpec, Values } from '@/shared/fields/spec';
import type { FilterField } from '@/shared/filter/tree';
import { useMessages, type Label } from '@/shared/i18n';
import { choices, useOptions } from '@/shared/labels';
import { formatMoney, toMajor, toMinor } from '@/shared/money';
import { RelationSelect } from '@/shared/records/relation_select';
import { orders } from './messages';
import './orders.css';
import { statusesOf } from './status';

export type Order = components['schemas']['OrderView'];

const l = (zh: string, en: string): Label => ({ zh, en });

export const orderFields: readonly FieldSpec[] = [
  {
    name: 'kind',
    label: l('类型', 'Kind'),
    kind: 'choice',
    choices: choices.orderKind,
    required: true,
    only: 'create',
    half: true,
  },
  {
    name: 'number',
    label: l('编号', 'Number'),
    kind: 'text',
    max: 60,
    half: true,
    help: l('不填则自动编号', 'given automatically when empty'),
  },
  { name: 'customer_id', label: l('客户', 'Customer'), kind: 'relation', of: 'customer', required: true },
  { name: 'title', label: l('标题', 'Title'), kind: 'text', required: true },
  { name: 'ordered_on', label: l('日期', 'Date'), kind: 'date', half: true },
  { name: 'due_on', label: l('到期日', 'Due on'), kind: 'date', half: true },
  {
    name: 'total_minor',
    label: l('金额', 'Amount'),
    kind: 'money',
    half: true,
    // With lines their sum is the amount, which stands below them.
    when: (values) => ((values['edited_lines'] as unknown[] | undefined) ?? []).length === 0,
  },
  {
    name: 'paid_minor',
    label: l('已付', 'Paid'),
    kind: 'money',
    half: true,
    when: (values) => values['kind'] === undefined || values['kind'] === 'invoice',
  },
  { name: 'owner_id', label: l('负责人', 'Owner'), kind: 'relation', of: 'user' },
  { name: 'note', label: l('备注', 'Note'), kind: 'longtext' },
];

/** The fields of the form of an order that is there: only invoices are paid. */
export const fieldsOf = (kind: string): readonly FieldSpec[] =>
  orderFields.filter((field) => field.name !== 'paid_minor' || kind === 'invoice');

export const orderFilters: readonly FilterField[] = [
  { id: 'number', label: l('编号', 'number'), type: 'text' },
  { id: 'title', label: l('标题', 'title'), type: 'text' },
  { id: 'kind', label: l('类型', 'kind'), type: 'choice', choices: choices.orderKind },
  { id: 'status', label: l('状态', 'status'), type: 'choice', choices: choices.orderStatus },
  { id: 'customer_id', label: l('客户', 'customer'), type: 'id', of: 'customer' },
  { id: 'owner_id', label: l('负责人', 'owner'), type: 'id', of: 'user' },
  { id: 'ordered_on', label: l('日期', 'date'), type: 'date' },
  { id: 'due_on', label: l('到期日', 'due on'), type: 'date' },
  { id: 'source', label: l('来源', 'source'), type: 'choice', choices: choices.orderSource },
  { id: 'created_at', label: l('创建时间', 'created'), type: 'time' },
];

interface EditedLine {
  product_id?: string | null;
  text?: string;
  quantity?: string | number | null;
  unit_price?: number | null;
  device_ids?: string[];
}

/** An order's lines as the form holds them. */
export function editedLines(order: Order | undefined): EditedLine[] {
  return (order?.lines ?? []).map((line) => ({
    product_id: line.product_id,
    text: line.text,
    quantity: line.quantity,
    unit_price: toMajor(line.unit_price_minor, order?.currency),
    device_ids: line.device_ids,
  }));
}

/** Adds lines and status to what is sent; with lines the amount is their sum, which the server works out. */
export function withLines(body: Values, values: Values, currency: string, order?: Order): Values {
  const lines = ((values['edited_lines'] as (EditedLine | undefined)[] | undefined) ?? []).map((line) => ({
    product_id: line?.product_id ?? null,
    text: line?.text?.trim() ?? '',
    quantity: String(line?.quantity ?? 1),
    unit_price_minor: toMinor(line?.unit_price ?? 0, currency),
    device_ids: line?.device_ids ?? [],
  }));
  const before = (order?.lines ?? []).map(({ amount_minor: _workedOut, ...line }) => line);
  const result: Values = { ...body };
  const same =
    lines.length === before.length &&
    lines.every((line, index) => {
      const old = before[index];
      return (
        old !== undefined &&
        old.product_id === line.product_id &&
        old.text === line.text &&
        Number(old.quantity) === Number(line.quantity) &&
        old.unit_price_minor === line.unit_price_minor &&
        old.device_ids.join() === line.device_ids.join()
      );
    });
  if (!same) result['lines'] = lines;
  if (lines.length > 0) delete result['total_minor'];
  const kind = order?.kind ?? values['kind'];
  if (kind !== 'invoice') delete result['paid_minor'];
  const status = values['order_status'] as string | null | undefined;
  if (status && status !== order?.status) result['status'] = status;
  return result;
}

const amountOf = (line: EditedLine | undefined, currency: string) =>
  Math.round(Number(line?.quantity ?? 1) * toMinor(line?.unit_price ?? 0, currency));

/** The status, which depends on the kind, and the lines with their sum. */
export function OrderExtras({ order, currency }: { order?: Order | undefined; currency: string }) {
  const t = useMessages(orders);
  const form = Form.useFormInstance();
  const chosen = Form.useWatch<string | undefined>('kind');
  const customer = Form.useWatch<string | null | undefined>('customer_id');
  const status = Form.useWatch<string | null | undefined>('order_status');
  const lines = Form.useWatch<(EditedLine | undefined)[] | undefined>('edited_lines') ?? [];
  const kind = order?.kind ?? chosen;
  const options = useOptions(statusesOf(kind));
  useEffect(() => {
    // A status of another kind is none.
    if (kind && status && !statusesOf(kind).some((one) => one.value === status)) {
      form.setFieldValue('order_status', undefined);
    }
  }, [form, kind, status]);
  const sum = lines.reduce((total, line) => total + amountOf(line, currency), 0);
  const ofCustomer = customer
    ? { query: { filter: JSON.stringify({ field: 'customer_id', op: 'eq', value: customer }) } }
    : {};
  return (
    <>
      <Form.Item name="order_status" label={t('status')}>
        <Select options={options} disabled={!kind} placeholder={options[0]?.label} />
      </Form.Item>
      <h3 className="form-heading">{t('lines')}</h3>
      <Form.List name="edited_lines">
        {(rows, { add, remove }) => (
          <>
            {rows.map((row, index) => {
              const label = (what: string) => `${t('line', { n: index + 1 })} ${what}`;
              const place = (name: string) => ['edited_lines', row.name, name];
              return (
                <fieldset key={row.key} className="order-line">
                  <legend className="visually-hidden">{t('line', { n: index + 1 })}</legend>
                  <Form.Item
                    name={[row.name, 'text']}
                    className="order-line-text"
                    rules={[{ required: true, whitespace: true, message: t('textMissing') }]}
                  >
                    <Input aria-label={label(t('text'))} placeholder={t('text')} maxLength={200} />
                  </Form.Item>
                  <Button
                    type="text"
                    className="order-line-remove"
                    icon={<DeleteOutlined />}
                    aria-label={t('removeLine', { n: index + 1 })}
                    onClick={() => remove(row.name)}
                  />
                  <Form.Item
                    name={[row.name, 'quantity']}
                    className="order-line-quantity"
                    rules={[{ required: true, message: t('numberMissing') }]}
                  >
                    <InputNumber<string | number>
                      stringMode
                      min={0.0001}
                      max={1_000_000}
                      prefix={<span className="muted">{t('quantity')}</span>}
                      aria-label={label(t('quantity'))}
                      style={{ width: '100%' }}
                    />
                  </Form.Item>
                  <Form.Item
                    name={[row.name, 'unit_price']}
                    className="order-line-price"
                    rules={[{ required: true, message: t('numberMissing') }]}
                  >
                    <InputNumber
                      precision={2}
                      max={1e10}
                      min={-1e10}
                      prefix={<span className="muted">{t('unitPrice')}</span>}
                      aria-label={label(t('unitPrice'))}
                      style={{ width: '100%' }}
                    />
                  </Form.Item>
                  <span className="order-line-amount number">
                    {formatMoney(amountOf(lines[index], currency), currency)}
                  </span>
                  <Form.Item name={[row.name, 'product_id']} className="order-line-product">
                    <RelationSelect
                      of="product"
                      aria-label={label(t('product'))}
                      placeholder={t('product')}
                      onChange={(_chosen, [product]) => {
                        const written = form.getFieldValue(place('text')) as string | undefined;
                        if (product && !written?.trim())
                          form.setFieldValue(place('text'), String(product['name'] ?? ''));
                      }}
                    />
                  </Form.Item>
                  <Form.Item name={[row.name, 'device_ids']} className="order-line-devices">
                    <RelationSelect
                      of="device"
                      multiple
                      {...ofCustomer}
                      aria-label={label(t('devices'))}
                      placeholder={t('devices')}
                    />
                  </Form.Item>
                </fieldset>
              );
            })}
            <div className="row-between">
              <Button size="small" icon={<PlusOutlined />} onClick={() => add({ quantity: 1, unit_price: 0 })}>
                {t('addLine')}
              </Button>
              {rows.length > 0 && <strong className="number">{t('sum', { sum: formatMoney(sum, currency) })}</strong>}
            </div>
          </>
        )}
      </Form.List>
    </>
  );
}
