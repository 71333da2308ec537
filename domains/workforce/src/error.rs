//! What can go wrong with engineers, and how the edge says it.

use db::DbError;
use http_api::{FieldError, Problem};
use objects::{Invalid, ObjectError};

/// An error of an operation on engineers.
#[derive(Debug, thiserror::Error)]
pub enum WorkforceError {
    /// No such engineer within the caller's reach.
    #[error("no such engineer")]
    NotFound,
    /// The record changed since it was read.
    #[error("the engineer's record was changed meanwhile")]
    Stale,
    /// Another engineer has this sign-in.
    #[error("this sign-in belongs to another engineer")]
    UserTaken,
    /// Fields that are not valid.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Values of own fields are wrong.
    #[error(transparent)]
    Own(#[from] ObjectError),
    /// The database.
    #[error(transparent)]
    Db(DbError),
}

impl From<DbError> for WorkforceError {
    fn from(error: DbError) -> Self {
        if error.is_unique("engineers", &["user_id"]) { Self::UserTaken } else { Self::Db(error) }
    }
}

impl From<WorkforceError> for Problem {
    fn from(error: WorkforceError) -> Self {
        match error {
            WorkforceError::NotFound => Self::not_found("engineer"),
            WorkforceError::Stale => Self::stale(),
            WorkforceError::UserTaken => Self::conflict("user_taken", "This sign-in belongs to another engineer.")
                .with_errors(vec![FieldError::new("/user_id", "user_taken", "Choose another sign-in, or none.")]),
            WorkforceError::Invalid(invalid) => invalid.into(),
            WorkforceError::Own(error) => error.into(),
            WorkforceError::Db(error) => error.into(),
        }
    }
}
