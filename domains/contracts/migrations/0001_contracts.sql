create table contracts (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    archived_at bigint,
    number text not null,
    customer_id uuid not null,
    name text not null,
    kind text not null,
    starts_on text not null,
    ends_on text not null,
    covers jsonb not null,
    response_minutes bigint,
    -- Also row by row in contract_devices, where a device finds its contracts.
    device_ids jsonb not null,
    note text,
    created_by uuid,
    primary key (tenant_id, id)
);
create unique index contracts_number on contracts (tenant_id, number);
create index contracts_created_at on contracts (tenant_id, created_at, id);
create index contracts_customer_id on contracts (tenant_id, customer_id);
create index contracts_ends_on on contracts (tenant_id, ends_on, id);

create table contract_devices (
    tenant_id uuid not null,
    contract_id uuid not null,
    device_id uuid not null,
    primary key (tenant_id, contract_id, device_id),
    foreign key (tenant_id, contract_id) references contracts (tenant_id, id)
);
create index contract_devices_device_id on contract_devices (tenant_id, device_id);
