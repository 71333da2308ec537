//! What can go wrong with visits, and how the edge says it.

use db::DbError;
use devices::DeviceError;
use http_api::{FieldError, Problem};
use inventory::InventoryError;
use objects::Invalid;
use tickets::TicketError;

use crate::model::VisitStatus;

/// An error of an operation on visits.
#[derive(Debug, thiserror::Error)]
pub enum VisitError {
    /// No such visit within the caller's reach.
    #[error("no such visit")]
    NotFound,
    /// No such conflict within the caller's reach.
    #[error("no such conflict")]
    ConflictNotFound,
    /// The visit changed since it was read.
    #[error("the visit was changed meanwhile")]
    Stale,
    /// The action does not fit the status.
    #[error("a visit that is {status} cannot take the action `{action}`")]
    NotPossible {
        /// The action.
        action: &'static str,
        /// Where the visit stands.
        status: VisitStatus,
    },
    /// The ticket takes no visit.
    #[error("a ticket that is {0} takes no visit; reopen it first")]
    TicketOver(tickets::Status),
    /// The engineer is unknown, archived, off or gone.
    #[error("this engineer cannot be sent")]
    EngineerUnavailable,
    /// The signed-in person is no engineer.
    #[error("your sign-in does not belong to an engineer")]
    NoEngineer,
    /// The conflict was decided already.
    #[error("this was decided already")]
    DecidedAlready,
    /// A step that cannot be applied, even by decision.
    #[error("{1}")]
    Rejected(&'static str, String),
    /// There is no visit that a customer could sign.
    #[error("there is no visit to sign yet")]
    NothingToSign,
    /// May be seen but not changed by this person.
    #[error("your roles do not include deciding this")]
    Forbidden,
    /// Values of own fields are wrong.
    #[error(transparent)]
    Own(#[from] objects::ObjectError),
    /// Fields that are not valid.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The ticket refused.
    #[error(transparent)]
    Ticket(#[from] TicketError),
    /// The device refused.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// The parts list refused.
    #[error(transparent)]
    Inventory(#[from] InventoryError),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<VisitError> for Problem {
    fn from(error: VisitError) -> Self {
        match error {
            VisitError::NotFound => Self::not_found("visit"),
            VisitError::ConflictNotFound => Self::not_found("conflict"),
            VisitError::Stale => Self::stale(),
            VisitError::NotPossible { .. } => Self::conflict("action_not_possible", error.to_string()),
            VisitError::TicketOver(_) => Self::conflict("ticket_over", error.to_string()),
            VisitError::EngineerUnavailable => {
                Self::conflict("engineer_unavailable", "This engineer does not exist, is off, or has left.")
                    .with_errors(vec![FieldError::new(
                        "/engineer_id",
                        "engineer_unavailable",
                        "Choose an engineer who is active.",
                    )])
            }
            VisitError::NoEngineer => Self::conflict(
                "no_engineer",
                "Your sign-in does not belong to an engineer. Ask your manager to enter it at your engineer record.",
            ),
            VisitError::DecidedAlready => Self::conflict("decided_already", "Somebody has decided this already."),
            VisitError::Rejected(code, detail) => Self::conflict(code, detail),
            VisitError::NothingToSign => Self::conflict(
                "nothing_to_sign",
                "There is no visit to sign yet; it can be signed once work has begun.",
            ),
            VisitError::Forbidden => Self::forbidden("Your roles do not include deciding this. Ask dispatch."),
            VisitError::Own(error) => error.into(),
            VisitError::Invalid(invalid) => invalid.into(),
            VisitError::Ticket(error) => error.into(),
            VisitError::Device(error) => error.into(),
            VisitError::Inventory(error) => error.into(),
            VisitError::Db(error) => error.into(),
        }
    }
}
