//! What can go wrong with saved views.

use db::DbError;
use http_api::Problem;
use objects::Invalid;

/// An error of this domain.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// There is none, or it is not shared with the caller.
    #[error("no such view")]
    NotFound,
    /// It changed since the caller read it.
    #[error("the view changed in the meantime")]
    Stale,
    /// Others' views, and sharing, need a permission.
    #[error("not allowed")]
    Forbidden,
    /// The list has as many views as it can.
    #[error("too many views")]
    TooMany,
    /// Fields are wrong.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<ViewError> for Problem {
    fn from(error: ViewError) -> Self {
        match error {
            ViewError::NotFound => Self::not_found("view"),
            ViewError::Stale => Self::stale(),
            ViewError::Forbidden => {
                Self::forbidden("Sharing views, and changing shared ones of others, needs the permission views.share.")
            }
            ViewError::TooMany => {
                Self::conflict("too_many_views", "This list has 200 views already; remove one that nobody uses.")
            }
            ViewError::Invalid(invalid) => invalid.into(),
            ViewError::Db(error) => error.into(),
        }
    }
}
