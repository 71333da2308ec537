-- Planned upkeep: which devices, how often, and what ticket comes of it.
create table maintenance_plans (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    archived_at bigint,
    name text not null,
    scope jsonb not null,
    every_days bigint,
    every_months bigint,
    meter jsonb,
    lead_days bigint not null,
    minutes bigint not null,
    ticket jsonb not null,
    starts_on text not null,
    ends_on text,
    active boolean not null,
    note text,
    created_by uuid,
    primary key (tenant_id, id)
);
create index maintenance_plans_name on maintenance_plans (tenant_id, name, id);

-- How far a plan has come with a device.
create table maintenance_states (
    tenant_id uuid not null,
    plan_id uuid not null,
    device_id uuid not null,
    last_done_on text,
    last_due_on text,
    last_meter double precision,
    open_due_on text,
    open_ticket_id uuid,
    primary key (tenant_id, plan_id, device_id)
);
create index maintenance_states_device_id on maintenance_states (tenant_id, device_id);

-- Each job that became due, once for a plan, a device and a day.
create table maintenance_dues (
    tenant_id uuid not null,
    plan_id uuid not null,
    device_id uuid not null,
    due_on text not null,
    ticket_id uuid,
    done_on text,
    skipped boolean not null,
    created_at bigint not null,
    primary key (tenant_id, plan_id, device_id, due_on)
);
create index maintenance_dues_ticket_id on maintenance_dues (tenant_id, ticket_id);
