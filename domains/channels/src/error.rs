//! What can go wrong with channels, messages and links, and how the edge says it.

use db::DbError;
use http_api::Problem;
use objects::Invalid;

/// An error of an operation of this domain.
#[derive(Debug, thiserror::Error)]
pub enum ChannelError {
    /// No such thing for this caller.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// A message that was sent or waits to be sent is not sent again.
    #[error("the message is {0}")]
    NotFailed(&'static str),
    /// Fields that are not valid.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<ChannelError> for Problem {
    fn from(error: ChannelError) -> Self {
        match error {
            ChannelError::NotFound(thing) => Self::not_found(thing),
            ChannelError::NotFailed(state) => Self::conflict(
                "not_failed",
                format!("The message is {state}; only failed and waiting ones are tried again."),
            ),
            ChannelError::Invalid(invalid) => invalid.into(),
            ChannelError::Db(error) => error.into(),
        }
    }
}
