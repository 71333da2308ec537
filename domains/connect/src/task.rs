//! Work in the background on behalf of somebody: it acts as they do, with the permissions they have when it runs.

use db::DbError;
use http_api::Problem;
use jobs::{JobError, JobRun, NewJob};
use kernel::{ActorKind, Context, Uuid};
use serde::{Deserialize, Serialize};

/// What a job of this domain is told.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Task {
    /// The export, import or bulk change.
    pub id: Uuid,
    actor_kind: ActorKind,
    actor_id: Uuid,
}

/// Why a run ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stop {
    /// Somebody else has it in hand, or it was cancelled; nothing is to be recorded.
    #[error("the run is no longer this worker's")]
    Lost,
    /// Trying again is no use; a person must look.
    #[error("{}", .0.detail())]
    Refused(Box<Problem>),
    /// Try again later.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        if problem.status().is_server_error() {
            return Self::Db(DbError::Internal(problem.cause().unwrap_or(problem.detail()).to_owned()));
        }
        Self::Refused(Box::new(problem))
    }
}

impl Task {
    /// A job of this kind that acts as the caller; one at a time for each id.
    pub fn job(cx: &Context, kind: &'static str, id: Uuid) -> NewJob {
        let actor = cx.actor();
        let task = Self { id, actor_kind: actor.kind, actor_id: actor.id };
        NewJob::new(kind, serde_json::to_value(task).unwrap_or_default()).key(format!("{kind}/{id}"))
    }

    /// The context of whoever asked for it, as it is now.
    pub async fn context(&self, run: &JobRun) -> Result<Context, Stop> {
        let found = identity::context_of_actor(&run.db, &run.cx, self.actor_kind, self.actor_id).await?;
        found.ok_or_else(|| {
            let detail = "Whoever asked for this may no longer sign in; let somebody else repeat it.";
            Stop::Refused(Box::new(Problem::forbidden(detail)))
        })
    }
}

/// How a run ends for the queue: what was refused is done with, once it is recorded.
pub(crate) fn ended(outcome: Result<(), Stop>) -> Result<(), JobError> {
    match outcome {
        Ok(()) | Err(Stop::Lost) => Ok(()),
        Err(Stop::Refused(problem)) => Err(JobError::dead(problem.detail())),
        Err(Stop::Db(error)) => Err(JobError::Db(error)),
    }
}
