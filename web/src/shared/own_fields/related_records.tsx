/** Records of other objects that lead to this one by a relation field. */
import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '../api/api';
import type { Page } from '../api/types';
import type { Condition } from '../conditions';
import type { Field } from '../form_types';
import { defineMessages, labelText, useLocale, useMessages } from '../i18n';
import { ObjectIcon } from '../objects/object_icon';
import { fieldsQuery, objectsQuery, type ObjectInfo } from '../objects/queries';
import { relationFor, relationOf, type AnyRecord, type Relation } from '../records/relations';
import { ErrorState } from '../ui/error_state';
import { Panel } from '../ui/record_page';
import { isListed } from './own_filters';
import { useReader } from './own_list';

const messages = defineMessages(
  { by: '{object}（{field}）', all: '查看全部', total: '共 {n} 条' },
  { by: '{object} ({field})', all: 'See all', total: '{n} in total' },
);

/** So many objects are asked which of their fields lead here; nobody has that many on one desk. */
const MOST_OBJECTS = 40;
const SHOWN = 5;

const LISTS: Readonly<Record<string, string>> = {
  customer: '/customers',
  device: '/devices',
  ticket: '/tickets',
  product: '/products',
  part: '/parts',
  engineer: '/engineers',
  contract: '/contracts',
  order: '/orders',
  quote: '/quotes',
};

/** The page that lists an object's records; undefined for those that stand on other records' pages alone. */
function listPage(info: ObjectInfo): string | undefined {
  return LISTS[info.key] ?? (info.built_in ? undefined : `/records/${info.key}`);
}

function Named({ relation, row, whole }: { relation: Relation; row: AnyRecord; whole: string | undefined }) {
  const label = relation.label(row);
  const page = relation.page?.(row.id) ?? relation.home?.(row);
  if (page !== undefined) return <Link to={page}>{label}</Link>;
  if (whole === undefined) return label;
  // Kinds without a page are shown by their list, narrowed to the record.
  return (
    <Link to={whole} search={{ q: label } as never}>
      {label}
    </Link>
  );
}

function Lines({ info, field, id }: { info: ObjectInfo; field: Field; id: string }) {
  const t = useMessages(messages);
  const locale = useLocale();
  const of = relationFor(info.key);
  const relation = relationOf(of);
  const many = field.kind.type === 'relation' && field.kind.many === true;
  const filter: Condition = { field: field.id, op: many ? 'contains_any' : 'in', value: [id] };
  const list = useQuery({
    queryKey: [of, 'related', field.id, id],
    queryFn: ({ signal }) =>
      api.get<Page<AnyRecord>>(
        relation.path,
        { limit: SHOWN, count: true, sort: '-created_at', filter: JSON.stringify(filter) },
        { signal },
      ),
  });
  const rows = list.data?.items ?? [];
  const whole = listPage(info);
  // Nothing leads here, or not yet: that is no news worth a panel.
  if (rows.length === 0 && !list.isError) return null;
  return (
    <Panel
      title={
        <span className="row" style={{ gap: 6 }}>
          <ObjectIcon name={info.icon} />
          {t('by', { object: labelText(info.name, locale), field: labelText(field.label, locale) })}
        </span>
      }
      extra={
        rows.length > 0 &&
        whole !== undefined && (
          <Link to={whole} search={{ filter } as never}>
            {t('all')}
          </Link>
        )
      }
    >
      {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      <ul className="plain-list">
        {rows.map((row) => (
          <li key={row.id}>
            <Named relation={relation} row={row} whole={whole} /> <span className="muted">{relation.hint?.(row)}</span>
          </li>
        ))}
      </ul>
      {(list.data?.total ?? 0) > rows.length && <p className="muted">{t('total', { n: list.data?.total ?? 0 })}</p>}
    </Panel>
  );
}

export function RelatedRecords({ object, id }: { object: string; id: string }) {
  const reader = useReader();
  const objects = useQuery(objectsQuery);
  const asked = (objects.data ?? [])
    .filter((info) => info.may.read && !info.archived && info.fields > 0)
    .slice(0, MOST_OBJECTS);
  const views = useQueries({ queries: asked.map((info) => fieldsQuery(info.key)) });
  const leading = asked.flatMap((info, at) => {
    const view = views[at]?.data;
    if (!view) return [];
    return view.catalogue.fields
      .filter(
        (field) => field.kind.type === 'relation' && field.kind.object === object && isListed(view, field, reader),
      )
      .map((field) => ({ info, field }));
  });
  return (
    <>
      {leading.map(({ info, field }) => (
        <Lines key={`${info.key}.${field.id}`} info={info} field={field} id={id} />
      ))}
    </>
  );
}
