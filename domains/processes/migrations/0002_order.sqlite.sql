-- Numbers that rise from one transaction to the next; the one writer gives them out.
create table process_order (
    tenant_id uuid not null,
    last bigint not null,
    primary key (tenant_id)
);
