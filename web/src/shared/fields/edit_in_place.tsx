/** Values that are changed where they stand: a pencil opens the input, saving sends only what was changed. */
import { EditOutlined } from '@ant-design/icons';
import { Button, Form } from 'antd';
import { lazy, Suspense, useEffect, useRef, useState, type ReactNode } from 'react';
import { api } from '../api/api';
import { fieldErrors } from '../api/problem';
import { labelText, useLocale, useMessages } from '../i18n';
import { useSession } from '../session';
import { ErrorState } from '../ui/error_state';
import { common } from '../ui/messages';
import './edit_in_place.css';
import { FieldItem } from './field_item';
import { readMeanwhile, type Meanwhile, type Versioned } from './meanwhile';
import { toForm, updateBody, type FieldSpec, type Values } from './spec';

const ChangedMeanwhile = lazy(() => import('./changed_meanwhile'));

interface EditInPlaceProps<T> {
  label: string;
  record: Versioned;
  path: string;
  /** Whoever may not change it sees the value alone. */
  editable: boolean;
  initial: () => Values;
  /** What is sent; nothing is when it is empty. */
  body: (values: Values) => Values;
  /** The record is another one now, by this form or by what somebody else did meanwhile. */
  onSaved: (saved: T) => void;
  form: ReactNode;
  /** The fields of the form, whose values can be told beside what somebody else made of them meanwhile. */
  fields?: readonly FieldSpec[];
  /** The form is one input, which needs no label of its own to be seen. */
  single?: boolean;
  children: ReactNode;
}

/** A value with a form behind its pencil. */
export function EditInPlace<T>(props: EditInPlaceProps<T>) {
  const { label, editable, children } = props;
  const c = useMessages(common);
  const [open, setOpen] = useState(false);
  const pencil = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  useEffect(() => {
    if (wasOpen.current && !open) pencil.current?.focus();
    wasOpen.current = open;
  }, [open]);
  if (open) return <OpenForm {...props} onClose={() => setOpen(false)} />;
  return (
    <div className="in-place">
      <div className="grow">{children}</div>
      {editable && (
        <Button
          ref={pencil}
          type="text"
          size="small"
          icon={<EditOutlined />}
          aria-label={`${c('edit')} ${label}`}
          onClick={() => setOpen(true)}
        />
      )}
    </div>
  );
}

function OpenForm<T>({
  label,
  record,
  path,
  initial,
  body,
  onSaved,
  form: inputs,
  fields,
  single = false,
  onClose,
}: EditInPlaceProps<T> & { onClose: () => void }) {
  const c = useMessages(common);
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const box = useRef<HTMLDivElement>(null);
  // What was on the screen when the typing began: what others change meanwhile is told, not overwritten.
  const [opened] = useState({ record, body, first: initial() });
  const [meanwhile, setMeanwhile] = useState<Meanwhile>();
  const { currency } = useSession().tenant;
  useEffect(() => {
    box.current?.querySelector<HTMLElement>('input, textarea, button')?.focus();
  }, []);
  const save = async (values: Values) => {
    const change = opened.body({ ...(form.getFieldsValue(true) as Values), ...values });
    if (Object.keys(change).length === 0) return onClose();
    setBusy(true);
    setError(undefined);
    try {
      const saved = await api.patch<T>(path, change, { version: (meanwhile?.now ?? opened.record).version });
      onClose();
      onSaved(saved);
    } catch (caught) {
      const found = fieldErrors(caught, (at) => at[0] !== undefined && String(at[0]) in change);
      form.setFields(found.fields.map((field) => ({ name: field.name as string[], errors: field.errors })));
      const news = await readMeanwhile(caught, path, opened.record);
      setMeanwhile((old) => news ?? old);
      setError(news ? undefined : caught);
      setBusy(false);
      if (news) onSaved(news.now as unknown as T);
    }
  };
  return (
    <div
      ref={box}
      className={single ? 'in-place-form in-place-single' : 'in-place-form'}
      role="group"
      aria-label={label}
    >
      <Form<Values>
        form={form}
        layout="vertical"
        initialValues={opened.first}
        onFinish={(values) => void save(values)}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && !event.defaultPrevented) {
            event.stopPropagation();
            onClose();
          }
        }}
      >
        {(error !== undefined || meanwhile) && (
          <div style={{ marginBottom: 8 }}>
            {error !== undefined && <ErrorState error={error} />}
            {meanwhile && (
              <Suspense fallback={null}>
                <ChangedMeanwhile
                  {...meanwhile}
                  form={
                    fields && {
                      specs: fields,
                      opened: opened.record,
                      currency,
                      body: () => opened.body(form.getFieldsValue(true) as Values),
                      put: (spec, value) => form.setFieldsValue(toForm([spec], { [spec.name]: value }, currency)),
                    }
                  }
                />
              </Suspense>
            )}
          </div>
        )}
        {inputs}
        <div className="row" style={{ marginBottom: 4 }}>
          <Button type="primary" size="small" htmlType="submit" loading={busy}>
            {c(meanwhile ? 'saveOnTop' : 'save')}
          </Button>
          <Button size="small" onClick={onClose}>
            {c('cancel')}
          </Button>
        </div>
      </Form>
    </div>
  );
}

/** A field of a record, by its name among the fields of its kind; a value that is not there shows as a dash. */
export function FieldInPlace<T>({
  fields,
  name,
  record,
  path,
  editable,
  onSaved,
  children,
}: {
  fields: readonly FieldSpec[];
  name: string;
  record: Versioned;
  path: string;
  editable: boolean;
  onSaved: (saved: T) => void;
  children: ReactNode;
}) {
  const locale = useLocale();
  const { currency } = useSession().tenant;
  const spec = fields.find((field) => field.name === name);
  if (!spec) return <>{children}</>;
  return (
    <EditInPlace<T>
      label={labelText(spec.label, locale)}
      record={record}
      path={path}
      editable={editable}
      initial={() => toForm([spec], record, currency)}
      body={(values) => updateBody([spec], values, record, currency)}
      onSaved={onSaved}
      form={<FieldItem spec={spec} />}
      fields={[spec]}
      single
    >
      {children || <span className="muted">—</span>}
    </EditInPlace>
  );
}
