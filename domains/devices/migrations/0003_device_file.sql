alter table devices add column parent_id uuid;
alter table devices add column building text;
alter table devices add column floor text;
alter table devices add column first_used_on text;
alter table devices add column dealer_id uuid;
alter table devices add column lessee_id uuid;
alter table devices add column scrapped_on text;
alter table devices add column scrap_reason text;
create index devices_parent_id on devices (tenant_id, parent_id);

-- Parts built into a device. Those booked on a job come with the use they came from.
create table device_parts (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    device_id uuid not null,
    part_id uuid,
    name text not null,
    serial_number text,
    quantity bigint not null,
    installed_on text,
    warranty_ends_on text,
    removed_on text,
    removed_reason text,
    ticket_id uuid,
    visit_id uuid,
    use_id uuid,
    created_by_name text not null,
    primary key (tenant_id, id)
);
create index device_parts_device_id on device_parts (tenant_id, device_id, id);
create unique index device_parts_use_id on device_parts (tenant_id, use_id);

create table device_meters (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    device_id uuid not null,
    name text not null,
    unit text not null,
    kind text not null,
    last_value double precision,
    last_at bigint,
    primary key (tenant_id, id)
);
create unique index device_meters_device_id_name on device_meters (tenant_id, device_id, name);

create table meter_readings (
    tenant_id uuid not null,
    id uuid not null,
    meter_id uuid not null,
    at bigint not null,
    value double precision not null,
    reset boolean not null,
    source text not null,
    by_name text not null,
    created_at bigint not null,
    primary key (tenant_id, id)
);
create index meter_readings_meter_id on meter_readings (tenant_id, meter_id, at, id);

create table device_documents (
    tenant_id uuid not null,
    id uuid not null,
    device_id uuid not null,
    file_id uuid not null,
    name text not null,
    media_type text not null,
    size bigint not null,
    created_by_name text not null,
    created_at bigint not null,
    primary key (tenant_id, id)
);
create unique index device_documents_device_id_file_id on device_documents (tenant_id, device_id, file_id);
