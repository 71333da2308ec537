-- How a product's warranty counts, beyond its months; null leaves it to the rule of its category.
alter table products add column warranty jsonb;

-- Rules for all products of a category that say nothing themselves.
create table warranty_rules (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    category text not null,
    months bigint not null,
    terms jsonb not null,
    primary key (tenant_id, id)
);
create unique index warranty_rules_category on warranty_rules (tenant_id, category);

-- Manuals, drawings and certificates of a product; a device shows them too.
create table product_documents (
    tenant_id uuid not null,
    id uuid not null,
    product_id uuid not null,
    file_id uuid not null,
    name text not null,
    media_type text not null,
    size bigint not null,
    created_by_name text not null,
    created_at bigint not null,
    primary key (tenant_id, id)
);
create unique index product_documents_product_id_file_id on product_documents (tenant_id, product_id, file_id);
