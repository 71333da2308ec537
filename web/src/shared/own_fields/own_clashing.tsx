import type { Clashing } from '../fields/clashes';
import type { Catalogue } from '../form_types';
import { FieldValue } from '../form_view/field_value';
import { isComputed } from '../form_view/kinds';
import type { RecordForm } from '../form_view/record_form';
import type { FormRecord } from '../forms';
import { labelText } from '../i18n';

/** Kinds of which a line would not say what is different. */
const WHOLE: ReadonlySet<string> = new Set(['long_text', 'rich_text', 'sub_table', 'location']);

/** What a form over own fields has to say of each of them; what is worked out follows from the others. */
export function ownClashing(
  catalogue: Catalogue,
  opened: FormRecord,
  now: FormRecord,
  form: Pick<RecordForm, 'values' | 'changed' | 'onChange'>,
): Clashing[] {
  const typed = form.changed();
  return catalogue.fields
    .filter((field) => field.retired !== true && !isComputed(field.kind))
    .map((field) => ({
      key: `own.${field.id}`,
      label: labelText(field.label),
      was: opened[field.id],
      theirs: now[field.id],
      mine: typed[field.id],
      show: (value) => <FieldValue field={field} value={value} compact={!WHOLE.has(field.kind.type)} />,
      put: (value) => form.onChange({ ...form.values, [field.id]: value }, field.id),
    }));
}
