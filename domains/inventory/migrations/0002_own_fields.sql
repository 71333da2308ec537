alter table parts add column ext jsonb not null default '{}';
