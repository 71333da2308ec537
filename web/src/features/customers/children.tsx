import { DeleteOutlined, EditOutlined, PlusOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { lazy, Suspense, useState, type ReactNode } from 'react';
import { api } from '@/shared/api/api';
import { queryClient } from '@/shared/api/query_client';
import { FormDrawer } from '@/shared/fields/form_drawer';
import { useMessages } from '@/shared/i18n';
import { ConfirmAction } from '@/shared/ui/confirm_action';
import { common } from '@/shared/ui/messages';
import { Panel } from '@/shared/ui/record_page';
import { addressText } from '@/shared/ui/texts';
import { customers } from './messages';
import { PlaceItem } from '@/shared/map/place_item';
import { contactFields, siteFields, type Contact, type Site } from './model';

// What draws own fields comes when a row has some.
const OwnLines = lazy(() => import('@/shared/own_fields/own_lines'));

type Child = Contact | Site;

/** Contacts or sites of a customer: listed, added, changed, removed in place. */
export function Children({
  customerId,
  kind,
  rows,
  marks,
  above,
  editable,
}: {
  customerId: string;
  kind: 'contacts' | 'sites';
  rows: readonly Child[];
  /** What the map calls a row, by its id. */
  marks?: ReadonlyMap<string, string>;
  above?: ReactNode;
  /** Whoever may not change the customer sees the list alone. */
  editable: boolean;
}) {
  const t = useMessages(customers);
  const c = useMessages(common);
  const path = `/api/v1/customers/${customerId}/${kind}`;
  const [form, setForm] = useState<{ open: boolean; row?: Child }>({ open: false });
  const [removing, setRemoving] = useState<Child>();
  const refresh = () => void queryClient.invalidateQueries({ queryKey: ['customer'] });
  const isContacts = kind === 'contacts';
  const object = isContacts ? 'contact' : 'site';
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
      {above}
      {rows.length === 0 && <p className="muted">{t(isContacts ? 'noContacts' : 'noSites')}</p>}
      <ul className="plain-list">
        {rows.map((row) => (
          <li key={row.id} className="row-between">
            <div className="grow">
              {marks?.has(row.id) && <span className="muted number">{marks.get(row.id)} </span>}
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
              {Object.keys(row.ext).length > 0 && (
                <Suspense fallback={null}>
                  <OwnLines object={object} id={row.id} values={row.ext} />
                </Suspense>
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
        own={object}
        onSaved={refresh}
      >
        {!isContacts && <PlaceItem />}
      </FormDrawer>
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
