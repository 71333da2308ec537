//! The job that indexes a company afresh, asked for by a person, or once after an update.

use db::{Db, DbError, Read, Tx};
use futures_util::future::BoxFuture;
use jobs::{JobError, JobHandler, JobRun, NewJob};
use kernel::{Context, TenantId, World};
use serde_json::json;

use crate::{Indexer, store::entries};

/// The kind of these jobs.
const REBUILD: &str = "search.rebuild";

/// The job for the transaction's tenant; while one waits, no other is added.
pub fn rebuild_job() -> NewJob {
    NewJob::new(REBUILD, json!({})).key("all").max_attempts(3)
}

/// Runs these jobs; register it as a job handler.
#[derive(Clone)]
pub struct Rebuild(pub Indexer);

impl JobHandler for Rebuild {
    fn kind(&self) -> &'static str {
        REBUILD
    }

    fn run(&self, run: JobRun) -> BoxFuture<'_, Result<(), JobError>> {
        Box::pin(async move {
            let count = self.0.rebuild(&run.db, run.cx.world(), run.cx.tenant()).await?;
            tracing::info!(tenant = %run.cx.tenant(), count, "the search was rebuilt");
            Ok(())
        })
    }
}

/// Adds the job for companies whose documents are from before there were entries.
pub(crate) async fn refill(db: &Db, world: &World, limit: usize) -> Result<(), DbError> {
    let system = Context::system(world.clone(), TenantId::SYSTEM);
    let tenants = db.read(&system, async move |r: &mut Read<'_>| entries::unfilled(r, limit).await).await?;
    for tenant in tenants {
        let cx = Context::system(world.clone(), tenant);
        db.write(&cx, async move |tx: &mut Tx<'_>| jobs::add(tx, rebuild_job()).await).await?;
    }
    Ok(())
}
