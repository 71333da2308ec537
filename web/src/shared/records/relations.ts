/** What an id points to: where it is read, what it is called, where its page is. */
import { labelText, type Label } from '../i18n';
import { choices, choiceText, roleName } from '../labels';

// Records of any kind are read here, so their fields are looked up by name.
export type AnyRecord = Readonly<Record<string, unknown>> & { id: string };

export interface Relation {
  path: string;
  label: (row: AnyRecord) => string;
  hint?: (row: AnyRecord) => string;
  page?: (id: string) => string;
  /** Where it is shown, of a kind without pages of its own. */
  home?: (row: AnyRecord) => string;
  /** The record's part of what `GET {path}/{id}` answers, when it comes wrapped. */
  unwrap?: string;
  /** What needs to be allowed to look it up. */
  permission?: string;
  what: Label;
}

const text = (row: AnyRecord, name: string): string => {
  const value = row[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
};

export const relations = {
  customer: {
    path: '/api/v1/customers',
    label: (row) => text(row, 'name'),
    hint: (row) => text(row, 'phone'),
    page: (id) => `/customers/${id}`,
    permission: 'customers.read',
    what: { zh: '客户', en: 'Customer' },
  },
  contact: {
    path: '/api/v1/contacts',
    label: (row) => text(row, 'name'),
    hint: (row) => [text(row, 'customer_name'), text(row, 'phone')].filter(Boolean).join(' · '),
    home: (row) => `/customers/${text(row, 'customer_id')}`,
    permission: 'customers.read',
    what: { zh: '联系人', en: 'Contact' },
  },
  site: {
    path: '/api/v1/sites',
    label: (row) => text(row, 'name'),
    hint: (row) => text(row, 'customer_name'),
    home: (row) => `/customers/${text(row, 'customer_id')}`,
    permission: 'customers.read',
    what: { zh: '服务地址', en: 'Site' },
  },
  device: {
    path: '/api/v1/devices',
    label: (row) => text(row, 'serial_number'),
    hint: (row) => [text(row, 'product_name'), text(row, 'model')].filter(Boolean).join(' '),
    page: (id) => `/devices/${id}`,
    permission: 'devices.read',
    unwrap: 'device',
    what: { zh: '设备', en: 'Device' },
  },
  product: {
    path: '/api/v1/products',
    label: (row) => text(row, 'name'),
    hint: (row) => text(row, 'code'),
    permission: 'products.read',
    what: { zh: '产品', en: 'Product' },
  },
  part: {
    path: '/api/v1/parts',
    label: (row) => text(row, 'name'),
    hint: (row) => text(row, 'code'),
    permission: 'parts.read',
    what: { zh: '备件', en: 'Part' },
  },
  engineer: {
    path: '/api/v1/engineers',
    label: (row) => text(row, 'name'),
    hint: (row) => text(row, 'phone'),
    permission: 'engineers.read',
    what: { zh: '工程师', en: 'Engineer' },
  },
  contract: {
    path: '/api/v1/contracts',
    label: (row) => text(row, 'number'),
    hint: (row) => text(row, 'name'),
    permission: 'contracts.read',
    what: { zh: '合同', en: 'Contract' },
  },
  ticket: {
    path: '/api/v1/tickets',
    label: (row) => text(row, 'number'),
    hint: (row) =>
      [text(row, 'title'), choiceText(choices.ticketStatus, text(row, 'status'))].filter(Boolean).join(' · '),
    page: (id) => `/tickets/${id}`,
    permission: 'tickets.read',
    unwrap: 'ticket',
    what: { zh: '工单', en: 'Ticket' },
  },
  visit: {
    path: '/api/v1/visits',
    label: (row) => text(row, 'number') || text(row, 'ticket_number'),
    hint: (row) => text(row, 'starts_at').slice(0, 10),
    home: (row) => `/tickets/${text(row, 'ticket_id')}`,
    permission: 'visits.read',
    what: { zh: '上门任务', en: 'Visit' },
  },
  quote: {
    path: '/api/v1/quotes',
    label: (row) => text(row, 'number'),
    hint: (row) => text(row, 'ticket_number'),
    page: (id) => `/quotes/${id}`,
    permission: 'quotes.read',
    what: { zh: '报价', en: 'Quote' },
  },
  order: {
    path: '/api/v1/orders',
    label: (row) => text(row, 'number'),
    hint: (row) => text(row, 'title'),
    page: (id) => `/orders/${id}`,
    permission: 'orders.read',
    what: { zh: '订单', en: 'Order' },
  },
  user: {
    path: '/api/v1/users',
    label: (row) => text(row, 'name'),
    hint: (row) => text(row, 'login'),
    permission: 'users.read',
    what: { zh: '用户', en: 'User' },
  },
  role: {
    path: '/api/v1/roles',
    label: (row) => roleName({ key: text(row, 'key'), name: text(row, 'name') }),
    permission: 'users.read',
    what: { zh: '角色', en: 'Role' },
  },
  team: { path: '/api/v1/teams', label: (row) => text(row, 'name'), what: { zh: '团队', en: 'Team' } },
  region: { path: '/api/v1/regions', label: (row) => text(row, 'name'), what: { zh: '区域', en: 'Region' } },
  calendar: { path: '/api/v1/calendars', label: (row) => text(row, 'name'), what: { zh: '工作日历', en: 'Calendar' } },
} satisfies Record<string, Relation>;

type Standard = keyof typeof relations;

/** A kind of record: one that came with the product, or `record:` and the key of an object that people defined. */
export type RelationName = Standard | `record:${string}`;

const own = new Map<string, Relation>();

/** The key of the object that people defined, of a relation to its records. */
export function ownObject(name: RelationName): string | undefined {
  return name.startsWith('record:') ? name.slice('record:'.length) : undefined;
}

function ownRelation(key: string): Relation {
  const known = own.get(key);
  if (known) return known;
  const fresh: Relation = {
    path: `/api/v1/records/${encodeURIComponent(key)}`,
    label: (row) => text(row, 'title') || text(row, 'number'),
    hint: (row) => (text(row, 'title') === text(row, 'number') ? '' : text(row, 'number')),
    page: (id) => `/records/${key}/${id}`,
    what: { zh: '记录', en: 'Record' },
  };
  own.set(key, fresh);
  return fresh;
}

/** Where a relation field of that object leads. */
export function relationFor(object: string): RelationName {
  return object in relations ? (object as Standard) : `record:${object}`;
}

export function relationOf(name: RelationName): Relation {
  const key = ownObject(name);
  return key === undefined ? relations[name as Standard] : ownRelation(key);
}

export function relationWord(name: RelationName): string {
  return labelText(relationOf(name).what);
}
