-- Transactions commit out of order here: the stream is ordered by (xid, seq) and read only below the
-- oldest transaction that still runs.
create table events (
    seq bigint generated always as identity,
    xid bigint not null default (pg_current_xact_id()::text::bigint),
    tenant_id uuid not null,
    id uuid not null,
    at bigint not null,
    actor_kind text not null,
    actor_id uuid not null,
    actor_name text not null,
    kind text not null,
    object text not null,
    object_id uuid not null,
    parent_object text not null,
    parent_id uuid not null,
    label text,
    data jsonb not null,
    request_id text not null,
    trace_id text not null
);
-- The stream crosses tenants: readers follow it once for all of them.
create index events_xid_seq on events (xid, seq);
-- An event without another parent is its own object's: this one index serves every timeline.
create index events_parent_id_seq on events (tenant_id, parent_id, seq);
-- Only events on somebody else's timeline stand here.
create index events_object_id_seq on events (tenant_id, object_id, seq) where object_id <> parent_id;
create index events_at on events (tenant_id, at);

create function refuse_event_change() returns trigger language plpgsql as $$
begin
    raise exception 'events are append-only';
end $$;
create trigger events_are_not_changed before update or delete on events
    for each row execute function refuse_event_change();

create table consumer_cursors (
    tenant_id uuid not null,
    consumer text not null,
    xid bigint not null,
    seq bigint not null,
    primary key (tenant_id, consumer)
);

create table dead_events (
    tenant_id uuid not null,
    id uuid not null,
    consumer text not null,
    event_id uuid not null,
    xid bigint not null,
    seq bigint not null,
    kind text not null,
    object text not null,
    object_id uuid not null,
    error text not null,
    attempts bigint not null,
    retry boolean not null,
    dead_at bigint not null,
    primary key (tenant_id, id)
);
create unique index dead_events_consumer_event_id on dead_events (tenant_id, consumer, event_id);
