-- Other systems that processes and rules call.
create table webhooks (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    name text not null,
    url text not null,
    secret text not null,
    enabled boolean not null,
    created_at bigint not null,
    updated_at bigint not null,
    called_at bigint,
    last_error text,
    primary key (tenant_id, id)
);
create unique index webhooks_name on webhooks (tenant_id, name);
