//! What can go wrong with surveys and recovery tasks, and how the edge says it.

use db::DbError;
use http_api::Problem;
use objects::Invalid;
use tickets::TicketError;

/// An error of this domain.
#[derive(Debug, thiserror::Error)]
pub enum SurveyError {
    /// There is no such task within reach.
    #[error("no such recovery task")]
    TaskNotFound,
    /// The ticket is still being worked on.
    #[error("the survey opens when the work is done")]
    NotOpen,
    /// The time to change an answer is over.
    #[error("an answer may be changed for 24 hours; this one is older")]
    TooLate,
    /// The record changed since it was read.
    #[error("the record was changed meanwhile")]
    Stale,
    /// The task is done already.
    #[error("this task is done already")]
    DoneAlready,
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

impl From<SurveyError> for Problem {
    fn from(error: SurveyError) -> Self {
        match error {
            SurveyError::TaskNotFound => Self::not_found("recovery task"),
            SurveyError::NotOpen => Self::conflict("survey_not_open", "The survey opens when the work is done."),
            SurveyError::TooLate => {
                Self::conflict("survey_closed", "An answer may be changed for 24 hours; this one is older.")
            }
            SurveyError::Stale => Self::stale(),
            SurveyError::DoneAlready => Self::conflict("done_already", "This task is done already."),
            SurveyError::Invalid(invalid) => invalid.into(),
            SurveyError::Ticket(error) => error.into(),
            SurveyError::Db(error) => error.into(),
        }
    }
}
