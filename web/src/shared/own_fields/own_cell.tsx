import type { Field } from '../form_types';
import { FieldValue } from '../form_view/field_value';
import '../form_view/form_view.css';

/** One value of an own field on one line. */
export default function OwnCell({ field, value }: { field: Field; value: unknown }) {
  return <FieldValue field={field} value={value} compact />;
}
