-- Which sections a customer's page shows, in which order, by role.
create table customer_layouts (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    updated_at bigint not null,
    layout jsonb not null,
    primary key (tenant_id, id)
);
create unique index customer_layouts_tenant_id on customer_layouts (tenant_id);
