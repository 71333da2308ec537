import { PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { App, Button, Checkbox, Form, InputNumber, Select, Skeleton } from 'antd';
import { useState } from 'react';
import { api } from '@/shared/api/api';
import { ApiError, problemText } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import type { Page, Stored } from '@/shared/api/types';
import { standardWeek, type CalendarValue } from '@/shared/calendar/calendar';
import { CalendarEditor } from '@/shared/calendar/calendar_editor';
import { FormDrawer } from '@/shared/fields/form_drawer';
import type { Values } from '@/shared/fields/spec';
import { getLocale, useMessages } from '@/shared/i18n';
import { choices } from '@/shared/labels';
import { formatMinutes, getZone } from '@/shared/time';
import { ErrorState } from '@/shared/ui/error_state';
import { common } from '@/shared/ui/messages';
import { PageTitle } from '@/shared/ui/page_title';
import { Panel } from '@/shared/ui/record_page';
import { StatusTag } from '@/shared/ui/texts';
import { settings } from './messages';

interface Pledge {
  priority: string;
  response_minutes: number;
  resolution_minutes: number;
  calendar_id?: string | null;
}

interface BusinessCalendar extends Stored {
  name: string;
  calendar: CalendarValue;
  is_default: boolean;
}

const rowsOf = <T,>(answer: Page<T> | T[]): T[] => (Array.isArray(answer) ? answer : answer.items);

/** Working time in hours: a working day has fewer than 24, so days would mislead. */
function hoursOf(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return formatMinutes(minutes);
  const unit = getLocale() === 'en' ? 'h' : '小时';
  const rest = minutes % 60;
  return `${hours} ${unit}${rest > 0 ? ` ${formatMinutes(rest)}` : ''}`;
}

/** What is promised by priority, and the working time it is counted in. */
export default function SlaSection() {
  const t = useMessages(settings);
  const c = useMessages(common);
  const { message } = App.useApp();
  // A draft keeps the version it began with, so that nobody's change in between is overwritten.
  const [draft, setDraft] = useState<{ version: number; rows: Pledge[] }>();
  const [busy, setBusy] = useState(false);
  const [stale, setStale] = useState(false);
  const [form, setForm] = useState<{ open: boolean; row?: BusinessCalendar }>({ open: false });
  const policies = useQuery({
    queryKey: ['sla_policy'],
    queryFn: ({ signal }) =>
      api.get<{ version: number; items: Pledge[] }>('/api/v1/sla-policies', undefined, { signal }),
  });
  const calendars = useQuery({
    queryKey: ['calendar', 'all'],
    queryFn: async ({ signal }) =>
      rowsOf(await api.get<Page<BusinessCalendar> | BusinessCalendar[]>('/api/v1/calendars', undefined, { signal })),
  });
  const rows = draft?.rows ?? policies.data?.items ?? [];
  const version = draft?.version ?? policies.data?.version ?? 0;
  const change = (priority: string, part: Partial<Pledge>) =>
    setDraft({ version, rows: rows.map((row) => (row.priority === priority ? { ...row, ...part } : row)) });
  const wrong = rows.some((row) => row.response_minutes > row.resolution_minutes);
  const save = async () => {
    setBusy(true);
    try {
      const body = rows.map((row) => ({ ...row, calendar_id: row.calendar_id ?? null }));
      await api.put('/api/v1/sla-policies', body, { version });
      await queryClient.invalidateQueries({ queryKey: ['sla_policy'] });
      setDraft(undefined);
      setStale(false);
      void message.success(c('saved'));
    } catch (error) {
      setStale(error instanceof ApiError && error.status === 412);
      void message.error(problemText(error));
    } finally {
      setBusy(false);
    }
  };
  const shape = (_: Values, values: Values): Values => ({
    name: String(values['name'] ?? '').trim(),
    calendar: values['calendar'],
    is_default: values['is_default'] === true,
  });
  return (
    <div className="page">
      <div className="page-head">
        <PageTitle name={t('sla')} />
      </div>
      <div className="stack">
        <Panel
          title={t('sla')}
          extra={
            <Button type="primary" disabled={!draft || wrong} loading={busy} onClick={() => void save()}>
              {c('save')}
            </Button>
          }
        >
          <p className="muted">{t('slaHint')}</p>
          {policies.isPending && <Skeleton active />}
          {policies.isError && <ErrorState error={policies.error} onRetry={() => void policies.refetch()} />}
          {stale && (
            <Button
              onClick={() => {
                setDraft(undefined);
                setStale(false);
                void policies.refetch();
              }}
            >
              {c('changedReload')}
            </Button>
          )}
          {wrong && (
            <p role="alert" style={{ color: 'var(--tag-danger)' }}>
              {t('reply')}
            </p>
          )}
          <div style={{ overflowX: 'auto' }}>
            <table className="data-table">
              <thead>
                <tr>
                  <th scope="col">{t('priority')}</th>
                  <th scope="col">{t('response')}</th>
                  <th scope="col">{t('resolution')}</th>
                  <th scope="col">{t('calendar')}</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={row.priority}>
                    <th scope="row">
                      <StatusTag of={choices.priority} value={row.priority} />
                    </th>
                    <td>
                      <InputNumber
                        aria-label={`${row.priority} ${t('response')}`}
                        min={1}
                        max={525_600}
                        precision={0}
                        value={row.response_minutes}
                        onChange={(value) => value && change(row.priority, { response_minutes: value })}
                      />{' '}
                      <span className="muted">{hoursOf(row.response_minutes)}</span>
                    </td>
                    <td>
                      <InputNumber
                        aria-label={`${row.priority} ${t('resolution')}`}
                        min={1}
                        max={525_600}
                        precision={0}
                        value={row.resolution_minutes}
                        onChange={(value) => value && change(row.priority, { resolution_minutes: value })}
                      />{' '}
                      <span className="muted">{hoursOf(row.resolution_minutes)}</span>
                    </td>
                    <td>
                      <Select
                        aria-label={`${row.priority} ${t('calendar')}`}
                        allowClear
                        placeholder={t('defaultCalendar')}
                        value={row.calendar_id ?? null}
                        options={(calendars.data ?? []).map((one) => ({ value: one.id, label: one.name }))}
                        onChange={(value) => change(row.priority, { calendar_id: value ?? null })}
                        style={{ minWidth: 160 }}
                      />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </Panel>
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
              <li key={row.id} className="row-between">
                <span>
                  <strong>{row.name}</strong>{' '}
                  {row.is_default && <span className="tag tag-open">{t('defaultTag')}</span>}{' '}
                  <span className="muted">{row.calendar.zone}</span>
                </span>
                <Button size="small" onClick={() => setForm({ open: true, row })}>
                  {c('edit')}
                </Button>
              </li>
            ))}
          </ul>
        </Panel>
      </div>
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
          is_default: form.row?.is_default ?? calendars.data?.length === 0,
        }}
        shape={shape}
        onClose={() => setForm((old) => ({ ...old, open: false }))}
        onSaved={() => void queryClient.invalidateQueries({ queryKey: ['calendar'] })}
      >
        <Form.Item name="is_default" valuePropName="checked">
          <Checkbox>{t('isDefault')}</Checkbox>
        </Form.Item>
        <Form.Item name="calendar">
          <CalendarEditor />
        </Form.Item>
      </FormDrawer>
    </div>
  );
}
