//! The job that fills the index of a field with the values that records have already, or takes it away.

use std::sync::Arc;

use db::{Query as _, Tx};
use futures_util::future::BoxFuture;
use jobs::{JobError, JobHandler, JobRun};
use kernel::World;
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    built_in, computed,
    index::{entries, indexed},
    store::fields,
};

/// The kind of these jobs.
pub(crate) const INDEX: &str = "objects.index";

/// Fills the index of a field that became filterable, 500 records at a time; who restarts the server goes on where it
/// was. Register it as a job handler.
#[derive(Debug, Clone, Copy, Default)]
pub struct IndexFields;

#[derive(Debug, Clone, Deserialize)]
struct Task {
    object: String,
    field: String,
}

impl JobHandler for IndexFields {
    fn kind(&self) -> &'static str {
        INDEX
    }

    fn run(&self, run: JobRun) -> BoxFuture<'_, Result<(), JobError>> {
        Box::pin(async move {
            let task: Task = run.parse()?;
            loop {
                let step = task.clone();
                let more = run
                    .db
                    .write(&run.cx, async move |tx: &mut Tx<'_>| -> Result<bool, db::DbError> {
                        advance(tx, &step.object, &step.field).await
                    })
                    .await?;
                if !more {
                    return Ok(());
                }
            }
        })
    }
}

/// All handlers of this domain.
pub fn handlers() -> Vec<Arc<dyn JobHandler>> {
    vec![Arc::new(IndexFields), Arc::new(ComputeFields), Arc::new(SpreadLookUps), Arc::new(RecomputeRecords)]
}

/// Works out fields that were marked, 200 at a time. Register it as a job handler.
#[derive(Debug, Clone, Copy, Default)]
pub struct ComputeFields;

#[derive(Debug, Clone, Deserialize)]
struct OfObject {
    object: String,
}

impl JobHandler for ComputeFields {
    fn kind(&self) -> &'static str {
        computed::COMPUTE
    }

    fn run(&self, run: JobRun) -> BoxFuture<'_, Result<(), JobError>> {
        Box::pin(async move {
            let task: OfObject = run.parse()?;
            loop {
                let object = task.object.clone();
                let step =
                    async move |tx: &mut Tx<'_>| -> Result<bool, db::DbError> { computed::advance(tx, &object).await };
                if !run.db.write(&run.cx, step).await? {
                    return Ok(());
                }
            }
        })
    }
}

/// Marks the look-ups in all records that name a changed record, 200 at a time. Register it as a job handler.
#[derive(Debug, Clone, Copy, Default)]
pub struct SpreadLookUps;

#[derive(Debug, Clone, Deserialize)]
struct Spread {
    object: String,
    relation: String,
    target: Uuid,
}

impl JobHandler for SpreadLookUps {
    fn kind(&self) -> &'static str {
        computed::SPREAD
    }

    fn run(&self, run: JobRun) -> BoxFuture<'_, Result<(), JobError>> {
        Box::pin(async move {
            let task: Spread = run.parse()?;
            let mut after = Uuid::nil();
            loop {
                let task = task.clone();
                let step = async move |tx: &mut Tx<'_>| -> Result<Option<Uuid>, db::DbError> {
                    computed::spread(tx, &task.object, &task.relation, task.target, after).await
                };
                match run.db.write(&run.cx, step).await? {
                    Some(last) => after = last,
                    None => return Ok(()),
                }
            }
        })
    }
}

/// The kind of jobs that index the texts of an object afresh.
pub(crate) const SEARCH: &str = "objects.search";

/// Indexes the texts of an object's records afresh, after it changed which fields are searched. Register it as a job
/// handler.
#[derive(Clone)]
pub struct SearchAnew {
    indexer: search::Indexer,
    world: World,
}

impl SearchAnew {
    /// With the indexer that the house uses.
    pub fn new(indexer: search::Indexer, world: World) -> Self {
        Self { indexer, world }
    }
}

impl JobHandler for SearchAnew {
    fn kind(&self) -> &'static str {
        SEARCH
    }

    fn run(&self, run: JobRun) -> BoxFuture<'_, Result<(), JobError>> {
        Box::pin(async move {
            let task: OfObject = run.parse()?;
            let Some(kind) = built_in::found_as(&task.object) else { return Ok(()) };
            self.indexer.reindex(&run.db, &self.world, run.cx.tenant(), kind).await?;
            Ok(())
        })
    }
}

/// Works out every record of an object anew, after its computed fields changed. Register it as a job handler.
#[derive(Debug, Clone, Copy, Default)]
pub struct RecomputeRecords;

impl JobHandler for RecomputeRecords {
    fn kind(&self) -> &'static str {
        computed::RECOMPUTE
    }

    fn run(&self, run: JobRun) -> BoxFuture<'_, Result<(), JobError>> {
        Box::pin(async move {
            let task: OfObject = run.parse()?;
            let mut after = Uuid::nil();
            loop {
                let object = task.object.clone();
                let step = async move |tx: &mut Tx<'_>| -> Result<Option<Uuid>, db::DbError> {
                    computed::recompute(tx, &object, after).await
                };
                match run.db.write(&run.cx, step).await? {
                    Some(last) => after = last,
                    None => return Ok(()),
                }
            }
        })
    }
}

/// One batch; answers whether there is more to do.
pub(crate) async fn advance(tx: &mut Tx<'_>, object: &str, field: &str) -> Result<bool, db::DbError> {
    let cx = tx.cx().clone();
    // The catalogue stays as it is meanwhile, so that a change of it comes before or after the whole batch.
    let (_, catalogue) = fields::catalogue_held(tx, object).await?;
    let Some(mut filling) = fields::fillings(tx, object).await?.into_iter().find(|filling| filling.field == field)
    else {
        return Ok(false);
    };
    let kind = catalogue.field(field).and_then(indexed).filter(|_| !filling.gone);
    let Some(kind) = kind else {
        if fields::sweep(tx, object, field).await? > 0 {
            return Ok(true);
        }
        tx.execute(fields::finish(&cx, object, field)).await?;
        return Ok(false);
    };
    let batch = fields::batch(tx, object, filling.after_id).await?;
    let Some((last, _)) = batch.last() else {
        tx.execute(fields::finish(&cx, object, field)).await?;
        return Ok(false);
    };
    filling.after_id = *last;
    filling.done += i64::try_from(batch.len()).unwrap_or(i64::MAX);
    let mut statements = Vec::new();
    for (record, values) in &batch {
        // What an earlier index left behind goes first.
        for table in [rules::FieldType::Text, rules::FieldType::Number, rules::FieldType::Time] {
            statements.push(fields::remove(&cx, table, object, field, *record));
        }
        for entry in entries(kind, values.get(field)) {
            statements.push(fields::add(&cx, kind, object, field, *record, entry));
        }
    }
    statements.push(fields::advance(&cx, object, &filling));
    tx.execute_all(statements).await?;
    Ok(true)
}
