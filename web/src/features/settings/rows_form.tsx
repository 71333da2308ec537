import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { App, Button, Form } from 'antd';
import { useEffect, useEffectEvent, useRef, useState, type ReactNode } from 'react';
import { ApiError, fieldErrors } from '@/shared/api/problem';
import { useUnsavedGuard } from '@/shared/fields/form_drawer';
import { useMessages } from '@/shared/i18n';
import { EmptyState } from '@/shared/ui/empty_state';
import { ErrorState } from '@/shared/ui/error_state';
import { common } from '@/shared/ui/messages';
import { settings } from './messages';

interface RowsFormProps<T extends object> {
  /** What is stored. It goes into the form whenever nothing unsaved stands there. */
  rows: readonly T[];
  blank: () => T;
  /** The controls of a row; `at` is where its values are in the form. */
  row: (at: number) => ReactNode;
  /** The names of those controls, which problems stand beside. */
  names: readonly string[];
  /** The version of what is stored. */
  version: number;
  /** Gets the version of what the form was filled from, so that nobody's change in between is overwritten. */
  onSave: (rows: T[], version: number) => Promise<void>;
  onReload: () => void;
  onDirty?: (dirty: boolean) => void;
  most: number;
  addLabel: string;
  emptyTitle: string;
  emptyHint: string;
}

/** Where a problem of the server stands in the form: `/items/3/label_en` and `/3/skill` are both of the fourth row. */
export function rowPath(path: readonly (string | number)[]): (string | number)[] {
  const at = path.findIndex((part) => typeof part === 'number');
  return at < 0 ? [] : ['rows', ...path.slice(at)];
}

/** Rows in an order of their own, saved together: added, moved, removed; problems stand beside their field. */
export function RowsForm<T extends object>(props: RowsFormProps<T>) {
  const { rows, version, blank, row, names, onSave, onReload, onDirty, most, addLabel, emptyTitle, emptyHint } = props;
  const t = useMessages(settings);
  const c = useMessages(common);
  const { message } = App.useApp();
  const [form] = Form.useForm<{ rows: T[] }>();
  const [dirty, setDirty] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [rest, setRest] = useState<string[]>([]);
  const sending = useRef(false);
  const basis = useRef(version);
  const freeWay = useUnsavedGuard(dirty);
  const changed = (now: boolean) => {
    setDirty(now);
    onDirty?.(now);
  };
  const take = useEffectEvent((stored: readonly T[], of: number, typing: boolean) => {
    if (typing) return;
    basis.current = of;
    form.setFieldsValue({ rows: structuredClone(stored) as never });
  });
  useEffect(() => take(rows, version, dirty), [rows, version, dirty]);

  const forget = () => {
    basis.current = version;
    form.setFieldsValue({ rows: structuredClone(rows) as never });
    setError(undefined);
    setRest([]);
    changed(false);
  };
  const save = async () => {
    if (sending.current) return;
    sending.current = true;
    setBusy(true);
    setError(undefined);
    setRest([]);
    try {
      const values = await form.validateFields();
      await onSave(values.rows ?? [], basis.current);
      freeWay();
      changed(false);
      void message.success(c('saved'));
    } catch (caught) {
      if (caught instanceof ApiError) {
        const known = (path: readonly (string | number)[]) => names.includes(String(path.at(-1)));
        const found = fieldErrors(caught, known);
        form.setFields(found.fields.map((field) => ({ name: rowPath(field.name) as never, errors: field.errors })));
        setRest(found.rest);
        if (found.fields.length === 0) setError(caught);
      }
    } finally {
      sending.current = false;
      setBusy(false);
    }
  };
  return (
    <Form form={form} layout="vertical" onValuesChange={() => changed(true)} onFinish={() => void save()}>
      {error !== undefined && <ErrorState error={error} />}
      {error instanceof ApiError && error.status === 412 && (
        <p style={{ margin: '8px 0' }}>
          <Button
            onClick={() => {
              forget();
              onReload();
            }}
          >
            {c('changedReload')}
          </Button>
        </p>
      )}
      {rest.length > 0 && (
        <ul role="alert" style={{ color: 'var(--tag-danger)' }}>
          {rest.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
      <Form.List name="rows">
        {(fields, { add, remove, move }) => {
          const addButton = (
            <Button
              icon={<PlusOutlined />}
              disabled={fields.length >= most}
              onClick={() => {
                add(blank());
                changed(true);
              }}
            >
              {addLabel}
            </Button>
          );
          if (fields.length === 0) return <EmptyState title={emptyTitle} hint={emptyHint} action={addButton} />;
          return (
            <>
              <ol className="rows-form">
                {fields.map((field, at) => (
                  <li key={field.key}>
                    <span className="muted number rows-form-number" aria-hidden="true">
                      {at + 1}
                    </span>
                    <div className="rows-form-fields">{row(field.name)}</div>
                    <span className="rows-form-tools">
                      <Button
                        type="text"
                        icon={<ArrowUpOutlined />}
                        aria-label={t('moveUp', { n: at + 1 })}
                        disabled={at === 0}
                        onClick={() => {
                          move(at, at - 1);
                          changed(true);
                        }}
                      />
                      <Button
                        type="text"
                        icon={<ArrowDownOutlined />}
                        aria-label={t('moveDown', { n: at + 1 })}
                        disabled={at === fields.length - 1}
                        onClick={() => {
                          move(at, at + 1);
                          changed(true);
                        }}
                      />
                      <Button
                        type="text"
                        danger
                        icon={<DeleteOutlined />}
                        aria-label={t('removeRow', { n: at + 1 })}
                        onClick={() => {
                          remove(field.name);
                          changed(true);
                        }}
                      />
                    </span>
                  </li>
                ))}
              </ol>
              {addButton}
            </>
          );
        }}
      </Form.List>
      <div className="row" style={{ marginTop: 16 }}>
        <Button type="primary" htmlType="submit" disabled={!dirty} loading={busy}>
          {c('save')}
        </Button>
        {dirty && (
          <>
            <Button onClick={forget}>{t('discard')}</Button>
            <span className="muted" role="status">
              {c('unsavedTitle')}
            </span>
          </>
        )}
      </div>
    </Form>
  );
}
