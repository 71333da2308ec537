//! What can go wrong at the database, in the few kinds that callers treat differently.

use rusqlite::ErrorCode;
use tokio_postgres::error::SqlState;

/// An error of either engine, reduced to what a caller can act on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DbError {
    /// `one` found no row.
    #[error("no such row")]
    NotFound,
    /// A unique index refused the row; see [`DbError::is_unique`].
    #[error("a row with the same value exists ({constraint})")]
    Unique {
        /// PostgreSQL: the index name. SQLite: `table.column, table.column`.
        constraint: String,
    },
    /// A row that another row needs is missing, or is still needed.
    #[error("a related row is missing or still in use ({0})")]
    ForeignKey(String),
    /// A check constraint or trigger refused the change.
    #[error("the change breaks a rule of the table ({0})")]
    Check(String),
    /// Too much at once, or a lock was not released in time; trying again later helps.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// The disk is full or failing; nothing was saved.
    #[error("the database cannot write: {0}")]
    Storage(String),
    /// The connection was lost or cannot be made.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// The statement ran longer than allowed.
    #[error("the database took too long")]
    Timeout,
    /// A defect of ours: bad SQL, a wrong column type, a foreign await inside a transaction.
    #[error("{0}")]
    Internal(String),
}

impl DbError {
    /// Whether the unique index `index` on `table(columns…)` refused the row. `index` is named
    /// `<table>_<columns>`, as PostgreSQL reports it; SQLite reports `table.column` lists, tenant first.
    pub fn is_unique(&self, table: &str, columns: &[&str]) -> bool {
        let Self::Unique { constraint } = self else { return false };
        let named = format!("{table}_{}", columns.join("_"));
        let mut listed = format!("{table}.tenant_id");
        for column in columns {
            listed.push_str(", ");
            listed.push_str(table);
            listed.push('.');
            listed.push_str(column);
        }
        *constraint == named || *constraint == listed || constraint.contains(&format!("'{named}'"))
    }

    pub(crate) fn internal(text: impl Into<String>) -> Self {
        Self::Internal(text.into())
    }
}

impl From<rusqlite::Error> for DbError {
    fn from(error: rusqlite::Error) -> Self {
        let rusqlite::Error::SqliteFailure(code, message) = &error else {
            return match error {
                rusqlite::Error::QueryReturnedNoRows => Self::NotFound,
                other => Self::Internal(other.to_string()),
            };
        };
        let text = message.clone().unwrap_or_else(|| code.to_string());
        match code.code {
            ErrorCode::ConstraintViolation => {
                if let Some(rest) = text.strip_prefix("UNIQUE constraint failed: ") {
                    Self::Unique { constraint: rest.trim_start_matches("index ").to_owned() }
                } else if text.starts_with("FOREIGN KEY") {
                    Self::ForeignKey(text)
                } else {
                    Self::Check(text)
                }
            }
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::OutOfMemory => Self::Busy(text),
            ErrorCode::DiskFull | ErrorCode::SystemIoFailure | ErrorCode::ReadOnly | ErrorCode::CannotOpen => {
                Self::Storage(text)
            }
            ErrorCode::OperationInterrupted => Self::Timeout,
            _ => Self::Internal(text),
        }
    }
}

impl From<tokio_postgres::Error> for DbError {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(db) = error.as_db_error() else {
            return if error.is_closed() || error.to_string().contains("connect") {
                Self::Unreachable(error.to_string())
            } else {
                Self::Internal(describe(&error))
            };
        };
        let constraint = || db.constraint().unwrap_or_default().to_owned();
        match *db.code() {
            SqlState::UNIQUE_VIOLATION => Self::Unique { constraint: constraint() },
            SqlState::FOREIGN_KEY_VIOLATION => Self::ForeignKey(constraint()),
            SqlState::CHECK_VIOLATION | SqlState::NOT_NULL_VIOLATION | SqlState::RAISE_EXCEPTION => {
                Self::Check(db.message().to_owned())
            }
            SqlState::T_R_DEADLOCK_DETECTED
            | SqlState::T_R_SERIALIZATION_FAILURE
            | SqlState::LOCK_NOT_AVAILABLE
            | SqlState::TOO_MANY_CONNECTIONS => Self::Busy(db.message().to_owned()),
            SqlState::DISK_FULL | SqlState::IO_ERROR => Self::Storage(db.message().to_owned()),
            SqlState::QUERY_CANCELED => Self::Timeout,
            SqlState::ADMIN_SHUTDOWN | SqlState::CRASH_SHUTDOWN | SqlState::CANNOT_CONNECT_NOW => {
                Self::Unreachable(db.message().to_owned())
            }
            _ => Self::Internal(format!("{}: {}", db.code().code(), db.message())),
        }
    }
}

/// The error with its causes on one line.
fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
