//! What can go wrong with processes.

use bpmn::{MigrationReport, Problem as Finding, Refused};
use db::DbError;
use http_api::{FieldError, Problem, http::StatusCode};
use objects::Invalid;

/// An error of this domain.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// There is none, or it lies outside the caller's scope.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// It changed since the caller read it.
    #[error("the record changed in the meantime")]
    Stale,
    /// Another process has the key.
    #[error("another process has this key")]
    KeyTaken,
    /// A process of the file is published by another definition.
    #[error("the process `{0}` belongs to another definition")]
    ProcessTaken(String),
    /// The file cannot be run.
    #[error("the file cannot be published")]
    Unsound(Vec<Finding>),
    /// Nothing was published yet, or not this.
    #[error("there is no published process `{0}`")]
    NotPublished(String),
    /// The instance, task or event is not open for this.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The task is not open any more.
    #[error("the task is not open")]
    TaskClosed,
    /// Somebody else has the task.
    #[error("somebody else has the task")]
    Claimed,
    /// The actor is none of those who may take the task.
    #[error("the task is for others")]
    NotCandidate,
    /// Some of the instance has no place in the other version.
    #[error("the instance cannot be migrated")]
    NotMigrated(MigrationReport),
    /// The instance would become larger than one may be.
    #[error("the state would have {0} bytes")]
    TooLarge(usize),
    /// A stored version or state cannot be read.
    #[error("{0}")]
    Unreadable(String),
    /// Fields are wrong.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The database.
    #[error(transparent)]
    Db(DbError),
}

impl From<DbError> for ProcessError {
    fn from(error: DbError) -> Self {
        if error.is_unique("process_definitions", &["key"]) { Self::KeyTaken } else { Self::Db(error) }
    }
}

impl ProcessError {
    /// Whether a command came too late, so that nothing is left to do.
    pub(crate) fn came_too_late(&self) -> bool {
        matches!(
            self,
            Self::Refused(
                Refused::NotRunning
                    | Refused::NotOpen { .. }
                    | Refused::NotDue(_)
                    | Refused::NoStart(_)
                    | Refused::Started
            ) | Self::NotFound(_)
                | Self::NotPublished(_)
        )
    }
}

fn pointers(findings: Vec<Finding>) -> Vec<FieldError> {
    let pointer = |element: Option<String>| element.map_or_else(|| "/draft".to_owned(), |id| format!("/draft#{id}"));
    findings.into_iter().map(|found| FieldError::new(pointer(found.element), found.rule, found.reason)).collect()
}

impl From<ProcessError> for Problem {
    fn from(error: ProcessError) -> Self {
        match error {
            ProcessError::NotFound(what) => Self::not_found(what),
            ProcessError::Stale => Self::stale(),
            ProcessError::KeyTaken => {
                let message = "Another process, perhaps an archived one, has this key. Choose another.";
                Self::conflict("key_taken", message).with_errors(vec![FieldError::new("/key", "taken", message)])
            }
            ProcessError::ProcessTaken(id) => Self::conflict(
                "process_taken",
                format!("The process `{id}` of this file is published by another definition. Give it another id."),
            ),
            ProcessError::Unsound(findings) => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "unsound_process",
                "The process cannot be run yet; see `errors` for each element.",
            )
            .with_errors(pointers(findings)),
            ProcessError::NotPublished(id) => {
                Self::conflict("not_published", format!("There is no published process `{id}`. Publish it first."))
            }
            ProcessError::Refused(Refused::NotOpen { .. }) => {
                Self::conflict("not_open", "This was completed or cancelled before. Load the instance again.")
            }
            ProcessError::Refused(Refused::NotRunning) => {
                Self::conflict("not_running", "The process instance has ended. Start another one.")
            }
            ProcessError::Refused(Refused::NoStart(_)) => Self::conflict(
                "no_start",
                "The process starts by a message, signal or timer only. Give it a start event without a trigger.",
            ),
            ProcessError::Refused(Refused::NoFlow(_)) => {
                Self::conflict("flow_needed", "Say which of the outgoing flows to take.")
            }
            error @ (ProcessError::Refused(_) | ProcessError::Unreadable(_)) => Self::internal(error),
            ProcessError::TaskClosed => {
                Self::conflict("task_closed", "The task was completed or withdrawn before. Load the list again.")
            }
            ProcessError::Claimed => {
                Self::conflict("task_claimed", "Somebody else has this task. Ask them to release or delegate it.")
            }
            ProcessError::NotCandidate => Self::forbidden("This task is for other people, teams or roles."),
            ProcessError::NotMigrated(report) => {
                let errors = report
                    .refusals
                    .into_iter()
                    .map(|refusal| FieldError::new(format!("/mapping/{}", refusal.from), refusal.rule, refusal.reason));
                Self::conflict("not_migrated", "Not everything has a place in that version; see `errors`.")
                    .with_errors(errors.collect())
            }
            ProcessError::TooLarge(bytes) => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "state_too_large",
                format!("The instance would hold {bytes} bytes, which is too much. Use fewer items or smaller values."),
            ),
            ProcessError::Invalid(invalid) => invalid.into(),
            ProcessError::Db(error) => error.into(),
        }
    }
}
