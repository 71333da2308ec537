create table object_definitions (
    tenant_id uuid not null,
    key text not null,
    id uuid not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    archived_at bigint,
    name jsonb not null,
    icon text,
    menu text not null,
    number_prefix text not null,
    title_field text,
    roles jsonb not null,
    primary key (tenant_id, key)
);

-- The fields of an object, built-in or not; one row for each object that has fields of its own.
create table field_catalogues (
    tenant_id uuid not null,
    object text not null,
    version bigint not null,
    updated_at bigint not null,
    catalogue jsonb not null,
    primary key (tenant_id, object)
);

-- Fields whose index is being filled, or taken away when `gone`; fields without a row here are ready.
create table field_fillings (
    tenant_id uuid not null,
    object text not null,
    field text not null,
    gone boolean not null,
    done bigint not null,
    total bigint not null,
    after_id uuid not null,
    primary key (tenant_id, object, field)
);

create table forms (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    object text not null,
    published_version bigint,
    draft jsonb not null,
    primary key (tenant_id, id)
);
create index forms_object on forms (tenant_id, object, id);

-- What was published never changes.
create table form_versions (
    tenant_id uuid not null,
    form_id uuid not null,
    version bigint not null,
    published_at bigint not null,
    form jsonb not null,
    primary key (tenant_id, form_id, version)
);

create table records (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    archived_at bigint,
    object text not null,
    -- The number by which people call it, and the count behind it, which sorts beyond the leading zeros.
    number text not null,
    serial bigint not null,
    owner_id uuid,
    team_id uuid,
    region_id uuid,
    created_by uuid,
    ext jsonb not null,
    primary key (tenant_id, id)
);
create index records_created_at on records (tenant_id, object, created_at, id);
create index records_updated_at on records (tenant_id, object, updated_at, id);
create index records_serial on records (tenant_id, object, serial, id);
create index records_number on records (tenant_id, object, number);
create index records_owner_id on records (tenant_id, object, owner_id);

-- Values of fields that are filterable or unique. The first key serves filters and orders, the second finds the rows of
-- one record.
create table field_index_text (
    tenant_id uuid not null,
    object text not null,
    field text not null,
    value text not null,
    record_id uuid not null,
    primary key (tenant_id, object, field, value, record_id)
);
create index field_index_text_record on field_index_text (tenant_id, object, field, record_id, value);

create table field_index_number (
    tenant_id uuid not null,
    object text not null,
    field text not null,
    value double precision not null,
    record_id uuid not null,
    primary key (tenant_id, object, field, value, record_id)
);
create index field_index_number_record on field_index_number (tenant_id, object, field, record_id, value);

create table field_index_time (
    tenant_id uuid not null,
    object text not null,
    field text not null,
    value bigint not null,
    record_id uuid not null,
    primary key (tenant_id, object, field, value, record_id)
);
create index field_index_time_record on field_index_time (tenant_id, object, field, record_id, value);
