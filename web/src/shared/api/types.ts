/** The resources as they come over the wire. */

export type Id = string;
/** RFC 3339. */
export type Time = string;
/** `YYYY-MM-DD`. */
export type DateText = string;

export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
  total?: number;
  total_is_lower_bound?: boolean;
}

export interface Stored {
  id: Id;
  version: number;
  created_at: Time;
  updated_at: Time;
}

export type Scope = 'own' | 'team' | 'region' | 'all';

export interface Session {
  user: {
    id: Id;
    version?: number;
    name: string;
    login: string;
    locale?: string | null;
    /** Keys of the person's roles. */
    roles: string[];
    permissions: Record<string, Scope>;
  };
  tenant: { id: Id; slug: string; name: string; zone: string; currency: string };
  csrf_token?: string;
}

export interface Address {
  province?: string | null;
  city?: string | null;
  district?: string | null;
  street?: string | null;
}
