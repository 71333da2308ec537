import { PlusOutlined, UploadOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { App, Button, Checkbox, Form, Select, Upload } from 'antd';
import { useState } from 'react';
import { api } from '@/shared/api/api';
import { problemText } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import type { Page, Stored } from '@/shared/api/types';
import { standardWeek, type CalendarValue } from '@/shared/calendar/calendar';
import { CalendarEditor } from '@/shared/calendar/calendar_editor';
import { FormDrawer } from '@/shared/fields/form_drawer';
import type { Values } from '@/shared/fields/spec';
import { useMessages } from '@/shared/i18n';
import { getZone, today } from '@/shared/time';
import { ErrorState } from '@/shared/ui/error_state';
import { common } from '@/shared/ui/messages';
import { PageTitle } from '@/shared/ui/page_title';
import { Panel } from '@/shared/ui/record_page';
import { settings } from './messages';
import { slaWords } from './sla_model';
import { PoliciesPanel } from './sla_policies';
import { YearView, type HolidayYear } from './sla_year_view';

interface BusinessCalendar extends Stored {
  name: string;
  calendar: CalendarValue;
  holidays: 'china' | null;
  is_default: boolean;
}

const rowsOf = <T,>(answer: Page<T> | T[]): T[] => (Array.isArray(answer) ? answer : answer.items);

/** What is promised to whom, and the working time it is counted in. */
export default function SlaSection() {
  const t = useMessages(settings);
  const w = useMessages(slaWords);
  const c = useMessages(common);
  const { message } = App.useApp();
  const [form, setForm] = useState<{ open: boolean; row?: BusinessCalendar }>({ open: false });
  const [shown, setShown] = useState<BusinessCalendar>();
  const calendars = useQuery({
    queryKey: ['calendar', 'all'],
    queryFn: async ({ signal }) =>
      rowsOf(await api.get<Page<BusinessCalendar> | BusinessCalendar[]>('/api/v1/calendars', undefined, { signal })),
  });
  const years = useQuery({
    queryKey: ['calendar', 'holiday-years'],
    queryFn: ({ signal }) => api.get<HolidayYear[]>('/api/v1/holiday-years', undefined, { signal }),
  });
  const shape = (_: Values, values: Values): Values => ({
    name: String(values['name'] ?? '').trim(),
    calendar: values['calendar'],
    holidays: values['holidays'] ?? null,
    is_default: values['is_default'] === true,
  });
  const upload = async (file: File) => {
    try {
      let body: unknown;
      try {
        body = JSON.parse(await file.text());
      } catch {
        void message.error(w('badFile'));
        return;
      }
      await api.post('/api/v1/holiday-years', body);
      await queryClient.invalidateQueries({ queryKey: ['calendar'] });
      void message.success(w('uploaded'));
    } catch (error) {
      void message.error(problemText(error));
    }
  };
  // What the law says of far years is no news.
  const soon = Number(today().slice(0, 4)) + 2;
  const options = (calendars.data ?? []).map((one) => ({ value: one.id, label: one.name }));
  return (
    <div className="page">
      <div className="page-head">
        <PageTitle name={t('sla')} />
      </div>
      <div className="stack">
        <PoliciesPanel calendars={options} />
        <Panel
          title={t('calendars')}
          extra={
            <Button icon={<PlusOutlined />} onClick={() => setForm({ open: true })}>
              {t('newCalendar')}
            </Button>
          }
        >
          {calendars.isError && <ErrorState error={calendars.error} onRetry={() => void calendars.refetch()} />}
          {calendars.data?.length === 0 && <p className="muted">{t('noCalendars')}</p>}
          <ul className="plain-list">
            {calendars.data?.map((row) => (
              <li key={row.id} className="row-between" style={{ flexWrap: 'wrap', gap: 8, padding: '4px 0' }}>
                <span>
                  <strong>{row.name}</strong>{' '}
                  {row.is_default && <span className="tag tag-open">{t('defaultTag')}</span>}{' '}
                  <span className="muted">
                    {row.calendar.zone}
                    {row.holidays && ` · ${w('china')}`}
                  </span>
                </span>
                <span>
                  <Button size="small" onClick={() => setShown(row)}>
                    {w('yearView')}
                  </Button>{' '}
                  <Button
                    size="small"
                    aria-label={`${c('edit')} ${row.name}`}
                    onClick={() => setForm({ open: true, row })}
                  >
                    {c('edit')}
                  </Button>
                </span>
              </li>
            ))}
          </ul>
        </Panel>
        <Panel
          title={w('holidays')}
          extra={
            <Upload
              accept=".json,application/json"
              showUploadList={false}
              beforeUpload={(file) => {
                void upload(file);
                return false;
              }}
            >
              <Button icon={<UploadOutlined />}>{w('upload')}</Button>
            </Upload>
          }
        >
          <ul className="plain-list">
            {years.data
              ?.filter(({ year, provisional }) => !provisional || year <= soon)
              .map((entry) => (
                <li key={entry.year} style={{ padding: '2px 0' }}>
                  <span className="number">{entry.year}</span>{' '}
                  {entry.provisional ? (
                    <span className="tag tag-waiting" title={w('provisional')}>
                      {w('provisionalTag')}
                    </span>
                  ) : (
                    <span className="tag tag-resolved">{w('published')}</span>
                  )}{' '}
                  <span className="muted" style={{ overflowWrap: 'anywhere' }}>
                    {entry.source}
                  </span>
                </li>
              ))}
          </ul>
        </Panel>
      </div>
      {shown && <YearView calendar={shown} years={years.data ?? []} onClose={() => setShown(undefined)} />}
      <FormDrawer<BusinessCalendar>
        open={form.open}
        width={640}
        title={form.row?.name ?? t('newCalendar')}
        method={form.row ? 'PUT' : 'POST'}
        path={form.row ? `/api/v1/calendars/${form.row.id}` : '/api/v1/calendars'}
        record={form.row as never}
        fields={[{ name: 'name', label: { zh: '名称', en: 'Name' }, kind: 'text', required: true }]}
        initial={{
          calendar: form.row?.calendar ?? standardWeek(getZone()),
          holidays: form.row ? form.row.holidays : 'china',
          is_default: form.row?.is_default ?? calendars.data?.length === 0,
        }}
        shape={shape}
        onClose={() => setForm((old) => ({ ...old, open: false }))}
        onSaved={() => void queryClient.invalidateQueries({ queryKey: ['calendar'] })}
      >
        <Form.Item name="is_default" valuePropName="checked">
          <Checkbox>{t('isDefault')}</Checkbox>
        </Form.Item>
        <Form.Item name="holidays" label={w('holidays')} extra={w('ownHours')}>
          <Select
            allowClear
            placeholder={w('noHolidays')}
            options={[{ value: 'china', label: w('china') }]}
            aria-label={w('holidays')}
          />
        </Form.Item>
        <Form.Item name="calendar">
          <CalendarEditor />
        </Form.Item>
      </FormDrawer>
    </div>
  );
}
