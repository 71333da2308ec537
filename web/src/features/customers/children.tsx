import { DeleteOutlined, EditOutlined, PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Skeleton } from 'antd';
import { useState } from 'react';
import { api } from '@/shared/api/api';
import { queryClient } from '@/shared/api/query_client';
import type { Page } from '@/shared/api/types';
import { FormDrawer } from '@/shared/fields/form_drawer';
import { useMessages } from '@/shared/i18n';
import { useCan } from '@/shared/session';
import { ConfirmAction } from '@/shared/ui/confirm_action';
import { ErrorState } from '@/shared/ui/error_state';
import { common } from '@/shared/ui/messages';
import { Panel } from '@/shared/ui/record_page';
import { addressText } from '@/shared/ui/texts';
import { customers } from './messages';
import { contactFields, siteFields, type Contact, type Site } from './model';

type Child = Contact | Site;

/** Contacts or sites of a customer: listed, added, changed, removed in place. */
export function Children({ customerId, kind }: { customerId: string; kind: 'contacts' | 'sites' }) {
  const t = useMessages(customers);
  const c = useMessages(common);
  const can = useCan();
  const path = `/api/v1/customers/${customerId}/${kind}`;
  const list = useQuery({
    queryKey: ['customer', kind, customerId],
    queryFn: ({ signal }) => api.get<Page<Child>>(path, { limit: 200 }, { signal }),
  });
  const [form, setForm] = useState<{ open: boolean; row?: Child }>({ open: false });
  const [removing, setRemoving] = useState<Child>();
  const refresh = () => void queryClient.invalidateQueries({ queryKey: ['customer'] });
  const editable = can('customers.update');
  const isContacts = kind === 'contacts';
  return (
    <Panel
      title={t(kind)}
      extra={
        editable && (
          <Button size="small" icon={<PlusOutlined />} onClick={() => setForm({ open: true })}>
            {t(isContacts ? 'addContact' : 'addSite')}
          </Button>
        )
      }
    >
      {list.isPending && <Skeleton active paragraph={{ rows: 2 }} title={false} />}
      {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.data?.items.length === 0 && <p className="muted">{t(isContacts ? 'noContacts' : 'noSites')}</p>}
      <ul className="plain-list">
        {list.data?.items.map((row) => (
          <li key={row.id} className="row-between">
            <div className="grow">
              <strong>{row.name}</strong>{' '}
              {'is_primary' in row && row.is_primary && <span className="tag tag-open">{t('primary')}</span>}
              {'is_primary' in row ? (
                <div className="muted">
                  {row.title && <span>{row.title} · </span>}
                  {row.phone && <a href={`tel:${row.phone}`}>{row.phone}</a>} {row.email}
                </div>
              ) : (
                <div className="muted">
                  {addressText(row.address)}
                  {row.access_note && <div>{row.access_note}</div>}
                </div>
              )}
            </div>
            {editable && (
              <div className="row" style={{ gap: 0 }}>
                <Button
                  type="text"
                  size="small"
                  icon={<EditOutlined />}
                  aria-label={`${c('edit')} ${row.name}`}
                  onClick={() => setForm({ open: true, row })}
                />
                <Button
                  type="text"
                  size="small"
                  icon={<DeleteOutlined />}
                  aria-label={`${c('remove')} ${row.name}`}
                  onClick={() => setRemoving(row)}
                />
              </div>
            )}
          </li>
        ))}
      </ul>
      <FormDrawer<Child>
        open={form.open}
        onClose={() => setForm((old) => ({ ...old, open: false }))}
        title={form.row?.name ?? t(isContacts ? 'addContact' : 'addSite')}
        fields={isContacts ? contactFields : siteFields}
        path={form.row ? `${path}/${form.row.id}` : path}
        record={form.row as never}
        onSaved={refresh}
      />
      <ConfirmAction
        open={removing !== undefined}
        title={t(isContacts ? 'removeContact' : 'removeSite', { name: removing?.name ?? '' })}
        danger
        okText={c('remove')}
        onClose={() => setRemoving(undefined)}
        onConfirm={async () => {
          if (removing) await api.delete(`${path}/${removing.id}`, { version: removing.version });
          refresh();
        }}
      />
    </Panel>
  );
}
