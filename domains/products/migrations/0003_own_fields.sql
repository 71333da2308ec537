alter table products add column ext jsonb not null default '{}';
