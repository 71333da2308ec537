-- One writer commits in order, so `seq` alone orders the stream. Rows are never deleted, so a number is never used twice.
create table events (
    seq integer primary key,
    xid bigint not null default 0,
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
-- An event without another parent is its own object's: this one index serves every timeline.
create index events_parent_id_seq on events (tenant_id, parent_id, seq);
-- Only events on somebody else's timeline stand here.
create index events_object_id_seq on events (tenant_id, object_id, seq) where object_id <> parent_id;
create index events_at on events (tenant_id, at);

create trigger events_are_not_changed before update on events begin
    select raise(abort, 'events are append-only');
end;
create trigger events_are_not_deleted before delete on events begin
    select raise(abort, 'events are append-only');
end;

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
