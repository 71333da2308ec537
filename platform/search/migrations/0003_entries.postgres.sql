-- What the box over everything finds, in words; each node keeps an index of its own over it and follows it by
-- (xid, change). A document that is gone leaves its row behind, so that the nodes hear of it.
create table search_entries (
    tenant_id uuid not null,
    object text not null,
    object_id uuid not null,
    kind text not null,
    xid bigint not null,
    change bigint not null,
    content text not null,
    digest bigint not null,
    gone boolean not null,
    updated_at bigint not null,
    primary key (tenant_id, object, object_id)
);
-- The nodes follow the documents of all tenants.
create index search_entries_xid_change on search_entries (xid, change);

-- One row of the platform's own: which database this is, so that an index of another one is not taken for its own.
create table search_feeds (
    tenant_id uuid not null,
    id uuid not null,
    primary key (tenant_id, id)
);

-- Transactions commit out of order here: (xid, change) is read only below the oldest transaction that still runs.
create sequence search_changes;
grant usage on sequence search_changes to aftersail_app;
