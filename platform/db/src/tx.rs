//! Transactions as callers see them: statements in, rows out, one shape for both engines.

use std::future::Future;

use kernel::Context;

use crate::{DbError, Engine, FromRow, RowRef, Stmt, postgres::PgSession};

pub(crate) enum Conn<'c> {
    Lite(&'c mut rusqlite::Connection),
    Pg(&'c mut PgSession),
}

/// A write transaction. Everything in it becomes durable together, or not at all.
///
/// Await nothing but its own methods inside the closure given to [`Db::write`](crate::Db::write):
/// on SQLite it runs on the writer's thread and a foreign await rolls it back.
pub struct Tx<'c> {
    conn: Conn<'c>,
    cx: &'c Context,
}

/// A read-only look at the database.
pub struct Read<'c> {
    conn: Conn<'c>,
    cx: &'c Context,
}

/// What [`Tx`] and [`Read`] have in common, so that store functions can take either.
pub trait Query: Send {
    /// The context of the operation.
    fn cx(&self) -> &Context;

    /// Which engine answers; only for choosing between texts that cannot be one.
    fn engine(&self) -> Engine;

    /// The first row, if any.
    fn optional<T: FromRow>(&mut self, stmt: Stmt<'_>) -> impl Future<Output = Result<Option<T>, DbError>> + Send;

    /// All rows. Bound them: every list has a limit.
    fn all<T: FromRow>(&mut self, stmt: Stmt<'_>) -> impl Future<Output = Result<Vec<T>, DbError>> + Send;

    /// Two look-ups at once: one round trip on PostgreSQL.
    fn pair<A: FromRow, B: FromRow>(
        &mut self,
        a: Stmt<'_>,
        b: Stmt<'_>,
    ) -> impl Future<Output = Result<(Option<A>, Option<B>), DbError>> + Send;

    /// Two lists at once: one round trip on PostgreSQL.
    fn both<A: FromRow, B: FromRow>(
        &mut self,
        a: Stmt<'_>,
        b: Stmt<'_>,
    ) -> impl Future<Output = Result<(Vec<A>, Vec<B>), DbError>> + Send;

    /// Exactly the first row; [`DbError::NotFound`] when there is none.
    fn one<T: FromRow>(&mut self, stmt: Stmt<'_>) -> impl Future<Output = Result<T, DbError>> + Send {
        async move { self.optional(stmt).await?.ok_or(DbError::NotFound) }
    }
}

impl<'c> Tx<'c> {
    pub(crate) fn new(conn: Conn<'c>, cx: &'c Context) -> Self {
        Self { conn, cx }
    }

    /// Runs a statement; answers how many rows it touched.
    pub async fn execute(&mut self, stmt: Stmt<'_>) -> Result<u64, DbError> {
        match &mut self.conn {
            Conn::Lite(conn) => lite::execute(conn, &stmt),
            Conn::Pg(session) => session.execute(&stmt).await,
        }
    }

    /// Runs statements in order whose counts nobody needs: one round trip on PostgreSQL.
    pub async fn execute_all(&mut self, stmts: Vec<Stmt<'_>>) -> Result<(), DbError> {
        match &mut self.conn {
            Conn::Lite(conn) => {
                for stmt in &stmts {
                    lite::execute(conn, stmt)?;
                }
                Ok(())
            }
            Conn::Pg(session) => session.execute_all(&stmts).await,
        }
    }

    /// Runs a part whose failure undoes only what it did itself: the transaction goes on, and the failure is the inner
    /// result. A failure to mark or to undo is the outer one, and ends the transaction.
    pub async fn attempt<T, E>(
        &mut self,
        run: impl AsyncFnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<Result<T, E>, DbError> {
        self.execute(Stmt::new("savepoint attempt", Vec::new())).await?;
        let cx = self.cx.clone();
        let outcome = run(&mut self.with_context(&cx)).await;
        if outcome.is_err() {
            self.execute(Stmt::new("rollback to savepoint attempt", Vec::new())).await?;
        }
        self.execute(Stmt::new("release savepoint attempt", Vec::new())).await?;
        Ok(outcome)
    }

    /// The same transaction acting as another context of the same tenant (a reaction names its own actor).
    pub fn with_context<'s>(&'s mut self, cx: &'s Context) -> Tx<'s> {
        let conn = match &mut self.conn {
            Conn::Lite(conn) => Conn::Lite(conn),
            Conn::Pg(session) => Conn::Pg(session),
        };
        Tx { conn, cx }
    }
}

impl<'c> Read<'c> {
    pub(crate) fn new(conn: Conn<'c>, cx: &'c Context) -> Self {
        Self { conn, cx }
    }
}

macro_rules! query {
    ($name:ident) => {
        impl Query for $name<'_> {
            fn cx(&self) -> &Context {
                self.cx
            }

            fn engine(&self) -> Engine {
                match self.conn {
                    Conn::Lite(_) => Engine::Sqlite,
                    Conn::Pg(_) => Engine::Postgres,
                }
            }

            async fn optional<T: FromRow>(&mut self, stmt: Stmt<'_>) -> Result<Option<T>, DbError> {
                match &mut self.conn {
                    Conn::Lite(conn) => lite::optional(conn, &stmt),
                    Conn::Pg(session) => match session.query(&stmt).await?.first() {
                        Some(row) => T::from_row(&RowRef::Pg(row)).map(Some),
                        None => Ok(None),
                    },
                }
            }

            async fn all<T: FromRow>(&mut self, stmt: Stmt<'_>) -> Result<Vec<T>, DbError> {
                match &mut self.conn {
                    Conn::Lite(conn) => lite::all(conn, &stmt),
                    Conn::Pg(session) => {
                        session.query(&stmt).await?.iter().map(|row| T::from_row(&RowRef::Pg(row))).collect()
                    }
                }
            }

            async fn pair<A: FromRow, B: FromRow>(
                &mut self,
                a: Stmt<'_>,
                b: Stmt<'_>,
            ) -> Result<(Option<A>, Option<B>), DbError> {
                match &mut self.conn {
                    Conn::Lite(conn) => Ok((lite::optional(conn, &a)?, lite::optional(conn, &b)?)),
                    Conn::Pg(session) => {
                        let (a, b) = session.query_pair(&a, &b).await?;
                        let a = a.first().map(|row| A::from_row(&RowRef::Pg(row))).transpose()?;
                        let b = b.first().map(|row| B::from_row(&RowRef::Pg(row))).transpose()?;
                        Ok((a, b))
                    }
                }
            }

            async fn both<A: FromRow, B: FromRow>(
                &mut self,
                a: Stmt<'_>,
                b: Stmt<'_>,
            ) -> Result<(Vec<A>, Vec<B>), DbError> {
                match &mut self.conn {
                    Conn::Lite(conn) => Ok((lite::all(conn, &a)?, lite::all(conn, &b)?)),
                    Conn::Pg(session) => {
                        let (a, b) = session.query_pair(&a, &b).await?;
                        let a = a.iter().map(|row| A::from_row(&RowRef::Pg(row))).collect::<Result<_, _>>()?;
                        let b = b.iter().map(|row| B::from_row(&RowRef::Pg(row))).collect::<Result<_, _>>()?;
                        Ok((a, b))
                    }
                }
            }
        }
    };
}

query!(Tx);
query!(Read);

/// Statements on a SQLite connection.
mod lite {
    use rusqlite::{CachedStatement, Connection};

    use crate::{DbError, Engine, FromRow, RowRef, Stmt};

    /// Prepares (once per connection) and binds by name: SQLite numbers `$2, $1` by first
    /// appearance, so binding by position would silently swap values.
    fn bind<'c>(conn: &'c Connection, stmt: &Stmt<'_>) -> Result<CachedStatement<'c>, DbError> {
        let text = stmt.sql.text(Engine::Sqlite);
        let mut prepared = conn.prepare_cached(text).map_err(|error| {
            DbError::internal(format!("{error} in: {}", text.chars().take(400).collect::<String>()))
        })?;
        for index in 1..=prepared.parameter_count() {
            let number = prepared
                .parameter_name(index)
                .and_then(|name| name.strip_prefix('$'))
                .and_then(|digits| digits.parse::<usize>().ok())
                .filter(|number| (1..=stmt.args.len()).contains(number))
                .ok_or_else(|| DbError::internal(format!("a parameter without an argument in: {text}")))?;
            prepared.raw_bind_parameter(index, &stmt.args[number - 1])?;
        }
        Ok(prepared)
    }

    pub(super) fn execute(conn: &Connection, stmt: &Stmt<'_>) -> Result<u64, DbError> {
        let mut prepared = bind(conn, stmt)?;
        if prepared.column_count() > 0 {
            let mut rows = prepared.raw_query();
            let mut count = 0;
            while rows.next()?.is_some() {
                count += 1;
            }
            return Ok(count);
        }
        Ok(prepared.raw_execute()? as u64)
    }

    pub(super) fn optional<T: FromRow>(conn: &Connection, stmt: &Stmt<'_>) -> Result<Option<T>, DbError> {
        let mut prepared = bind(conn, stmt)?;
        let mut rows = prepared.raw_query();
        let Some(row) = rows.next()? else { return Ok(None) };
        let first = T::from_row(&RowRef::Lite(row))?;
        // A statement with `returning` must run to its end to take effect.
        while rows.next()?.is_some() {}
        Ok(Some(first))
    }

    pub(super) fn all<T: FromRow>(conn: &Connection, stmt: &Stmt<'_>) -> Result<Vec<T>, DbError> {
        let mut prepared = bind(conn, stmt)?;
        let mut rows = prepared.raw_query();
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            out.push(T::from_row(&RowRef::Lite(row))?);
        }
        Ok(out)
    }
}
