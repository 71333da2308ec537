-- A tenant is its own row: `id` equals `tenant_id`.
create table tenants (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    slug text not null,
    name text not null,
    zone text not null,
    currency text not null,
    locale text not null,
    is_demo boolean not null,
    status text not null,
    settings jsonb not null,
    primary key (tenant_id, id)
);
-- Signing in begins before the tenant is known, so its short name is unique across tenants.
create unique index tenants_slug on tenants (slug);

create table regions (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    archived_at bigint,
    name text not null,
    parent_id uuid,
    primary key (tenant_id, id)
);
create index regions_parent_id on regions (tenant_id, parent_id);

create table roles (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    key text not null,
    name text not null,
    built_in boolean not null,
    permissions jsonb not null,
    primary key (tenant_id, id)
);
create unique index roles_key on roles (tenant_id, key);

create table users (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    login text not null,
    email text,
    name text not null,
    phone text,
    locale text not null,
    status text not null,
    password_hash text,
    last_sign_in_at bigint,
    primary key (tenant_id, id)
);
create unique index users_login on users (tenant_id, login);
-- Signing in without naming the company looks for the login in all of them.
create index users_login_anywhere on users (login);
create index users_email on users (tenant_id, email);
create index users_created_at on users (tenant_id, created_at);

create table user_roles (
    tenant_id uuid not null,
    user_id uuid not null,
    role_id uuid not null,
    primary key (tenant_id, user_id, role_id)
);
create index user_roles_role_id on user_roles (tenant_id, role_id);

create table user_regions (
    tenant_id uuid not null,
    user_id uuid not null,
    region_id uuid not null,
    primary key (tenant_id, user_id, region_id)
);
create index user_regions_region_id on user_regions (tenant_id, region_id);

create table teams (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    archived_at bigint,
    name text not null,
    region_id uuid,
    leader_id uuid,
    primary key (tenant_id, id)
);

create table team_members (
    tenant_id uuid not null,
    team_id uuid not null,
    user_id uuid not null,
    primary key (tenant_id, team_id, user_id)
);
create index team_members_user_id on team_members (tenant_id, user_id);

create table sessions (
    tenant_id uuid not null,
    id uuid not null,
    user_id uuid not null,
    token_sha256 bytea not null,
    csrf text not null,
    created_at bigint not null,
    last_seen_at bigint not null,
    expires_at bigint not null,
    ip text,
    user_agent text,
    primary key (tenant_id, id)
);
create unique index sessions_token_sha256 on sessions (tenant_id, token_sha256);
create index sessions_user_id on sessions (tenant_id, user_id);
create index sessions_expires_at on sessions (tenant_id, expires_at);

create table api_keys (
    tenant_id uuid not null,
    id uuid not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    name text not null,
    prefix text not null,
    secret_sha256 bytea not null,
    role_id uuid not null,
    expires_at bigint,
    revoked_at bigint,
    last_used_at bigint,
    created_by uuid,
    primary key (tenant_id, id)
);
create unique index api_keys_prefix on api_keys (tenant_id, prefix);
create index api_keys_role_id on api_keys (tenant_id, role_id);

create table invitations (
    tenant_id uuid not null,
    id uuid not null,
    user_id uuid not null,
    token_sha256 bytea not null,
    created_at bigint not null,
    expires_at bigint not null,
    used_at bigint,
    primary key (tenant_id, id)
);
create unique index invitations_token_sha256 on invitations (tenant_id, token_sha256);
create index invitations_user_id on invitations (tenant_id, user_id);

create table password_resets (
    tenant_id uuid not null,
    id uuid not null,
    user_id uuid not null,
    token_sha256 bytea not null,
    created_at bigint not null,
    expires_at bigint not null,
    used_at bigint,
    primary key (tenant_id, id)
);
create unique index password_resets_token_sha256 on password_resets (tenant_id, token_sha256);
create index password_resets_user_id on password_resets (tenant_id, user_id);

-- Kept for every login that was tried, known or not, so that a lock says nothing about who exists.
create table sign_in_failures (
    tenant_id uuid not null,
    login text not null,
    failures bigint not null,
    first_at bigint not null,
    last_at bigint not null,
    locked_until bigint,
    primary key (tenant_id, login)
);
create index sign_in_failures_last_at on sign_in_failures (tenant_id, last_at);
