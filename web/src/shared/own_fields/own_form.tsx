/** The own fields of a built-in object's record, inside the form that its standard fields stand in. */
import { useQuery } from '@tanstack/react-query';
import { Alert } from 'antd';
import { useEffect, useImperativeHandle, type Ref } from 'react';
import { ClashList } from '../fields/clash_list';
import { useClashes } from '../fields/clashes';
import type { Meanwhile } from '../fields/meanwhile';
import type { Catalogue, Form } from '../form_types';
import { FormView } from '../form_view/form_view';
import { useRecordForm } from '../form_view/record_form';
import { wholeForm } from '../form_view/whole_form';
import type { FormRecord } from '../forms';
import { useMessages } from '../i18n';
import { FormChoice } from '../objects/form_choice';
import { fieldsQuery, useStaffForms, type StaffForm } from '../objects/queries';
import { common } from '../ui/messages';
import { ownClashing } from './own_clashing';

export interface OwnFormHandle {
  /** How much is wrong; everything wrong is shown from then on. */
  check: () => number;
  /** What to send as `ext`; undefined when nothing changed in an old record, or there are no own fields. */
  changed: () => FormRecord | undefined;
  refuse: (error: unknown) => void;
}

function extOf(record: Readonly<Record<string, unknown>>): FormRecord {
  const { ext } = record;
  return typeof ext === 'object' && ext !== null ? (ext as FormRecord) : {};
}

interface OwnFormProps {
  object: string;
  /** The record to change; absent for a new one. */
  record?: Readonly<Record<string, unknown>> | undefined;
  /** What somebody else made of the record since the form was opened. */
  meanwhile?: Meanwhile | undefined;
  onDirty: () => void;
  disabled?: boolean;
  ref: Ref<OwnFormHandle>;
}

export default function OwnForm(props: OwnFormProps) {
  const { data } = useQuery(fieldsQuery(props.object));
  const forms = useStaffForms(props.object);
  const { form } = forms;
  const used = data?.catalogue.fields.some((field) => field.retired !== true) === true;
  if (!data || !used || form === undefined) return null;
  return <Opened {...props} catalogue={data.catalogue} form={form ?? wholeForm(data.catalogue)} forms={forms} />;
}

function Opened({
  object,
  record,
  meanwhile,
  onDirty,
  disabled = false,
  catalogue,
  form,
  forms,
  ref,
}: OwnFormProps & { catalogue: Catalogue; form: Form; forms: StaffForm }) {
  const t = useMessages(common);
  const before = record === undefined ? undefined : extOf(record);
  const state = useRecordForm({ catalogue, form, before, base: '/ext', part: true });
  useImperativeHandle(ref, () => ({
    check: state.check,
    changed: () => {
      const changed = state.changed();
      // A new record names its own fields even when they are empty, so that the server asks for the required ones.
      if (record !== undefined && Object.keys(changed).length === 0) return undefined;
      // With the form named, the server asks for what it asks for, and takes only what stands on it.
      return form.id === '' ? changed : { ...changed, $form: form.id, $form_version: form.version };
    },
    refuse: state.refuse,
  }));
  const { dirty } = state;
  const clashesOf = useClashes(meanwhile);
  const clashes = before && meanwhile ? clashesOf(ownClashing(catalogue, before, extOf(meanwhile.now), state)) : [];
  useEffect(() => {
    if (dirty) onDirty();
  }, [dirty, onDirty]);
  return (
    <div className="stack" style={{ margin: '4px 0 16px' }}>
      <FormChoice {...forms} disabled={disabled} />
      {state.rest.length > 0 && (
        <Alert
          type="warning"
          title={t('fieldProblems')}
          description={state.rest.map((line) => (
            <div key={line}>{line}</div>
          ))}
        />
      )}
      {clashes.length > 0 && <Alert type="warning" description={<ClashList clashes={clashes} />} />}
      <FormView
        catalogue={catalogue}
        form={form}
        values={state.values}
        before={before}
        mode="edit"
        errors={state.errors}
        show={state.show}
        disabled={disabled}
        place={{ object, ...(typeof record?.['id'] === 'string' ? { id: record['id'] } : {}) }}
        onChange={state.onChange}
      />
    </div>
  );
}
