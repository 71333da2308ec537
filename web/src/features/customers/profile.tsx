/** The customer's own facts, each changed where it stands. */
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Link } from '@tanstack/react-router';
import { Button, Form, Input } from 'antd';
import type { ReactNode } from 'react';
import { queryClient } from '@/shared/api/query_client';
import { EditInPlace, FieldInPlace } from '@/shared/fields/edit_in_place';
import type { Values } from '@/shared/fields/spec';
import { useMessages } from '@/shared/i18n';
import { choices } from '@/shared/labels';
import { RefText } from '@/shared/records/ref_text';
import { common } from '@/shared/ui/messages';
import { Panel } from '@/shared/ui/record_page';
import { addressText, ChoiceText, Facts, StatusTag, TimeText } from '@/shared/ui/texts';
import type { CustomerFile } from './file';
import { customers } from './messages';
import { customerFields, type Customer, type Phone } from './model';

const refresh = () => void queryClient.invalidateQueries({ queryKey: ['customer'] });

interface Part {
  file: CustomerFile;
  editable: boolean;
}

/** One field of the customer with a pencil. */
function Fact({
  customer,
  name,
  editable,
  children,
}: {
  customer: Customer;
  name: string;
  editable: boolean;
  children: ReactNode;
}) {
  return (
    <FieldInPlace<Customer>
      fields={customerFields}
      name={name}
      record={customer as never}
      path={`/api/v1/customers/${customer.id}`}
      editable={editable}
      onSaved={refresh}
    >
      {children}
    </FieldInPlace>
  );
}

function PhoneRows() {
  const t = useMessages(customers);
  const c = useMessages(common);
  return (
    <Form.List name="phones">
      {(rows, { add, remove }) => (
        <>
          {rows.map((row, index) => (
            <div key={row.key} role="group" aria-label={`${t('phones')} ${index + 1}`}>
              <div className="row" style={{ gap: 4, flexWrap: 'nowrap', alignItems: 'flex-start' }}>
                <Form.Item
                  name={[row.name, 'number']}
                  rules={[{ required: true, whitespace: true, message: c('required', { label: t('phoneNumber') }) }]}
                  style={{ flex: 1 }}
                >
                  <Input type="tel" maxLength={40} aria-label={`${t('phoneNumber')} ${index + 1}`} />
                </Form.Item>
                <Button
                  type="text"
                  icon={<DeleteOutlined />}
                  aria-label={t('removePhone', { n: index + 1 })}
                  onClick={() => remove(row.name)}
                />
              </div>
              <Form.Item name={[row.name, 'label']}>
                <Input maxLength={60} aria-label={`${t('phoneLabel')} ${index + 1}`} placeholder={t('phoneLabel')} />
              </Form.Item>
            </div>
          ))}
          {rows.length < 20 && (
            <Button size="small" icon={<PlusOutlined />} onClick={() => add({})} style={{ marginBottom: 8 }}>
              {t('addPhone')}
            </Button>
          )}
        </>
      )}
    </Form.List>
  );
}

function phoneBody(values: Values, before: readonly Phone[]): Values {
  const phones = ((values['phones'] as (Phone | undefined)[] | undefined) ?? []).flatMap((phone) => {
    const number = phone?.number?.trim();
    const label = phone?.label?.trim();
    return number ? [{ number, ...(label ? { label } : {}) }] : [];
  });
  return JSON.stringify(phones) === JSON.stringify(before) ? {} : { phones };
}

function Phones({ customer, editable }: { customer: Customer; editable: boolean }) {
  const t = useMessages(customers);
  return (
    <EditInPlace<Customer>
      label={t('phones')}
      record={customer as never}
      path={`/api/v1/customers/${customer.id}`}
      editable={editable}
      initial={() => ({ phones: customer.phones.length > 0 ? customer.phones : [{}] })}
      body={(values) => phoneBody(values, customer.phones)}
      onSaved={refresh}
      form={<PhoneRows />}
    >
      {customer.phones.length === 0 && <span className="muted">—</span>}
      {customer.phones.map((phone) => (
        <div key={phone.number}>
          <a href={`tel:${phone.number}`} className="number">
            {phone.number}
          </a>{' '}
          {phone.label && <span className="muted">{phone.label}</span>}
        </div>
      ))}
    </EditInPlace>
  );
}

/** Who the customer is and how to reach it. */
export function Profile({ file, editable }: Part) {
  const t = useMessages(customers);
  const c = useMessages(common);
  const { customer } = file;
  const fact = (name: string, children: ReactNode) => (
    <Fact key={name} customer={customer} name={name} editable={editable}>
      {children}
    </Fact>
  );
  return (
    <Panel title={t('profile')}>
      <Facts
        items={[
          [t('name'), fact('name', customer.name)],
          [t('level'), fact('level', <StatusTag of={choices.customerLevel} value={customer.level} />)],
          [t('kind'), fact('kind', <ChoiceText of={choices.customerKind} value={customer.kind} />)],
          [t('phones'), <Phones key="phones" customer={customer} editable={editable} />],
          [c('email'), fact('email', customer.email && <a href={`mailto:${customer.email}`}>{customer.email}</a>)],
          [c('address'), fact('address', addressText(customer.address))],
          [t('owner'), fact('owner_id', file.owner_name ?? <RefText of="user" id={customer.owner_id} />)],
          [
            t('tags'),
            fact(
              'tags',
              customer.tags.length > 0 && (
                <span className="row" style={{ gap: 4 }}>
                  {customer.tags.map((tag) => (
                    <span key={tag} className="tag">
                      {tag}
                    </span>
                  ))}
                </span>
              ),
            ),
          ],
          [c('createdAt'), <TimeText key="created" at={customer.created_at} />],
        ]}
      />
    </Panel>
  );
}

/** Whatever colleagues should know. */
export function Notes({ file, editable }: Part) {
  const t = useMessages(customers);
  return (
    <Panel title={t('notes')}>
      <Fact customer={file.customer} name="note" editable={editable}>
        {file.customer.note ? (
          <div className="prewrap">{file.customer.note}</div>
        ) : (
          <span className="muted">{t('noNotes')}</span>
        )}
      </Fact>
    </Panel>
  );
}

/** The group it belongs to, and the companies that belong to it. */
export function Hierarchy({ file, editable }: Part) {
  const t = useMessages(customers);
  const { customer, parent, children, counts } = file;
  const filter = { field: 'parent_id', op: 'in' as const, value: [customer.id] };
  return (
    <Panel
      title={t('hierarchy')}
      extra={
        children.length > 0 && (
          <Link to="/customers" search={{ filter }}>
            {t('allTickets')}
          </Link>
        )
      }
    >
      <Facts
        items={[
          [
            t('parent'),
            <Fact key="parent" customer={customer} name="parent_id" editable={editable}>
              {parent && (
                <Link to="/customers/$id" params={{ id: parent.id }}>
                  {parent.name}
                </Link>
              )}
            </Fact>,
          ],
          [t('children'), counts.children === 0 ? t('noChildren') : counts.children < 50 ? counts.children : '50+'],
        ]}
      />
      <ul className="plain-list">
        {children.map((child) => (
          <li key={child.id} className="row-between">
            <Link to="/customers/$id" params={{ id: child.id }}>
              {child.name}
            </Link>
            <StatusTag of={choices.customerLevel} value={child.level} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
