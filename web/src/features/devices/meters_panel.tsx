import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Skeleton } from 'antd';
import { useState } from 'react';
import { api } from '@/shared/api/api';
import type { Page } from '@/shared/api/types';
import { FormDrawer } from '@/shared/fields/form_drawer';
import type { FieldSpec } from '@/shared/fields/spec';
import { useMessages, type Label } from '@/shared/i18n';
import { choices } from '@/shared/labels';
import { formatTime } from '@/shared/time';
import { ConfirmAction } from '@/shared/ui/confirm_action';
import { ErrorState } from '@/shared/ui/error_state';
import { common } from '@/shared/ui/messages';
import { Panel } from '@/shared/ui/record_page';
import { SparkLine } from '@/shared/ui/spark_line';
import { TimeText, ToneTag } from '@/shared/ui/texts';
import { refreshDevices, type Meter, type MeterReading } from './file';
import { devices } from './messages';

const l = (zh: string, en: string): Label => ({ zh, en });

const meterFields: readonly FieldSpec[] = [
  {
    name: 'name',
    label: l('名称', 'Name'),
    kind: 'text',
    required: true,
    help: l('如：运行小时', 'such as: hours run'),
  },
  { name: 'unit', label: l('单位', 'Unit'), kind: 'text', required: true, max: 20, half: true },
  {
    name: 'kind',
    label: l('类型', 'Kind'),
    kind: 'choice',
    choices: choices.meterKind,
    required: true,
    only: 'create',
    half: true,
  },
];

const readingFields: readonly FieldSpec[] = [
  { name: 'value', label: l('读数', 'Reading'), kind: 'number', required: true, half: true },
  { name: 'at', label: l('时间', 'Time'), kind: 'time', half: true, help: l('不填即现在', 'now when empty') },
  {
    name: 'reset',
    label: l('仪表已归零或更换', 'The meter began anew'),
    kind: 'boolean',
    help: l('累计值变小时请勾选', 'for a counter that shows less than before'),
  },
];

/** One meter: its last value, its course, its readings. */
function OneMeter({
  device,
  meter,
  editable,
  onEdit,
}: {
  device: string;
  meter: Meter;
  editable: boolean;
  onEdit: () => void;
}) {
  const t = useMessages(devices);
  const c = useMessages(common);
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<MeterReading>();
  const path = `/api/v1/devices/${device}/meters/${meter.id}/readings`;
  const readings = useQuery({
    queryKey: ['device', 'readings', device, meter.id],
    queryFn: ({ signal }) => api.get<Page<MeterReading>>(path, { limit: 100 }, { signal }),
    enabled: meter.last_at !== null,
  });
  const rows = readings.data?.items ?? [];
  const points = rows.map((row) => ({
    at: Date.parse(row.at),
    value: row.value,
    text: `${formatTime(row.at)}：${row.value} ${meter.unit}`,
  }));
  return (
    <li>
      <div className="row-between">
        <span>
          <strong>{meter.name}</strong>{' '}
          {meter.last_value === null ? (
            <span className="muted">{t('noReadings')}</span>
          ) : (
            <>
              <span className="number">
                {meter.last_value} {meter.unit}
              </span>{' '}
              <span className="muted">
                <TimeText at={meter.last_at} />
              </span>
            </>
          )}
        </span>
        {editable && (
          <span className="row" style={{ gap: 0 }}>
            <Button
              size="small"
              type="text"
              aria-label={`${t('addReading')} ${meter.name}`}
              onClick={() => setAdding(true)}
            >
              {t('addReading')}
            </Button>
            <Button size="small" type="text" aria-label={`${c('edit')} ${meter.name}`} onClick={onEdit}>
              {c('edit')}
            </Button>
          </span>
        )}
      </div>
      {readings.isFetching && rows.length === 0 && <Skeleton active title={false} paragraph={{ rows: 1 }} />}
      {readings.isError && <ErrorState error={readings.error} onRetry={() => void readings.refetch()} />}
      <SparkLine points={points} label={t('readingsOf', { name: meter.name })} />
      {rows.length > 0 && (
        <details>
          <summary>{t('readings')}</summary>
          <table className="list-table">
            <thead>
              <tr>
                <th scope="col">{t('readAt')}</th>
                <th scope="col" className="right">
                  {t('value')}
                </th>
                <th scope="col">{t('by')}</th>
                {editable && (
                  <th scope="col">
                    <span className="visually-hidden">{c('actions')}</span>
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id}>
                  <td>
                    <TimeText at={row.at} />
                  </td>
                  <td className="right number">
                    {row.value} {row.reset && <ToneTag>{t('resetMark')}</ToneTag>}
                  </td>
                  <td>{row.source === 'system' ? t('bySystem') : row.by_name}</td>
                  {editable && (
                    <td className="right">
                      <Button
                        size="small"
                        type="text"
                        icon={<DeleteOutlined />}
                        aria-label={`${c('remove')} ${formatTime(row.at)}`}
                        onClick={() => setRemoving(row)}
                      />
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
      <FormDrawer<MeterReading>
        open={adding}
        onClose={() => setAdding(false)}
        title={`${t('addReading')} ${meter.name}（${meter.unit}）`}
        fields={readingFields}
        path={path}
        onSaved={refreshDevices}
      />
      <ConfirmAction
        open={removing !== undefined}
        title={t('removeReading', { at: removing ? formatTime(removing.at) : '' })}
        danger
        okText={c('remove')}
        onClose={() => setRemoving(undefined)}
        onConfirm={async () => {
          if (removing) await api.delete(`${path}/${removing.id}`);
          refreshDevices();
        }}
      />
    </li>
  );
}

/** What is counted and measured on the device. */
export function MetersPanel({ id, meters, editable }: { id: string; meters: readonly Meter[]; editable: boolean }) {
  const t = useMessages(devices);
  const [form, setForm] = useState<{ open: boolean; meter?: Meter }>({ open: false });
  const path = `/api/v1/devices/${id}/meters`;
  return (
    <Panel
      title={t('meters')}
      extra={
        editable && (
          <Button size="small" icon={<PlusOutlined />} onClick={() => setForm({ open: true })}>
            {t('addMeter')}
          </Button>
        )
      }
    >
      {meters.length === 0 && <p className="muted">{t('noMeters')}</p>}
      <ul className="plain-list">
        {meters.map((meter) => (
          <OneMeter
            key={meter.id}
            device={id}
            meter={meter}
            editable={editable}
            onEdit={() => setForm({ open: true, meter })}
          />
        ))}
      </ul>
      <FormDrawer<Meter>
        open={form.open}
        onClose={() => setForm((old) => ({ ...old, open: false }))}
        title={t(form.meter ? 'editMeter' : 'addMeter')}
        fields={meterFields}
        initial={{ kind: 'counter' }}
        path={form.meter ? `${path}/${form.meter.id}` : path}
        record={form.meter as never}
        onSaved={refreshDevices}
      />
    </Panel>
  );
}
