import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, InputNumber, Select } from 'antd';
import { queryClient } from '@/shared/api/query_client';
import { FormDrawer } from '@/shared/fields/form_drawer';
import type { FieldSpec, Values } from '@/shared/fields/spec';
import { useMessages, type Label } from '@/shared/i18n';
import { choices, useOptions } from '@/shared/labels';
import { toMajor, toMinor } from '@/shared/money';
import { finance } from './messages';
import type { Quote, QuoteLine } from './model';

const l = (zh: string, en: string): Label => ({ zh, en });
const fields: readonly FieldSpec[] = [
  { name: 'valid_until', label: l('有效期至', 'Valid until'), kind: 'time' },
  { name: 'note', label: l('备注', 'Note'), kind: 'longtext', max: 2000 },
];

const NO_FIELDS: readonly FieldSpec[] = [];

interface EditedLine {
  kind: string;
  description: string;
  quantity: number;
  unit?: string | null;
  unit_price: number;
  tax_percent?: number | null;
  part_id?: string | null;
}

function Lines() {
  const t = useMessages(finance);
  const kinds = useOptions(choices.lineKind);
  return (
    <Form.List name="edited_lines">
      {(rows, { add, remove }) => (
        <Form.Item label={t('lines')}>
          {rows.map((row) => (
            <div key={row.key} className="quote-line">
              <Form.Item name={[row.name, 'kind']} noStyle rules={[{ required: true }]}>
                <Select aria-label={t('kind')} options={kinds} />
              </Form.Item>
              <Form.Item name={[row.name, 'description']} noStyle rules={[{ required: true, whitespace: true }]}>
                <Input aria-label={t('description')} placeholder={t('description')} maxLength={200} />
              </Form.Item>
              <Form.Item name={[row.name, 'quantity']} noStyle rules={[{ required: true }]}>
                <InputNumber aria-label={t('quantity')} min={0.01} max={1_000_000} style={{ width: '100%' }} />
              </Form.Item>
              <Form.Item name={[row.name, 'unit']} noStyle>
                <Input aria-label={t('unit')} placeholder={t('unit')} maxLength={20} />
              </Form.Item>
              <Form.Item name={[row.name, 'unit_price']} noStyle rules={[{ required: true }]}>
                <InputNumber aria-label={t('unitPrice')} precision={2} min={0} max={1e10} style={{ width: '100%' }} />
              </Form.Item>
              <Form.Item name={[row.name, 'tax_percent']} noStyle>
                <InputNumber
                  aria-label={t('taxPercent')}
                  placeholder={t('taxPercent')}
                  min={0}
                  max={100}
                  style={{ width: '100%' }}
                />
              </Form.Item>
              <Button
                type="text"
                icon={<DeleteOutlined />}
                aria-label={t('removeLine')}
                onClick={() => remove(row.name)}
              />
            </div>
          ))}
          <Button
            size="small"
            icon={<PlusOutlined />}
            onClick={() => add({ kind: 'other', quantity: 1, tax_percent: 13 })}
          >
            {t('addLine')}
          </Button>
        </Form.Item>
      )}
    </Form.List>
  );
}

/**
 * Changes a draft; amounts and tax are worked out by the server, so that there is one arithmetic only. Of a quote that was
 * sent only what the company asks itself can be changed.
 */
export function QuoteEditor({ quote, open, onClose }: { quote: Quote; open: boolean; onClose: () => void }) {
  const t = useMessages(finance);
  const lines = quote.lines.map((line: QuoteLine): EditedLine => ({
    kind: line.kind,
    description: line.description,
    quantity: Number(line.quantity),
    unit: line.unit ?? null,
    unit_price: toMajor(line.unit_price_minor, quote.currency),
    tax_percent: Number(line.tax_percent),
    part_id: line.part_id ?? null,
  }));
  const isDraft = quote.status === 'draft';
  const shape = (body: Values, values: Values): Values => {
    if (!isDraft) return body;
    const edited = (values['edited_lines'] as EditedLine[] | undefined) ?? lines;
    return {
      ...body,
      lines: edited.map((line) => ({
        kind: line.kind,
        description: line.description.trim(),
        quantity: String(line.quantity),
        ...(line.unit?.trim() ? { unit: line.unit.trim() } : {}),
        unit_price_minor: toMinor(line.unit_price, quote.currency),
        ...(line.tax_percent === null || line.tax_percent === undefined
          ? {}
          : { tax_percent: String(line.tax_percent) }),
        ...(line.part_id ? { part_id: line.part_id } : {}),
      })),
    };
  };
  return (
    <FormDrawer<Quote>
      open={open}
      onClose={onClose}
      title={`${t('edit')} ${quote.number}`}
      width={860}
      fields={isDraft ? fields : NO_FIELDS}
      path={`/api/v1/quotes/${quote.id}`}
      record={quote as never}
      initial={{ edited_lines: lines }}
      shape={shape}
      own="quote"
      currency={quote.currency}
      onSaved={() => void queryClient.invalidateQueries({ queryKey: ['quote'] })}
    >
      {isDraft && <Lines />}
    </FormDrawer>
  );
}
