-- Where the ticket's process is, in the words of the process.
alter table tickets add column stage text;
create index tickets_stage on tickets (tenant_id, stage) where stage is not null;
