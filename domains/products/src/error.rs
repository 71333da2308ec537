//! What can go wrong with products.

use db::DbError;
use http_api::{FieldError, Problem};
use objects::{Invalid, ObjectError};

/// An error of this domain.
#[derive(Debug, thiserror::Error)]
pub enum ProductError {
    /// There is none.
    #[error("no such product")]
    NotFound,
    /// There is no such warranty rule.
    #[error("no such warranty rule")]
    RuleNotFound,
    /// The category has a rule already.
    #[error("this category has a warranty rule")]
    CategoryTaken,
    /// The product has no such document.
    #[error("no such document")]
    DocumentNotFound,
    /// The file stands there already.
    #[error("the product has this document")]
    DocumentTaken,
    /// It changed since the caller read it.
    #[error("the product changed in the meantime")]
    Stale,
    /// Another product, perhaps an archived one, has the code.
    #[error("another product has this code")]
    CodeTaken,
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

impl From<DbError> for ProductError {
    fn from(error: DbError) -> Self {
        if error.is_unique("products", &["code"]) {
            Self::CodeTaken
        } else if error.is_unique("warranty_rules", &["category"]) {
            Self::CategoryTaken
        } else if error.is_unique("product_documents", &["product_id", "file_id"]) {
            Self::DocumentTaken
        } else {
            Self::Db(error)
        }
    }
}

impl From<ProductError> for Problem {
    fn from(error: ProductError) -> Self {
        match error {
            ProductError::NotFound => Self::not_found("product"),
            ProductError::RuleNotFound => Self::not_found("warranty rule"),
            ProductError::DocumentNotFound => Self::not_found("document"),
            ProductError::CategoryTaken => {
                let message = "This category has a warranty rule already. Change that one.";
                Self::conflict("category_taken", message).with_errors(vec![FieldError::new(
                    "/category",
                    "taken",
                    message,
                )])
            }
            ProductError::DocumentTaken => {
                let message = "The product has this document already.";
                Self::conflict("document_taken", message)
                    .with_errors(vec![FieldError::new("/file_id", "taken", message)])
            }
            ProductError::Stale => Self::stale(),
            ProductError::CodeTaken => {
                let message = "Another product, perhaps an archived one, has this code. Choose another.";
                Self::conflict("code_taken", message).with_errors(vec![FieldError::new("/code", "taken", message)])
            }
            ProductError::Invalid(invalid) => invalid.into(),
            ProductError::Own(error) => error.into(),
            ProductError::Db(error) => error.into(),
        }
    }
}
