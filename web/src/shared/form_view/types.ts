/** What a form on the screen needs to know, and whom it tells. */
import type { Catalogue, FieldKind, Form } from '../form_types';
import type { FormProblem, FormRecord } from '../forms';
import type { Locale } from '../i18n';

/** A kind by its name, such as `money`. */
export type KindName = FieldKind['type'];

export type Channel = Form['channel'];

/** Something wrong beside a field, already in the person's words. Pointers count from the values: `/plate`, `/rows/0/qty`. */
export interface FieldProblem {
  pointer: string;
  text: string;
}

/** A field that the server could not work out. */
export interface FieldFault {
  field: string;
  code: string;
  /** In English. */
  message: string;
}

/** Where the values belong, for what the server alone can do with them. */
export interface RecordPlace {
  /** The object's key, such as `vehicle`. */
  object: string;
  /** The record's id; absent while it is new. */
  id?: string;
}

export interface FormViewProps {
  catalogue: Catalogue;
  /** A form as the server gives it, published or not; `wholeForm(catalogue)` makes one that shows every field. */
  form: Form;
  /** Values by field id. While editing, also what is not right yet; null where somebody emptied a field. */
  values: FormRecord;
  mode: 'edit' | 'read';
  /** All values after a change, with the id of the field that changed. */
  onChange?: (values: FormRecord, field: string) => void;
  /** The record as it is stored; absent for a new one. What came with it may stay as it is. */
  before?: FormRecord | undefined;
  /** What the server said; `serverProblems(error, '/values')` makes it of a failed request. */
  errors?: readonly FieldProblem[];
  /** Whose problems of the browser's own rules are shown: of fields that were left, or of all. */
  show?: 'touched' | 'all';
  /** Phone width or desktop width whatever the screen has, for previews. */
  width?: 'desktop' | 'phone';
  /** Another language than the person's own, for previews. */
  locale?: Locale;
  /** Who fills it in; the form's own channel without it. */
  channel?: Channel;
  disabled?: boolean;
  /** The roles whose fields are shown; the signed-in person's without it. */
  roles?: readonly string[];
  /** The record whose values these are; without it nothing can be revealed. */
  place?: RecordPlace;
  /** Fields whose values the server is still working out. */
  computing?: readonly string[];
  /** Fields that the server could not work out, and why. */
  faults?: readonly FieldFault[];
  /** Nothing is asked of the server: relations, people and files can be looked at but not chosen. */
  preview?: boolean;
}

/** What every input of one kind gets. */
export interface InputProps<Value = unknown> {
  id: string;
  value: Value | null | undefined;
  onChange: (value: Value | null) => void;
  /** The field was left; its problems may be shown now. */
  onLeave: () => void;
  disabled: boolean;
  label: string;
  invalid: boolean;
  /** The id of the element that says what is wrong, or what to write. */
  describedBy: string | undefined;
}

export type { FormProblem };
