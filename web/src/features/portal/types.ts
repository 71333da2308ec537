/** What a customer may see, as the server sends it. */
import type { Id, Time } from '@/shared/api/types';
import type { Catalogue, Form } from '@/shared/form_types';
import type { FormRecord } from '@/shared/forms';

export interface LinkFace {
  kind: 'ticket' | 'device';
  purpose?: 'track' | 'sign' | 'quote' | 'survey';
}

export interface DeviceFace {
  model: string | null;
  serial: string;
  product: string | null;
}

export interface DevicePageData {
  company: string;
  device: DeviceFace;
  site_name: string | null;
  place: string | null;
  open_ticket: { number: string; status: string; created_at: Time } | null;
  form: FormToFill | null;
}

/** What the company asks beyond the standard fields. */
export interface FormToFill {
  object: string;
  form: Form | null;
  catalogue: Catalogue;
}

export interface FileFace {
  id: Id;
  name: string;
  media_type: string;
  size: number;
  safe_inline: boolean;
}

export interface QuoteLine {
  kind: string;
  description: string;
  quantity: number | string;
  unit: string | null;
  unit_price_minor: number;
  amount_minor: number;
}

export interface QuoteFace {
  id: Id;
  number: string;
  status: 'draft' | 'sent' | 'approved' | 'rejected' | 'paid' | 'cancelled' | 'expired';
  lines: QuoteLine[];
  currency: string;
  subtotal_minor: number;
  tax_minor: number;
  total_minor: number;
  paid_minor: number;
  note: string | null;
  valid_until: Time | null;
  decided_at: Time | null;
  decided_by: string | null;
}

export interface SurveyFace {
  open: boolean;
  csat: number | null;
  nps: number | null;
  comment: string | null;
}

export interface MessageFace {
  id: Id;
  from: 'customer' | 'company';
  author: string;
  body: string;
  files: FileFace[];
  at: Time;
}

export type TicketStatus =
  | 'new'
  | 'assigned'
  | 'accepted'
  | 'in_service'
  | 'waiting'
  | 'resolved'
  | 'closed'
  | 'cancelled';

export interface TicketFace {
  company: string;
  number: string;
  title: string;
  description: string;
  type: string;
  status: TicketStatus;
  created_at: Time;
  resolution: string | null;
  engineer: { name: string; phone: string | null } | null;
  visit: { starts_at: Time; ends_at: Time; status: string } | null;
  device: DeviceFace | null;
  address: string | null;
  quote: QuoteFace | null;
  signature_wanted: boolean;
  signed_by: string | null;
  survey: SurveyFace | null;
  messages: MessageFace[];
  answers: { form: FormToFill; values: FormRecord } | null;
  timeline: { kind: string; at: Time }[];
  expires_at: Time;
}

export interface Reported {
  number: string;
  tracking_url: string;
}
