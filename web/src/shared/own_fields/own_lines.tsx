/** What a record says in own fields, line by line, where it stands in a list on another record's page. */
import { useQuery } from '@tanstack/react-query';
import { FieldValue } from '../form_view/field_value';
import '../form_view/form_view.css';
import { labelText, useLocale } from '../i18n';
import { fieldsQuery } from '../objects/queries';

export default function OwnLines({
  object,
  id,
  values,
}: {
  object: string;
  id: string;
  values: Readonly<Record<string, unknown>>;
}) {
  const locale = useLocale();
  const { data } = useQuery(fieldsQuery(object));
  const filled = (data?.catalogue.fields ?? []).filter(
    (field) => field.retired !== true && values[field.id] !== undefined && values[field.id] !== null,
  );
  return filled.map((field) => (
    <div key={field.id} className="muted" style={{ overflowWrap: 'anywhere' }}>
      {labelText(field.label, locale)}:{' '}
      <span style={{ color: 'var(--text)', display: 'inline-block' }}>
        <FieldValue field={field} value={values[field.id]} place={{ object, id }} />
      </span>
    </div>
  ));
}
