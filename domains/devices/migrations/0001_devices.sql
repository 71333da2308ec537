create table devices (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    archived_at bigint,
    serial_number text not null,
    product_id uuid,
    customer_id uuid,
    site_id uuid,
    model text,
    sold_on text,
    installed_on text,
    warranty_starts_on text,
    warranty_ends_on text,
    status text not null,
    place text,
    lat double precision,
    lng double precision,
    qr_token text not null,
    note text,
    region_id uuid,
    team_id uuid,
    created_by uuid,
    primary key (tenant_id, id)
);
create unique index devices_serial_number on devices (tenant_id, serial_number);
create index devices_created_at on devices (tenant_id, created_at, id);
create index devices_updated_at on devices (tenant_id, updated_at, id);
create index devices_customer_id on devices (tenant_id, customer_id);
create index devices_product_id on devices (tenant_id, product_id);
create index devices_site_id on devices (tenant_id, site_id);
create index devices_warranty_ends_on on devices (tenant_id, warranty_ends_on);
-- Whoever scans a code is not signed in: the token leads to the company, so it is unique across companies.
create unique index devices_qr_token on devices (qr_token);
