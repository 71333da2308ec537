-- In a restored dump transaction ids begin again below those of the events; what is added to them keeps the stream
-- rising. A sequence, because its value is dumped and restored but belongs to no tenant.
create sequence event_epoch minvalue 0 start 0;
select setval('event_epoch', 0);
grant select, update on sequence event_epoch to aftersail_app;

create function event_clock(id xid8) returns bigint language sql stable as $$
    select id::text::bigint + (select last_value from event_epoch)
$$;
alter table events alter column xid set default event_clock(pg_current_xact_id());
