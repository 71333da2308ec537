//! PostgreSQL: a bounded pool of pipelined connections that remember their tenant.

use std::{collections::HashMap, str::FromStr, sync::Arc, time::Duration};

use futures_util::future::{join_all, try_join_all};
use kernel::TenantId;
use parking_lot::Mutex;
use postgres_types::ToSql;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_postgres::{Client, Config, NoTls, Row, Statement};

use crate::{DbError, Engine, Stmt};

/// Prepared statements kept per connection; list queries with filters make new texts.
const STATEMENTS_KEPT: usize = 400;

/// How long a caller waits for a free connection before it is told that the system is busy.
const POOL_WAIT: Duration = Duration::from_secs(10);

struct PgConn {
    client: Client,
    statements: HashMap<String, Statement>,
    /// The tenant that `app.tenant` says now; `None` when unknown.
    tenant: Option<TenantId>,
}

/// The pool. Connections that were left in the middle of something are thrown away, not reused.
pub(crate) struct PgPool {
    config: Config,
    idle: Mutex<Vec<PgConn>>,
    permits: Arc<Semaphore>,
}

/// One checked-out connection, for one tenant, with or without an open transaction.
pub(crate) struct PgSession {
    conn: Option<PgConn>,
    pool: Arc<PgPool>,
    tenant: TenantId,
    transaction: Transaction,
    _permit: OwnedSemaphorePermit,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Transaction {
    /// Plain reads: each statement on its own.
    None,
    /// `BEGIN` goes out together with the first statement.
    Pending,
    Open,
}

/// The session settings of every connection of the application. What it asks is short: to start workers or a compiler
/// takes longer than nearly all of it.
pub(crate) fn session_options(role: Option<&str>) -> String {
    let mut options = "-c statement_timeout=30s -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s \
                       -c timezone=UTC -c max_parallel_workers_per_gather=0 -c jit=off"
        .to_owned();
    if let Some(role) = role {
        options.push_str(" -c role=");
        options.push_str(role);
    }
    options
}

/// Reads a `postgres://` address.
pub(crate) fn parse(url: &str) -> Result<Config, DbError> {
    Config::from_str(url).map_err(|error| {
        DbError::Unreachable(format!("the address is not valid: {error}; write postgres://user@host/database"))
    })
}

/// Connects and starts the task that moves bytes.
pub(crate) async fn connect(config: &Config) -> Result<Client, DbError> {
    let (client, connection) = config.connect(NoTls).await?;
    // The task ends by itself when its client is dropped.
    #[allow(clippy::disallowed_methods)]
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::warn!(%error, "a database connection ended");
        }
    });
    Ok(client)
}

impl PgPool {
    pub(crate) fn new(config: Config, size: usize) -> Arc<Self> {
        Arc::new(Self { config, idle: Mutex::new(Vec::new()), permits: Arc::new(Semaphore::new(size)) })
    }

    /// Checks a connection out for `tenant`.
    pub(crate) async fn session(self: &Arc<Self>, tenant: TenantId, writes: bool) -> Result<PgSession, DbError> {
        let permit = tokio::time::timeout(POOL_WAIT, Arc::clone(&self.permits).acquire_owned())
            .await
            .map_err(|_| DbError::Busy("no database connection became free".to_owned()))?
            .map_err(|_| DbError::Unreachable("the pool is closed".to_owned()))?;
        let idle = {
            let mut idle = self.idle.lock();
            idle.retain(|conn| !conn.client.is_closed());
            // A connection that already serves this tenant saves a statement.
            match idle.iter().rposition(|conn| conn.tenant == Some(tenant)) {
                Some(index) => Some(idle.swap_remove(index)),
                None => idle.pop(),
            }
        };
        let conn = match idle {
            Some(conn) => conn,
            None => PgConn { client: connect(&self.config).await?, statements: HashMap::new(), tenant: None },
        };
        let transaction = if writes { Transaction::Pending } else { Transaction::None };
        Ok(PgSession { conn: Some(conn), pool: Arc::clone(self), tenant, transaction, _permit: permit })
    }
}

impl PgSession {
    /// The connection; present until the session ends.
    fn conn(&mut self) -> Result<&mut PgConn, DbError> {
        self.conn.as_mut().ok_or_else(|| DbError::internal("the session has ended"))
    }

    async fn prepare(&mut self, stmts: &[&Stmt<'_>]) -> Result<Vec<Statement>, DbError> {
        let conn = self.conn()?;
        if conn.statements.len() > STATEMENTS_KEPT {
            conn.statements.clear();
        }
        // A text that comes twice is prepared twice, which is rare and does no harm.
        let is_missing =
            |stmt: &Stmt<'_>| stmt.plan_once || !conn.statements.contains_key(stmt.sql.text(Engine::Postgres));
        let client = &conn.client;
        let fresh = try_join_all(stmts.iter().map(|stmt| async move {
            if !is_missing(stmt) {
                return Ok(None);
            }
            let text = stmt.sql.text(Engine::Postgres);
            client.prepare(text).await.map(Some).map_err(|error| match DbError::from(error) {
                DbError::Internal(reason) => DbError::internal(format!("{reason} in: {text}")),
                other => other,
            })
        }))
        .await?;
        let mut prepared = Vec::with_capacity(stmts.len());
        for (stmt, fresh) in stmts.iter().zip(fresh) {
            let text = stmt.sql.text(Engine::Postgres);
            let Some(statement) = fresh.or_else(|| conn.statements.get(text).cloned()) else {
                return Err(DbError::internal("a prepared statement was lost"));
            };
            if !stmt.plan_once && !conn.statements.contains_key(text) {
                conn.statements.insert(text.to_owned(), statement.clone());
            }
            prepared.push(statement);
        }
        Ok(prepared)
    }

    /// Sends everything at once: the tenant if it changed, `BEGIN` if due, then the statements in order.
    async fn send(&mut self, stmts: &[&Stmt<'_>]) -> Result<Vec<Vec<Row>>, DbError> {
        let prepared = self.prepare(stmts).await?;
        let (tenant, begin) = (self.tenant, self.transaction == Transaction::Pending);
        let conn = self.conn()?;
        let set_tenant =
            (conn.tenant != Some(tenant)).then(|| format!("select set_config('app.tenant','{tenant}',false)"));
        conn.tenant = None;
        let client = &conn.client;
        let opening = async {
            // `set_config` stands before BEGIN, so that a rollback does not undo it.
            let (set, begun) = futures_util::join!(
                async {
                    match &set_tenant {
                        Some(text) => client.batch_execute(text).await,
                        None => Ok(()),
                    }
                },
                async { if begin { client.batch_execute("begin").await } else { Ok(()) } }
            );
            set.and(begun)
        };
        let running = join_all(stmts.iter().zip(&prepared).map(|(stmt, statement)| async move {
            let args: Vec<&(dyn ToSql + Sync)> = stmt.args.iter().map(|arg| arg as &(dyn ToSql + Sync)).collect();
            if args.len() != statement.params().len() {
                return Err(DbError::internal(format!(
                    "{} arguments given to: {}",
                    args.len(),
                    stmt.sql.text(Engine::Postgres)
                )));
            }
            client.query(statement, &args).await.map_err(DbError::from)
        }));
        let (opened, results) = futures_util::join!(opening, running);
        opened?;
        conn.tenant = Some(tenant);
        if begin {
            self.transaction = Transaction::Open;
        }
        results.into_iter().collect()
    }

    pub(crate) async fn query(&mut self, stmt: &Stmt<'_>) -> Result<Vec<Row>, DbError> {
        Ok(self.send(&[stmt]).await?.pop().unwrap_or_default())
    }

    pub(crate) async fn query_pair(&mut self, a: &Stmt<'_>, b: &Stmt<'_>) -> Result<(Vec<Row>, Vec<Row>), DbError> {
        let mut both = self.send(&[a, b]).await?;
        let second = both.pop().unwrap_or_default();
        Ok((both.pop().unwrap_or_default(), second))
    }

    /// Counts touched rows; a statement with `returning` counts what it returns.
    pub(crate) async fn execute(&mut self, stmt: &Stmt<'_>) -> Result<u64, DbError> {
        if self.transaction == Transaction::Pending {
            self.begin().await?;
        }
        let statement = self.prepare(&[stmt]).await?.pop().ok_or_else(|| DbError::internal("nothing prepared"))?;
        let conn = self.conn()?;
        let args: Vec<&(dyn ToSql + Sync)> = stmt.args.iter().map(|arg| arg as &(dyn ToSql + Sync)).collect();
        if statement.columns().is_empty() {
            if args.len() != statement.params().len() {
                return Err(DbError::internal(format!(
                    "{} arguments given to: {}",
                    args.len(),
                    stmt.sql.text(Engine::Postgres)
                )));
            }
            return Ok(conn.client.execute(&statement, &args).await?);
        }
        Ok(conn.client.query(&statement, &args).await?.len() as u64)
    }

    async fn begin(&mut self) -> Result<(), DbError> {
        self.send(&[]).await.map(|_| ())
    }

    pub(crate) async fn execute_all(&mut self, stmts: &[Stmt<'_>]) -> Result<(), DbError> {
        let refs: Vec<&Stmt<'_>> = stmts.iter().collect();
        self.send(&refs).await.map(|_| ())
    }

    /// Commits (if anything was done) and gives the connection back.
    pub(crate) async fn commit(mut self) -> Result<(), DbError> {
        if self.transaction == Transaction::Open {
            // A failed statement turns COMMIT into ROLLBACK, and the server says which it was.
            let outcome = self.conn()?.client.simple_query("commit").await;
            match outcome {
                Ok(_) => self.give_back(),
                Err(error) => return Err(error.into()),
            }
        } else {
            self.give_back();
        }
        Ok(())
    }

    /// Rolls back and gives the connection back if that worked.
    pub(crate) async fn roll_back(mut self) {
        if self.transaction == Transaction::Open {
            let rolled = match self.conn() {
                Ok(conn) => conn.client.batch_execute("rollback").await.is_ok(),
                Err(_) => false,
            };
            if !rolled {
                return;
            }
        }
        self.give_back();
    }

    fn give_back(&mut self) {
        if let Some(conn) = self.conn.take()
            && !conn.client.is_closed()
        {
            self.pool.idle.lock().push(conn);
        }
    }
}
