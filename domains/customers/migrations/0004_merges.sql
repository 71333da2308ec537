create index customers_parent_id on customers (tenant_id, parent_id);
create index customers_merged_into_id on customers (tenant_id, merged_into_id);
create index customers_name_key on customers (tenant_id, name_key, id);
create index customers_address_key on customers (tenant_id, address_key, id);

-- Digits of a customer's numbers after the first, which stands in customers.phone_digits.
create table customer_phones (
    tenant_id uuid not null,
    customer_id uuid not null,
    digits text not null,
    primary key (tenant_id, customer_id, digits),
    foreign key (tenant_id, customer_id) references customers (tenant_id, id)
);
create index customer_phones_digits on customer_phones (tenant_id, digits);

-- Who was merged into whom, and what the remaining customer's fields said before and after.
create table customer_merges (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    into_id uuid not null,
    from_id uuid not null,
    fields jsonb not null,
    -- How many rows of each kind went along.
    moved jsonb not null,
    state text not null,
    created_by uuid,
    created_by_name text not null,
    primary key (tenant_id, id)
);
create index customer_merges_into_id on customer_merges (tenant_id, into_id, created_at);
create index customer_merges_from_id on customer_merges (tenant_id, from_id, created_at);
create index customer_merges_created_at on customer_merges (tenant_id, created_at, id);

-- Which rows went along, so that undoing a merge puts back exactly these.
create table customer_merge_rows (
    tenant_id uuid not null,
    merge_id uuid not null,
    object text not null,
    record_id uuid not null,
    primary key (tenant_id, merge_id, object, record_id),
    foreign key (tenant_id, merge_id) references customer_merges (tenant_id, id)
);
