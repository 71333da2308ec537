-- What an event tells may be emptied, when a person's data must be erased; that it happened, when and through whom stays.
drop trigger events_are_not_changed;
create trigger events_are_not_changed before update on events
when not (new.data = '{}' and new.label is null and new.id is old.id
    and new.at is old.at
    and new.actor_kind is old.actor_kind
    and new.actor_id is old.actor_id
    and new.actor_name is old.actor_name
    and new.kind is old.kind
    and new.object is old.object
    and new.object_id is old.object_id
    and new.parent_object is old.parent_object
    and new.parent_id is old.parent_id
    and new.request_id is old.request_id
    and new.trace_id is old.trace_id
    and new.tenant_id is old.tenant_id
    and new.seq is old.seq
    and new.xid is old.xid)
begin
    select raise(abort, 'events are append-only');
end;
