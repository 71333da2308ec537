-- What people of the company are told in the product itself.
create table notifications (
    tenant_id uuid not null,
    id uuid not null,
    user_id uuid not null,
    created_at bigint not null,
    title text not null,
    body text not null,
    object text,
    object_id uuid,
    read_at bigint,
    primary key (tenant_id, id)
);
create index notifications_user_id on notifications (tenant_id, user_id, created_at, id);
create index notifications_unread on notifications (tenant_id, user_id) where read_at is null;
create index notifications_created_at on notifications (tenant_id, created_at);
