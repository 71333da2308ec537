create table import_records (
    tenant_id uuid not null,
    id uuid not null,
    source text not null,
    external_ref text not null,
    digest text not null,
    ticket_id uuid not null,
    imported_at bigint not null,
    primary key (tenant_id, id)
);
create unique index import_records_source_external_ref on import_records (tenant_id, source, external_ref);
