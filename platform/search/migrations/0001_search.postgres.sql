-- `number` is the key of the gram index and rises with age, so that the newest are found first.
create table search_documents (
    number bigint generated always as identity,
    tenant_id uuid not null,
    object text not null,
    object_id uuid not null,
    title text not null,
    squeezed text not null,
    updated_at bigint not null,
    primary key (tenant_id, object, object_id)
);
-- The number stands before the object, so that no look-up by id is tempted to walk this index instead of its own.
create index search_documents_number_object on search_documents (tenant_id, number, object);

-- Row-level security would keep the planner from using the index, because array containment is not
-- leakproof. So the grams have no policy: their first word names tenant and object, every search asks
-- for it, and what is found is read through search_documents, which has the policy.
create table search_grams (
    number bigint primary key,
    grams text[] not null
);
create index search_grams_grams on search_grams using gin (grams);
grant select, insert, update, delete on search_grams to aftersail_app;
