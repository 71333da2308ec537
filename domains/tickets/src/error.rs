//! What can go wrong with tickets, and how the edge says it.

use db::DbError;
use http_api::{FieldError, Problem};

use crate::{closing::Unmet, model::Status};

/// An error of a ticket operation.
#[derive(Debug, thiserror::Error)]
pub enum TicketError {
    /// No such ticket within the caller's reach.
    #[error("no such ticket")]
    NotFound,
    /// The ticket changed since it was read.
    #[error("the ticket was changed meanwhile")]
    Stale,
    /// The action does not fit the status.
    #[error("a ticket that is {status} cannot take the action `{action}`")]
    NotPossible {
        /// The action.
        action: &'static str,
        /// Where the ticket stands.
        status: Status,
    },
    /// Reopening after the agreed days.
    #[error("this ticket was closed more than {days} days ago; create a new one and link it")]
    TooLate {
        /// Days within which reopening is possible.
        days: i64,
    },
    /// Merging into itself, a merged or a closed ticket.
    #[error("a ticket can only be merged into another one that is open")]
    BadMergeTarget,
    /// Closing conditions that are not met.
    #[error("the ticket cannot be closed yet")]
    NotReady(Vec<Unmet>),
    /// Nothing to undo, or not any more.
    #[error("{0}")]
    CannotUndo(&'static str),
    /// Input that is not acceptable.
    #[error("the input is not valid")]
    Invalid(Vec<FieldError>),
    /// A calendar that promises no time at all.
    #[error("the business calendar cannot give a due time: {0}")]
    Calendar(#[from] calendar::CalendarError),
    /// A calendar that policies use cannot go.
    #[error("this calendar is in use; choose another for the service levels that name it, and another default, first")]
    CalendarInUse,
    /// A list of holidays that is wrong.
    #[error("the list of holidays is not valid: {0}")]
    Holidays(calendar::HolidayError),
    /// A policy that cannot be used.
    #[error("the service level cannot be used: {error}")]
    Policy {
        /// Which.
        id: Option<kernel::Uuid>,
        /// Why.
        error: Box<sla::SlaError>,
    },
    /// Values of own fields are wrong.
    #[error(transparent)]
    Own(#[from] objects::ObjectError),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl TicketError {
    /// One wrong field.
    pub fn field(pointer: &str, code: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(pointer, code, message.into())])
    }
}

impl From<TicketError> for Problem {
    fn from(error: TicketError) -> Self {
        match error {
            TicketError::NotFound => Self::not_found("ticket"),
            TicketError::Stale => Self::stale(),
            TicketError::NotPossible { .. } => Self::conflict("action_not_possible", error.to_string()),
            TicketError::TooLate { .. } => Self::conflict("reopen_too_late", error.to_string()),
            TicketError::BadMergeTarget => Self::conflict("bad_merge_target", error.to_string()),
            TicketError::CannotUndo(_) => Self::conflict("cannot_undo", error.to_string()),
            TicketError::NotReady(unmet) => {
                let errors = unmet.iter().map(|item| FieldError::new("", item.code, item.message.clone())).collect();
                Self::conflict("closing_conditions", "The ticket cannot be closed yet.").with_errors(errors)
            }
            TicketError::Invalid(errors) => Self::invalid(errors),
            TicketError::Calendar(error) => Self::conflict("calendar_without_time", error.to_string()),
            TicketError::CalendarInUse => Self::conflict("calendar_in_use", error.to_string()),
            TicketError::Holidays(_) => Self::conflict("invalid_holidays", error.to_string()),
            TicketError::Policy { .. } => Self::conflict("invalid_policies", error.to_string()),
            TicketError::Own(error) => error.into(),
            TicketError::Db(error) => error.into(),
        }
    }
}
