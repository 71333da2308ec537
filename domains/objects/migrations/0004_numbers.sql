-- How the numbers of records look; objects defined before keep six plain digits behind their prefix.
alter table object_definitions add column number_format jsonb not null default '{}';

-- Numbers can be restarted every year or month, so what no two records may share is said here.
drop index records_number;
create unique index records_object_number on records (tenant_id, object, number);
