import { useQuery } from '@tanstack/react-query';
import { FieldValue } from '../form_view/field_value';
import '../form_view/form_view.css';
import { MASK } from '../form_view/kinds';
import { labelText, useLocale, useMessages } from '../i18n';
import { fieldsQuery } from '../objects/queries';
import { common } from '../ui/messages';

/** A change of an own field in words: its label, and both values as its kind writes them. */
export default function OwnChange({
  object,
  field: id,
  from,
  to,
  only = false,
}: {
  object: string;
  field: string;
  from?: unknown;
  to?: unknown;
  /** Says which field, and not what it holds. */
  only?: boolean;
}) {
  const t = useMessages(common);
  const locale = useLocale();
  const { data } = useQuery(fieldsQuery(object));
  const field = data?.catalogue.fields.find((one) => one.id === id);
  if (!field) return null;
  if (only) return <div className="muted">{labelText(field.label, locale)}</div>;
  const side = (value: unknown) => {
    if (value === undefined || value === null) return <span className="muted">{t('none')}</span>;
    // What the event hides is hidden for good; a record's own page shows it on request.
    if (value === MASK) return <span className="muted">***</span>;
    return <FieldValue field={field} value={value} compact />;
  };
  return (
    <div className="muted" style={{ overflowWrap: 'anywhere' }}>
      {labelText(field.label, locale)}: {side(from)} → <span style={{ color: 'var(--text)' }}>{side(to)}</span>
    </div>
  );
}
