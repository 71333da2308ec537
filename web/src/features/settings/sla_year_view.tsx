/** The special days of a calendar in one year, and what single dates are. */
import { useQuery } from '@tanstack/react-query';
import { Button, DatePicker, Drawer, Select, Space } from 'antd';
import type { Dayjs } from 'dayjs';
import { useState } from 'react';
import { api } from '@/shared/api/api';
import { hoursText, type Interval } from '@/shared/calendar/calendar';
import { useLocale, useMessages } from '@/shared/i18n';
import { today } from '@/shared/time';
import { ErrorState } from '@/shared/ui/error_state';
import { slaWords } from './sla_model';

interface Day {
  date: string;
  hours: Interval[];
  exceptional: boolean;
  kind: 'workday' | 'weekend' | 'holiday' | 'adjusted_workday' | null;
  name: { zh: string; en: string } | null;
  provisional: boolean;
}

export interface HolidayYear {
  year: number;
  source: string | null;
  provisional: boolean;
  own: boolean;
}

const daysOf = (id: string, from: string, to: string, signal: AbortSignal) =>
  api.get<Day[]>(`/api/v1/calendars/${id}/days`, { from, to }, { signal });

function DayText({ day }: { day: Day }) {
  const t = useMessages(slaWords);
  const english = useLocale() === 'en';
  const name = day.name && (english ? day.name.en : day.name.zh);
  return (
    <>
      {day.kind === 'holiday' && <span className="tag tag-danger">{t('holiday')}</span>}
      {day.kind === 'adjusted_workday' && <span className="tag tag-open">{t('adjusted')}</span>} {name}{' '}
      <span className="muted">{day.hours.length > 0 ? t('open', { hours: hoursText(day.hours) }) : t('closed')}</span>{' '}
      {day.provisional && <span className="tag tag-waiting">{t('provisionalTag')}</span>}
    </>
  );
}

export function YearView({
  calendar,
  years,
  onClose,
}: {
  calendar: { id: string; name: string; version: number };
  years: readonly HolidayYear[];
  onClose: () => void;
}) {
  const t = useMessages(slaWords);
  const [year, setYear] = useState(() => Number(today().slice(0, 4)));
  const [date, setDate] = useState<Dayjs | null>(null);
  const days = useQuery({
    queryKey: ['calendar', calendar.id, calendar.version, 'days', year],
    queryFn: ({ signal }) => daysOf(calendar.id, `${year}-01-01`, `${year}-12-31`, signal),
  });
  const asked = date?.format('YYYY-MM-DD');
  const one = useQuery({
    queryKey: ['calendar', calendar.id, calendar.version, 'days', asked],
    queryFn: ({ signal }) => daysOf(calendar.id, asked ?? '', asked ?? '', signal),
    enabled: asked !== undefined,
  });
  const known = years.find((entry) => entry.year === year);
  const special = (days.data ?? []).filter(
    (day) => day.exceptional || day.kind === 'holiday' || day.kind === 'adjusted_workday',
  );
  const found = one.data?.[0];
  return (
    <Drawer
      open
      onClose={onClose}
      title={`${calendar.name} · ${t('yearView')}`}
      size={520}
      styles={{ wrapper: { maxWidth: '100vw' } }}
    >
      <div className="stack">
        <Space wrap>
          <Select
            aria-label={t('yearView')}
            value={year}
            options={years.map((entry) => ({
              value: entry.year,
              label: `${t('year', { year: entry.year })}${entry.provisional ? ` · ${t('provisionalTag')}` : ''}`,
            }))}
            onChange={setYear}
            style={{ minWidth: 160 }}
          />
          <DatePicker aria-label={t('testDate')} placeholder={t('testDate')} value={date} onChange={setDate} />
          {date && <Button onClick={() => setDate(null)}>{t('remove')}</Button>}
        </Space>
        {found && (
          <p role="status">
            <strong>{found.date}</strong> <DayText day={found} />
          </p>
        )}
        {known?.provisional && <p className="tag tag-waiting">{t('provisional')}</p>}
        {known?.source && (
          <p className="muted" style={{ overflowWrap: 'anywhere' }}>
            {t('source')}: {known.source}
          </p>
        )}
        {days.isError && <ErrorState error={days.error} onRetry={() => void days.refetch()} />}
        {days.data && special.length === 0 && <p className="muted">{t('noneInYear')}</p>}
        <ul className="plain-list">
          {special.map((day) => (
            <li key={day.date} style={{ padding: '2px 0' }}>
              <span className="number">{day.date}</span> <DayText day={day} />
            </li>
          ))}
        </ul>
      </div>
    </Drawer>
  );
}
