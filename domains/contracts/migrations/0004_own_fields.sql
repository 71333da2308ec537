alter table contracts add column ext jsonb not null default '{}';
