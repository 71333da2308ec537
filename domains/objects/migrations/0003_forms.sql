-- Forms are put away and taken back, and stand in an order of their own: the first that fits is the one offered.
alter table forms add column archived_at bigint;
alter table forms add column place bigint not null default 0;
