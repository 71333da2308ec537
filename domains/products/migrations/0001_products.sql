create table products (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    archived_at bigint,
    code text not null,
    name text not null,
    category text,
    warranty_months bigint,
    default_response_minutes bigint,
    note text,
    primary key (tenant_id, id)
);
create unique index products_code on products (tenant_id, code);
create index products_name on products (tenant_id, name, id);
create index products_created_at on products (tenant_id, created_at, id);
