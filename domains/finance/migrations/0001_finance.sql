create table price_items (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    kind text not null,
    name text not null,
    unit text not null,
    unit_price_minor bigint not null,
    unit_cost_minor bigint not null,
    currency text not null,
    tax_percent text not null,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (tenant_id, id)
);
create unique index price_items_kind on price_items (tenant_id, kind);

create table quotes (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    number text not null,
    ticket_id uuid not null,
    ticket_number text not null,
    customer_id uuid,
    status text not null,
    lines jsonb not null,
    currency text not null,
    subtotal_minor bigint not null,
    tax_minor bigint not null,
    total_minor bigint not null,
    paid_minor bigint not null,
    note text,
    valid_until bigint,
    sent_at bigint,
    decided_at bigint,
    decided_by text,
    decided_via text,
    decision_reason text,
    paid_at bigint,
    created_by uuid,
    created_by_name text not null,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (tenant_id, id)
);
create unique index quotes_number on quotes (tenant_id, number);
create index quotes_ticket_id on quotes (tenant_id, ticket_id, created_at);
create index quotes_customer_id on quotes (tenant_id, customer_id, created_at);
create index quotes_created_at on quotes (tenant_id, created_at, id);
create index quotes_status on quotes (tenant_id, status, created_at);

create table payments (
    tenant_id uuid not null,
    id uuid not null,
    quote_id uuid not null,
    ticket_id uuid not null,
    amount_minor bigint not null,
    currency text not null,
    method text not null,
    reference text,
    recorded_by_name text not null,
    created_at bigint not null,
    primary key (tenant_id, id)
);
create index payments_quote_id on payments (tenant_id, quote_id, created_at);

create table settlement_excuses (
    tenant_id uuid not null,
    id uuid not null,
    ticket_id uuid not null,
    reason text not null,
    excused_by_name text not null,
    created_at bigint not null,
    primary key (tenant_id, id)
);
create unique index settlement_excuses_ticket_id on settlement_excuses (tenant_id, ticket_id);
