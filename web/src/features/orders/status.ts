/** Which statuses an order of a kind can have, and which come next. */
import { choices, type Choice } from '@/shared/labels';

const BY_KIND: Readonly<Record<string, readonly string[]>> = {
  purchase: ['draft', 'confirmed', 'delivered', 'cancelled'],
  lead: ['new', 'contacted', 'won', 'lost'],
  invoice: ['draft', 'issued', 'paid', 'void'],
};

const NEXT: Readonly<Record<string, readonly string[]>> = {
  'purchase draft': ['confirmed'],
  'purchase confirmed': ['delivered'],
  'lead new': ['contacted', 'won', 'lost'],
  'lead contacted': ['won', 'lost'],
  'invoice draft': ['issued'],
  'invoice issued': ['paid'],
};

const named = (keys: readonly string[]): Choice[] =>
  choices.orderStatus.filter((status) => keys.includes(status.value));

export const statusesOf = (kind: string | undefined): Choice[] => named(BY_KIND[kind ?? ''] ?? []);

export const nextStatuses = (kind: string, status: string): Choice[] => named(NEXT[`${kind} ${status}`] ?? []);
