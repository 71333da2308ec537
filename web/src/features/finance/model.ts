import type { Stored } from '@/shared/api/types';

export interface QuoteLine {
  kind: string;
  description: string;
  /** A decimal as text or number. */
  quantity: string | number;
  unit?: string | null;
  unit_price_minor: number;
  tax_percent: string | number;
  amount_minor: number;
  tax_minor: number;
  part_id?: string | null;
}

export interface Payment {
  id: string;
  amount_minor: number;
  currency: string;
  method: string;
  reference?: string | null;
  recorded_by_name: string;
  created_at: string;
}

export interface Quote extends Stored {
  number: string;
  ticket_id: string;
  ticket_number: string;
  customer_id?: string | null;
  status: string;
  lines: QuoteLine[];
  currency: string;
  subtotal_minor: number;
  tax_minor: number;
  total_minor: number;
  paid_minor: number;
  due_minor?: number;
  note?: string | null;
  valid_until?: string | null;
  sent_at?: string | null;
  decided_at?: string | null;
  decided_by?: string | null;
  decision_reason?: string | null;
  paid_at?: string | null;
  created_by_name?: string | null;
  payments?: Payment[];
}
