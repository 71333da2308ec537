import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, DatePicker, Input } from 'antd';
import type { Dayjs } from 'dayjs';
import { useState } from 'react';
import { defineMessages, useMessages } from '../i18n';
import { hoursText, parseHours, type CalendarValue, type Interval } from './calendar';

const messages = defineMessages(
  {
    monday: '周一',
    tuesday: '周二',
    wednesday: '周三',
    thursday: '周四',
    friday: '周五',
    saturday: '周六',
    sunday: '周日',
    off: '休息',
    hours: '{day} 的工作时间',
    hint: '如 9:00-12:00, 13:00-18:00；留空表示休息',
    wrong: '请写成 9:00-12:00, 13:00-18:00，且时段不能重叠',
    exceptions: '节假日与调休',
    addHoliday: '添加节假日',
    addWorkday: '添加调休上班日',
    date: '日期',
    holiday: '放假',
    workday: '调休上班',
    remove: '移除 {date}',
    week: '每周工作时间',
    zone: '时区',
  },
  {
    monday: 'Monday',
    tuesday: 'Tuesday',
    wednesday: 'Wednesday',
    thursday: 'Thursday',
    friday: 'Friday',
    saturday: 'Saturday',
    sunday: 'Sunday',
    off: 'off',
    hours: 'Hours of {day}',
    hint: 'Such as 9:00-12:00, 13:00-18:00; empty for a day off',
    wrong: 'Write it like 9:00-12:00, 13:00-18:00, without overlap',
    exceptions: 'Holidays and adjusted workdays',
    addHoliday: 'Add holiday',
    addWorkday: 'Add adjusted workday',
    date: 'Date',
    holiday: 'holiday',
    workday: 'workday',
    remove: 'Remove {date}',
    week: 'Hours of the week',
    zone: 'Time zone',
  },
);

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

function HoursInput({
  label,
  value,
  onChange,
  disabled,
}: {
  label: string;
  value: readonly Interval[];
  onChange: (value: Interval[]) => void;
  disabled: boolean;
}) {
  const t = useMessages(messages);
  const [typed, setTyped] = useState(() => hoursText(value));
  const wrong = parseHours(typed) === undefined;
  return (
    <div>
      <Input
        aria-label={label}
        aria-invalid={wrong}
        value={typed}
        disabled={disabled}
        placeholder={t('off')}
        status={wrong ? 'error' : ''}
        maxLength={200}
        onChange={(event) => {
          setTyped(event.target.value);
          const read = parseHours(event.target.value);
          if (read) onChange(read);
        }}
      />
      {wrong && (
        <div role="alert" style={{ color: 'var(--tag-danger)', fontSize: 12 }}>
          {t('wrong')}
        </div>
      )}
    </div>
  );
}

/** Hours of the week, holidays, adjusted workdays. */
export function CalendarEditor({
  value,
  onChange,
  disabled = false,
}: {
  value?: CalendarValue;
  onChange?: (value: CalendarValue) => void;
  disabled?: boolean;
}) {
  const t = useMessages(messages);
  const [day, setDay] = useState<Dayjs | null>(null);
  if (!value) return null;
  const setWeek = (index: number, hours: Interval[]) =>
    onChange?.({ ...value, week: value.week.map((old, at) => (at === index ? hours : old)) });
  const setException = (date: string, hours: Interval[]) =>
    onChange?.({ ...value, exceptions: { ...value.exceptions, [date]: hours } });
  const dates = Object.keys(value.exceptions).toSorted();
  const typicalDay = value.week.find((hours) => hours.length > 0) ?? [];
  const addDay = (hours: Interval[]) => {
    if (!day) return;
    setException(
      day.format('YYYY-MM-DD'),
      hours.map((one) => ({ ...one })),
    );
    setDay(null);
  };
  return (
    <div className="stack">
      <h3 style={{ fontSize: 14 }}>
        {t('week')}{' '}
        <span className="muted">
          ({t('zone')}: {value.zone})
        </span>
      </h3>
      <p className="muted">{t('hint')}</p>
      <div style={{ display: 'grid', gridTemplateColumns: '92px minmax(0, 1fr)', gap: 8, alignItems: 'center' }}>
        {DAYS.map((name, index) => (
          <div key={name} style={{ display: 'contents' }}>
            <span>{t(name)}</span>
            <HoursInput
              label={t('hours', { day: t(name) })}
              value={value.week[index] ?? []}
              disabled={disabled}
              onChange={(hours) => setWeek(index, hours)}
            />
          </div>
        ))}
      </div>
      <h3 style={{ fontSize: 14 }}>{t('exceptions')}</h3>
      {!disabled && (
        <div className="row">
          <DatePicker aria-label={t('date')} value={day} onChange={setDay} />
          <Button icon={<PlusOutlined />} disabled={!day} onClick={() => addDay([])}>
            {t('addHoliday')}
          </Button>
          <Button icon={<PlusOutlined />} disabled={!day} onClick={() => addDay(typicalDay)}>
            {t('addWorkday')}
          </Button>
        </div>
      )}
      <ul className="plain-list">
        {dates.map((date) => {
          const hours = value.exceptions[date] ?? [];
          return (
            <li key={date} className="row" style={{ flexWrap: 'nowrap' }}>
              <span className="number nowrap">{date}</span>
              <span className={`tag ${hours.length === 0 ? 'tag-waiting' : 'tag-open'}`}>
                {t(hours.length === 0 ? 'holiday' : 'workday')}
              </span>
              <div className="grow">
                <HoursInput
                  label={t('hours', { day: date })}
                  value={hours}
                  disabled={disabled}
                  onChange={(next) => setException(date, next)}
                />
              </div>
              {!disabled && (
                <Button
                  type="text"
                  icon={<DeleteOutlined />}
                  aria-label={t('remove', { date })}
                  onClick={() =>
                    onChange?.({
                      ...value,
                      exceptions: Object.fromEntries(Object.entries(value.exceptions).filter(([key]) => key !== date)),
                    })
                  }
                />
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
