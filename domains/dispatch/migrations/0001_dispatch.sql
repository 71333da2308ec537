create table skill_needs (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    product_category text,
    ticket_type text,
    skill text not null,
    min_level bigint not null,
    region_required boolean not null,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (tenant_id, id)
);
create index skill_needs_created_at on skill_needs (tenant_id, created_at, id);

-- One row a company: whoever dispatches holds it until the commit, so that two dispatchers never see the same free hour.
create table dispatch_turns (
    tenant_id uuid not null,
    id uuid not null,
    taken_at bigint not null,
    primary key (tenant_id, id)
);
