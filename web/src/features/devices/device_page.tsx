import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { api, url } from '@/shared/api/api';
import { queryClient } from '@/shared/api/query_client';
import { FormDrawer } from '@/shared/fields/form_drawer';
import { Timeline } from '@/shared/history/timeline';
import { useMessages } from '@/shared/i18n';
import { choices } from '@/shared/labels';
import { ArchiveButton } from '@/shared/records/archive';
import { RefText } from '@/shared/records/ref_text';
import { RelatedTickets } from '@/shared/records/related';
import { useCan } from '@/shared/session';
import { ActionButton } from '@/shared/ui/action_button';
import { common } from '@/shared/ui/messages';
import { Panel, RecordPage } from '@/shared/ui/record_page';
import { useShortcut } from '@/shared/ui/shortcuts';
import { Facts, StatusTag, WarrantyTag, type WarrantyVerdict } from '@/shared/ui/texts';
import { devices } from './messages';
import { deviceFields, type Device } from './model';
import { QrPanel } from './qr_panel';

// What draws own fields comes when there is a record to draw them of.
const OwnFacts = lazy(() => import('@/shared/own_fields/own_facts'));

export default function DevicePage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const t = useMessages(devices);
  const c = useMessages(common);
  const can = useCan();
  const navigate = useNavigate();
  const [editing, setEditing] = useState(false);
  const record = useQuery({
    queryKey: ['device', 'one', id],
    queryFn: ({ signal }) => api.get<Device>(url('/api/v1/devices/{id}', { id }), undefined, { signal }),
  });
  const verdict = useQuery({
    queryKey: ['device', 'warranty', id],
    queryFn: ({ signal }) =>
      api.get<WarrantyVerdict>(url('/api/v1/devices/{id}/warranty', { id }), undefined, { signal }),
  });
  const device = record.data;
  const blocked = can('devices.update') ? undefined : c('noPermission');
  useShortcut('e', () => {
    if (!blocked) setEditing(true);
  });
  return (
    <>
      <RecordPage
        object="device"
        id={id}
        pending={record.isPending}
        error={record.error}
        editing={editing}
        onRetry={() => void queryClient.invalidateQueries({ queryKey: ['device'] })}
        heading={device?.serial_number}
        sub={[device?.product_name, device?.model].filter(Boolean).join(' · ')}
        tags={
          <>
            <StatusTag of={choices.deviceStatus} value={device?.status} />
            {verdict.data && <WarrantyTag verdict={verdict.data} />}
            {device?.archived_at && <span className="tag tag-cancelled">{c('archived')}</span>}
          </>
        }
        actions={
          <>
            <ActionButton
              blocked={can('tickets.create') ? undefined : c('noPermission')}
              onClick={() => void navigate({ to: '/intake', search: { device_id: id } })}
            >
              {t('newTicket')}
            </ActionButton>
            {device && !blocked && <ArchiveButton object="device" path="/api/v1/devices" record={device} />}
            <ActionButton type="primary" blocked={blocked} onClick={() => setEditing(true)}>
              {c('edit')}
            </ActionButton>
          </>
        }
        main={
          <>
            {can('tickets.read') && <RelatedTickets field="device_id" id={id} />}
            <Panel title={c('timeline')}>
              <Timeline object="device" path={`/api/v1/devices/${id}/timeline`} />
            </Panel>
          </>
        }
        side={
          device && (
            <>
              <Panel title={c('basic')}>
                <Facts
                  items={[
                    [t('product'), device.product_name ?? <RefText key="p" of="product" id={device.product_id} />],
                    [t('model'), device.model],
                    [t('customer'), <RefText key="c" of="customer" id={device.customer_id} />],
                    [t('site'), device.site_name],
                    [t('place'), device.place],
                    [t('soldOn'), device.sold_on],
                    [t('installedOn'), device.installed_on],
                    [t('warrantyStarts'), device.warranty_starts_on],
                    [t('warrantyEnds'), device.warranty_ends_on],
                    [t('warranty'), verdict.data && <WarrantyTag key="w" verdict={verdict.data} reason />],
                    [
                      c('note'),
                      device.note && (
                        <span key="n" className="prewrap">
                          {device.note}
                        </span>
                      ),
                    ],
                  ]}
                />
              </Panel>
              <Suspense fallback={null}>
                <OwnFacts object="device" id={id} values={device.ext as Record<string, unknown> | undefined} />
              </Suspense>
              <QrPanel device={device} editable={!blocked} />
            </>
          )
        }
      />
      <FormDrawer<Device>
        open={editing}
        onClose={() => setEditing(false)}
        title={t('edit')}
        fields={deviceFields}
        path={`/api/v1/devices/${id}`}
        record={device as never}
        own="device"
        onSaved={() => void queryClient.invalidateQueries({ queryKey: ['device'] })}
      />
    </>
  );
}
