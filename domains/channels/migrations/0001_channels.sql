-- How this company reaches its mail server, chat groups and SMS provider. Holds secrets; the API never answers them.
create table channel_settings (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    kind text not null,
    enabled boolean not null,
    settings jsonb not null,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (tenant_id, id)
);
create unique index channel_settings_kind on channel_settings (tenant_id, kind);

-- What is to be sent. The text is emptied once it was sent: it may hold links that open without a password.
create table outbox_messages (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    kind text not null,
    recipient text not null,
    subject text not null,
    body text not null,
    html text,
    details jsonb not null,
    state text not null,
    attempts bigint not null,
    last_error text,
    ticket_id uuid,
    created_at bigint not null,
    updated_at bigint not null,
    sent_at bigint,
    primary key (tenant_id, id)
);
create index outbox_messages_created_at on outbox_messages (tenant_id, created_at, id);
create index outbox_messages_state on outbox_messages (tenant_id, state, kind);
create index outbox_messages_ticket_id on outbox_messages (tenant_id, ticket_id);

-- Pages that customers open without signing in. Only the token's hash is kept.
create table links (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    token_sha256 bytea not null,
    purpose text not null,
    ticket_id uuid not null,
    customer_id uuid,
    expires_at bigint not null,
    revoked_at bigint,
    last_used_at bigint,
    created_by uuid not null,
    created_by_name text not null,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (tenant_id, id)
);
create unique index links_token_sha256 on links (tenant_id, token_sha256);
create index links_ticket_id on links (tenant_id, ticket_id);
