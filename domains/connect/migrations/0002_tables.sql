create table exports (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    created_by uuid not null,
    list text not null,
    format text not null,
    -- Columns, filter, order, words and language, as they were asked for.
    request jsonb not null,
    state text not null,
    rows_done bigint not null,
    total bigint,
    file_id uuid,
    file_name text,
    file_size bigint,
    failure text,
    expires_at bigint not null,
    primary key (tenant_id, id)
);
create index exports_created_by on exports (tenant_id, created_by, created_at, id);

create table imports (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    created_by uuid not null,
    created_by_name text not null,
    list text not null,
    file_id uuid not null,
    file_name text not null,
    format text not null,
    -- What was found in the file: encoding, delimiter, sheets, columns with samples.
    source jsonb not null,
    mapping jsonb not null,
    state text not null,
    total bigint not null,
    done bigint not null,
    created bigint not null,
    updated bigint not null,
    skipped bigint not null,
    rejected bigint not null,
    undone bigint not null,
    kept bigint not null,
    failure text,
    primary key (tenant_id, id)
);
create index imports_created_by on imports (tenant_id, created_by, created_at, id);
create index imports_created_at on imports (tenant_id, created_at, id);

-- What an import wrote, with what stood there before, so that it can be taken back.
create table import_rows (
    tenant_id uuid not null,
    import_id uuid not null,
    line bigint not null,
    record_id uuid not null,
    is_new boolean not null,
    version_after bigint not null,
    before jsonb not null,
    -- Null until the row is taken back, or kept because somebody changed the record since.
    undone boolean,
    primary key (tenant_id, import_id, line),
    foreign key (tenant_id, import_id) references imports (tenant_id, id) on delete cascade
);

create table import_rejects (
    tenant_id uuid not null,
    import_id uuid not null,
    line bigint not null,
    reasons jsonb not null,
    primary key (tenant_id, import_id, line),
    foreign key (tenant_id, import_id) references imports (tenant_id, id) on delete cascade
);

-- The last mapping of files with the same header.
create table import_mappings (
    tenant_id uuid not null,
    list text not null,
    header text not null,
    mapping jsonb not null,
    updated_at bigint not null,
    primary key (tenant_id, list, header)
);

create table bulk_runs (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    created_by uuid not null,
    created_by_name text not null,
    list text not null,
    action jsonb not null,
    state text not null,
    total bigint not null,
    done bigint not null,
    changed bigint not null,
    skipped bigint not null,
    undone bigint not null,
    failure text,
    primary key (tenant_id, id)
);
create index bulk_runs_created_by on bulk_runs (tenant_id, created_by, created_at, id);

create table bulk_rows (
    tenant_id uuid not null,
    bulk_id uuid not null,
    position bigint not null,
    record_id uuid not null,
    title text not null,
    state text not null,
    before jsonb not null,
    after jsonb not null,
    reasons jsonb not null,
    primary key (tenant_id, bulk_id, position),
    foreign key (tenant_id, bulk_id) references bulk_runs (tenant_id, id) on delete cascade
);
create index bulk_rows_state on bulk_rows (tenant_id, bulk_id, state, position);
