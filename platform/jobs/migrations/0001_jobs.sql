-- A job that has been done or cancelled is deleted: the event stream tells what happened.
create table jobs (
    tenant_id uuid not null,
    id uuid not null,
    kind text not null,
    payload jsonb not null,
    key text,
    state text not null check (state in ('ready', 'leased', 'dead')),
    run_at bigint not null,
    attempts bigint not null,
    max_attempts bigint not null,
    lease_token uuid,
    lease_until bigint,
    last_error text,
    created_at bigint not null,
    updated_at bigint not null,
    finished_at bigint,
    primary key (tenant_id, id)
);
-- Workers serve all tenants, so these two begin with the time.
create index jobs_run_at on jobs (run_at) where state = 'ready';
create index jobs_lease_until on jobs (lease_until) where state = 'leased';
-- One waiting job per key. A running one does not count: what is added meanwhile must run after it.
create unique index jobs_kind_key on jobs (tenant_id, kind, key) where state = 'ready' and key is not null;
create index jobs_dead on jobs (tenant_id, created_at) where state = 'dead';
