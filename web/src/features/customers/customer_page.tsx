/** Everything about one customer on one page; which sections in which order is what the company laid out for the role. */
import { DownOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Alert, Button, Dropdown } from 'antd';
import { lazy, Suspense, useState, type ReactNode } from 'react';
import { api, url } from '@/shared/api/api';
import { queryClient } from '@/shared/api/query_client';
import { saveFile } from '@/shared/api/save_file';
import { FormDrawer } from '@/shared/fields/form_drawer';
import { doneFor } from '@/shared/history/along';
import { Timeline } from '@/shared/history/timeline';
import type { Along } from '@/shared/history/timeline_pages';
import { useMessages } from '@/shared/i18n';
import { choices } from '@/shared/labels';
import { ArchiveButton } from '@/shared/records/archive';
import { RefText } from '@/shared/records/ref_text';
import { useCan, useSession } from '@/shared/session';
import { ActionButton } from '@/shared/ui/action_button';
import { ConfirmAction } from '@/shared/ui/confirm_action';
import { common } from '@/shared/ui/messages';
import { PlotMap, type Place } from '@/shared/ui/plot_map';
import { Panel, RecordPage } from '@/shared/ui/record_page';
import { useShortcut } from '@/shared/ui/shortcuts';
import { StatusTag } from '@/shared/ui/texts';
import { useIsPhone } from '@/shared/ui/use_media';
import { Children } from './children';
import {
  AT_SIDE,
  customerFileQuery,
  customerLayoutQuery,
  sectionsFor,
  type CustomerFile,
  type Doubles,
  type Section,
} from './file';
import { customers } from './messages';
import { PlaceItem } from '@/shared/map/place_item';
import { customerFields, type Customer } from './model';
import { Hierarchy, Notes, Profile } from './profile';
import {
  Complaints,
  Contracts,
  Conversation,
  Devices,
  Figures,
  Files,
  Money,
  Orders,
  Surveys,
  Tickets,
  Visits,
} from './sections';

// What draws own fields comes when there is a record to draw them of; what is rarely done comes when it is wanted.
const OwnFacts = lazy(() => import('@/shared/own_fields/own_facts'));
const DuplicatesDrawer = lazy(() => import('./duplicates_drawer'));
const EraseDialog = lazy(() => import('./erase_dialog'));
const LayoutDrawer = lazy(() => import('./layout_drawer'));

/** What needs to be allowed to see a section; any of these. */
const NEEDS: Partial<Record<Section, readonly string[]>> = {
  tickets: ['tickets.read'],
  devices: ['devices.read'],
  contracts: ['contracts.read'],
  money: ['orders.read', 'quotes.read'],
  orders: ['orders.read'],
  visits: ['visits.read'],
  complaints: ['tickets.read'],
  surveys: ['surveys.read'],
  messages: ['tickets.read'],
};

function Sites({ file, editable }: { file: CustomerFile; editable: boolean }) {
  const t = useMessages(customers);
  const { customer, sites } = file;
  const marks = new Map(sites.map((site, index) => [site.id, String(index + 1)]));
  const places: Place[] = sites.flatMap((site) =>
    site.lat === null || site.lng === null
      ? []
      : [{ key: site.id, mark: marks.get(site.id) ?? '', name: site.name, lat: site.lat, lng: site.lng }],
  );
  const missing = sites.length - places.length;
  if (places.length > 0 && customer.lat !== null && customer.lng !== null)
    places.push({ key: 'own', mark: '', name: t('own'), lat: customer.lat, lng: customer.lng, main: true });
  return (
    <Children
      customerId={customer.id}
      kind="sites"
      rows={sites}
      marks={marks}
      editable={editable}
      above={<PlotMap places={places} missing={missing} />}
    />
  );
}

function drawn(
  section: Section,
  file: CustomerFile,
  editable: boolean,
  words: string,
  along: readonly Along[],
): ReactNode {
  const { id, ext } = file.customer;
  switch (section) {
    case 'profile':
      return (
        <>
          <Profile file={file} editable={editable} />
          <Suspense fallback={null}>
            <OwnFacts object="customer" id={id} values={ext as Record<string, unknown> | undefined} />
          </Suspense>
        </>
      );
    case 'tickets':
      return <Tickets file={file} />;
    case 'devices':
      return <Devices file={file} />;
    case 'contacts':
      return <Children customerId={id} kind="contacts" rows={file.contacts} editable={editable} />;
    case 'sites':
      return <Sites file={file} editable={editable} />;
    case 'contracts':
      return <Contracts file={file} />;
    case 'money':
      return <Money file={file} />;
    case 'orders':
      return <Orders file={file} />;
    case 'visits':
      return <Visits file={file} />;
    case 'complaints':
      return <Complaints file={file} />;
    case 'surveys':
      return <Surveys file={file} />;
    case 'messages':
      return <Conversation file={file} />;
    case 'files':
      return <Files file={file} editable={editable} />;
    case 'hierarchy':
      return <Hierarchy file={file} editable={editable} />;
    case 'notes':
      return <Notes file={file} editable={editable} />;
    case 'timeline':
      return (
        <Panel title={words}>
          <Timeline object="customer" path={`/api/v1/customers/${id}/timeline`} along={along} filters />
        </Panel>
      );
  }
}

type Dialog = 'duplicates' | 'export' | 'erase' | 'layout';

export default function CustomerPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const t = useMessages(customers);
  const c = useMessages(common);
  const can = useCan();
  const session = useSession();
  const navigate = useNavigate();
  const [editing, setEditing] = useState(false);
  const [dialog, setDialog] = useState<Dialog>();
  const answer = useQuery(customerFileQuery(id));
  const layout = useQuery(customerLayoutQuery);
  const file = answer.data;
  const customer = file?.customer;
  const mayMerge = can('customers.merge');
  const doubles = useQuery({
    queryKey: ['customer', 'doubles', id],
    queryFn: ({ signal }) =>
      api.get<{ items: Doubles[] }>(url('/api/v1/customers/{id}/duplicates', { id }), undefined, { signal }),
    enabled: mayMerge && customer !== undefined && !customer.archived_at,
    staleTime: 60_000,
  });
  const found = doubles.data?.items ?? [];
  const blocked = !can('customers.update')
    ? c('noPermission')
    : customer?.merged_into_id || customer?.erased_at
      ? t(customer.merged_into_id ? 'mergedAway' : 'erasedOn')
      : undefined;
  useShortcut('e', () => {
    if (!blocked && customer) setEditing(true);
  });
  // Until the layout is known nothing is drawn, so that sections don't change places; without one all are shown.
  const order = sectionsFor(layout.data, session.user.roles).filter((section) => NEEDS[section]?.some(can) ?? true);
  const along = doneFor('customer_id', id, can);
  // A phone has one column, in which the sections stand in the order of the layout.
  const oneColumn = useIsPhone();
  const column = (side: boolean) =>
    file &&
    order
      .filter((section) => (oneColumn ? !side : AT_SIDE.has(section) === side))
      .map((section) => (
        <div key={section} className="stack">
          {drawn(section, file, !blocked, t('timeline'), along)}
        </div>
      ));
  const more = [
    ...(mayMerge ? [{ key: 'duplicates', label: t('duplicates') }] : []),
    ...(can('personal_data.export') ? [{ key: 'export', label: t('exportData') }] : []),
    ...(can('personal_data.erase') && customer && !customer.merged_into_id && !customer.erased_at
      ? [{ key: 'erase', label: t('erase'), danger: true }]
      : []),
    ...(can('settings.manage') && layout.data ? [{ key: 'layout', label: t('layout') }] : []),
  ];
  return (
    <>
      <RecordPage
        key={id}
        object="customer"
        id={id}
        pending={answer.isPending || layout.isPending}
        error={answer.error}
        editing={editing}
        onRetry={() => void queryClient.invalidateQueries({ queryKey: ['customer'] })}
        heading={customer?.name}
        sub={
          file?.parent && (
            <>
              {t('parent')}{' '}
              <Link to="/customers/$id" params={{ id: file.parent.id }} style={{ textDecoration: 'underline' }}>
                {file.parent.name}
              </Link>
            </>
          )
        }
        tags={
          <>
            <StatusTag of={choices.customerLevel} value={customer?.level} />
            {customer?.archived_at && <span className="tag tag-cancelled">{c('archived')}</span>}
            {customer?.erased_at && <span className="tag tag-cancelled">{t('erasedOn')}</span>}
          </>
        }
        actions={
          <>
            <ActionButton
              blocked={
                can('tickets.create') ? (customer?.merged_into_id ? t('mergedAway') : undefined) : c('noPermission')
              }
              onClick={() => void navigate({ to: '/intake', search: { customer_id: id } })}
            >
              {t('newTicket')}
            </ActionButton>
            {more.length > 0 && (
              <Dropdown trigger={['click']} menu={{ items: more, onClick: ({ key }) => setDialog(key as Dialog) }}>
                <Button icon={<DownOutlined />} iconPlacement="end">
                  {t('moreActions')}
                </Button>
              </Dropdown>
            )}
            {customer && !blocked && <ArchiveButton object="customer" path="/api/v1/customers" record={customer} />}
            <ActionButton type="primary" blocked={blocked} onClick={() => setEditing(true)}>
              {c('edit')}
            </ActionButton>
          </>
        }
        main={
          file && (
            <>
              {customer?.merged_into_id && (
                <Alert
                  type="warning"
                  showIcon
                  title={
                    <>
                      {t('mergedInto')} <RefText of="customer" id={customer.merged_into_id} />
                    </>
                  }
                />
              )}
              {found.length > 0 && (
                <Alert
                  type="info"
                  showIcon
                  title={t('perhaps', { n: found.length })}
                  action={
                    <Button size="small" onClick={() => setDialog('duplicates')}>
                      {t('look')}
                    </Button>
                  }
                />
              )}
              <Figures file={file} />
              {column(false)}
            </>
          )
        }
        side={oneColumn ? undefined : column(true)}
      />
      <FormDrawer<Customer>
        open={editing}
        onClose={() => setEditing(false)}
        title={t('edit')}
        fields={customerFields}
        path={`/api/v1/customers/${id}`}
        record={customer as never}
        own="customer"
        onSaved={() => void queryClient.invalidateQueries({ queryKey: ['customer'] })}
      >
        <PlaceItem />
      </FormDrawer>
      <ConfirmAction
        open={dialog === 'export'}
        title={t('exportData')}
        text={t('exportText')}
        okText={t('exportDo')}
        onClose={() => setDialog(undefined)}
        onConfirm={() =>
          saveFile(
            url('/api/v1/customers/{id}/personal-data', { id }),
            `${t('exportData')} ${customer?.name ?? ''}.json`,
          )
        }
      />
      <Suspense fallback={null}>
        {dialog === 'duplicates' && customer && (
          <DuplicatesDrawer customer={customer} found={found} onClose={() => setDialog(undefined)} />
        )}
        {dialog === 'erase' && customer && <EraseDialog customer={customer} onClose={() => setDialog(undefined)} />}
        {dialog === 'layout' && layout.data && (
          <LayoutDrawer layout={layout.data} onClose={() => setDialog(undefined)} />
        )}
      </Suspense>
    </>
  );
}
