-- Purchases, leads and invoices of customers.
create table orders (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    archived_at bigint,
    number text not null,
    kind text not null,
    status text not null,
    customer_id uuid not null,
    title text not null,
    ordered_on text not null,
    due_on text,
    currency text not null,
    total_minor bigint not null,
    paid_minor bigint not null,
    lines jsonb not null,
    owner_id uuid,
    source text not null,
    note text,
    created_by uuid,
    ext jsonb not null,
    primary key (tenant_id, id)
);
create unique index orders_number on orders (tenant_id, number);
create index orders_created_at on orders (tenant_id, created_at, id);
-- A customer's orders are shown newest first.
create index orders_customer_id on orders (tenant_id, customer_id, ordered_on, id);
create index orders_ordered_on on orders (tenant_id, ordered_on, id);
create index orders_status on orders (tenant_id, kind, status, ordered_on);
create index orders_owner_id on orders (tenant_id, owner_id);
