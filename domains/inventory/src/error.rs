//! What can go wrong with parts, and how the edge says it.

use db::DbError;
use http_api::{FieldError, Problem};
use objects::{Invalid, ObjectError};
use tickets::TicketError;

/// An error of an operation on parts.
#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    /// No such part.
    #[error("no such part")]
    NotFound,
    /// No such use.
    #[error("no such use of a part")]
    UseNotFound,
    /// The use was taken back already.
    #[error("this use was taken back already")]
    ReturnedAlready,
    /// The record changed since it was read.
    #[error("the part was changed meanwhile")]
    Stale,
    /// Another part has this code.
    #[error("another part has this code")]
    CodeTaken,
    /// Fields that are not valid.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Values of own fields are wrong.
    #[error(transparent)]
    Own(#[from] ObjectError),
    /// The ticket is out of reach.
    #[error(transparent)]
    Ticket(#[from] TicketError),
    /// The database.
    #[error(transparent)]
    Db(DbError),
}

impl From<DbError> for InventoryError {
    fn from(error: DbError) -> Self {
        if error.is_unique("parts", &["code"]) { Self::CodeTaken } else { Self::Db(error) }
    }
}

impl From<InventoryError> for Problem {
    fn from(error: InventoryError) -> Self {
        match error {
            InventoryError::NotFound => Self::not_found("part"),
            InventoryError::UseNotFound => Self::not_found("part use"),
            InventoryError::ReturnedAlready => Self::conflict("returned_already", error.to_string()),
            InventoryError::Stale => Self::stale(),
            InventoryError::CodeTaken => Self::conflict("code_taken", "Another part has this code.")
                .with_errors(vec![FieldError::new("/code", "code_taken", "Choose another code.")]),
            InventoryError::Invalid(invalid) => invalid.into(),
            InventoryError::Own(error) => error.into(),
            InventoryError::Ticket(error) => error.into(),
            InventoryError::Db(error) => error.into(),
        }
    }
}
