create table customers (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    archived_at bigint,
    name text not null,
    kind text not null,
    level text not null,
    phone text,
    -- The digits of `phone`, so that however a number is written it is found.
    phone_digits text,
    email text,
    address jsonb not null,
    lat double precision,
    lng double precision,
    note text,
    tags jsonb not null,
    owner_id uuid,
    region_id uuid,
    created_by uuid,
    primary key (tenant_id, id)
);
create index customers_created_at on customers (tenant_id, created_at, id);
create index customers_updated_at on customers (tenant_id, updated_at, id);
create index customers_name on customers (tenant_id, name, id);
create index customers_phone_digits on customers (tenant_id, phone_digits);
create index customers_owner_id on customers (tenant_id, owner_id);
create index customers_region_id on customers (tenant_id, region_id);

create table contacts (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    archived_at bigint,
    customer_id uuid not null,
    name text not null,
    phone text,
    phone_digits text,
    email text,
    title text,
    is_primary boolean not null,
    primary key (tenant_id, id),
    foreign key (tenant_id, customer_id) references customers (tenant_id, id)
);
create index contacts_customer_id on contacts (tenant_id, customer_id);
create index contacts_phone_digits on contacts (tenant_id, phone_digits);

create table sites (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    archived_at bigint,
    customer_id uuid not null,
    name text not null,
    address jsonb not null,
    lat double precision,
    lng double precision,
    region_id uuid,
    access_note text,
    primary key (tenant_id, id),
    foreign key (tenant_id, customer_id) references customers (tenant_id, id)
);
create index sites_customer_id on sites (tenant_id, customer_id);
