alter table visits add column ext jsonb not null default '{}';
