-- What an event tells may be emptied, when a person's data must be erased; that it happened, when and through whom stays.
create or replace function refuse_event_change() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and new.data = '{}'::jsonb and new.label is null
        and to_jsonb(new) - 'data' - 'label' = to_jsonb(old) - 'data' - 'label' then
        return new;
    end if;
    raise exception 'events are append-only';
end $$;
