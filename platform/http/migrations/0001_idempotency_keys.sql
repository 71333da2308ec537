create table idempotency_keys (
  tenant_id uuid not null,
  operation text not null,
  key text not null,
  request_hash text not null,
  status bigint not null,
  answer jsonb not null,
  created_at bigint not null,
  primary key (tenant_id, operation, key)
);
create index idempotency_keys_created_at on idempotency_keys (tenant_id, created_at);
