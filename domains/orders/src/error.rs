//! What can go wrong with orders.

use db::DbError;
use http_api::{FieldError, Problem};
use objects::{Invalid, ObjectError};

/// An error of this domain.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// There is none, or it lies outside the caller's scope.
    #[error("no such order")]
    NotFound,
    /// It changed since the caller read it.
    #[error("the order changed in the meantime")]
    Stale,
    /// Another order, perhaps an archived one, has the number.
    #[error("another order has this number")]
    NumberTaken,
    /// Fields are wrong.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Values of own fields are wrong.
    #[error(transparent)]
    Own(#[from] ObjectError),
    /// The database.
    #[error(transparent)]
    Db(DbError),
}

impl From<DbError> for OrderError {
    fn from(error: DbError) -> Self {
        if error.is_unique("orders", &["number"]) { Self::NumberTaken } else { Self::Db(error) }
    }
}

impl From<OrderError> for Problem {
    fn from(error: OrderError) -> Self {
        match error {
            OrderError::NotFound => Self::not_found("order"),
            OrderError::Stale => Self::stale(),
            OrderError::NumberTaken => {
                let message = "Another order, perhaps an archived one, has this number. Choose another.";
                Self::conflict("number_taken", message).with_errors(vec![FieldError::new("/number", "taken", message)])
            }
            OrderError::Invalid(invalid) => invalid.into(),
            OrderError::Own(error) => error.into(),
            OrderError::Db(error) => error.into(),
        }
    }
}
