-- Which fields are worked out from values of other records: `object`.`field` from `target`.`source` by the relation
-- `relation`, which stands in `object` for look-ups and in `target` for roll-ups. It follows the catalogues.
create table field_links (
    tenant_id uuid not null,
    target text not null,
    object text not null,
    field text not null,
    kind text not null,
    relation text not null,
    source text not null,
    primary key (tenant_id, target, object, field)
);
create index field_links_object on field_links (tenant_id, object);

-- Fields of records that are being worked out, or could not be.
create table field_states (
    tenant_id uuid not null,
    object text not null,
    record_id uuid not null,
    field text not null,
    computing boolean not null,
    code text,
    message text,
    primary key (tenant_id, object, record_id, field)
);
create index field_states_computing on field_states (tenant_id, object, computing, record_id);
