/** The electronic file of one device: what it is, where it stands, whether it is covered and why, and all that was done to it. */
import { DownOutlined, PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Button, Dropdown } from 'antd';
import dayjs from 'dayjs';
import { lazy, Suspense, useState, type ReactNode } from 'react';
import { api } from '@/shared/api/api';
import { FieldInPlace } from '@/shared/fields/edit_in_place';
import { FormDrawer } from '@/shared/fields/form_drawer';
import type { FieldSpec } from '@/shared/fields/spec';
import { doneFor } from '@/shared/history/along';
import { Timeline } from '@/shared/history/timeline';
import { useMessages, type Label } from '@/shared/i18n';
import { choices } from '@/shared/labels';
import { formatMoney } from '@/shared/money';
import { ArchiveButton } from '@/shared/records/archive';
import { TicketLines } from '@/shared/records/related';
import { useCan } from '@/shared/session';
import { today } from '@/shared/time';
import { ActionButton } from '@/shared/ui/action_button';
import { ConfirmAction } from '@/shared/ui/confirm_action';
import { common } from '@/shared/ui/messages';
import { PlotMap, type Place } from '@/shared/ui/plot_map';
import { Panel, RecordPage } from '@/shared/ui/record_page';
import { useShortcut } from '@/shared/ui/shortcuts';
import { addressText, Facts, MoneyText, StatusTag, TimeText, WarrantyTag } from '@/shared/ui/texts';
import { useIsPhone } from '@/shared/ui/use_media';
import { DocumentsPanel } from './documents_panel';
import { deviceFileQuery, refreshDevices, type DeviceFile } from './file';
import { devices } from './messages';
import { MetersPanel } from './meters_panel';
import { deviceFields, type Device } from './model';
import { PartsPanel } from './parts_panel';
import { PlansPanel } from './plans_panel';
import { QrPanel } from './qr_panel';
import { PlaceItem } from '@/shared/map/place_item';
import { SiteItem, withSite } from './site_item';
import { WarrantyPanel } from './warranty_panel';

// What draws own fields comes when there is a record to draw them of.
const OwnFacts = lazy(() => import('@/shared/own_fields/own_facts'));
const LabelsDialog = lazy(() => import('./labels_dialog'));

const l = (zh: string, en: string): Label => ({ zh, en });

const transferFields: readonly FieldSpec[] = [
  { name: 'customer_id', label: l('新客户', 'New customer'), kind: 'relation', of: 'customer', required: true },
  { name: 'on', label: l('转移日期', 'On'), kind: 'date', required: true, half: true },
  { name: 'reason', label: l('原因', 'Reason'), kind: 'longtext', max: 200 },
];

const scrapFields: readonly FieldSpec[] = [
  { name: 'on', label: l('报废日期', 'Scrapped on'), kind: 'date', required: true, half: true },
  { name: 'reason', label: l('报废原因', 'Why'), kind: 'longtext', required: true, max: 200 },
];

/** What a form says before its fields. */
const INTRO = { marginBottom: 12 } as const;

/** Four figures in one row, on a phone in two. */
const NARROW = { gridTemplateColumns: 'repeat(auto-fit, minmax(140px, 1fr))' } as const;

/** How often something was done, and what it cost. */
function Figures({ file }: { file: DeviceFile }) {
  const t = useMessages(devices);
  const { counts, cost_so_far: cost } = file;
  const figures: (readonly [string, ReactNode, string?])[] = [
    ...(counts.repairs === null ? [] : [[t('repairs'), counts.repairs] as const]),
    ...(counts.maintenances === null ? [] : [[t('maintenances'), counts.maintenances] as const]),
    ...(counts.parts_replaced === null ? [] : [[t('partsReplaced'), counts.parts_replaced] as const]),
    ...(cost
      ? [
          [
            t('costSoFar'),
            <MoneyText key="cost" minor={cost.total_minor} currency={cost.currency} />,
            t('costOf', {
              labour: formatMoney(cost.labour_minor, cost.currency),
              travel: formatMoney(cost.travel_minor, cost.currency),
              parts: formatMoney(cost.parts_minor, cost.currency),
            }),
          ] as const,
        ]
      : []),
  ];
  return (
    <div className="grid-cards" style={NARROW}>
      {figures.map(([label, value, small]) => (
        <div key={label} className="panel">
          <div className="muted">{label}</div>
          <div className="kpi-value">{value}</div>
          {small && <div className="muted">{small}</div>}
        </div>
      ))}
    </div>
  );
}

function CustomerRef({ id, name }: { id: string | null; name: string | null }) {
  if (!id || !name) return <span className="muted">—</span>;
  return (
    <Link to="/customers/$id" params={{ id }}>
      {name}
    </Link>
  );
}

function DeviceRef({ id, serial }: { id: string; serial: string }) {
  return (
    <Link to="/devices/$id" params={{ id }}>
      {serial}
    </Link>
  );
}

/** Draws fields of the device, each with a pencil. */
const factsOf = (device: Device, editable: boolean) => (name: string, children: ReactNode) => (
  <FieldInPlace<Device>
    key={name}
    fields={deviceFields}
    name={name}
    record={device as never}
    path={`/api/v1/devices/${device.id}`}
    editable={editable}
    onSaved={refreshDevices}
  >
    {children}
  </FieldInPlace>
);

/** What the device is, each fact changed where it stands. */
function Master({ file, editable }: { file: DeviceFile; editable: boolean }) {
  const t = useMessages(devices);
  const c = useMessages(common);
  const { device, parent } = file;
  const fact = factsOf(device, editable);
  return (
    <Panel title={c('basic')}>
      <Facts
        items={[
          [t('serial'), fact('serial_number', <span className="number">{device.serial_number}</span>)],
          [t('product'), fact('product_id', device.product_name)],
          [t('model'), fact('model', device.model)],
          [t('customer'), <CustomerRef key="c" id={device.customer_id} name={device.customer_name} />],
          [t('parent'), fact('parent_id', parent && <DeviceRef id={parent.id} serial={parent.serial_number} />)],
          [t('dealer'), fact('dealer_id', <CustomerRef id={device.dealer_id} name={device.dealer_name} />)],
          [t('lessee'), fact('lessee_id', <CustomerRef id={device.lessee_id} name={device.lessee_name} />)],
          [t('soldOn'), fact('sold_on', device.sold_on)],
          [t('installedOn'), fact('installed_on', device.installed_on)],
          [t('firstUsedOn'), fact('first_used_on', device.first_used_on)],
          [t('warrantyStarts'), fact('warranty_starts_on', device.warranty_starts_on)],
          [t('warrantyEnds'), fact('warranty_ends_on', device.warranty_ends_on)],
          ...(device.scrapped_on
            ? [[t('scrappedOn'), device.scrapped_on] as const, [t('scrapReason'), device.scrap_reason] as const]
            : []),
          [c('note'), fact('note', device.note && <span className="prewrap">{device.note}</span>)],
        ]}
      />
    </Panel>
  );
}

/** Where the site of a device lies, if somebody said so. */
function pointOf(site: DeviceFile['site'] | undefined): { lat: number; lng: number } | undefined {
  const { lat, lng } = site ?? {};
  return typeof lat === 'number' && typeof lng === 'number' ? { lat, lng } : undefined;
}

/** Site, building, floor, and where that is. */
function Where({ file, editable }: { file: DeviceFile; editable: boolean }) {
  const t = useMessages(devices);
  const c = useMessages(common);
  const { device, site } = file;
  const fact = factsOf(device, editable);
  const places: Place[] = [];
  if (site && site.lat !== null && site.lng !== null)
    places.push({ key: 'site', mark: '', name: t('siteHere'), lat: site.lat, lng: site.lng, main: true });
  if (device.lat !== null && device.lng !== null)
    places.push({ key: 'device', mark: '', name: t('here'), lat: device.lat, lng: device.lng });
  return (
    <Panel title={t('where')}>
      <PlotMap places={places} missing={0} />
      <Facts
        items={[
          [t('site'), device.site_name],
          ...(site ? [[c('address'), addressText(site.address)] as const] : []),
          [t('building'), fact('building', device.building)],
          [t('floor'), fact('floor', device.floor)],
          [t('place'), fact('place', device.place)],
        ]}
      />
    </Panel>
  );
}

function Work({ file }: { file: DeviceFile }) {
  const t = useMessages(devices);
  const can = useCan();
  const filter = { field: 'device_id', op: 'in' as const, value: [file.device.id] };
  return (
    <>
      {can('tickets.read') && (
        <Panel
          title={file.counts.tickets ? `${t('tickets')} ${file.counts.tickets}` : t('tickets')}
          extra={
            <Link to="/tickets" search={{ filter }}>
              {t('all')}
            </Link>
          }
        >
          {file.tickets.length === 0 ? (
            <p className="muted">{t('noTickets')}</p>
          ) : (
            <TicketLines rows={file.tickets.slice(0, 10)} />
          )}
        </Panel>
      )}
      {can('visits.read') && (
        <Panel title={t('visits')}>
          {file.visits.length === 0 && <p className="muted">{t('noVisits')}</p>}
          <ul className="plain-list">
            {file.visits.slice(0, 10).map((visit) => (
              <li key={visit.id} className="row-between">
                <span className="grow">
                  <TimeText at={visit.starts_at} />{' '}
                  <Link to="/tickets/$id" params={{ id: visit.ticket_id }}>
                    {visit.ticket_number}
                  </Link>{' '}
                  <span className="nowrap">{visit.engineer_name}</span>
                </span>
                <span className="row">
                  <StatusTag of={choices.visitStatus} value={visit.status} />
                  {visit.result && <StatusTag of={choices.visitResult} value={visit.result} />}
                </span>
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </>
  );
}

/** The devices that stand in this one; a new one begins with its customer and site. */
function Components({ file }: { file: DeviceFile }) {
  const t = useMessages(devices);
  const can = useCan();
  const [adding, setAdding] = useState(false);
  const { device, components } = file;
  const may = can('devices.create') && !device.archived_at && !device.scrapped_on;
  if (components.length === 0 && !may) return null;
  return (
    <Panel
      title={t('components')}
      extra={
        may && (
          <Button
            size="small"
            icon={<PlusOutlined />}
            aria-label={`${t('addComponent')} · ${t('components')}`}
            onClick={() => setAdding(true)}
          >
            {t('addComponent')}
          </Button>
        )
      }
    >
      {components.length === 0 && <p className="muted">{t('noComponents')}</p>}
      <ul className="plain-list">
        {components.map((part) => (
          <li key={part.id} className="row-between">
            <span>
              <DeviceRef id={part.id} serial={part.serial_number} /> <span className="muted">{part.model}</span>
            </span>
            <StatusTag of={choices.deviceStatus} value={part.status} />
          </li>
        ))}
      </ul>
      <FormDrawer<Device>
        open={adding}
        onClose={() => setAdding(false)}
        title={`${t('components')} · ${device.serial_number}`}
        fields={deviceFields}
        path="/api/v1/devices"
        initial={{
          status: 'in_service',
          parent_id: device.id,
          customer_id: device.customer_id,
          site_id: device.site_id,
          region_id: device.region_id,
        }}
        shape={(body, values) => withSite(body, values)}
        own="device"
        onSaved={refreshDevices}
      >
        <SiteItem />
        <PlaceItem />
      </FormDrawer>
    </Panel>
  );
}

function Contracts({ file }: { file: DeviceFile }) {
  const t = useMessages(devices);
  return (
    <Panel title={t('contracts')}>
      {file.contracts.length === 0 && <p className="muted">{t('noContracts')}</p>}
      <ul className="plain-list">
        {file.contracts.map((row) => (
          <li key={row.id} className="row-between">
            <span className="grow">
              {row.number} {row.name}
            </span>
            <span className="muted number">{t('until', { date: row.ends_on })}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

type Asked = 'edit' | 'transfer' | 'scrap' | 'unscrap' | 'labels';

export default function DevicePage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const t = useMessages(devices);
  const c = useMessages(common);
  const can = useCan();
  const navigate = useNavigate();
  const [asked, setAsked] = useState<Asked>();
  const close = () => setAsked(undefined);
  const answer = useQuery(deviceFileQuery(id));
  const file = answer.data;
  const device = file?.device;
  const blocked = can('devices.update') ? undefined : c('noPermission');
  const editable = !blocked;
  useShortcut('e', () => {
    if (editable && device) setAsked('edit');
  });
  // On a phone, which has one column, what the device is comes before what was done to it.
  const oneColumn = useIsPhone();
  const facts = file && (
    <>
      <Master file={file} editable={editable} />
      <Suspense fallback={null}>
        <OwnFacts object="device" id={id} values={file.device.ext as Record<string, unknown> | undefined} />
      </Suspense>
      <Where file={file} editable={editable} />
      <Components file={file} />
    </>
  );
  const papers = file && (
    <>
      {can('contracts.read') && <Contracts file={file} />}
      <DocumentsPanel
        path={`/api/v1/devices/${id}/documents`}
        documents={file.documents}
        editable={editable}
        onChanged={refreshDevices}
      />
      <QrPanel device={file.device} editable={editable} />
    </>
  );
  const more = [
    { key: 'labels', label: t('labels') },
    ...(editable
      ? [
          { key: 'transfer', label: t('transfer') },
          device?.scrapped_on
            ? { key: 'unscrap', label: t('unscrap') }
            : { key: 'scrap', label: t('scrap'), danger: true },
        ]
      : []),
  ];
  return (
    <>
      <RecordPage
        key={id}
        object="device"
        id={id}
        pending={answer.isPending}
        error={answer.error}
        editing={asked === 'edit'}
        onRetry={refreshDevices}
        heading={device?.serial_number}
        sub={[device?.product_name, device?.model].filter(Boolean).join(' · ')}
        tags={
          <>
            <StatusTag of={choices.deviceStatus} value={device?.status} />
            {file && <WarrantyTag verdict={file.warranty} />}
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
            <Dropdown trigger={['click']} menu={{ items: more, onClick: ({ key }) => setAsked(key as Asked) }}>
              <Button icon={<DownOutlined />} iconPlacement="end">
                {t('moreActions')}
              </Button>
            </Dropdown>
            {device && editable && <ArchiveButton object="device" path="/api/v1/devices" record={device} />}
            <ActionButton type="primary" blocked={blocked} onClick={() => setAsked('edit')}>
              {c('edit')}
            </ActionButton>
          </>
        }
        main={
          file && (
            <>
              <Figures file={file} />
              <WarrantyPanel key={file.device.version} id={id} verdict={file.warranty} />
              {oneColumn && facts}
              <PartsPanel id={id} parts={file.parts} editable={editable} />
              <MetersPanel id={id} meters={file.meters} editable={editable} />
              {can('contracts.read') && <PlansPanel plans={file.plans} tickets={file.tickets} />}
              <Work file={file} />
              {oneColumn && papers}
              <Panel title={c('timeline')}>
                <Timeline
                  object="device"
                  path={`/api/v1/devices/${id}/timeline`}
                  along={doneFor('device_id', id, can)}
                  filters
                />
              </Panel>
            </>
          )
        }
        side={
          !oneColumn &&
          file && (
            <>
              {facts}
              {papers}
            </>
          )
        }
      />
      {device && (
        <>
          <FormDrawer<Device>
            open={asked === 'edit'}
            onClose={close}
            title={t('edit')}
            fields={deviceFields}
            path={`/api/v1/devices/${id}`}
            record={device as never}
            initial={{ site_id: device.site_id }}
            shape={(body, values) => withSite(body, values, device)}
            own="device"
            onSaved={refreshDevices}
          >
            <SiteItem />
            <PlaceItem near={pointOf(file?.site)} />
          </FormDrawer>
          <FormDrawer<Device>
            open={asked === 'transfer'}
            onClose={close}
            title={t('transferTitle')}
            intro={
              <p className="muted" style={INTRO}>
                {t('transferText')}
              </p>
            }
            okText={t('transfer')}
            fields={transferFields}
            path={`/api/v1/devices/${id}/transfer`}
            version={device.version}
            initial={{ on: dayjs(today()) }}
            shape={(body, values) => withSite(body, values)}
            onSaved={refreshDevices}
          >
            <SiteItem />
          </FormDrawer>
          <FormDrawer<Device>
            open={asked === 'scrap'}
            onClose={close}
            title={`${t('scrap')} ${device.serial_number}`}
            intro={
              <p className="muted" style={INTRO}>
                {t('scrapText')}
              </p>
            }
            okText={t('scrap')}
            fields={scrapFields}
            path={`/api/v1/devices/${id}/scrap`}
            version={device.version}
            initial={{ on: dayjs(today()) }}
            onSaved={refreshDevices}
          />
          <ConfirmAction
            open={asked === 'unscrap'}
            title={t('unscrap')}
            text={t('unscrapText')}
            onClose={close}
            onConfirm={async () => {
              await api.post(`/api/v1/devices/${id}/unscrap`, undefined, { version: device.version });
              refreshDevices();
            }}
          />
          <Suspense fallback={null}>{asked === 'labels' && <LabelsDialog ids={[id]} onClose={close} />}</Suspense>
        </>
      )}
    </>
  );
}
