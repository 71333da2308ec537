alter table tickets add column ext jsonb not null default '{}';
