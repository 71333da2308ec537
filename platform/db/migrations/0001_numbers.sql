create table number_series (
    tenant_id uuid not null,
    series text not null,
    next bigint not null,
    primary key (tenant_id, series)
);
