/** Records as cards with their first picture. */
import { Link } from '@tanstack/react-router';
import { FieldValue } from '@/shared/form_view/field_value';
import { contentOf, idsOf } from '@/shared/form_view/inputs/files';
import { labelText, useLocale } from '@/shared/i18n';
import { ObjectIcon } from '@/shared/objects/object_icon';
import type { ObjectRecord } from '@/shared/objects/queries';
import { cardFields, type ObjectDesk } from './desk';

export default function Gallery({ desk, rows }: { desk: ObjectDesk; rows: readonly ObjectRecord[] }) {
  const locale = useLocale();
  const picture = desk.fields.find((field) => field.kind.type === 'image');
  return (
    <ul className="records-gallery">
      {rows.map((record) => {
        const [first] = picture ? idsOf(record.values[picture.id]) : [];
        return (
          <li key={record.id} className="records-card">
            {picture && (
              <div className="records-picture">
                {first ? <img src={contentOf(first)} alt="" loading="lazy" /> : <ObjectIcon name={desk.info.icon} />}
              </div>
            )}
            <Link
              to="/records/$object/$id"
              params={{ object: desk.info.key, id: record.id }}
              className="records-card-title"
            >
              {record.title}
            </Link>
            {record.title !== record.number && <div className="muted number">{record.number}</div>}
            <dl className="facts records-card-facts">
              {cardFields(desk, record, [], 4).map((field) => (
                <div key={field.id} style={{ display: 'contents' }}>
                  <dt>{labelText(field.label, locale)}</dt>
                  <dd>
                    <FieldValue field={field} value={record.values[field.id]} compact />
                  </dd>
                </div>
              ))}
            </dl>
          </li>
        );
      })}
    </ul>
  );
}
