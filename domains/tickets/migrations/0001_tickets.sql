create table tickets (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    number text not null,
    title text not null,
    description text not null,
    kind text not null,
    priority text not null,
    status text not null,
    status_category text not null,
    status_before_wait text,
    source text not null,
    customer_id uuid,
    contact_id uuid,
    contact_name text,
    contact_phone text,
    site_id uuid,
    device_id uuid,
    address text,
    problem_type text,
    cause_code text,
    action_code text,
    resolution text,
    tags jsonb not null,
    engineer_id uuid,
    assignee_id uuid,
    team_id uuid,
    region_id uuid,
    warranty jsonb,
    response_due_at bigint,
    resolution_due_at bigint,
    first_response_at bigint,
    assigned_at bigint,
    resolved_at bigint,
    first_resolved_at bigint,
    closed_at bigint,
    waiting_reason text,
    waiting_until bigint,
    reopen_count bigint not null,
    reassign_count bigint not null,
    sla_met boolean,
    first_contact boolean,
    definitions jsonb,
    merged_into_id uuid,
    split_from_id uuid,
    external_ref text,
    created_by uuid,
    created_by_name text not null,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (tenant_id, id)
);
create unique index tickets_number on tickets (tenant_id, number);
create index tickets_created_at on tickets (tenant_id, created_at, id);
create index tickets_status on tickets (tenant_id, status_category, resolution_due_at);
create index tickets_customer_id on tickets (tenant_id, customer_id);
create index tickets_device_id on tickets (tenant_id, device_id);
create index tickets_engineer_id on tickets (tenant_id, engineer_id, status_category);
create index tickets_external_ref on tickets (tenant_id, external_ref);

create table ticket_pauses (
    tenant_id uuid not null,
    id uuid not null,
    ticket_id uuid not null,
    reason text not null,
    from_at bigint not null,
    to_at bigint,
    primary key (tenant_id, id)
);
create index ticket_pauses_ticket_id on ticket_pauses (tenant_id, ticket_id);

create table ticket_messages (
    tenant_id uuid not null,
    id uuid not null,
    ticket_id uuid not null,
    kind text not null,
    body text not null,
    author_kind text not null,
    author_id uuid not null,
    author_name text not null,
    file_ids jsonb not null,
    created_at bigint not null,
    primary key (tenant_id, id)
);
create index ticket_messages_ticket_id on ticket_messages (tenant_id, ticket_id, created_at);

create table ticket_followers (
    tenant_id uuid not null,
    ticket_id uuid not null,
    user_id uuid not null,
    created_at bigint not null,
    primary key (tenant_id, ticket_id, user_id)
);

create table ticket_links (
    tenant_id uuid not null,
    id uuid not null,
    from_id uuid not null,
    to_id uuid not null,
    kind text not null,
    created_at bigint not null,
    primary key (tenant_id, id)
);
create unique index ticket_links_from_id_to_id on ticket_links (tenant_id, from_id, to_id);
create index ticket_links_to_id on ticket_links (tenant_id, to_id);

create table ticket_attachments (
    tenant_id uuid not null,
    id uuid not null,
    ticket_id uuid not null,
    file_id uuid not null,
    name text not null,
    media_type text not null,
    size bigint not null,
    created_by_name text not null,
    created_at bigint not null,
    primary key (tenant_id, id)
);
create index ticket_attachments_ticket_id on ticket_attachments (tenant_id, ticket_id, created_at);

create table calendars (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    name text not null,
    calendar jsonb not null,
    is_default boolean not null,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (tenant_id, id)
);
create unique index calendars_name on calendars (tenant_id, name);

create table sla_policies (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    priority text not null,
    response_minutes bigint not null,
    resolution_minutes bigint not null,
    calendar_id uuid,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (tenant_id, id)
);
create unique index sla_policies_priority on sla_policies (tenant_id, priority);
