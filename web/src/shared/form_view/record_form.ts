/** The state of one form while somebody fills it in: values, what is wrong, what to send. */
import { useRef, useState } from 'react';
import type { Catalogue, Form } from '../form_types';
import type { FormRecord } from '../forms';
import { useLocale } from '../i18n';
import { fieldRoles, ownProblems } from './form_view';
import { otherProblems, serverProblems } from './problems';
import type { FieldProblem } from './types';

/** What a new record begins with. */
export function startValues(catalogue: Catalogue): FormRecord {
  return Object.fromEntries(
    catalogue.fields
      .filter((field) => field.default !== undefined && field.retired !== true)
      .map((field) => [field.id, field.default]),
  );
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

/** What differs from the record, null for what was emptied, so that others' changes to other fields survive. */
export function changedValues(before: FormRecord | undefined, values: FormRecord): FormRecord {
  const changed: FormRecord = {};
  for (const [id, value] of Object.entries(values)) {
    const old = before?.[id];
    if (isNothing(value)) {
      if (!isNothing(old)) changed[id] = null;
    } else if (JSON.stringify(value) !== JSON.stringify(old)) {
      changed[id] = value;
    }
  }
  return changed;
}

interface RecordFormOptions {
  catalogue: Catalogue;
  form: Form;
  /** The stored values; absent for a new record. */
  before?: FormRecord | undefined;
  /** Where the values stand in the body, such as `/values`. */
  base: string;
  /** What a new record begins with besides its defaults. */
  start?: FormRecord;
  /** It is a part of another form, which says itself what is wrong with the rest of the body. */
  part?: boolean;
}

export interface RecordForm {
  values: FormRecord;
  dirty: boolean;
  show: 'touched' | 'all';
  errors: readonly FieldProblem[];
  /** What the server refused that stands beside no field of the form. */
  rest: readonly string[];
  onChange: (values: FormRecord, field: string) => void;
  /** Whether the form may be sent; shows everything that is wrong when not. */
  check: () => number;
  /** What to send. */
  changed: () => FormRecord;
  /** Takes in why the server refused. */
  refuse: (error: unknown) => void;
  /** Nothing is unsaved any more. */
  settle: () => void;
}

export function useRecordForm({
  catalogue,
  form,
  before,
  base,
  start,
  part: inner = false,
}: RecordFormOptions): RecordForm {
  const locale = useLocale();
  // The form takes its values when it opens and not again, so nothing that changes meanwhile overwrites the typing.
  const [first] = useState<FormRecord>(() => before ?? { ...startValues(catalogue), ...start });
  const [values, setValues] = useState<FormRecord>(first);
  const [dirty, setDirty] = useState(false);
  const [show, setShow] = useState<'touched' | 'all'>('touched');
  const [errors, setErrors] = useState<readonly FieldProblem[]>([]);
  const [rest, setRest] = useState<readonly string[]>([]);
  const latest = useRef(first);
  const onForm = new Set(
    form.body.flatMap((section) =>
      section.parts.flatMap((part) => part.items.flatMap((item) => (item.type === 'field' ? [item.field] : []))),
    ),
  );
  return {
    values,
    dirty,
    show,
    errors,
    rest,
    onChange: (next, field) => {
      // Two fields may change before the form is drawn again, such as two uploads that end together.
      latest.current = { ...latest.current, [field]: next[field] };
      setValues(latest.current);
      setDirty(true);
      setErrors((old) => old.filter((one) => one.pointer.split('/')[1] !== field));
    },
    check: () => {
      const roles = fieldRoles(catalogue, undefined);
      const { problems } = ownProblems({ catalogue, form, before, values: latest.current }, roles, new Date());
      const mine = problems.filter((one) => onForm.has(one.pointer.split('/')[1] ?? '') || one.pointer === '');
      setShow('all');
      setRest(mine.filter((one) => one.pointer === '').map((one) => one.text));
      return mine.length;
    },
    changed: () => changedValues(before, latest.current),
    refuse: (error) => {
      const found = serverProblems(error, base, catalogue, locale);
      const beside = found.filter((one) => onForm.has(one.pointer.split('/')[1] ?? ''));
      setErrors(beside);
      setRest([
        ...found
          .filter((one) => !beside.includes(one))
          .map((one) => {
            const field = catalogue.fields.find((known) => known.id === one.pointer.split('/')[1]);
            const name = field && (locale === 'en' ? field.label.en : field.label.zh);
            return name ? `${name}: ${one.text}` : one.text;
          }),
        ...(inner ? [] : otherProblems(error, base)),
      ]);
      setShow('all');
    },
    settle: () => setDirty(false),
  };
}
