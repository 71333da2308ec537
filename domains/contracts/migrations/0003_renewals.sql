-- Ends of warranties and contracts that were offered to go on: what ends and when, and the lead that came of it.
create table renewal_offers (
    tenant_id uuid not null,
    reference text not null,
    order_id uuid not null,
    order_number text not null,
    created_at bigint not null,
    primary key (tenant_id, reference)
);
