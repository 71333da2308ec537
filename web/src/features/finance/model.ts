import type { components } from '@/shared/api/schema';

export type QuoteLine = components['schemas']['QuoteLine'];

export type Payment = components['schemas']['Payment'];

export type Quote = components['schemas']['QuoteDetail'];
