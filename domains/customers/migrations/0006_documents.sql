-- Files that belong to a customer itself: licences, drawings, agreements. They go along when customers are merged.
create table customer_documents (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    updated_at bigint not null,
    customer_id uuid not null,
    file_id uuid not null,
    name text not null,
    media_type text not null,
    size bigint not null,
    created_by_name text not null,
    created_at bigint not null,
    primary key (tenant_id, id)
);
create index customer_documents_customer_id on customer_documents (tenant_id, customer_id, created_at);
