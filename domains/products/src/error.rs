//! What can go wrong with products.

use db::DbError;
use http_api::{FieldError, Problem};
use objects::Invalid;

/// An error of this domain.
#[derive(Debug, thiserror::Error)]
pub enum ProductError {
    /// There is none.
    #[error("no such product")]
    NotFound,
    /// It changed since the caller read it.
    #[error("the product changed in the meantime")]
    Stale,
    /// Another product, perhaps an archived one, has the code.
    #[error("another product has this code")]
    CodeTaken,
    /// Fields are wrong.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The database.
    #[error(transparent)]
    Db(DbError),
}

impl From<DbError> for ProductError {
    fn from(error: DbError) -> Self {
        if error.is_unique("products", &["code"]) { Self::CodeTaken } else { Self::Db(error) }
    }
}

impl From<ProductError> for Problem {
    fn from(error: ProductError) -> Self {
        match error {
            ProductError::NotFound => Self::not_found("product"),
            ProductError::Stale => Self::stale(),
            ProductError::CodeTaken => {
                let message = "Another product, perhaps an archived one, has this code. Choose another.";
                Self::conflict("code_taken", message).with_errors(vec![FieldError::new("/code", "taken", message)])
            }
            ProductError::Invalid(invalid) => invalid.into(),
            ProductError::Db(error) => error.into(),
        }
    }
}
