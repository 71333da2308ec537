/** What is done for customers and on devices, as it stands in their timelines: tickets, visits, answers, quotes. */
import type { components } from '../api/schema';
import type { HistoryEvent } from './timeline';
import type { Along } from './timeline_pages';

type Schemas = components['schemas'];
type Ticket = Schemas['Ticket'];
type Visit = Schemas['Visit'];
type Survey = Schemas['Survey'];
type Quote = Schemas['Quote'];

const SYSTEM: HistoryEvent['actor'] = { kind: 'system', id: '', name: '' };

/** Whoever has an account, the system, or the customer, whose name alone is known. */
function maker(id: string | null | undefined, name: string | null | undefined): HistoryEvent['actor'] {
  if (id) return { kind: 'user', id, name: name ?? '' };
  return name && name !== 'system' ? { kind: 'customer', id: '', name } : SYSTEM;
}

const ticket = (row: Ticket): HistoryEvent => ({
  id: `ticket ${row.id}`,
  at: row.created_at,
  actor: maker(row.created_by, row.created_by_name),
  kind: 'ticket.created',
  object: 'ticket',
  object_id: row.id,
  label: `${row.number} ${row.title}`,
  data: {},
  link: { to: '/tickets/$id', id: row.id },
});

const visit = (row: Visit): HistoryEvent | undefined =>
  row.status === 'done'
    ? {
        id: `visit ${row.id}`,
        at: row.checked_out_at ?? row.ends_at,
        actor: row.engineer_id ? { kind: 'user', id: row.engineer_id, name: row.engineer_name ?? '' } : SYSTEM,
        kind: 'visit.completed',
        object: 'visit',
        object_id: row.id,
        label: row.ticket_number,
        data: row.result ? { result: row.result } : {},
        link: { to: '/tickets/$id', id: row.ticket_id },
      }
    : undefined;

const survey = (row: Survey): HistoryEvent | undefined =>
  row.answered_at
    ? {
        id: `survey ${row.id}`,
        at: row.answered_at,
        actor: { kind: 'customer', id: '', name: '' },
        kind: 'survey.answered',
        object: 'survey',
        object_id: row.id,
        label: row.ticket_number,
        data: { csat: row.csat, nps: row.nps, comment: row.comment },
        link: { to: '/tickets/$id', id: row.ticket_id },
      }
    : undefined;

const quote = (row: Quote): HistoryEvent => ({
  id: `quote ${row.id}`,
  at: row.created_at,
  actor: maker(row.created_by, row.created_by_name),
  kind: 'quote.created',
  object: 'quote',
  object_id: row.id,
  label: row.number,
  data: {},
  link: { to: '/quotes/$id', id: row.id },
});

/** The lists of which somebody with these permissions may see what was done. */
export function doneFor(
  field: 'customer_id' | 'device_id',
  id: string,
  can: (permission: string) => boolean,
): readonly Along[] {
  const filter = { field, op: 'in' as const, value: [id] };
  const source = <T>(path: string, by: string, read: Along<T>['read']) =>
    ({ path, by, filter, read }) as unknown as Along;
  return [
    ...(can('tickets.read') ? [source('/api/v1/tickets', 'created_at', ticket)] : []),
    ...(can('visits.read') ? [source('/api/v1/visits', 'starts_at', visit)] : []),
    ...(field === 'customer_id' && can('surveys.read') ? [source('/api/v1/surveys', 'created_at', survey)] : []),
    ...(field === 'customer_id' && can('quotes.read') ? [source('/api/v1/quotes', 'created_at', quote)] : []),
  ];
}
