//! What can go wrong with dispatch, and how the edge says it.

use db::DbError;
use http_api::{FieldError, Problem};
use objects::Invalid;
use tickets::TicketError;
use visits::VisitError;

/// An error of a dispatch operation.
#[derive(Debug, thiserror::Error)]
pub enum DispatchError {
    /// Nobody can go.
    #[error("no engineer can go")]
    Nobody,
    /// No such engineer, or not to be sent.
    #[error("this engineer cannot be sent")]
    EngineerUnavailable,
    /// No free time is known for this engineer, so the dispatcher must name one.
    #[error("no free time of this engineer is known")]
    TimeNeeded,
    /// Somebody else was faster.
    #[error("the rules have changed since they were read")]
    Stale,
    /// Fields that are not valid.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The ticket refused.
    #[error(transparent)]
    Ticket(#[from] TicketError),
    /// The visit refused.
    #[error(transparent)]
    Visit(#[from] VisitError),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<DispatchError> for Problem {
    fn from(error: DispatchError) -> Self {
        match error {
            DispatchError::Nobody => Self::conflict(
                "nobody_available",
                "No engineer can go; the recommendations say why. Send somebody by hand, or change skills or hours.",
            ),
            DispatchError::EngineerUnavailable => VisitError::EngineerUnavailable.into(),
            DispatchError::TimeNeeded => Self::invalid(vec![FieldError::new(
                "/starts_at",
                "required",
                "No free time of this engineer is known; say when they are to go.",
            )]),
            DispatchError::Stale => Self::stale(),
            DispatchError::Invalid(invalid) => invalid.into(),
            DispatchError::Ticket(error) => error.into(),
            DispatchError::Visit(error) => error.into(),
            DispatchError::Db(error) => error.into(),
        }
    }
}
