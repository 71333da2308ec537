//! One door to SQLite and PostgreSQL: transactions, rows, migrations, numbers.
//!
//! ```ignore
//! db.write(&cx, async move |tx| {
//!     let customer: Customer = tx.one(stmt!(BY_ID, tx.cx().tenant(), id)).await?;
//!     tx.execute_all(vec![store::rename(&customer, &name), events::statement(..)]).await?;
//!     Ok::<_, DbError>(customer)
//! })
//! .await
//! ```
//!
//! [`Db::write`] resolves only after the commit is durable. Inside the closure await nothing but the
//! transaction's own methods: on SQLite it runs on the writer's thread and shares its commit with others.

mod choice;
mod error;
pub mod list;
mod migrate;
mod numbers;
mod owned;
mod postgres;
mod row;
mod sqlite;
mod stmt;
mod tx;
mod value;

use std::{
    fs::{File, OpenOptions},
    path::{Path, PathBuf},
    sync::Arc,
};

use kernel::Context;
use tokio::sync::watch;

pub use error::DbError;
pub use migrate::{APP_ROLE, Migration};
pub use owned::{OwnedRows, Touched};
pub use postgres_types::Type as PgType;
pub use row::{FromColumn, FromRow, RowRef};
pub use rusqlite::types::ValueRef as LiteValue;
pub use stmt::{Sql, Stmt};
pub use tx::{Query, Read, Tx};
pub use value::{Json, Value};

/// Which database answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// One file on this machine.
    Sqlite,
    /// A server for many nodes.
    Postgres,
}

/// How to reach PostgreSQL.
#[derive(Debug, Clone)]
pub struct PostgresOptions {
    /// `postgres://user@host:port/database`. If this role owns the tables or is a superuser, the
    /// application acts as [`APP_ROLE`] instead, on every connection.
    pub url: String,
    /// The owner's address, for migrations, when `url` is the application's own role.
    pub owner_url: Option<String>,
    /// Connections at most.
    pub connections: usize,
}

enum Backend {
    Sqlite(sqlite::Sqlite),
    Postgres(Arc<postgres::PgPool>),
}

struct Inner {
    backend: Backend,
    numbers: numbers::Numbers,
    committed: watch::Sender<u64>,
}

/// The database; cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Db").field(&self.engine()).finish()
    }
}

/// Keeps a second server off the same data folder while it lives.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Locks `folder`, or says who holds it.
    pub fn take(folder: &Path) -> Result<Self, DbError> {
        let path = folder.join("aftersail.lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(|error| DbError::Storage(format!("{}: {error}", path.display())))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(_) => Err(DbError::Busy(format!(
                "another server already runs on {}; stop it first, or choose another folder with --data",
                folder.display()
            ))),
        }
    }
}

/// The migrations of this crate itself.
pub fn migrations() -> Vec<Migration> {
    vec![migration!("db", 1, "numbers", "../migrations/0001_numbers.sql")]
}

fn with_own(migrations: &[Migration]) -> Vec<Migration> {
    let mut all = self::migrations();
    all.extend_from_slice(migrations);
    all
}

impl Db {
    /// Opens (and brings up to date) the SQLite file at `path`.
    pub async fn open_sqlite(path: impl Into<PathBuf>, migrations: &[Migration]) -> Result<Self, DbError> {
        let (path, migrations) = (path.into(), with_own(migrations));
        let committed = watch::Sender::new(0);
        let notify = committed.clone();
        let opened = tokio::task::spawn_blocking(move || {
            let mut conn = sqlite::open(&path, true)?;
            migrate::sqlite(&mut conn, &migrations)?;
            sqlite::Sqlite::start(&path, notify)
        })
        .await
        .map_err(|error| DbError::internal(error.to_string()))??;
        Ok(Self::with(Backend::Sqlite(opened), committed))
    }

    /// Opens PostgreSQL; brings it up to date when the role may, and refuses to run as owner or superuser.
    pub async fn open_postgres(options: &PostgresOptions, migrations: &[Migration]) -> Result<Self, DbError> {
        let migrations = with_own(migrations);
        let mut config = postgres::parse(&options.url)?;
        let role = match &options.owner_url {
            Some(owner) => {
                Self::migrate_postgres(owner, &migrations).await?;
                None
            }
            None => Self::prepare_single_role(&options.url, &migrations).await?,
        };
        config.application_name("aftersail").options(postgres::session_options(role));
        let probe = postgres::connect(&config).await?;
        check_role(&probe).await?;
        let lacking = migrate::missing(&probe, &migrations).await?;
        if lacking > 0 {
            return Err(DbError::internal(format!(
                "the database lacks {lacking} migration(s); run `aftersail migrate --database <the owner's address>` first"
            )));
        }
        let pool = postgres::PgPool::new(config, options.connections.max(2));
        Ok(Self::with(Backend::Postgres(pool), watch::Sender::new(0)))
    }

    /// Brings PostgreSQL up to date as its owner; answers how many steps ran.
    pub async fn migrate_postgres(owner_url: &str, migrations: &[Migration]) -> Result<usize, DbError> {
        let mut client = postgres::connect(&postgres::parse(owner_url)?).await?;
        ensure_app_role(&client).await?;
        migrate::postgres(&mut client, &with_own_once(migrations)).await
    }

    /// One address only: an owner or superuser migrates and then acts as the app role.
    async fn prepare_single_role(url: &str, migrations: &[Migration]) -> Result<Option<&'static str>, DbError> {
        let mut client = postgres::connect(&postgres::parse(url)?).await?;
        if !may_migrate(&client).await? {
            return Ok(None);
        }
        ensure_app_role(&client).await?;
        ensure_may_become_app_role(&client).await?;
        migrate::postgres(&mut client, migrations).await?;
        Ok(Some(APP_ROLE))
    }

    fn with(backend: Backend, committed: watch::Sender<u64>) -> Self {
        Self(Arc::new(Inner { backend, numbers: numbers::Numbers::default(), committed }))
    }

    /// Which engine this is.
    pub fn engine(&self) -> Engine {
        match self.0.backend {
            Backend::Sqlite(_) => Engine::Sqlite,
            Backend::Postgres(_) => Engine::Postgres,
        }
    }

    /// Changes after every durable commit of this process; wakes consumers and workers.
    pub fn committed(&self) -> watch::Receiver<u64> {
        self.0.committed.subscribe()
    }

    /// The next number of `series` for the context's tenant, starting at 1. Rising in this process;
    /// gaps appear when a process stops or a creation fails. Call it before the write.
    pub async fn next_number(&self, cx: &Context, series: &str) -> Result<i64, DbError> {
        self.next_number_from(cx, series, 1).await
    }

    /// As [`Db::next_number`], starting at `start`. A start below what was given already changes nothing; one above it
    /// leaves out what is between.
    pub async fn next_number_from(&self, cx: &Context, series: &str, start: i64) -> Result<i64, DbError> {
        self.0.numbers.next(self, cx, series, start).await
    }

    /// Runs `run` in one transaction; resolves only after a durable commit.
    pub async fn write<T, E, F>(&self, cx: &Context, run: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let pool = match &self.0.backend {
            Backend::Sqlite(sqlite) => return sqlite.write(cx, run).await,
            Backend::Postgres(pool) => pool,
        };
        // Dropped halfway (a caller that went away), the session is not reused and the server rolls back.
        let mut session = pool.session(cx.tenant(), true).await?;
        let outcome = run(&mut Tx::new(tx::Conn::Pg(&mut session), cx)).await;
        match outcome {
            Ok(value) => {
                session.commit().await?;
                self.0.committed.send_modify(|count| *count += 1);
                Ok(value)
            }
            Err(error) => {
                session.roll_back().await;
                Err(error)
            }
        }
    }

    /// Runs `run` on a read-only view.
    pub async fn read<T, E, F>(&self, cx: &Context, run: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: AsyncFnOnce(&mut Read<'_>) -> Result<T, E> + Send + 'static,
    {
        let pool = match &self.0.backend {
            Backend::Sqlite(sqlite) => return sqlite.read(cx, run).await,
            Backend::Postgres(pool) => pool,
        };
        let mut session = pool.session(cx.tenant(), false).await?;
        let outcome = run(&mut Read::new(tx::Conn::Pg(&mut session), cx)).await;
        session.roll_back().await;
        outcome
    }
}

fn with_own_once(migrations: &[Migration]) -> Vec<Migration> {
    if migrations.iter().any(|step| step.domain == "db") { migrations.to_vec() } else { with_own(migrations) }
}

async fn may_migrate(client: &tokio_postgres::Client) -> Result<bool, DbError> {
    let row = client
        .query_one(
            "select rolsuper or has_schema_privilege(current_user, current_schema(), 'create') and
               (to_regclass('schema_migrations') is null or exists (select 1 from pg_class c
                 where c.oid = to_regclass('schema_migrations') and pg_has_role(c.relowner, 'usage')))
             from pg_roles where rolname = current_user",
            &[],
        )
        .await?;
    Ok(row.get(0))
}

async fn ensure_app_role(client: &tokio_postgres::Client) -> Result<(), DbError> {
    client
        .batch_execute(
            "do $$ begin
               if not exists (select 1 from pg_roles where rolname = 'aftersail_app') then
                 create role aftersail_app nologin;
               end if;
               if not pg_has_role(current_user, 'aftersail_app', 'member') then
                 execute format('grant aftersail_app to %I', current_user);
               end if;
             exception when duplicate_object or unique_violation or insufficient_privilege then null;
             end $$",
        )
        .await?;
    let ready: bool =
        client.query_one("select exists (select 1 from pg_roles where rolname = 'aftersail_app')", &[]).await?.get(0);
    if ready {
        return Ok(());
    }
    Err(DbError::internal(
        "the role aftersail_app is missing and this role may not create it; run `create role aftersail_app` as an administrator",
    ))
}

/// With one address only, the owner must be able to step down to the app role.
async fn ensure_may_become_app_role(client: &tokio_postgres::Client) -> Result<(), DbError> {
    let row = client
        .query_one("select current_user::text, pg_has_role(current_user, 'aftersail_app', 'member')", &[])
        .await?;
    let (name, member): (String, bool) = (row.get(0), row.get(1));
    if member {
        return Ok(());
    }
    Err(DbError::internal(format!(
        "the database role {name} may not act as {APP_ROLE}; run `grant {APP_ROLE} to {name}` as an administrator, \
         or give the owner's and the application's addresses separately"
    )))
}

/// The second wall works only for a role that row-level security binds.
async fn check_role(client: &tokio_postgres::Client) -> Result<(), DbError> {
    let row = client
        .query_one(
            "select current_user::text, rolsuper or rolbypassrls, exists (select 1 from pg_tables
               where schemaname = current_schema() and tableowner = current_user)
             from pg_roles where rolname = current_user",
            &[],
        )
        .await?;
    let (name, above, owns): (String, bool, bool) = (row.get(0), row.get(1), row.get(2));
    if above || owns {
        return Err(DbError::internal(format!(
            "the database role {name} is an owner or superuser, so row-level security would not bind it; \
             connect as a role that is neither, such as {APP_ROLE}"
        )));
    }
    Ok(())
}
