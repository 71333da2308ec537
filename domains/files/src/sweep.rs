//! The job that deletes what uploads cut off by a crash have left behind.

use std::time::Duration;

use futures_util::future::BoxFuture;
use jobs::{Every, JobError, JobHandler, JobRun, Recurring};

use crate::FileStore;

const KIND: &str = "files.sweep";

/// Sweeps the staging folder of this machine.
#[derive(Debug, Clone)]
pub struct Sweep(pub FileStore);

/// How often it is swept.
pub fn recurring() -> Recurring {
    Recurring { kind: KIND, every: Every::Interval(Duration::from_hours(6)) }
}

impl JobHandler for Sweep {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn run(&self, run: JobRun) -> BoxFuture<'_, Result<(), JobError>> {
        Box::pin(async move {
            let count = self.0.sweep(run.cx.now()).await.map_err(JobError::retry)?;
            if count > 0 {
                tracing::info!(count, "abandoned uploads were deleted");
            }
            Ok(())
        })
    }
}
