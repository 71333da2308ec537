alter table contacts add column ext jsonb not null default '{}';
alter table sites add column ext jsonb not null default '{}';
-- Both have lists of their own, over all customers.
create index contacts_created_at on contacts (tenant_id, created_at, id);
create index contacts_name on contacts (tenant_id, name, id);
create index sites_created_at on sites (tenant_id, created_at, id);
create index sites_name on sites (tenant_id, name, id);
