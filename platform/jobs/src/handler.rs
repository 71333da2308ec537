//! What somebody who runs jobs provides, and what a job in hand offers.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use db::{Db, Tx};
use futures_util::future::BoxFuture;
use kernel::Context;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use crate::{JobError, NewJob, store, store::Lease};

/// Runs jobs of one kind.
pub trait JobHandler: Send + Sync + 'static {
    /// The kind, as in [`NewJob::kind`].
    fn kind(&self) -> &'static str;

    /// Runs one job. It may run again after a crash or a lost lease: commit effects through
    /// [`JobRun::finish`], and give outside systems a key by which they know a repetition (the job's id).
    fn run(&self, run: JobRun) -> BoxFuture<'_, Result<(), JobError>>;
}

/// A job in hand.
pub struct JobRun {
    /// The platform acting in the job's tenant.
    pub cx: Context,
    /// The database.
    pub db: Db,
    /// The job's id, the same on every try.
    pub id: Uuid,
    /// What it was told.
    pub payload: Value,
    /// Which try this is; the first is 1.
    pub attempt: u32,
    /// Tries at most.
    pub max_attempts: u32,
    pub(crate) lease: Lease,
    pub(crate) next: Option<NewJob>,
    pub(crate) finished: Arc<AtomicBool>,
}

impl JobRun {
    /// The payload as `T`; a payload of another shape is dead at once.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, JobError> {
        serde_json::from_value(self.payload.clone()).map_err(|error| JobError::dead(format!("payload: {error}")))
    }

    /// Whether no try is left after this one.
    pub fn is_last(&self) -> bool {
        self.attempt >= self.max_attempts
    }

    /// Commits the effects of `run` and takes the job out, in one transaction. [`JobError::Lost`], and no
    /// effect, when the lease went to another worker or the job was cancelled.
    pub async fn finish<T, F>(&self, run: F) -> Result<T, JobError>
    where
        T: Send + 'static,
        F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, JobError> + Send + 'static,
    {
        let (lease, next) = (self.lease, self.next.clone());
        let done = self
            .db
            .write(&self.cx, async move |tx: &mut Tx<'_>| -> Result<T, JobError> {
                if !store::finish(tx, lease).await? {
                    return Err(JobError::Lost);
                }
                if let Some(next) = next {
                    store::add(tx, next).await?;
                }
                run(tx).await
            })
            .await?;
        self.finished.store(true, Ordering::SeqCst);
        Ok(done)
    }
}
