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
import { useCan } from '@/shared/session';
import { ActionButton } from '@/shared/ui/action_button';
import { common } from '@/shared/ui/messages';
import { Panel, RecordPage } from '@/shared/ui/record_page';
import { useShortcut } from '@/shared/ui/shortcuts';
import { addressText, ChoiceText, Facts, StatusTag, TimeText } from '@/shared/ui/texts';
import { Children } from './children';
import { customers } from './messages';
import { CustomerOverview } from './overview';
import { customerFields, type Customer } from './model';

// What draws own fields comes when there is a record to draw them of.
const OwnFacts = lazy(() => import('@/shared/own_fields/own_facts'));

export default function CustomerPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const t = useMessages(customers);
  const c = useMessages(common);
  const can = useCan();
  const navigate = useNavigate();
  const [editing, setEditing] = useState(false);
  const record = useQuery({
    queryKey: ['customer', 'one', id],
    queryFn: ({ signal }) => api.get<Customer>(url('/api/v1/customers/{id}', { id }), undefined, { signal }),
  });
  const customer = record.data;
  const blocked = can('customers.update') ? undefined : c('noPermission');
  useShortcut('e', () => {
    if (!blocked) setEditing(true);
  });
  return (
    <>
      <RecordPage
        object="customer"
        id={id}
        pending={record.isPending}
        error={record.error}
        editing={editing}
        onRetry={() => void queryClient.invalidateQueries({ queryKey: ['customer'] })}
        heading={customer?.name}
        tags={
          <>
            <StatusTag of={choices.customerLevel} value={customer?.level} />
            {customer?.archived_at && <span className="tag tag-cancelled">{c('archived')}</span>}
          </>
        }
        actions={
          <>
            <ActionButton
              blocked={can('tickets.create') ? undefined : c('noPermission')}
              onClick={() => void navigate({ to: '/intake', search: { customer_id: id } })}
            >
              {t('newTicket')}
            </ActionButton>
            {customer && !blocked && <ArchiveButton object="customer" path="/api/v1/customers" record={customer} />}
            <ActionButton type="primary" blocked={blocked} onClick={() => setEditing(true)}>
              {c('edit')}
            </ActionButton>
          </>
        }
        main={
          <>
            <CustomerOverview id={id} />
            <Panel title={c('timeline')}>
              <Timeline object="customer" path={`/api/v1/customers/${id}/timeline`} />
            </Panel>
          </>
        }
        side={
          customer && (
            <>
              <Panel title={c('basic')}>
                <Facts
                  items={[
                    [
                      c('phone'),
                      customer.phone && (
                        <a key="phone" href={`tel:${customer.phone}`}>
                          {customer.phone}
                        </a>
                      ),
                    ],
                    [
                      c('email'),
                      customer.email && (
                        <a key="mail" href={`mailto:${customer.email}`}>
                          {customer.email}
                        </a>
                      ),
                    ],
                    [c('address'), addressText(customer.address)],
                    [t('kind'), <ChoiceText key="kind" of={choices.customerKind} value={customer.kind} />],
                    [t('owner'), <RefText key="owner" of="user" id={customer.owner_id} />],
                    [
                      c('note'),
                      customer.note && (
                        <span key="note" className="prewrap">
                          {customer.note}
                        </span>
                      ),
                    ],
                    [
                      t('tags'),
                      customer.tags.length > 0 && (
                        <span key="tags" className="row" style={{ gap: 4 }}>
                          {customer.tags.map((tag) => (
                            <span key={tag} className="tag">
                              {tag}
                            </span>
                          ))}
                        </span>
                      ),
                    ],
                    [c('createdAt'), <TimeText key="created" at={customer.created_at} />],
                  ]}
                />
              </Panel>
              <Suspense fallback={null}>
                <OwnFacts object="customer" id={id} values={customer.ext as Record<string, unknown> | undefined} />
              </Suspense>
              <Children customerId={id} kind="contacts" />
              <Children customerId={id} kind="sites" />
            </>
          )
        }
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
      />
    </>
  );
}
