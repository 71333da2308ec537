import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Skeleton } from 'antd';
import { lazy, Suspense, useMemo, useState, type ReactNode } from 'react';
import { defineMessages, labelText, translate, useLocale, useMessages, type Label } from '../i18n';
import { ErrorState } from '../ui/error_state';
import { common } from '../ui/messages';
import { TimeText } from '../ui/texts';
import { eventText } from './event_words';
import { MeterReading } from './meter_reading';
import { isChosen, NOTHING_CHOSEN } from './timeline_choice';
import { placesAfter, readOn, woven, type Along, type Places } from './timeline_pages';
import { ValueText } from './value_text';
import { fieldText, isEmpty, ownField, readData, type Change } from './words';

// What draws values of own fields comes when such a field was changed.
const OwnChange = lazy(() => import('../own_fields/own_change'));
const TimelineFilters = lazy(() => import('./timeline_filters'));

const NOTHING_ALONG: readonly Along[] = [];

const words = defineMessages(
  { fieldAdded: '添加字段', fieldChanged: '修改字段', fieldRemoved: '删除字段' },
  { fieldAdded: 'added the field', fieldChanged: 'changed the field', fieldRemoved: 'removed the field' },
);

export interface HistoryEvent {
  id: string;
  at: string;
  actor: { kind: string; id: string; name: string };
  kind: string;
  object: string;
  object_id: string;
  label?: string | null;
  data: unknown;
  /** The ticket or quote that the label leads to. */
  link?: { to: '/tickets/$id' | '/quotes/$id'; id: string };
}

export function actorName(actor: HistoryEvent['actor']): string {
  if (actor.kind === 'system') return translate(common, 'system');
  if (actor.kind === 'customer' && (!actor.name || actor.name === 'customer'))
    return translate(common, 'customerActor');
  return actor.name;
}

export function ActorText({ actor }: { actor: HistoryEvent['actor'] }) {
  useLocale();
  return <>{actorName(actor)}</>;
}

/** What became of each field of an object: the changes carry the fields whole, of which people know the name. */
function FieldChanges({ changes }: { changes: readonly Change[] }) {
  const t = useMessages(words);
  const locale = useLocale();
  return changes.map(({ field, from, to }) => {
    const label = ((to ?? from) as { label?: Label } | null)?.label;
    if (!label) return null;
    return (
      <div key={field} className="muted">
        {t(isEmpty(from) ? 'fieldAdded' : isEmpty(to) ? 'fieldRemoved' : 'fieldChanged')} {labelText(label, locale)}
      </div>
    );
  });
}

export function Changes({ event }: { event: HistoryEvent }) {
  const { changes, details: all } = readData(event.data);
  if (event.kind === 'fields.updated') return <FieldChanges changes={changes} />;
  // A field is told by its key there, which says nothing to people.
  const details = event.kind === 'field.converted' ? all.filter(([name]) => name !== 'field') : all;
  if (event.kind === 'device.meter_read') return <MeterReading data={event.data} />;
  if (event.kind === 'personal_data.revealed') {
    const looked = details.find(([name]) => name === 'field')?.[1];
    return typeof looked === 'string' ? (
      <Suspense fallback={null}>
        <OwnChange object={event.object.replace(/^record:/, '')} field={looked} only />
      </Suspense>
    ) : null;
  }
  return (
    <>
      {changes.map((change) => {
        const own = ownField(event.object, change.field);
        if (own) {
          return (
            <Suspense key={change.field} fallback={null}>
              <OwnChange object={own.object} field={own.field} from={change.from} to={change.to} />
            </Suspense>
          );
        }
        return (
          <div key={change.field} className="muted" style={{ overflowWrap: 'anywhere' }}>
            {fieldText(change.field)}: <ValueText object={event.object} field={change.field} value={change.from} /> →{' '}
            <span style={{ color: 'var(--text)' }}>
              <ValueText object={event.object} field={change.field} value={change.to} />
            </span>
          </div>
        );
      })}
      {details.map(([field, value]) => (
        <div key={field} className="muted prewrap">
          {fieldText(field)}: <ValueText object={event.object} field={field} value={value} />
        </div>
      ))}
    </>
  );
}

/** What happened to a record and to what belongs to it, newest first. */
export function Timeline({
  object,
  path,
  body,
  filters = false,
  along = NOTHING_ALONG,
}: {
  object: string;
  path: string;
  body?: (event: HistoryEvent) => ReactNode | undefined;
  /** Lets people choose what it is about and who did it. */
  filters?: boolean;
  /** Lists whose records stand among the events. */
  along?: readonly Along[];
}) {
  const t = useMessages(common);
  useLocale();
  const history = useInfiniteQuery({
    queryKey: [object, 'timeline', path, along.map((source) => source.path).join()],
    queryFn: ({ pageParam, signal }) => readOn(path, along, pageParam, signal),
    initialPageParam: [] as Places,
    getNextPageParam: placesAfter,
  });
  const all = useMemo(() => woven(history.data?.pages ?? []), [history.data]);
  const [chosen, setChosen] = useState(NOTHING_CHOSEN);
  const events = useMemo(() => all.filter((event) => isChosen(event, chosen)), [all, chosen]);
  if (history.isPending) return <Skeleton active />;
  if (history.isError) return <ErrorState error={history.error} onRetry={() => void history.refetch()} />;
  return (
    <>
      {filters && (
        <Suspense fallback={null}>
          <TimelineFilters events={all} chosen={chosen} onChoose={setChosen} />
        </Suspense>
      )}
      {events.length === 0 && all.length > 0 && (
        <p className="muted" role="status">
          {t('noMatch')}
        </p>
      )}
      <ol className="timeline">
        {events.map((event) => (
          <li key={event.id}>
            <div className="row-between" style={{ alignItems: 'baseline' }}>
              <span>
                <strong>
                  <ActorText actor={event.actor} />
                </strong>{' '}
                {eventText(event.kind)}
                {event.object !== object && event.label ? (
                  <span className="muted">
                    {' '}
                    {event.link ? (
                      <Link to={event.link.to} params={{ id: event.link.id }}>
                        {event.label}
                      </Link>
                    ) : (
                      event.label
                    )}
                  </span>
                ) : null}
              </span>
              <span className="muted">
                <TimeText at={event.at} />
              </span>
            </div>
            {body?.(event) ?? (event.kind.endsWith('.created') ? null : <Changes event={event} />)}
          </li>
        ))}
      </ol>
      {history.hasNextPage && (
        <Button size="small" loading={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>
          {t('more')}
        </Button>
      )}
    </>
  );
}
