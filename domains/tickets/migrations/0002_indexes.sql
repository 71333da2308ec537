-- Counting by status and finding what is late need no look at the rows; what is seldom filled costs nothing when empty.
drop index tickets_status;
create index tickets_status on tickets (tenant_id, status_category, resolution_due_at, status);
drop index tickets_engineer_id;
create index tickets_engineer_id on tickets (tenant_id, engineer_id, status_category) where engineer_id is not null;
drop index tickets_external_ref;
create index tickets_external_ref on tickets (tenant_id, external_ref) where external_ref is not null;
-- A customer's tickets are shown newest first.
drop index tickets_customer_id;
create index tickets_customer_id on tickets (tenant_id, customer_id, created_at, id);
