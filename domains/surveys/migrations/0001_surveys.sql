create table surveys (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    ticket_id uuid not null,
    ticket_number text not null,
    customer_id uuid,
    sent_at bigint,
    answered_at bigint,
    csat bigint,
    nps bigint,
    comment text,
    channel text,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (tenant_id, id)
);
create index surveys_ticket_id on surveys (tenant_id, ticket_id, created_at);
create index surveys_created_at on surveys (tenant_id, created_at, id);
create index surveys_customer_id on surveys (tenant_id, customer_id, created_at);
create index surveys_answered_at on surveys (tenant_id, answered_at);

create table recovery_tasks (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    ticket_id uuid not null,
    ticket_number text not null,
    survey_id uuid not null,
    title text not null,
    assignee_id uuid,
    assignee_name text,
    status text not null,
    result text,
    due_at bigint not null,
    completed_at bigint,
    completed_by_name text,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (tenant_id, id)
);
create unique index recovery_tasks_survey_id on recovery_tasks (tenant_id, survey_id);
create index recovery_tasks_status on recovery_tasks (tenant_id, status, due_at);
create index recovery_tasks_ticket_id on recovery_tasks (tenant_id, ticket_id);
