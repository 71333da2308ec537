create table saved_views (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    list text not null,
    name text not null,
    owner_id uuid not null,
    owner_name text not null,
    shared boolean not null,
    roles jsonb not null,
    default_for jsonb not null,
    settings jsonb not null,
    primary key (tenant_id, id)
);
create index saved_views_list on saved_views (tenant_id, list, shared, owner_id, id);

-- Which view opens first for a person; without a row the defaults of their roles decide.
create table view_defaults (
    tenant_id uuid not null,
    user_id uuid not null,
    list text not null,
    view_id uuid not null,
    primary key (tenant_id, user_id, list),
    foreign key (tenant_id, view_id) references saved_views (tenant_id, id) on delete cascade
);
