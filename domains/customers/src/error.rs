//! What can go wrong with customers.

use db::DbError;
use http_api::Problem;
use objects::{Invalid, ObjectError};

/// An error of this domain.
#[derive(Debug, thiserror::Error)]
pub enum CustomerError {
    /// There is none, or it lies outside the caller's scope: customer, contact or site.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// It changed since the caller read it.
    #[error("the record changed in the meantime")]
    Stale,
    /// It does not fit how the customers stand to each other: a stable code, and what to do.
    #[error("{1}")]
    Conflict(&'static str, &'static str),
    /// Fields are wrong.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Values of own fields are wrong.
    #[error(transparent)]
    Own(#[from] ObjectError),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<CustomerError> for Problem {
    fn from(error: CustomerError) -> Self {
        match error {
            CustomerError::NotFound(thing) => Self::not_found(thing),
            CustomerError::Stale => Self::stale(),
            CustomerError::Conflict(code, detail) => Self::conflict(code, detail),
            CustomerError::Invalid(invalid) => invalid.into(),
            CustomerError::Own(error) => error.into(),
            CustomerError::Db(error) => error.into(),
        }
    }
}
