/** What the company asks beyond the standard fields: filled in with a report, and shown with it later. */
import { useEffect, useImperativeHandle, type Ref } from 'react';
import { FormView } from '@/shared/form_view/form_view';
import { useRecordForm } from '@/shared/form_view/record_form';
import { wholeForm } from '@/shared/form_view/whole_form';
import type { FormRecord } from '@/shared/forms';
import { useMessages } from '@/shared/i18n';
import { portal } from './messages';
import type { FormToFill } from './types';

export interface OwnFormHandle {
  /** How much is wrong; everything wrong is shown from then on. */
  check: () => number;
  /** What to send as `ext`. */
  values: () => FormRecord;
  refuse: (error: unknown) => void;
}

const formOf = (asked: FormToFill) => asked.form ?? wholeForm(asked.catalogue);

// Whoever reports has no roles: what is kept to some is not shown.
const NOBODY: readonly string[] = [];

export default function OwnForm({
  asked,
  start,
  disabled,
  onValues,
  ref,
}: {
  asked: FormToFill;
  /** What was typed before a reload. */
  start: FormRecord;
  disabled: boolean;
  onValues: (values: FormRecord) => void;
  ref: Ref<OwnFormHandle>;
}) {
  const t = useMessages(portal);
  const form = formOf(asked);
  const state = useRecordForm({ catalogue: asked.catalogue, form, base: '/ext', start, part: true });
  const { values } = state;
  useEffect(() => onValues(values), [onValues, values]);
  useImperativeHandle(ref, () => ({
    check: state.check,
    values: () => ({ ...state.changed(), $form: form.id, $form_version: form.version }),
    refuse: state.refuse,
  }));
  return (
    <section className="p-card" aria-label={t('moreAsked')}>
      <h2>{t('moreAsked')}</h2>
      {state.rest.map((line) => (
        <p key={line} className="p-error">
          {line}
        </p>
      ))}
      <FormView
        catalogue={asked.catalogue}
        form={form}
        values={values}
        mode="edit"
        width="phone"
        roles={NOBODY}
        errors={state.errors}
        show={state.show}
        disabled={disabled}
        onChange={state.onChange}
      />
    </section>
  );
}

/** The same as it was filled in. */
export function Answers({ asked, values }: { asked: FormToFill; values: FormRecord }) {
  const t = useMessages(portal);
  return (
    <section className="p-card" aria-label={t('moreAsked')}>
      <h2>{t('moreAsked')}</h2>
      <FormView
        catalogue={asked.catalogue}
        form={formOf(asked)}
        values={values}
        mode="read"
        width="phone"
        roles={NOBODY}
      />
    </section>
  );
}
