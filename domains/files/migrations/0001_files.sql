-- What was uploaded. The content itself lies in the file store under its SHA-256, once per tenant.
create table files (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    name text not null,
    media_type text not null,
    size bigint not null,
    sha256 text not null,
    safe_inline boolean not null,
    created_by uuid not null,
    created_by_name text not null,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (tenant_id, id)
);
create index files_sha256 on files (tenant_id, sha256);
