/** Records by day: a month on a desk, a list of days on a phone. */
import { LeftOutlined, RightOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Select, Skeleton } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState, type CSSProperties } from 'react';
import { api } from '@/shared/api/api';
import type { Page } from '@/shared/api/types';
import type { Condition } from '@/shared/conditions';
import { both } from '@/shared/filter/tree';
import { ruleType, type Field } from '@/shared/form_types';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import type { ObjectRecord } from '@/shared/objects/queries';
import { today, wallToInstant, zoned } from '@/shared/time';
import { ErrorState } from '@/shared/ui/error_state';
import type { LayoutScope } from '@/shared/ui/list_page';
import { useIsPhone } from '@/shared/ui/use_media';
import { calendarFields, type ObjectDesk } from './desk';
import { barsOf, type Lasting } from './lanes';
import { records } from './messages';

const MOST = 200;
/** So many lanes of a week are shown before somebody asks for more. */
const LANES = 4;

/** The days that the page of a month shows, Monday first, whole weeks. */
export function daysOf(month: string): string[] {
  const first = dayjs(`${month}-01`);
  const start = first.subtract((first.day() + 6) % 7, 'day');
  const end = first.endOf('month');
  const days: string[] = [];
  let at: Dayjs = start;
  while (at.isBefore(end) || at.day() !== 1) {
    days.push(at.format('YYYY-MM-DD'));
    at = at.add(1, 'day');
  }
  return days;
}

const isDate = (field: Field) => ruleType(field.kind) === 'date';

const midnight = (day: string) => dayjs(`${day}T00:00:00`);

function notBefore(field: Field, day: string): Condition {
  return { field: field.id, op: 'ge', value: isDate(field) ? day : wallToInstant(midnight(day)) };
}

function notAfter(field: Field, day: string): Condition {
  if (isDate(field)) return { field: field.id, op: 'le', value: day };
  return { field: field.id, op: 'lt', value: wallToInstant(midnight(day).add(1, 'day')) };
}

/** What stands on any of the days; without an end, or with one that lies before it, a record stands where it begins. */
export function within(start: Field, end: Field | undefined, from: string, to: string): Condition {
  const begins = notBefore(start, from);
  return { all: [end ? { any: [begins, notBefore(end, from)] } : begins, notAfter(start, to)] };
}

function dayOf(field: Field, record: Pick<ObjectRecord, 'values'>): string | undefined {
  const value = record.values[field.id];
  if (typeof value !== 'string') return undefined;
  return isDate(field) ? value : zoned(value).format('YYYY-MM-DD');
}

/** The days on which a record stands; an end that lacks, or lies before the beginning, counts as none. */
export function spanOf(start: Field, end: Field | undefined, record: Pick<ObjectRecord, 'values'>) {
  const first = dayOf(start, record);
  if (first === undefined) return undefined;
  const last = (end && dayOf(end, record)) ?? first;
  return { first, last: last > first ? last : first };
}

/** When on its first day the record begins; a whole day has no time. */
function timeOf(field: Field, record: ObjectRecord): string {
  const value = record.values[field.id];
  return !isDate(field) && typeof value === 'string' ? zoned(value).format('HH:mm') : '';
}

interface Placed extends Lasting {
  record: ObjectRecord;
}

/** From when to when, without the year that the page names anyway. */
function daysText({ first, last }: Lasting, month: string): string {
  const year = month.slice(0, 4);
  const short = first.startsWith(year) && last.startsWith(year);
  return [first, last].map((day) => (short ? day.slice(5) : day)).join(' – ');
}

function ItemLink({ desk, item, month, time }: { desk: ObjectDesk; item: Placed; month: string; time: boolean }) {
  const phone = useIsPhone();
  const { record, first, last } = item;
  const days = last > first ? daysText(item, month) : '';
  return (
    <Link
      to="/records/$object/$id"
      params={{ object: desk.info.key, id: record.id }}
      title={[record.title, days].filter(Boolean).join(' · ')}
    >
      {time && item.time && <span className="number">{item.time} </span>}
      {record.title}
      {/* On a desk the bar shows how long it lasts, to everybody who sees it. */}
      {days && <span className={phone ? 'records-item-days number' : 'visually-hidden'}> {days}</span>}
    </Link>
  );
}

/** A week of the month: what lasts several days is one bar over them, named once, on the same height on each day. */
function Week({ desk, days, month, items }: { desk: ObjectDesk; days: string[]; month: string; items: Placed[] }) {
  const t = useMessages(records);
  const [open, setOpen] = useState(false);
  const bars = barsOf(days, items);
  return (
    <tr>
      {days.map((day, at) => {
        const here = bars.filter((bar) => bar.at <= at && at < bar.at + bar.days);
        const shown = here.filter((bar) => open || bar.lane < LANES);
        const rest = here.filter((bar) => bar.lane >= LANES).length;
        const lanes = Math.max(0, ...shown.map((bar) => bar.lane + 1));
        return (
          <td key={day} className={`${day.startsWith(month) ? '' : 'other'}${day === today() ? ' today' : ''}`}>
            <div className="number records-day">{Number(day.slice(8))}</div>
            <ul className="records-day-items">
              {Array.from({ length: lanes }, (_, lane) => {
                const bar = shown.find((one) => one.lane === lane);
                // What began on a day before reaches over this one, or nothing stands here: the lane stays free.
                // Lanes have no names of their own.
                // oxlint-disable-next-line react/no-array-index-key
                if (!bar || bar.at !== at) return <li key={lane} aria-hidden="true" />;
                return (
                  <li
                    key={bar.item.record.id}
                    className={`${bar.before ? 'before' : ''}${bar.after ? ' after' : ''}`}
                    style={{ '--days': bar.days } as CSSProperties}
                  >
                    <ItemLink desk={desk} item={bar.item} month={month} time={!bar.before} />
                  </li>
                );
              })}
            </ul>
            {rest > 0 && (
              <Button type="link" size="small" onClick={() => setOpen(!open)}>
                {open ? t('lessOnDay') : t('moreOnDay', { n: rest })}
              </Button>
            )}
          </td>
        );
      })}
    </tr>
  );
}

/** The days of a month on a phone; what lasts several days stands once, where it begins, with its days. */
function Days({ desk, days, month, items }: { desk: ObjectDesk; days: string[]; month: string; items: Placed[] }) {
  const t = useMessages(records);
  const [monthBegins = ''] = days;
  const placed = items.map((item) => ({ item, day: item.first < monthBegins ? monthBegins : item.first }));
  const filled = days.filter((day) => placed.some((one) => one.day === day));
  return (
    <div className="stack">
      {filled.length === 0 && <p className="muted">{t('noneInMonth')}</p>}
      {filled.map((day) => (
        <section key={day}>
          <h3 className="number" style={{ fontSize: 14 }}>
            {day}
          </h3>
          <ul className="records-day-items">
            {placed
              .filter((one) => one.day === day)
              .toSorted((a, b) => a.item.time.localeCompare(b.item.time))
              .map(({ item }) => (
                <li key={item.record.id}>
                  <ItemLink desk={desk} item={item} month={month} time={item.first === day} />
                </li>
              ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

export default function Calendar({ desk, scope }: { desk: ObjectDesk; scope: LayoutScope<ObjectRecord> }) {
  const t = useMessages(records);
  const locale = useLocale();
  const phone = useIsPhone();
  const fields = calendarFields(desk);
  const field = fields.find((one) => one.id === scope.by) ?? fields[0];
  const ends = fields.filter((one) => one !== field);
  const end = ends.find((one) => one.id === scope.end);
  const month = /^\d{4}-(0[1-9]|1[0-2])$/.test(scope.at ?? '') ? (scope.at ?? '') : today().slice(0, 7);
  const days = daysOf(month);
  const inMonth = days.filter((day) => day.startsWith(month));
  const [from, to] = [(phone ? inMonth : days)[0] ?? '', (phone ? inMonth : days).at(-1) ?? ''];
  const params = {
    limit: MOST,
    q: scope.q,
    archived: scope.archived || undefined,
    filter: field && JSON.stringify(both(scope.filter, within(field, end, from, to))),
    sort: 'created_at',
  };
  const list = useQuery({
    queryKey: [desk.key, 'calendar', params],
    queryFn: ({ signal }) => api.get<Page<ObjectRecord>>(desk.path, params, { signal }),
    enabled: field !== undefined,
    placeholderData: (old) => old,
  });
  if (!field) return null;
  const rows = list.data?.items ?? [];
  const items = rows.flatMap((record): Placed[] => {
    const span = spanOf(field, end, record);
    return span ? [{ ...span, record, time: timeOf(field, record) }] : [];
  });
  const go = (by: number) => scope.patch({ at: dayjs(`${month}-01`).add(by, 'month').format('YYYY-MM') });
  const option = (one: Field) => ({ value: one.id, label: labelText(one.label, locale) });
  const weekdays = days
    .slice(0, 7)
    .map((day) =>
      new Intl.DateTimeFormat(locale, { weekday: 'short', timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`)),
    );
  const [year = '', number = ''] = month.split('-');
  return (
    <div className="panel">
      <div className="row-between" style={{ marginBottom: 10 }}>
        <div className="row">
          <Button icon={<LeftOutlined />} aria-label={t('previousMonth')} onClick={() => go(-1)} />
          <h2 style={{ fontSize: 16, minWidth: 110, textAlign: 'center' }} aria-live="polite">
            {t('month', { year, month: locale === 'en' ? number : Number(number) })}
          </h2>
          <Button icon={<RightOutlined />} aria-label={t('nextMonth')} onClick={() => go(1)} />
          <Button disabled={month === today().slice(0, 7)} onClick={() => scope.patch({ at: undefined })}>
            {t('thisMonth')}
          </Button>
        </div>
        {fields.length > 1 && (
          <div className="row">
            <Select
              aria-label={t('dateBy')}
              value={field.id}
              style={{ minWidth: 150 }}
              options={fields.map(option)}
              onChange={(id: string) => scope.patch({ by: id, ...(id === end?.id ? { end: undefined } : {}) })}
            />
            <Select
              aria-label={t('endBy')}
              value={end?.id ?? ''}
              style={{ minWidth: 150 }}
              options={[{ value: '', label: t('noEnd') }, ...ends.map(option)]}
              onChange={(id: string) => scope.patch({ by: field.id, end: id || undefined })}
            />
          </div>
        )}
      </div>
      {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton active paragraph={{ rows: 8 }} />}
      {list.data?.next_cursor && <p className="muted">{t('monthCapped', { n: MOST })}</p>}
      {list.data &&
        (phone ? (
          <Days desk={desk} days={inMonth} month={month} items={items} />
        ) : (
          <table className="records-month" aria-label={labelText(field.label, locale)}>
            <thead>
              <tr>
                {weekdays.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {Array.from({ length: days.length / 7 }, (_, week) => (
                <Week
                  key={days[week * 7]}
                  desk={desk}
                  days={days.slice(week * 7, week * 7 + 7)}
                  month={month}
                  items={items}
                />
              ))}
            </tbody>
          </table>
        ))}
    </div>
  );
}
