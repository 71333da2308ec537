//! Forward-only migrations per domain, and the tenant wall on PostgreSQL.

use std::collections::BTreeSet;

use tokio_postgres::Client;

use crate::DbError;

/// The role the application acts as on PostgreSQL: neither owner nor superuser.
pub const APP_ROLE: &str = "aftersail_app";

/// One step of a domain's structure.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// The crate it belongs to.
    pub domain: &'static str,
    /// Rising within the domain.
    pub number: u32,
    /// What it makes, for the log.
    pub name: &'static str,
    /// Text for SQLite.
    pub sqlite: &'static str,
    /// Text for PostgreSQL.
    pub postgres: &'static str,
}

/// `migration!("customers", 1, "customers", "../migrations/0001_customers.sql")`, or with two files
/// (SQLite, PostgreSQL) where one text cannot serve both. Paths are relative to the calling file.
#[macro_export]
macro_rules! migration {
    ($domain:expr, $number:expr, $name:expr, $both:literal $(,)?) => {
        $crate::Migration {
            domain: $domain,
            number: $number,
            name: $name,
            sqlite: include_str!($both),
            postgres: include_str!($both),
        }
    };
    ($domain:expr, $number:expr, $name:expr, $sqlite:literal, $postgres:literal $(,)?) => {
        $crate::Migration {
            domain: $domain,
            number: $number,
            name: $name,
            sqlite: include_str!($sqlite),
            postgres: include_str!($postgres),
        }
    };
}

const TABLE: &str = "create table if not exists schema_migrations (
    domain text not null, number bigint not null, name text not null, primary key (domain, number))";

fn pending<'m>(all: &'m [Migration], done: &BTreeSet<(String, i64)>) -> Vec<&'m Migration> {
    all.iter().filter(|step| !done.contains(&(step.domain.to_owned(), i64::from(step.number)))).collect()
}

/// Brings a SQLite file up to date; all steps in one transaction.
pub(crate) fn sqlite(conn: &mut rusqlite::Connection, all: &[Migration]) -> Result<usize, DbError> {
    let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    tx.execute_batch(TABLE)?;
    let done: BTreeSet<(String, i64)> = tx
        .prepare("select domain, number from schema_migrations")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let steps = pending(all, &done);
    for step in &steps {
        tx.execute_batch(step.sqlite)
            .map_err(|error| DbError::internal(format!("migration {} {}: {error}", step.domain, step.number)))?;
        tx.execute(
            "insert into schema_migrations (domain, number, name) values (?1, ?2, ?3)",
            (step.domain, step.number, step.name),
        )?;
    }
    let count = steps.len();
    tx.commit()?;
    Ok(count)
}

/// Steps a PostgreSQL database still lacks.
pub(crate) async fn missing(client: &Client, all: &[Migration]) -> Result<usize, DbError> {
    let exists: bool = client.query_one("select to_regclass('schema_migrations') is not null", &[]).await?.get(0);
    let mut done = BTreeSet::new();
    if exists {
        for row in client.query("select domain, number from schema_migrations", &[]).await? {
            done.insert((row.get::<_, String>(0), row.get::<_, i64>(1)));
        }
    }
    Ok(pending(all, &done).len())
}

/// Brings a PostgreSQL database up to date as its owner, then raises the tenant wall on every table.
pub(crate) async fn postgres(client: &mut Client, all: &[Migration]) -> Result<usize, DbError> {
    let tx = client.transaction().await?;
    // Two nodes starting at once take turns.
    tx.batch_execute("select pg_advisory_xact_lock(4711420815)").await?;
    tx.batch_execute(TABLE).await?;
    let mut done = BTreeSet::new();
    for row in tx.query("select domain, number from schema_migrations", &[]).await? {
        done.insert((row.get::<_, String>(0), row.get::<_, i64>(1)));
    }
    let steps = pending(all, &done);
    for step in &steps {
        tx.batch_execute(step.postgres).await.map_err(|error| {
            DbError::internal(format!("migration {} {}: {}", step.domain, step.number, DbError::from(error)))
        })?;
        tx.execute(
            "insert into schema_migrations (domain, number, name) values ($1, $2, $3)",
            &[&step.domain, &i64::from(step.number), &step.name],
        )
        .await?;
    }
    tx.batch_execute(WALL).await?;
    let count = steps.len();
    tx.commit().await?;
    Ok(count)
}

/// Row-level security on every table that has a tenant, and the app role's rights. The policy's
/// sub-select is worked out once per query; the nil tenant is the platform itself.
///
/// The planner can't know what the sub-select gives, and would take the plain comparison for true of one row in as many
/// as there are tenants, in every table, on top of what the statement says of its tenant: lists of a large company
/// would be planned as if they had a handful of rows. Of `is not null` it believes that nearly all rows pass.
const WALL: &str = "
do $$
declare
  t record;
  wall constant text := '(nullif((select nullif(current_setting(''app.tenant'', true), '''')::uuid)
    in (tenant_id, ''00000000-0000-0000-0000-000000000000''::uuid), false) is not null)';
  stands text;
begin
  for t in select c.table_name as name from information_schema.columns c
           join information_schema.tables b on b.table_schema = c.table_schema and b.table_name = c.table_name
           where c.table_schema = current_schema() and c.column_name = 'tenant_id' and b.table_type = 'BASE TABLE'
  loop
    execute format('alter table %I enable row level security', t.name);
    execute format('alter table %I force row level security', t.name);
    select qual into stands from pg_policies
      where schemaname = current_schema() and tablename = t.name and policyname = 'tenant_wall';
    if stands is null then
      execute format('create policy tenant_wall on %I using ', t.name) || wall;
    elsif stands not like '%IS NOT NULL%' then
      execute format('alter policy tenant_wall on %I using ', t.name) || wall;
    end if;
    execute format('grant select, insert, update, delete on %I to aftersail_app', t.name);
  end loop;
  grant select on schema_migrations to aftersail_app;
  execute format('grant usage on schema %I to aftersail_app', current_schema());
  execute format('grant usage on all sequences in schema %I to aftersail_app', current_schema());
end $$";
