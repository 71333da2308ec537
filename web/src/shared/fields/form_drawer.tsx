import { useBlocker } from '@tanstack/react-router';
import { Alert, App, Button, Drawer, Form } from 'antd';
import { Fragment, lazy, Suspense, useCallback, useEffect, useRef, useState, type ReactNode } from 'react';
import { api, newKey } from '../api/api';
import { ApiError, fieldErrors, type FormPath } from '../api/problem';
import { labelText, useLocale, useMessages } from '../i18n';
import type { OwnFormHandle } from '../own_fields/own_form';
import { useSession } from '../session';
import { ErrorState } from '../ui/error_state';
import { common } from '../ui/messages';
import { FieldItem } from './field_item';
import { readMeanwhile, type Meanwhile, type Versioned } from './meanwhile';
import { createBody, toForm, updateBody, type FieldSpec, type Values } from './spec';

// Inputs for all kinds of own fields weigh more than the form they stand in.
const OwnForm = lazy(() => import('../own_fields/own_form'));
const ChangedMeanwhile = lazy(() => import('./changed_meanwhile'));

export interface FormDrawerProps<T> {
  open: boolean;
  onClose: () => void;
  title: string;
  fields: readonly FieldSpec[];
  /** Where a new record is posted to; with `record`, where its change is sent. */
  path: string;
  method?: 'POST' | 'PATCH' | 'PUT';
  /** The record to change. Without it, one is created. */
  record?: Versioned | undefined;
  /** What a new record begins with, or what the form holds beside the fields of an old one. */
  initial?: Values;
  /** The version an action without a form record is based on. */
  version?: number;
  /** Last changes to the body before it is sent. */
  shape?: (body: Values, values: Values) => Values;
  onSaved?: (saved: T) => void;
  /** More of the form than its fields, inside the same antd form. */
  children?: ReactNode;
  okText?: string;
  width?: number;
  intro?: ReactNode;
  currency?: string;
  /** The object whose own fields stand below, and go as `ext`. */
  own?: string;
}

/**
 * Asks before a form with unsaved words is left, by link, back button or closed tab. The answer frees the way at once,
 * for the moment after saving, when the state that says so has not been drawn yet. `onLeave` hears that somebody chose to
 * leave, before the next page is there.
 */
export function useUnsavedGuard(dirty: boolean, onLeave?: () => void): () => void {
  const { modal } = App.useApp();
  const t = useMessages(common);
  const free = useRef(false);
  useEffect(() => {
    if (!dirty) free.current = false;
  }, [dirty]);
  useBlocker({
    disabled: !dirty,
    enableBeforeUnload: () => dirty && !free.current,
    shouldBlockFn: () => {
      if (free.current) return false;
      return new Promise<boolean>((resolve) => {
        modal.confirm({
          title: t('unsavedTitle'),
          content: t('unsavedText'),
          okText: t('unsavedLeave'),
          cancelText: t('unsavedStay'),
          onOk: () => {
            onLeave?.();
            resolve(false);
          },
          onCancel: () => resolve(true),
        });
      });
    },
  });
  return useCallback(() => {
    free.current = true;
  }, []);
}

/** A form at the side of the page: keeps what was typed through errors, shows problems beside their fields, saves once. */
export function FormDrawer<T = unknown>(props: FormDrawerProps<T>) {
  const { open, onClose, title, fields, path, initial, onSaved, children, okText, width = 520, intro, own } = props;
  const t = useMessages(common);
  const locale = useLocale();
  const { message, modal } = App.useApp();
  const session = useSession();
  const currency = props.currency ?? session.tenant.currency;
  const [form] = Form.useForm<Values>();
  const [dirty, setDirty] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [rest, setRest] = useState<string[]>([]);
  const key = useRef('');
  const sent = useRef('');
  const sending = useRef(false);
  const ownForm = useRef<OwnFormHandle>(null);
  const markDirty = useCallback(() => setDirty(true), []);
  const freeWay = useUnsavedGuard(open && dirty);

  // The record as it was when the typing began, with which the body is compared to the end: what others change
  // meanwhile is told, not overwritten.
  const [base, setBase] = useState<Pick<typeof props, 'open' | 'record' | 'shape'>>({ open: false });
  const [meanwhile, setMeanwhile] = useState<Meanwhile>();
  const isNewer = open && !dirty && props.record?.version !== base.record?.version;
  if (base.open !== open || isNewer) setBase(open ? props : { ...base, open });
  const { record } = base;
  const shape = record ? base.shape : props.shape;

  const shown = fields.filter((field) => field.only === undefined || field.only === (record ? 'update' : 'create'));

  // Once somebody types, the form takes no more values, so nothing that changes meanwhile overwrites the typing.
  const filled = useRef<{ record: Versioned | undefined }>(undefined);
  useEffect(() => {
    if (!open) filled.current = undefined;
    else if (filled.current?.record !== record || !filled.current) {
      // A form that is already in sight keeps its inputs, and with them the place of the cursor.
      if (!filled.current) form.resetFields();
      filled.current = { record };
      form.setFieldsValue({ ...initial, ...(record ? toForm(shown, record, currency) : {}) });
      key.current = newKey();
      sent.current = '';
      setDirty(false);
      setError(undefined);
      setMeanwhile(undefined);
      setRest([]);
    }
  }, [open, record, initial, form, shown, currency]);

  const close = () => {
    if (!dirty) return onClose();
    modal.confirm({
      title: t('unsavedTitle'),
      content: t('unsavedText'),
      okText: t('unsavedLeave'),
      cancelText: t('unsavedStay'),
      onOk: () => {
        setDirty(false);
        onClose();
      },
    });
  };

  const submit = async (values: Values) => {
    if (sending.current || (ownForm.current?.check() ?? 0) > 0) return;
    sending.current = true;
    setBusy(true);
    setError(undefined);
    setRest([]);
    try {
      const all = { ...(form.getFieldsValue(true) as Values), ...values };
      const plain = record ? updateBody(shown, all, record, currency) : createBody(shown, all, currency);
      const shaped = shape ? shape(plain, all) : plain;
      const ext = ownForm.current?.changed();
      const body = ext === undefined ? shaped : { ...shaped, ext };
      const method = props.method ?? (record ? 'PATCH' : 'POST');
      const text = JSON.stringify(body);
      // A key belongs to one body: whoever corrects a field and sends again makes another request.
      if (sent.current !== '' && sent.current !== text) key.current = newKey();
      sent.current = text;
      const based = props.version === undefined ? {} : { version: props.version };
      let saved: T | undefined;
      if (!record)
        saved = await (method === 'PUT'
          ? api.put<T>(path, body, based)
          : api.post<T>(path, body, { key: key.current, ...based }));
      else if (Object.keys(body).length > 0) {
        const options = { version: (meanwhile?.now ?? record).version };
        saved = await (method === 'PUT' ? api.put<T>(path, body, options) : api.patch<T>(path, body, options));
      }
      freeWay();
      setDirty(false);
      // What has a button of its own name is a step, not a new record.
      void message.success(t(record || props.method === 'PUT' ? 'saved' : okText === undefined ? 'created' : 'done'));
      onClose();
      onSaved?.(saved ?? (record as T));
    } catch (caught) {
      const names = new Set(shown.map((field) => field.name));
      ownForm.current?.refuse(caught);
      const inOwn = (at: FormPath) => own !== undefined && at[0] === 'ext';
      const found = fieldErrors(caught, (at) => inOwn(at) || (at.length === 1 && names.has(String(at[0]))));
      const mine = found.fields.filter((field) => !inOwn(field.name));
      form.setFields(mine.map((field) => ({ name: field.name as string[], errors: field.errors })));
      if (mine[0]) form.scrollToField(mine[0].name as string[], { focus: true });
      setRest(found.rest);
      const news = record && (await readMeanwhile(caught, path, record));
      setMeanwhile((old) => news ?? old);
      setError(news ? undefined : caught instanceof ApiError ? caught : new ApiError(-1, {}));
    } finally {
      sending.current = false;
      setBusy(false);
    }
  };

  return (
    <Drawer
      open={open}
      title={title}
      onClose={close}
      size={width}
      styles={{ wrapper: { maxWidth: '100vw' } }}
      destroyOnHidden
      mask={{ closable: !dirty }}
      footer={
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button onClick={close}>{t('cancel')}</Button>
          <Button type="primary" loading={busy} onClick={() => form.submit()}>
            {okText ?? t(meanwhile ? 'saveOnTop' : 'save')}
          </Button>
        </div>
      }
    >
      <Form<Values>
        form={form}
        layout="vertical"
        onFinish={(values) => void submit(values)}
        onFinishFailed={() => ownForm.current?.check()}
        onValuesChange={() => {
          setDirty(true);
          // What both changed stands above with what is typed now.
          if (meanwhile) setMeanwhile({ ...meanwhile });
        }}
        scrollToFirstError
      >
        {intro}
        {(error !== undefined || meanwhile) && (
          <div style={{ marginBottom: 12 }}>
            {error !== undefined && <ErrorState error={error} />}
            {meanwhile && (
              <Suspense fallback={null}>
                <ChangedMeanwhile
                  {...meanwhile}
                  form={{
                    specs: shown,
                    opened: record,
                    currency,
                    body: () =>
                      record ? updateBody(shown, form.getFieldsValue(true) as Values, record, currency) : {},
                    put: (spec, value) => {
                      form.setFieldsValue(toForm([spec], { [spec.name]: value }, currency));
                      setDirty(true);
                    },
                  }}
                />
              </Suspense>
            )}
          </div>
        )}
        {rest.length > 0 && (
          <Alert
            type="warning"
            style={{ marginBottom: 12 }}
            title={t('fieldProblems')}
            description={rest.map((line) => (
              <div key={line}>{line}</div>
            ))}
          />
        )}
        <div className="form-fields">
          {shown.map((field) => (
            <Fragment key={field.name}>
              {field.heading && (
                <div style={{ gridColumn: '1 / -1' }}>
                  <h3 className="form-heading">{labelText(field.heading, locale)}</h3>
                  {field.hint && <p className="muted">{labelText(field.hint, locale)}</p>}
                </div>
              )}
              <div style={field.half ? undefined : { gridColumn: '1 / -1' }}>
                <FieldItem spec={field} />
              </div>
            </Fragment>
          ))}
        </div>
        {own !== undefined && (
          <Suspense fallback={null}>
            <OwnForm
              key={record?.version}
              ref={ownForm}
              object={own}
              record={record}
              meanwhile={meanwhile}
              onDirty={markDirty}
              disabled={busy}
            />
          </Suspense>
        )}
        {children}
        <button type="submit" hidden aria-hidden="true" tabIndex={-1} />
      </Form>
    </Drawer>
  );
}
