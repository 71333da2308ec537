/** The engineer's records as the server sends them. */
import type { Address, DateText, Id, Stored, Time } from '@/shared/api/types';
import type { Catalogue, Form } from '@/shared/form_types';
import type { FormRecord } from '@/shared/forms';
import type { WarrantyVerdict } from '@/shared/ui/texts';

export type VisitStatus = 'planned' | 'accepted' | 'declined' | 'travelling' | 'on_site' | 'done' | 'cancelled';
export type VisitResult = 'fixed' | 'not_fixed' | 'needs_parts' | 'needs_revisit';
export type PhotoKind = 'before' | 'after' | 'other';
export type TimeKind = 'labour' | 'travel';

export interface ChecklistEntry {
  id: string;
  label_zh: string;
  label_en: string;
  required: boolean;
  done: boolean;
  note: string | null;
  done_at: Time | null;
}

export interface TimeEntry {
  command_id: Id;
  kind: TimeKind;
  minutes: number;
  note: string | null;
  at: Time;
  by_name: string;
}

export interface PartLine {
  use_id: Id;
  part_id: Id;
  code: string;
  name: string;
  unit: string;
  quantity: number;
  serial: string | null;
}

export interface Photo {
  file_id: Id;
  kind: PhotoKind;
  taken_at: Time;
  lat: number | null;
  lng: number | null;
  sha256: string;
  by_name: string;
}

export interface VisitNote {
  command_id: Id;
  text: string;
  at: Time;
  by_name: string;
}

export interface Signature {
  file_id: Id;
  signer_name: string;
  signed_at: Time;
  via: 'device' | 'link';
}

export interface Visit extends Stored {
  number: string;
  ticket_id: Id;
  ticket_number: string;
  customer_id: Id | null;
  device_id: Id | null;
  engineer_id: Id;
  engineer_name: string;
  assignee_id: Id | null;
  starts_at: Time;
  ends_at: Time;
  status: VisitStatus;
  accepted_at: Time | null;
  declined_at: Time | null;
  decline_reason: string | null;
  departed_at: Time | null;
  checked_in_at: Time | null;
  checked_in_lat: number | null;
  checked_in_lng: number | null;
  checked_out_at: Time | null;
  checked_out_lat: number | null;
  checked_out_lng: number | null;
  checklist: ChecklistEntry[];
  time_entries: TimeEntry[];
  labour_minutes: number;
  travel_minutes: number;
  parts_used: PartLine[];
  notes: VisitNote[];
  photos: Photo[];
  result: VisitResult | null;
  result_text: string | null;
  cause_code: string | null;
  action_code: string | null;
  resolve_ticket: boolean;
  signature: Signature | null;
  excused_reason: string | null;
  cancel_reason: string | null;
  ext?: FormRecord;
}

export interface FieldTicket extends Stored {
  number: string;
  title: string;
  description: string;
  type: string;
  priority: string;
  status: string;
  contact_name: string | null;
  contact_phone: string | null;
  problem_type: string | null;
  warranty: WarrantyVerdict | null;
  ext?: FormRecord;
  response_due_at: Time | null;
  resolution_due_at: Time | null;
  resolved_at: Time | null;
}

export interface FieldCustomer extends Stored {
  name: string;
  level: string;
  phone: string | null;
  note: string | null;
  address: Address;
}

export interface FieldContact extends Stored {
  name: string;
  phone: string | null;
  title: string | null;
  is_primary?: boolean;
}

export interface FieldSite extends Stored {
  name: string;
  access_note: string | null;
}

export interface FieldDevice extends Stored {
  serial_number: string;
  product_name?: string | null;
  model: string | null;
  place: string | null;
  ext?: FormRecord;
  installed_on: DateText | null;
  warranty_ends_on: DateText | null;
  status: string;
  note: string | null;
}

export interface EarlierTicket {
  id: Id;
  number: string;
  title: string;
  type: string;
  status: string;
  cause_code: string | null;
  resolution: string | null;
  created_at: Time;
  resolved_at: Time | null;
}

export interface FieldVisit {
  visit: Visit;
  ticket: FieldTicket | null;
  customer: FieldCustomer | null;
  contacts: FieldContact[];
  site: FieldSite | null;
  device: FieldDevice | null;
  address: string | null;
  lat: number | null;
  lng: number | null;
  history: EarlierTicket[];
}

export interface FieldPart extends Stored {
  code: string;
  name: string;
  unit: string;
  stock: number;
}

/** A step that waits for a decision. */
export interface FieldConflict extends Stored {
  client_id: Id;
  visit_id: Id;
  code: string;
  detail: string;
  status: 'open' | 'applied' | 'discarded';
}

/** What engineers fill in about a ticket, a device or a visit. */
export interface FormToFill {
  object: string;
  form: Form | null;
  catalogue: Catalogue;
}

export interface FieldDay {
  server_time: Time;
  engineer: { id: Id; name: string; phone?: string | null };
  from: Time;
  to: Time;
  visits: FieldVisit[];
  parts: FieldPart[];
  /** A day that an older version kept on the phone has none. */
  forms?: FormToFill[];
  conflicts: FieldConflict[];
}
