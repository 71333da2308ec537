import { CheckOutlined, PlusOutlined, SearchOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Alert, App, Button, Form, Input, Skeleton, type InputRef } from 'antd';
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { customerFields } from '@/features/customers/model';
import { deviceFields } from '@/features/devices/model';
import type { Ticket } from '@/features/tickets/model';
import { api, newKey, url } from '@/shared/api/api';
import { fieldErrors } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import type { Page } from '@/shared/api/types';
import { FieldItem } from '@/shared/fields/field_item';
import { FormDrawer, useUnsavedGuard } from '@/shared/fields/form_drawer';
import { createBody, type FieldSpec, type Values } from '@/shared/fields/spec';
import { useMessages, type Label } from '@/shared/i18n';
import { choices } from '@/shared/labels';
import type { OwnFormHandle } from '@/shared/own_fields/own_form';
import { useDebounced } from '@/shared/ui/use_debounced';
import { TicketLines, type TicketRow } from '@/shared/records/related';
import { useCan } from '@/shared/session';
import { ErrorState } from '@/shared/ui/error_state';
import type { IntakeSearch } from '@/shared/ui/list_search';
import { PageTitle } from '@/shared/ui/page_title';
import { Panel } from '@/shared/ui/record_page';
import { addressText, StatusTag, WarrantyTag, type AddressValue, type WarrantyVerdict } from '@/shared/ui/texts';
import { desk } from './messages';

// Inputs for all kinds of own fields weigh more than the desk itself.
const OwnForm = lazy(() => import('@/shared/own_fields/own_form'));

interface FoundCustomer {
  id: string;
  name: string;
  phone?: string | null;
  level?: string | null;
  address?: AddressValue | null;
}

interface FoundDevice {
  id: string;
  serial_number: string;
  site_id?: string | null;
  place?: string | null;
  product_name?: string | null;
  model?: string | null;
  customer_id?: string | null;
  customer_name?: string | null;
  status?: string | null;
  warranty?: WarrantyVerdict | null;
}

interface FoundContact {
  id: string;
  name: string;
  phone?: string | null;
  title?: string | null;
}

interface FoundSite {
  id: string;
  name: string;
  address?: AddressValue | null;
}

interface Found {
  customer?: FoundCustomer | null;
  contacts: FoundContact[];
  sites: FoundSite[];
  devices: FoundDevice[];
  open_tickets: TicketRow[];
}

interface Lookup {
  items: Found[];
  /** The device whose serial number it was. */
  device_id?: string | null;
}

const l = (zh: string, en: string): Label => ({ zh, en });

const fields: readonly FieldSpec[] = [
  { name: 'title', label: l('标题', 'Title'), kind: 'text', required: true },
  { name: 'type', label: l('类型', 'Type'), kind: 'choice', choices: choices.ticketType, required: true, half: true },
  {
    name: 'priority',
    label: l('优先级', 'Priority'),
    kind: 'choice',
    choices: choices.priority,
    required: true,
    half: true,
  },
  { name: 'description', label: l('故障描述', 'Description'), kind: 'longtext' },
  { name: 'contact_name', label: l('联系人', 'Contact'), kind: 'text', half: true },
  { name: 'contact_phone', label: l('联系电话', 'Contact phone'), kind: 'phone', half: true },
  { name: 'address', label: l('服务地址', 'Address'), kind: 'text' },
  { name: 'customer_id', label: l('客户', 'Customer'), kind: 'relation', of: 'customer', half: true },
  { name: 'device_id', label: l('设备', 'Device'), kind: 'relation', of: 'device', half: true },
  {
    name: 'serial_number',
    label: l('序列号（设备未登记时填写）', 'Serial number (if the device isn’t registered)'),
    kind: 'text',
    half: true,
  },
  { name: 'problem_type', label: l('问题类型', 'Problem type'), kind: 'text', half: true },
  {
    name: 'source',
    label: l('来源', 'Source'),
    kind: 'choice',
    choices: choices.source.filter((one) => ['phone', 'staff', 'mail'].includes(one.value)),
    half: true,
  },
  { name: 'tags', label: l('标签', 'Tags'), kind: 'tags', half: true },
];

const START: Values = { type: 'repair', priority: 'normal', source: 'phone' };

function rowsOf<T>(answer: Page<T> | T[]): T[] {
  return Array.isArray(answer) ? answer : answer.items;
}

function PickButton({ on, name, onPick }: { on: boolean; name: string; onPick: () => void }) {
  const t = useMessages(desk);
  return (
    <Button
      size="small"
      type={on ? 'primary' : 'default'}
      aria-pressed={on}
      aria-label={`${t(on ? 'picked' : 'pick')} ${name}`}
      icon={on ? <CheckOutlined /> : undefined}
      onClick={onPick}
    >
      {t(on ? 'picked' : 'pick')}
    </Button>
  );
}

/** Who calls on the left, the new ticket in the middle, what is known on the right. */
export default function IntakePage() {
  const t = useMessages(desk);
  const can = useCan();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as IntakeSearch;
  const { message } = App.useApp();
  const [typed, setTyped] = useState(search.q ?? '');
  const q = useDebounced(typed.trim(), 250);
  const box = useRef<InputRef>(null);
  const [form] = Form.useForm<Values>();
  const customerId = Form.useWatch<string | null | undefined>('customer_id', form) ?? undefined;
  const deviceId = Form.useWatch<string | null | undefined>('device_id', form) ?? undefined;
  const [dirty, setDirty] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [made, setMade] = useState<Ticket>();
  const [adding, setAdding] = useState<'customer' | 'device'>();
  const key = useRef(newKey());
  const sent = useRef('');
  const ownForm = useRef<OwnFormHandle>(null);
  /** Counts tickets, so that each begins with fresh own fields. */
  const [round, setRound] = useState(0);
  const markDirty = useCallback(() => setDirty(true), []);
  const freeWay = useUnsavedGuard(dirty);

  useEffect(() => {
    box.current?.focus();
  }, []);

  const lookup = useQuery({
    queryKey: ['intake', 'lookup', q],
    queryFn: ({ signal }) => api.get<Lookup>('/api/v1/intake/lookup', { q }, { signal }),
    enabled: q.length >= 2,
    placeholderData: (old) => old,
  });
  const fixedDevice = useQuery({
    queryKey: ['device', 'one', deviceId],
    queryFn: ({ signal }) =>
      api.get<FoundDevice>(url('/api/v1/devices/{id}', { id: deviceId ?? '' }), undefined, { signal }),
    enabled: deviceId !== undefined && can('devices.read'),
  });
  const fixedCustomer = useQuery({
    queryKey: ['customer', 'one', customerId],
    queryFn: ({ signal }) =>
      api.get<FoundCustomer>(url('/api/v1/customers/{id}', { id: customerId ?? '' }), undefined, { signal }),
    enabled: customerId !== undefined && can('customers.read'),
  });
  const verdict = useQuery({
    queryKey: ['device', 'warranty', deviceId],
    queryFn: ({ signal }) =>
      api.get<WarrantyVerdict>(url('/api/v1/devices/{id}/warranty', { id: deviceId ?? '' }), undefined, { signal }),
    enabled: deviceId !== undefined && can('contracts.read'),
    retry: false,
  });
  const duplicates = useQuery({
    queryKey: ['ticket', 'duplicates', customerId, deviceId],
    queryFn: async ({ signal }) =>
      rowsOf(
        await api.get<Page<TicketRow> | TicketRow[]>(
          '/api/v1/tickets/duplicates',
          { customer_id: customerId, device_id: deviceId },
          { signal },
        ),
      ),
    enabled: customerId !== undefined || deviceId !== undefined,
  });
  const devicesOf = useQuery({
    queryKey: ['device', 'of', customerId],
    queryFn: async ({ signal }) =>
      rowsOf(
        await api.get<Page<FoundDevice>>(
          '/api/v1/devices',
          { limit: 20, filter: JSON.stringify({ field: 'customer_id', op: 'in', value: [customerId ?? ''] }) },
          { signal },
        ),
      ),
    enabled: customerId !== undefined && can('devices.read'),
  });

  // What is picked fills only what is still empty: words somebody typed stay.
  const fill = (values: Values) => {
    const now = form.getFieldsValue(true) as Values;
    for (const [name, value] of Object.entries(values)) {
      if (
        value !== undefined &&
        value !== null &&
        value !== '' &&
        (now[name] === undefined || now[name] === null || now[name] === '')
      )
        form.setFieldValue(name, value);
    }
    setDirty(true);
  };
  const pickCustomer = (customer: FoundCustomer, found?: Found) => {
    if (form.getFieldValue('customer_id') !== customer.id) {
      for (const name of ['device_id', 'site_id', 'contact_id']) form.setFieldValue(name, undefined);
    }
    form.setFieldValue('customer_id', customer.id);
    const contact = found?.contacts[0];
    if (contact) form.setFieldValue('contact_id', contact.id);
    fill({
      contact_name: contact?.name ?? customer.name,
      contact_phone: contact?.phone ?? customer.phone,
      address: addressText(customer.address).slice(0, 200),
    });
  };
  const pickDevice = (device: FoundDevice, found?: Found) => {
    if (found?.customer) pickCustomer(found.customer, found);
    else if (device.customer_id) form.setFieldValue('customer_id', device.customer_id);
    form.setFieldValue('device_id', device.id);
    form.setFieldValue('serial_number', undefined);
    const site = found?.sites.find((one) => one.id === device.site_id);
    if (device.site_id) form.setFieldValue('site_id', device.site_id);
    if (site) fill({ address: [addressText(site.address), device.place].filter(Boolean).join(' ').slice(0, 200) });
    setDirty(true);
  };

  useEffect(() => {
    if (search.customer_id) form.setFieldValue('customer_id', search.customer_id);
    if (search.device_id) form.setFieldValue('device_id', search.device_id);
  }, [search.customer_id, search.device_id, form]);

  const owner = fixedDevice.data?.customer_id;
  useEffect(() => {
    if (owner && !form.getFieldValue('customer_id')) form.setFieldValue('customer_id', owner);
  }, [owner, form]);

  const submit = async (open: boolean) => {
    if (busy) return;
    let values: Values;
    try {
      values = await form.validateFields();
    } catch {
      ownForm.current?.check();
      return;
    }
    if ((ownForm.current?.check() ?? 0) > 0) return;
    setBusy(true);
    setError(undefined);
    try {
      const ext = ownForm.current?.changed();
      const body = { ...createBody(fields, values), ...(ext === undefined ? {} : { ext }) };
      const text = JSON.stringify(body);
      if (sent.current !== '' && sent.current !== text) key.current = newKey();
      sent.current = text;
      const ticket = await api.post<Ticket>('/api/v1/tickets', body, { key: key.current });
      key.current = newKey();
      sent.current = '';
      freeWay();
      setDirty(false);
      void queryClient.invalidateQueries({ queryKey: ['ticket'] });
      void message.success(t('createdTicket', { number: ticket.number }));
      if (open) {
        void navigate({ to: '/tickets/$id', params: { id: ticket.id } });
      } else {
        setMade(ticket);
        form.resetFields();
        form.setFieldsValue(START);
        setRound((n) => n + 1);
        setTyped('');
        box.current?.focus();
      }
    } catch (caught) {
      ownForm.current?.refuse(caught);
      const names = new Set(fields.map((field) => field.name));
      const found = fieldErrors(caught, (at) => at.length === 1 && names.has(String(at[0])));
      form.setFields(found.fields.map((field) => ({ name: field.name as string[], errors: field.errors })));
      setError(caught);
    } finally {
      setBusy(false);
    }
  };

  const found = lookup.data;
  const nothing = found?.items.length === 0;
  const customer = fixedCustomer.data;
  return (
    <div className="page">
      <div className="page-head">
        <PageTitle name={t('intake')} />
      </div>
      {made && (
        <Alert
          style={{ marginBottom: 12 }}
          type="success"
          showIcon
          role="status"
          title={t('createdTicket', { number: made.number })}
          closable={{ onClose: () => setMade(undefined) }}
          action={
            <Link to="/tickets/$id" params={{ id: made.id }}>
              {t('open')}
            </Link>
          }
        />
      )}
      <div className="intake">
        <div className="stack">
          <Panel title={t('who')}>
            <Input
              ref={box}
              size="large"
              prefix={<SearchOutlined aria-hidden="true" />}
              value={typed}
              allowClear
              maxLength={100}
              placeholder={t('whoHint')}
              aria-label={t('whoHint')}
              onChange={(event) => setTyped(event.target.value)}
            />
            <div className="row" style={{ marginTop: 8 }}>
              {can('customers.create') && (
                <Button size="small" icon={<PlusOutlined />} onClick={() => setAdding('customer')}>
                  {t('newCustomer')}
                </Button>
              )}
              {can('devices.create') && (
                <Button size="small" icon={<PlusOutlined />} onClick={() => setAdding('device')}>
                  {t('newDevice')}
                </Button>
              )}
            </div>
            <div aria-live="polite" style={{ marginTop: 8 }}>
              {q.length < 2 && <p className="muted">{t('start')}</p>}
              {lookup.isFetching && found === undefined && <Skeleton active title={false} />}
              {lookup.isError && <ErrorState error={lookup.error} onRetry={() => void lookup.refetch()} />}
              {q.length >= 2 && nothing && <p className="muted">{t('lookupEmpty')}</p>}
              {q.length >= 2 &&
                found?.items.map((one, index) => (
                  <section key={one.customer?.id ?? one.devices[0]?.id ?? index} className="found">
                    {one.customer && (
                      <div className="row-between">
                        <span className="grow">
                          <Link to="/customers/$id" params={{ id: one.customer.id }}>
                            <strong>{one.customer.name}</strong>
                          </Link>{' '}
                          <StatusTag of={choices.customerLevel} value={one.customer.level} />
                          <div className="muted">
                            {one.customer.phone} {addressText(one.customer.address)}
                          </div>
                          {one.contacts.map((contact) => (
                            <div key={contact.id} className="muted">
                              {contact.name} {contact.title} {contact.phone}
                            </div>
                          ))}
                        </span>
                        <PickButton
                          on={customerId === one.customer.id}
                          name={one.customer.name}
                          onPick={() => one.customer && pickCustomer(one.customer, one)}
                        />
                      </div>
                    )}
                    <ul className="plain-list">
                      {one.devices
                        .toSorted((a, b) => Number(b.id === found.device_id) - Number(a.id === found.device_id))
                        .map((device) => (
                          <li key={device.id} className="row-between">
                            <span className="grow">
                              <Link to="/devices/$id" params={{ id: device.id }}>
                                <strong>{device.serial_number}</strong>
                              </Link>{' '}
                              <WarrantyTag verdict={device.warranty} />
                              <div className="muted">
                                {device.product_name} {device.place}
                              </div>
                            </span>
                            <PickButton
                              on={deviceId === device.id}
                              name={device.serial_number}
                              onPick={() => pickDevice(device, one)}
                            />
                          </li>
                        ))}
                    </ul>
                    {one.open_tickets.length > 0 && (
                      <>
                        <div className="muted">{t('openTicketsOf')}</div>
                        <TicketLines rows={one.open_tickets} />
                      </>
                    )}
                  </section>
                ))}
            </div>
          </Panel>
        </div>
        <Panel title={t('ticket')}>
          <Form<Values>
            form={form}
            layout="vertical"
            initialValues={START}
            onValuesChange={() => setDirty(true)}
            onFinish={() => void submit(true)}
          >
            {error !== undefined && (
              <div style={{ marginBottom: 12 }}>
                <ErrorState error={error} />
              </div>
            )}
            <div style={{ display: 'grid', gridTemplateColumns: 'minmax(0,1fr) minmax(0,1fr)', columnGap: 12 }}>
              {fields.map((field) => (
                <div key={field.name} style={field.half ? undefined : { gridColumn: '1 / -1' }}>
                  <FieldItem spec={field} />
                </div>
              ))}
            </div>
            <Suspense fallback={null}>
              <OwnForm key={round} ref={ownForm} object="ticket" onDirty={markDirty} disabled={busy} />
            </Suspense>
            <div className="row" style={{ justifyContent: 'flex-end', marginTop: 14 }}>
              <Button
                onClick={() => {
                  form.resetFields();
                  form.setFieldsValue(START);
                  setRound((n) => n + 1);
                  setDirty(false);
                }}
              >
                {t('clear')}
              </Button>
              <Button loading={busy} onClick={() => void submit(false)}>
                {t('create')}
              </Button>
              <Button type="primary" htmlType="submit" loading={busy}>
                {t('createAndOpen')}
              </Button>
            </div>
          </Form>
        </Panel>
        <div className="stack">
          {(duplicates.data ?? []).length > 0 && (
            <Panel title={t('openTicketsOf')}>
              <Alert type="warning" showIcon title={t('duplicateHint')} style={{ marginBottom: 8 }} />
              <TicketLines rows={duplicates.data ?? []} />
            </Panel>
          )}
          {customer && (
            <Panel
              title={
                <Link to="/customers/$id" params={{ id: customer.id }}>
                  {customer.name}
                </Link>
              }
              extra={<StatusTag of={choices.customerLevel} value={customer.level} />}
            >
              <p className="muted">
                {customer.phone} {addressText(customer.address)}
              </p>
            </Panel>
          )}
          {deviceId && fixedDevice.data && (
            <Panel
              title={
                <Link to="/devices/$id" params={{ id: deviceId }}>
                  {fixedDevice.data.serial_number}
                </Link>
              }
            >
              <p>
                {fixedDevice.data.product_name} {fixedDevice.data.model}
              </p>
              <p style={{ marginTop: 6 }}>
                {t('warranty')}: {verdict.data ? <WarrantyTag verdict={verdict.data} reason /> : '…'}
              </p>
            </Panel>
          )}
          {(devicesOf.data ?? []).length > 0 && (
            <Panel title={t('devices')}>
              <ul className="plain-list">
                {devicesOf.data?.map((row) => (
                  <li key={row.id} className="row-between">
                    <span className="grow">
                      {row.serial_number}{' '}
                      <span className="muted">
                        {row.product_name} {row.model}
                      </span>
                    </span>
                    <PickButton on={deviceId === row.id} name={row.serial_number} onPick={() => pickDevice(row)} />
                  </li>
                ))}
              </ul>
            </Panel>
          )}
        </div>
      </div>
      <FormDrawer<FoundCustomer>
        open={adding === 'customer'}
        title={t('newCustomer')}
        fields={customerFields}
        own="customer"
        path="/api/v1/customers"
        initial={{
          kind: 'person',
          level: 'standard',
          ...(/^[+\d\s-]{5,}$/.test(typed.trim()) ? { phone: typed.trim() } : { name: typed.trim() || undefined }),
        }}
        onClose={() => setAdding(undefined)}
        onSaved={pickCustomer}
      />
      <FormDrawer<FoundDevice>
        open={adding === 'device'}
        title={t('newDevice')}
        fields={deviceFields}
        own="device"
        path="/api/v1/devices"
        initial={{ status: 'in_service', ...(customerId ? { customer_id: customerId } : {}) }}
        onClose={() => setAdding(undefined)}
        onSaved={pickDevice}
      />
    </div>
  );
}
