create table visits (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    number text not null,
    ticket_id uuid not null,
    ticket_number text not null,
    customer_id uuid,
    device_id uuid,
    engineer_id uuid not null,
    engineer_name text not null,
    assignee_id uuid,
    past_user_ids jsonb not null,
    team_id uuid,
    region_id uuid,
    starts_at bigint not null,
    ends_at bigint not null,
    status text not null,
    accepted_at bigint,
    declined_at bigint,
    decline_reason text,
    departed_at bigint,
    checked_in_at bigint,
    checked_in_lat double precision,
    checked_in_lng double precision,
    checked_in_by uuid,
    checked_out_at bigint,
    checked_out_lat double precision,
    checked_out_lng double precision,
    checked_out_by uuid,
    checklist jsonb not null,
    time_entries jsonb not null,
    labour_minutes bigint not null,
    travel_minutes bigint not null,
    parts_used jsonb not null,
    notes jsonb not null,
    photos jsonb not null,
    result text,
    result_text text,
    cause_code text,
    action_code text,
    result_by uuid,
    result_at bigint,
    resolve_ticket boolean not null,
    signature jsonb,
    excused_reason text,
    clock_skew_seconds bigint,
    cancel_reason text,
    created_by uuid,
    created_by_name text not null,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (tenant_id, id)
);
create unique index visits_number on visits (tenant_id, number);
create index visits_ticket_id on visits (tenant_id, ticket_id, starts_at);
create index visits_engineer_id on visits (tenant_id, engineer_id, starts_at);
create index visits_assignee_id on visits (tenant_id, assignee_id, starts_at);
create index visits_starts_at on visits (tenant_id, starts_at, id);
create index visits_device_id on visits (tenant_id, device_id, starts_at);
create index visits_customer_id on visits (tenant_id, customer_id, starts_at);

-- What phones sent, as it came: a repetition finds its outcome here, and nothing is ever lost.
create table field_commands (
    tenant_id uuid not null,
    client_id uuid not null,
    visit_id uuid not null,
    kind text not null,
    payload jsonb not null,
    based_on_version bigint,
    device_time bigint not null,
    applied_at bigint not null,
    clock_skew_seconds bigint,
    received_at bigint not null,
    sent_by uuid not null,
    sent_by_name text not null,
    outcome text not null,
    conflict_id uuid,
    visit_version bigint not null,
    primary key (tenant_id, client_id)
);
create index field_commands_visit_id on field_commands (tenant_id, visit_id, received_at);

create table field_conflicts (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    client_id uuid not null,
    visit_id uuid not null,
    visit_number text not null,
    ticket_id uuid not null,
    kind text not null,
    payload jsonb not null,
    device_time bigint not null,
    applied_at bigint not null,
    code text not null,
    detail text not null,
    sent_by uuid not null,
    sent_by_name text not null,
    assignee_id uuid,
    status text not null,
    resolved_by uuid,
    resolved_by_name text,
    resolved_at bigint,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (tenant_id, id)
);
create index field_conflicts_status on field_conflicts (tenant_id, status, created_at);
create index field_conflicts_visit_id on field_conflicts (tenant_id, visit_id);
create index field_conflicts_ticket_id on field_conflicts (tenant_id, ticket_id, status);

create table checklist_templates (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    ticket_type text not null,
    items jsonb not null,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (tenant_id, id)
);
create unique index checklist_templates_ticket_type on checklist_templates (tenant_id, ticket_type);
