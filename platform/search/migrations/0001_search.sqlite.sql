-- `number` is the row of the gram index and rises with age, so that the newest are found first.
create table search_documents (
    number integer primary key,
    tenant_id uuid not null,
    object text not null,
    object_id uuid not null,
    title text not null,
    squeezed text not null,
    updated_at bigint not null
);
create unique index search_documents_object_object_id on search_documents (tenant_id, object, object_id);
-- The number stands before the object, so that no look-up by id is tempted to walk this index instead of its own.
create index search_documents_number_object on search_documents (tenant_id, number, object);

-- Every gram is one token; the `ascii` tokenizer takes all other characters as parts of tokens.
create virtual table search_grams using fts5 (
    grams, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);
