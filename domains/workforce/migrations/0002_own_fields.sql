alter table engineers add column ext jsonb not null default '{}';
