//! The job that fills the index of a field with the values that records have already, or takes it away.

use db::{Query as _, Tx};
use futures_util::future::BoxFuture;
use jobs::{JobError, JobHandler, JobRun};
use serde::Deserialize;

use crate::{
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
