-- What was offered and when it ends, in columns of their own, so that the list of what ends can say and filter it.
alter table renewal_offers add column subject_id uuid;
alter table renewal_offers add column ends_on text;
update renewal_offers
    set subject_id = split_part(reference, ':', 2)::uuid,
        ends_on = split_part(reference, ':', 3);
create index renewal_offers_subject_id on renewal_offers (tenant_id, subject_id, ends_on);
