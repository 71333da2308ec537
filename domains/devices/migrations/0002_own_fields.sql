alter table devices add column ext jsonb not null default '{}';
