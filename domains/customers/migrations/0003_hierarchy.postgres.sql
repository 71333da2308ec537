-- The wall stands for the owner too; the nil tenant is the platform itself.
select set_config('app.tenant', '00000000-0000-0000-0000-000000000000', true);
alter table customers add column parent_id uuid;
alter table customers add column merged_into_id uuid;
alter table customers add column erased_at bigint;
alter table customers add column phones jsonb not null default '[]';
-- Name and address as duplicates are looked for: without spaces, signs and legal forms.
alter table customers add column name_key text not null default '';
alter table customers add column address_key text not null default '';
update customers set name_key = lower(replace(name, ' ', '')),
    address_key = case when address->>'street' is null then '' else lower(replace(
        coalesce(address->>'province', '')
        || case when address->>'city' = address->>'province' then '' else coalesce(address->>'city', '') end
        || coalesce(address->>'district', '') || (address->>'street'), ' ', '')) end;
update customers set phones = jsonb_build_array(jsonb_build_object('number', phone)) where phone is not null;
