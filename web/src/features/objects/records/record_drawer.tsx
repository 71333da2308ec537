/** A record made or changed at the side of the page: keeps what was typed through errors, and saves once. */
import { Alert, App, Button, Drawer, Skeleton } from 'antd';
import { lazy, Suspense, useRef, useState } from 'react';
import { api, newKey } from '@/shared/api/api';
import { ApiError } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import { useUnsavedGuard } from '@/shared/fields/form_drawer';
import type { Clashing } from '@/shared/fields/clashes';
import { readMeanwhile, type Meanwhile } from '@/shared/fields/meanwhile';
import { FormView } from '@/shared/form_view/form_view';
import { useRecordForm } from '@/shared/form_view/record_form';
import { wholeForm } from '@/shared/form_view/whole_form';
import type { Form } from '@/shared/form_types';
import type { FormRecord } from '@/shared/forms';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import { FormChoice } from '@/shared/objects/form_choice';
import { useStaffForms, type ObjectRecord, type StaffForm } from '@/shared/objects/queries';
import { ownClashing } from '@/shared/own_fields/own_clashing';
import { RefText } from '@/shared/records/ref_text';
import { RelationSelect } from '@/shared/records/relation_select';
import { ErrorState } from '@/shared/ui/error_state';
import { common } from '@/shared/ui/messages';
import type { ObjectDesk } from './desk';
import { records } from './messages';

const ChangedMeanwhile = lazy(() => import('@/shared/fields/changed_meanwhile'));

interface RecordDrawerProps {
  desk: ObjectDesk;
  /** The record to change; without it, one is made. */
  record?: ObjectRecord;
  start?: FormRecord;
  onClose: () => void;
  onSaved?: (record: ObjectRecord) => void;
}

type Holder = 'owner_id' | 'team_id' | 'region_id';
const HOLDERS = ['owner_id', 'team_id', 'region_id'] as const;
const HOLDER_KINDS = { owner_id: 'user', team_id: 'team', region_id: 'region' } as const;
const HOLDER_WORDS = { owner_id: 'owner', team_id: 'team', region_id: 'region' } as const;

export default function RecordDrawer(props: RecordDrawerProps) {
  const t = useMessages(common);
  const forms = useStaffForms(props.desk.info.key);
  const { form } = forms;
  if (form === undefined) {
    return (
      <Drawer open size={760} styles={{ wrapper: { maxWidth: '100vw' } }} title={t('loading')} onClose={props.onClose}>
        <Skeleton active />
      </Drawer>
    );
  }
  return <Opened {...props} form={form ?? wholeForm(props.desk.catalogue)} forms={forms} />;
}

function Opened({
  desk,
  form,
  forms,
  start,
  onClose,
  onSaved,
  ...props
}: RecordDrawerProps & { form: Form; forms: StaffForm }) {
  const t = useMessages(records);
  const c = useMessages(common);
  const locale = useLocale();
  const { message, modal } = App.useApp();
  // The record as it was when the drawer opened: if somebody is faster, the server says so instead of one of both losing.
  const [record] = useState(props.record);
  const [catalogue] = useState(desk.catalogue);
  const state = useRecordForm({
    catalogue,
    form,
    before: record?.values,
    base: '/values',
    ...(start === undefined ? {} : { start }),
  });
  const [holders, setHolders] = useState<Partial<Record<Holder, string | null>>>({});
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [meanwhile, setMeanwhile] = useState<Meanwhile>();
  const [wrong, setWrong] = useState(0);
  const key = useRef(newKey());
  const sent = useRef('');
  const sending = useRef(false);
  const box = useRef<HTMLFormElement>(null);
  /** Each field beside what somebody else made of it meanwhile. */
  const clashing = (): Clashing[] => {
    if (!meanwhile || !record) return [];
    const now = meanwhile.now as unknown as ObjectRecord;
    const belongs = HOLDERS.map((holder): Clashing => ({
      key: holder,
      label: t(HOLDER_WORDS[holder]),
      was: record[holder],
      theirs: now[holder],
      mine: holders[holder],
      show: (id) => <RefText of={HOLDER_KINDS[holder]} id={typeof id === 'string' ? id : null} plain />,
      put: (id) => setHolders((old) => ({ ...old, [holder]: typeof id === 'string' ? id : null })),
    }));
    return [...ownClashing(catalogue, record.values, now.values, state), ...belongs];
  };
  const dirty = state.dirty || Object.keys(holders).length > 0;
  const freeWay = useUnsavedGuard(dirty);

  const close = () => {
    if (!dirty) return onClose();
    modal.confirm({
      title: c('unsavedTitle'),
      content: c('unsavedText'),
      okText: c('unsavedLeave'),
      cancelText: c('unsavedStay'),
      onOk: () => {
        freeWay();
        onClose();
      },
    });
  };

  const showFirst = () => {
    // The problem is drawn a moment later; what it belongs to takes the focus, so that the keyboard is there.
    setTimeout(() => {
      const problem = box.current?.querySelector('.fv-problem');
      problem?.scrollIntoView({ block: 'center' });
      const field = problem?.closest('.fv-field');
      field?.querySelector<HTMLElement>('input:not([type="hidden"]), textarea, button')?.focus({ preventScroll: true });
    }, 60);
  };

  const save = async () => {
    if (sending.current) return;
    setError(undefined);
    const problems = state.check();
    setWrong(problems);
    if (problems > 0) return showFirst();
    const values = state.changed();
    const changes = { ...(record && Object.keys(values).length === 0 ? {} : { values }), ...holders };
    if (record && Object.keys(changes).length === 0) return onClose();
    // With the form named, the server asks for what it asks for, and takes only what stands on it.
    const body = { ...changes, ...(form.id === '' ? {} : { form: form.id, form_version: form.version }) };
    sending.current = true;
    setBusy(true);
    try {
      const text = JSON.stringify(body);
      // A key belongs to one body: whoever corrects a field and sends again makes another request.
      if (sent.current !== '' && sent.current !== text) key.current = newKey();
      sent.current = text;
      const saved = record
        ? await api.patch<ObjectRecord>(`${desk.path}/${record.id}`, body, {
            version: (meanwhile?.now ?? record).version,
          })
        : await api.post<ObjectRecord>(desk.path, body, { key: key.current });
      freeWay();
      state.settle();
      void queryClient.invalidateQueries({ queryKey: [desk.key] });
      void message.success(c(record ? 'saved' : 'created'));
      onClose();
      onSaved?.(saved);
    } catch (caught) {
      state.refuse(caught);
      const news = record && (await readMeanwhile(caught, `${desk.path}/${record.id}`, { ...record }));
      setMeanwhile((old) => news ?? old);
      setError(news ? undefined : caught instanceof ApiError ? caught : new ApiError(-1, {}));
      showFirst();
    } finally {
      sending.current = false;
      setBusy(false);
    }
  };

  const name = labelText(desk.info.name, locale);
  return (
    <Drawer
      open
      title={record ? t('edit', { title: record.title }) : t('create', { object: name })}
      onClose={close}
      size={760}
      styles={{ wrapper: { maxWidth: '100vw' } }}
      mask={{ closable: !dirty }}
      footer={
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          {wrong > 0 && (
            <span className="fv-problem grow" role="status">
              {t('fillFirst', { n: wrong })}
            </span>
          )}
          <Button onClick={close}>{c('cancel')}</Button>
          <Button type="primary" loading={busy} onClick={() => void save()}>
            {c(meanwhile ? 'saveOnTop' : 'save')}
          </Button>
        </div>
      }
    >
      <form
        ref={box}
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {error !== undefined && <ErrorState error={error} />}
        {meanwhile && (
          <Suspense fallback={null}>
            <ChangedMeanwhile {...meanwhile} fields={clashing()} />
          </Suspense>
        )}
        {state.rest.length > 0 && (
          <Alert
            type="warning"
            title={c('fieldProblems')}
            description={state.rest.map((line) => (
              <div key={line}>{line}</div>
            ))}
          />
        )}
        <FormChoice {...forms} disabled={busy} />
        {form.body.length === 0 && <p className="muted">{t('noFields')}</p>}
        <FormView
          catalogue={catalogue}
          form={form}
          values={state.values}
          before={record?.values}
          mode="edit"
          errors={state.errors}
          show={state.show}
          disabled={busy}
          computing={props.record?.computing ?? []}
          faults={props.record?.faults ?? []}
          place={{ object: desk.info.key, ...(record ? { id: record.id } : {}) }}
          onChange={(values, field) => {
            setWrong(0);
            state.onChange(values, field);
          }}
        />
        <section>
          <h3 className="fv-section-title">{t('belongs')}</h3>
          <div className="records-holders">
            {HOLDERS.map((holder) => (
              <div key={holder}>
                <label className="fv-label" htmlFor={`holder-${holder}`}>
                  {t(HOLDER_WORDS[holder])}
                </label>
                <RelationSelect
                  id={`holder-${holder}`}
                  of={HOLDER_KINDS[holder]}
                  value={holder in holders ? (holders[holder] ?? null) : (record?.[holder] ?? null)}
                  onChange={(next) =>
                    setHolders((old) => ({ ...old, [holder]: typeof next === 'string' ? next : null }))
                  }
                />
                {holder === 'owner_id' && !record && <div className="fv-hint muted">{t('ownerHint')}</div>}
              </div>
            ))}
          </div>
        </section>
        <button type="submit" hidden aria-hidden="true" tabIndex={-1} />
      </form>
    </Drawer>
  );
}
