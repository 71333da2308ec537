alter table customers add column ext jsonb not null default '{}';
