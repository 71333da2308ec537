import { Link } from '@tanstack/react-router';
import { useMessages } from '@/shared/i18n';
import { choices } from '@/shared/labels';
import { RefText } from '@/shared/records/ref_text';
import { useOwnList } from '@/shared/own_fields/own_list';
import { ResourcePage } from '@/shared/records/resource_page';
import { today } from '@/shared/time';
import { StatusTag, ToneTag } from '@/shared/ui/texts';
import { LabelsButton } from './labels_button';
import { devices } from './messages';
import { deviceFields, deviceFilters, type Device } from './model';
import { PlaceItem } from '@/shared/map/place_item';
import { SiteItem, withSite } from './site_item';

export default function DevicesPage() {
  const t = useMessages(devices);
  const own = useOwnList<Device>('device');
  const now = today();
  return (
    <ResourcePage<Device>
      title={t('title')}
      object="device"
      path="/api/v1/devices"
      searchHint={t('search')}
      fields={deviceFields}
      filters={[...deviceFilters, ...own.filters]}
      own="device"
      choose="devices"
      initial={{ status: 'in_service' }}
      createLabel={t('create')}
      editLabel={(row) => row.serial_number}
      permission={{ create: 'devices.create', update: 'devices.update' }}
      page={(row) => `/devices/${row.id}`}
      archive
      formExtra={() => (
        <>
          <SiteItem />
          <PlaceItem />
        </>
      )}
      shape={(body, values) => withSite(body, values)}
      bulk={(rows) => <LabelsButton ids={rows.map((row) => row.id)} />}
      emptyTitle={t('emptyTitle')}
      emptyHint={t('emptyHint')}
      columns={[
        {
          key: 'serial_number',
          title: { zh: '序列号', en: 'Serial number' },
          sort: 'serial_number',
          render: (row) => (
            <Link to="/devices/$id" params={{ id: row.id }}>
              {row.serial_number}
            </Link>
          ),
        },
        {
          key: 'product',
          title: { zh: '产品', en: 'Product' },
          render: (row) =>
            row.product_name === undefined ? (
              <RefText of="product" id={row.product_id} />
            ) : (
              (row.product_name ?? <span className="muted">—</span>)
            ),
        },
        {
          key: 'model',
          title: { zh: '型号', en: 'Model' },
          wide: true,
          render: (row) => row.model ?? <span className="muted">—</span>,
        },
        {
          key: 'customer',
          title: { zh: '客户', en: 'Customer' },
          render: (row) =>
            row.customer_name && row.customer_id ? (
              <Link to="/customers/$id" params={{ id: row.customer_id }}>
                {row.customer_name}
              </Link>
            ) : (
              <RefText of="customer" id={row.customer_id} />
            ),
        },
        {
          key: 'place',
          title: { zh: '安装位置', en: 'Place' },
          wide: true,
          render: (row) => row.place ?? row.site_name ?? <span className="muted">—</span>,
        },
        {
          key: 'warranty',
          title: { zh: '保修至', en: 'Warranty until' },
          width: 130,
          render: (row) =>
            row.warranty_ends_on ? (
              <ToneTag tone={row.warranty_ends_on >= now ? 'resolved' : 'waiting'}>{row.warranty_ends_on}</ToneTag>
            ) : (
              <span className="muted">—</span>
            ),
        },
        {
          key: 'status',
          title: { zh: '状态', en: 'Status' },
          width: 100,
          render: (row) => <StatusTag of={choices.deviceStatus} value={row.status} />,
        },
        {
          key: 'building',
          title: { zh: '楼栋', en: 'Building' },
          width: 110,
          off: true,
          render: (row) => row.building ?? <span className="muted">—</span>,
        },
        {
          key: 'floor',
          title: { zh: '楼层', en: 'Floor' },
          width: 90,
          off: true,
          render: (row) => row.floor ?? <span className="muted">—</span>,
        },
        {
          key: 'parent_id',
          title: { zh: '所属设备', en: 'Part of' },
          off: true,
          render: (row) => <RefText of="device" id={row.parent_id} />,
        },
        {
          key: 'dealer_id',
          title: { zh: '经销商', en: 'Dealer' },
          off: true,
          render: (row) => <RefText of="customer" id={row.dealer_id} />,
        },
        {
          key: 'lessee_id',
          title: { zh: '承租方', en: 'Lessee' },
          off: true,
          render: (row) => <RefText of="customer" id={row.lessee_id} />,
        },
        {
          key: 'installed_on',
          title: { zh: '安装日期', en: 'Installed on' },
          width: 110,
          off: true,
          render: (row) => row.installed_on ?? <span className="muted">—</span>,
        },
        {
          key: 'first_used_on',
          title: { zh: '首次使用日期', en: 'First used on' },
          width: 120,
          off: true,
          render: (row) => row.first_used_on ?? <span className="muted">—</span>,
        },
        ...own.columns,
      ]}
    />
  );
}
