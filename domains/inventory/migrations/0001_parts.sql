create table parts (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    code text not null,
    name text not null,
    unit text not null,
    price_minor bigint not null,
    cost_minor bigint not null,
    currency text not null,
    stock bigint not null,
    stock_warning boolean not null,
    note text,
    created_at bigint not null,
    updated_at bigint not null,
    archived_at bigint,
    primary key (tenant_id, id)
);
create unique index parts_code on parts (tenant_id, code);
create index parts_name on parts (tenant_id, name, id);

-- A use keeps name, price and cost as they were at that moment.
create table part_uses (
    tenant_id uuid not null,
    id uuid not null,
    ticket_id uuid not null,
    visit_id uuid,
    part_id uuid not null,
    part_code text not null,
    part_name text not null,
    unit text not null,
    quantity bigint not null,
    serial text,
    unit_price_minor bigint not null,
    unit_cost_minor bigint not null,
    currency text not null,
    stock_after bigint not null,
    stock_warning boolean not null,
    booked_by uuid not null,
    booked_by_name text not null,
    used_at bigint not null,
    booked_at bigint not null,
    returned_at bigint,
    returned_reason text,
    primary key (tenant_id, id)
);
create index part_uses_ticket_id on part_uses (tenant_id, ticket_id, booked_at);
create index part_uses_part_id on part_uses (tenant_id, part_id, booked_at);
