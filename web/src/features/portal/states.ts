/** Which page a customer gets to see, and what matters most on it. */
import { ApiError } from '@/shared/api/problem';
import type { DeviceFace, LinkFace, QuoteFace, TicketFace } from './types';

export type TokenPage =
  | 'loading'
  | 'device'
  | 'ticket'
  | 'gone'
  | 'expired'
  | 'revoked'
  | 'busy'
  | 'offline'
  | 'failed';

/** What to show when something could not be loaded. */
export function failurePage(error: unknown): Exclude<TokenPage, 'loading' | 'device' | 'ticket'> {
  if (!(error instanceof ApiError)) return 'failed';
  if (error.status === 0) return 'offline';
  if (error.status === 429) return 'busy';
  if (error.code === 'link_expired') return 'expired';
  if (error.code === 'link_revoked') return 'revoked';
  // Unknown, expired and revoked links look alike from outside, so that nobody can probe for them.
  if ([400, 401, 403, 404, 410].includes(error.status)) return 'gone';
  return 'failed';
}

export function tokenPage(link: { data?: LinkFace | undefined; error?: unknown }): TokenPage {
  if (link.data) return link.data.kind === 'device' ? 'device' : 'ticket';
  return link.error ? failurePage(link.error) : 'loading';
}

export const STEPS = ['received', 'assigned', 'onTheWay', 'inService', 'resolved'] as const;
export type Step = (typeof STEPS)[number];

/** How far a ticket has come, as one of the steps that customers know. */
export function stepOf(ticket: Pick<TicketFace, 'status' | 'visit'>): Step {
  switch (ticket.status) {
    case 'resolved':
    case 'closed':
      return 'resolved';
    case 'new':
      return 'received';
    case 'in_service':
      return 'inService';
    default:
      if (ticket.visit?.status === 'on_site') return 'inService';
      if (ticket.visit?.status === 'travelling') return 'onTheWay';
      return ticket.visit?.status === 'done' ? 'inService' : 'assigned';
  }
}

export function isDecidable(quote: QuoteFace, now: Date): boolean {
  return quote.status === 'sent' && (quote.valid_until === null || Date.parse(quote.valid_until) > now.getTime());
}

export type Wish = 'quote' | 'sign' | 'survey';

/** What we want from the customer, what the link was made for first. */
export function wishes(ticket: TicketFace, purpose: LinkFace['purpose'], now: Date): Wish[] {
  const open: Wish[] = [];
  if (ticket.quote && isDecidable(ticket.quote, now)) open.push('quote');
  if (ticket.signature_wanted) open.push('sign');
  if (ticket.survey?.open && ticket.survey.csat === null && ticket.survey.nps === null) open.push('survey');
  return open.toSorted((a, b) => Number(b === purpose) - Number(a === purpose));
}

/** One key for one content: repeating a request is harmless, and another content is another request. */
export class KeyOfContent {
  private content = '';
  private key = '';

  constructor(private readonly make: () => string) {}

  of(body: unknown): string {
    const content = JSON.stringify(body);
    if (content !== this.content) {
      this.content = content;
      this.key = this.make();
    }
    return this.key;
  }
}

/** The description of a fault from chips and words. */
export function faultText(chips: readonly string[], words: string, separator: string): string {
  return [chips.join(separator), words.trim()].filter((part) => part !== '').join('\n');
}

/** Digits, spaces, hyphens, brackets and a leading plus; 5 to 20 digits. */
export function isPhone(text: string): boolean {
  const plain = text.normalize('NFKC').trim();
  const digits = plain.replaceAll(/\D/g, '').length;
  return /^\+?[\d\s()./-]+$/.test(plain) && digits >= 5 && digits <= 20;
}

/** Product and model; a product whose name says the model already doesn't say it twice. */
export function deviceName({ product, model }: DeviceFace): string {
  if (product && model && product.includes(model)) return product;
  return [product, model].filter(Boolean).join(' · ');
}
