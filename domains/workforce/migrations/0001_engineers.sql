create table engineers (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    name text not null,
    phone text,
    user_id uuid,
    skills jsonb not null,
    home_address text,
    home_lat double precision,
    home_lng double precision,
    working_hours jsonb not null,
    region_id uuid,
    team_id uuid,
    status text not null,
    note text,
    created_at bigint not null,
    updated_at bigint not null,
    archived_at bigint,
    primary key (tenant_id, id)
);
create unique index engineers_user_id on engineers (tenant_id, user_id);
create index engineers_name on engineers (tenant_id, name, id);
create index engineers_created_at on engineers (tenant_id, created_at, id);
