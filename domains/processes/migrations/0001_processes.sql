-- Processes as people draw them: the draft that is worked on, and what was published of it.
create table process_definitions (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    archived_at bigint,
    key text not null,
    label_zh text not null,
    label_en text not null,
    object text,
    object_type text,
    draft text not null,
    published bigint not null,
    created_by uuid,
    primary key (tenant_id, id)
);
create unique index process_definitions_key on process_definitions (tenant_id, key);
create index process_definitions_object on process_definitions (tenant_id, object, object_type);
create index process_definitions_created_at on process_definitions (tenant_id, created_at, id);

-- A published version never changes; instances name it by its number.
create table process_versions (
    tenant_id uuid not null,
    definition_id uuid not null,
    number bigint not null,
    xml text not null,
    note text,
    restores bigint,
    published_at bigint not null,
    published_by uuid,
    primary key (tenant_id, definition_id, number)
);

-- Which version of which definition a process id stands for when it is started or called now.
create table process_deployments (
    tenant_id uuid not null,
    process_id text not null,
    definition_id uuid not null,
    number bigint not null,
    primary key (tenant_id, process_id)
);
create index process_deployments_definition_id on process_deployments (tenant_id, definition_id);

-- Start events of those versions that wait for a message or a signal.
create table process_starts (
    tenant_id uuid not null,
    process_id text not null,
    event bigint not null,
    place bigint not null,
    kind text not null,
    name text not null,
    primary key (tenant_id, process_id, event, place)
);
create index process_starts_name on process_starts (tenant_id, kind, name, process_id);

create table process_instances (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    ended_at bigint,
    seq bigint not null,
    definition_id uuid not null,
    number bigint not null,
    process_id text not null,
    object text,
    object_id uuid,
    root_id uuid not null,
    parent_id uuid,
    parent_element bigint,
    depth bigint not null,
    status text not null,
    error_code text,
    incidents bigint not null,
    started_by uuid,
    state text not null,
    primary key (tenant_id, id)
);
create index process_instances_created_at on process_instances (tenant_id, created_at, id);
create index process_instances_definition_id on process_instances (tenant_id, definition_id, status, created_at);
create index process_instances_object_id on process_instances (tenant_id, object_id) where object_id is not null;
create index process_instances_parent_id on process_instances (tenant_id, parent_id, parent_element) where parent_id is not null;
create index process_instances_started_by on process_instances (tenant_id, started_by);

-- Every command that an instance was given, in its order, with what came of it: enough to run it again.
create table process_journal (
    tenant_id uuid not null,
    instance_id uuid not null,
    number bigint not null,
    seq bigint not null,
    at bigint not null,
    actor_id uuid,
    command text not null,
    trail text not null,
    primary key (tenant_id, instance_id, number)
);

-- What instances wait for from others. A row goes in the transaction that ends the wait.
create table process_waits (
    tenant_id uuid not null,
    instance_id uuid not null,
    wait bigint not null,
    kind text not null,
    name text not null,
    key text,
    seq bigint not null,
    primary key (tenant_id, instance_id, wait)
);
create index process_waits_name on process_waits (tenant_id, kind, name, key, seq);

-- Timers of instances, and of start events (`owner_id` is the definition then, and `cycle` how far it is).
create table process_timers (
    tenant_id uuid not null,
    owner_id uuid not null,
    wait bigint not null,
    due bigint not null,
    seq bigint not null,
    process_id text,
    cycle text,
    primary key (tenant_id, owner_id, wait)
);
create index process_timers_due on process_timers (due, seq);

-- What an instance has to say to others, in the order in which it is done. `part` orders what one throw became.
create table process_outbox (
    tenant_id uuid not null,
    seq bigint not null,
    part bigint not null,
    root_id uuid not null,
    item text not null,
    primary key (tenant_id, seq, part)
);
create index process_outbox_root_id on process_outbox (tenant_id, root_id, seq, part);

-- Messages that came before anybody waited for them.
create table process_messages (
    tenant_id uuid not null,
    id uuid not null,
    seq bigint not null,
    name text not null,
    key text,
    variables text not null,
    received_at bigint not null,
    kept_until bigint not null,
    primary key (tenant_id, id)
);
create index process_messages_name on process_messages (tenant_id, name, seq);
create index process_messages_kept_until on process_messages (tenant_id, kept_until);

-- Ids by which senders let a message be recognised that they send again.
create table process_message_ids (
    tenant_id uuid not null,
    message_id text not null,
    received_at bigint not null,
    primary key (tenant_id, message_id)
);
create index process_message_ids_received_at on process_message_ids (tenant_id, received_at);

create table process_tasks (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    instance_id uuid not null,
    element bigint not null,
    seq bigint not null,
    node text not null,
    name text not null,
    definition_id uuid not null,
    object text,
    object_id uuid,
    status text not null,
    assignee_id uuid,
    team_id uuid,
    role text,
    due_at bigint,
    closed_at bigint,
    closed_by uuid,
    primary key (tenant_id, id)
);
create unique index process_tasks_element on process_tasks (tenant_id, instance_id, element);
create index process_tasks_assignee_id on process_tasks (tenant_id, assignee_id, created_at) where status = 'open';
create index process_tasks_created_at on process_tasks (tenant_id, created_at, id);
create index process_tasks_object_id on process_tasks (tenant_id, object_id) where object_id is not null;

-- Who may take a task: teams, roles and users.
create table process_task_candidates (
    tenant_id uuid not null,
    task_id uuid not null,
    kind text not null,
    candidate text not null,
    primary key (tenant_id, task_id, kind, candidate)
);
create index process_task_candidates_candidate on process_task_candidates (tenant_id, kind, candidate, task_id);

create table process_incidents (
    tenant_id uuid not null,
    id uuid not null,
    created_at bigint not null,
    closed_at bigint,
    instance_id uuid not null,
    element bigint not null,
    node text not null,
    name text not null,
    definition_id uuid not null,
    code text not null,
    message text not null,
    primary key (tenant_id, id)
);
create unique index process_incidents_element on process_incidents (tenant_id, instance_id, element) where closed_at is null;
create index process_incidents_created_at on process_incidents (tenant_id, created_at, id);
