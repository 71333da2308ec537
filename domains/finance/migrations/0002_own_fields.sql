alter table quotes add column ext jsonb not null default '{}';
