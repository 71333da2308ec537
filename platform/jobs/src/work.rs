//! One job from lease to end: run it, keep the lease meanwhile, record how it went.

use std::{
    any::Any,
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use db::{Db, DbError, Tx};
use futures_util::FutureExt;
use kernel::{Context, TenantId, World};

use crate::{
    JobError, JobHandler, JobRun, NewJob, backoff,
    store::{self, Lease, Leased},
};

/// Tries to record an outcome before the lease is left to expire.
const RECORDINGS: u32 = 5;
/// Characters of an error that are kept.
const ERROR_LENGTH: usize = 2_000;

/// How a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Done,
    Again,
    Dead,
    Lost,
}

/// Everything one run needs.
pub(crate) struct Work {
    pub(crate) db: Db,
    pub(crate) world: World,
    pub(crate) handler: Arc<dyn JobHandler>,
    pub(crate) job: Leased,
    pub(crate) lease: Lease,
    /// How long a lease holds; it is renewed three times in that span.
    pub(crate) length: Duration,
    /// The next job of a recurring kind, added when this one ends.
    pub(crate) next: Option<NewJob>,
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "the handler panicked".to_owned())
}

/// Cuts an error to what is kept, and drops what a text column cannot hold.
fn shorten(error: &JobError) -> String {
    error.to_string().chars().filter(|c| *c != '\0').take(ERROR_LENGTH).collect()
}

impl Work {
    fn system(&self) -> Context {
        Context::system(self.world.clone(), TenantId::SYSTEM)
    }

    /// Renews the lease until it is lost.
    async fn keep(&self) {
        let (lease, cx) = (self.lease, self.system());
        loop {
            tokio::time::sleep(self.length / 3).await;
            let until = self.world.now().plus(self.length);
            let kept = self.db.write(&cx, async move |tx: &mut Tx<'_>| store::renew(tx, lease, until).await).await;
            match kept {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => tracing::warn!(job = %lease.job, %error, "the lease was not renewed; trying again"),
            }
        }
    }

    /// Runs the job to its end and records that end.
    pub(crate) async fn run(self) -> Ending {
        let finished = Arc::new(AtomicBool::new(false));
        let run = JobRun {
            cx: Context::system(self.world.clone(), self.job.tenant),
            db: self.db.clone(),
            id: self.job.id,
            payload: self.job.payload.clone(),
            attempt: self.job.attempt,
            max_attempts: self.job.max_attempts,
            lease: self.lease,
            next: self.next.clone(),
            finished: Arc::clone(&finished),
        };
        let running = AssertUnwindSafe(self.handler.run(run)).catch_unwind();
        let outcome = tokio::select! {
            outcome = running => outcome,
            () = self.keep() => Ok(Err(JobError::Lost)),
        };
        let result = outcome.unwrap_or_else(|panic| Err(JobError::Retry(panic_text(panic.as_ref()))));
        if finished.load(Ordering::SeqCst) {
            if let Err(error) = result {
                tracing::warn!(kind = self.job.kind, job = %self.job.id, %error, "a job failed after it had saved its effects");
            }
            return Ending::Done;
        }
        for pause in 1..=RECORDINGS {
            match self.record(&result).await {
                Ok(ending) => return ending,
                Err(error) => {
                    tracing::warn!(job = %self.job.id, %error, "the end of a job was not recorded; trying again");
                }
            }
            tokio::time::sleep(Duration::from_millis(200) * pause).await;
        }
        Ending::Lost
    }

    async fn record(&self, result: &Result<(), JobError>) -> Result<Ending, DbError> {
        let (lease, next, now) = (self.lease, self.next.clone(), self.world.now());
        let (kind, attempt) = (self.job.kind.as_str(), self.job.attempt);
        let error = match result {
            Ok(()) => {
                let cx = Context::system(self.world.clone(), self.job.tenant);
                let kept = self
                    .db
                    .write(&cx, async move |tx: &mut Tx<'_>| -> Result<bool, DbError> {
                        let kept = store::finish(tx, lease).await?;
                        if let Some(next) = next.filter(|_| kept) {
                            store::add(tx, next).await?;
                        }
                        Ok(kept)
                    })
                    .await?;
                return Ok(if kept { Ending::Done } else { Ending::Lost });
            }
            Err(JobError::Lost) => return Ok(Ending::Lost),
            Err(error) => error,
        };
        let reason = shorten(error);
        let dead = matches!(error, JobError::Dead(_)) || attempt >= self.job.max_attempts;
        if dead {
            tracing::error!(kind, job = %lease.job, attempt, error = reason, "a job is dead");
            let cx = Context::system(self.world.clone(), self.job.tenant);
            self.db
                .write(&cx, async move |tx: &mut Tx<'_>| -> Result<(), DbError> {
                    store::bury(tx, lease, &reason).await?;
                    if let Some(next) = next {
                        store::add(tx, next).await?;
                    }
                    Ok(())
                })
                .await?;
            return Ok(Ending::Dead);
        }
        tracing::warn!(kind, job = %lease.job, attempt, error = reason, "a job failed and is tried again");
        let pause = match error {
            JobError::RetryAfter(_, pause) => *pause,
            _ => backoff(&self.world, attempt),
        };
        let run_at = now.plus(pause);
        let cx = self.system();
        self.db
            .write(&cx, async move |tx: &mut Tx<'_>| store::hand_back(tx, lease, run_at, Some(&reason), 0).await)
            .await?;
        Ok(Ending::Again)
    }
}
