//! What can go wrong with prices, quotes and payments, and how the edge says it.

use db::DbError;
use http_api::{FieldError, Problem};
use objects::Invalid;
use tickets::TicketError;

use crate::model::QuoteStatus;

/// An error of this domain.
#[derive(Debug, thiserror::Error)]
pub enum FinanceError {
    /// There is no such quote within reach.
    #[error("no such quote")]
    NotFound,
    /// The quote changed since it was read.
    #[error("the quote was changed meanwhile")]
    Stale,
    /// The action does not fit the status.
    #[error("a quote that is {status} cannot take the action `{action}`")]
    NotPossible {
        /// The action.
        action: &'static str,
        /// Where the quote stands.
        status: QuoteStatus,
    },
    /// A quote without lines cannot be sent.
    #[error("add a line before sending the quote")]
    Empty,
    /// It can no longer be decided on.
    #[error("the quote is no longer valid; ask for a new one")]
    Expired,
    /// More than is due.
    #[error("only {due_minor} minor units are due")]
    Overpaid {
        /// What is due.
        due_minor: i64,
    },
    /// Values of own fields are wrong.
    #[error(transparent)]
    Own(#[from] objects::ObjectError),
    /// Fields that are not valid.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The ticket.
    #[error(transparent)]
    Ticket(#[from] TicketError),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<FinanceError> for Problem {
    fn from(error: FinanceError) -> Self {
        match error {
            FinanceError::NotFound => Self::not_found("quote"),
            FinanceError::Stale => Self::stale(),
            FinanceError::NotPossible { .. } => Self::conflict("action_not_possible", error.to_string()),
            FinanceError::Empty => Self::conflict("quote_empty", "Add a line before sending the quote."),
            FinanceError::Expired => {
                Self::conflict("quote_expired", "The quote is no longer valid; ask for a new one.")
            }
            FinanceError::Overpaid { due_minor } => Self::invalid(vec![FieldError::new(
                "/amount_minor",
                "overpaid",
                format!("At most {due_minor} (in minor units) is due."),
            )])
            .with_member("due_minor", due_minor),
            FinanceError::Own(error) => error.into(),
            FinanceError::Invalid(invalid) => invalid.into(),
            FinanceError::Ticket(error) => error.into(),
            FinanceError::Db(error) => error.into(),
        }
    }
}
