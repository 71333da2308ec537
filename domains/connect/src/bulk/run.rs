//! Changes the records of a bulk change in batches, or takes it back.

use std::sync::Arc;

use db::{Db, DbError, Json, Query as _, Read, Tx};
use events::NewEvent;
use futures_util::future::BoxFuture;
use http_api::Problem;
use jobs::{JobError, JobHandler, JobRun};
use kernel::{Context, Uuid};
use serde_json::json;

use crate::{
    bulk::{
        change::{Act, Came, Change},
        model::{BulkState, RowState, StoredBulkRow},
    },
    lists::{Hit, List, ListKey, put_away, update, with_ids},
    store::bulk as store,
    task::{Stop, Task, ended},
    values::{Reason, Reasons, explained},
};

/// The kinds of these jobs.
pub(crate) const RUN: &str = "connect.bulk";
pub(crate) const UNDO: &str = "connect.bulk_undo";
/// Records in one transaction.
const BATCH: usize = 100;

/// Makes bulk changes, or takes them back. Register one of each as a job handler.
#[derive(Debug, Clone, Copy)]
pub struct ChangeMany {
    undoes: bool,
}

impl ChangeMany {
    /// One handler for each kind of job.
    pub fn handlers() -> Vec<Arc<dyn JobHandler>> {
        vec![Arc::new(Self { undoes: false }), Arc::new(Self { undoes: true })]
    }
}

impl JobHandler for ChangeMany {
    fn kind(&self) -> &'static str {
        if self.undoes { UNDO } else { RUN }
    }

    fn run(&self, run: JobRun) -> BoxFuture<'_, Result<(), JobError>> {
        Box::pin(async move {
            let task: Task = run.parse()?;
            let outcome = match task.context(&run).await {
                Ok(cx) => go(&run.db, &cx, task.id, self.undoes).await,
                Err(stop) => Err(stop),
            };
            let failure = match &outcome {
                Err(Stop::Refused(problem)) => Some(problem.detail().to_owned()),
                Err(Stop::Db(error)) if run.is_last() => {
                    tracing::error!(%error, bulk = %task.id, "a bulk change failed");
                    Some("The change could not go on. Try again later.".to_owned())
                }
                _ => None,
            };
            if let Some(failure) = failure {
                let id = task.id;
                let under_way = [BulkState::Queued, BulkState::Running, BulkState::Undoing];
                let fail = async move |tx: &mut Tx<'_>| {
                    store::turn(tx, id, &under_way, BulkState::Failed, Some(&failure)).await
                };
                run.db.write(&run.cx, fail).await?;
            }
            ended(outcome)
        })
    }
}

/// Does it, or takes it back, as `cx`.
pub(crate) async fn go(db: &Db, cx: &Context, id: Uuid, undoes: bool) -> Result<(), Stop> {
    let found = db.read(cx, async move |r: &mut Read<'_>| store::find(r, id).await).await?;
    let Some(bulk) = found else { return Err(Stop::Lost) };
    let key = ListKey::parse(&bulk.list).ok_or_else(|| Stop::from(Problem::not_found("list")))?;
    let list = db.read(cx, async move |r: &mut Read<'_>| List::of(r, &key).await).await?;
    let change = Arc::new(Change::of(&list, &bulk.action.0)?);
    let (during, after) =
        if undoes { (BulkState::Undoing, BulkState::Undone) } else { (BulkState::Running, BulkState::Done) };
    if !undoes {
        let begin = async move |tx: &mut Tx<'_>| {
            store::turn(tx, id, &[BulkState::Queued, BulkState::Running], BulkState::Running, None).await
        };
        if !db.write(cx, begin).await? {
            return Err(Stop::Lost);
        }
    }
    loop {
        let change = Arc::clone(&change);
        let more = db
            .write(cx, async move |tx: &mut Tx<'_>| -> Result<Option<bool>, Stop> {
                let wanted = if undoes { RowState::Changed } else { RowState::Waiting };
                let rows = store::rows(tx, id, &[wanted], BATCH).await?;
                let ids: Vec<Uuid> = rows.iter().map(|row| row.record_id).collect();
                let hits = with_ids(tx, &change.list, &ids).await?;
                let mut account = [0; 4];
                let mut statements = Vec::new();
                for mut row in rows {
                    let hit = hits.get(&row.record_id);
                    let state = if undoes {
                        take_back(tx, &change, &mut row, hit).await?
                    } else {
                        take(tx, &change, &mut row, hit).await?
                    };
                    row.state = state;
                    let counts: [i64; 4] = match state {
                        RowState::Changed => [1, 1, 0, 0],
                        RowState::Skipped => [1, 0, 1, 0],
                        RowState::Undone => [0, 0, 0, 1],
                        RowState::Kept | RowState::Waiting => [0; 4],
                        RowState::Failed => [1, 0, 0, 0],
                    };
                    for (sum, count) in account.iter_mut().zip(counts) {
                        *sum += count;
                    }
                    statements.push(store::update_row(tx.cx(), id, &row));
                }
                if !store::advance(tx, id, during, account).await? {
                    return Ok(None);
                }
                let more = !statements.is_empty();
                tx.execute_all(statements).await?;
                Ok(Some(more))
            })
            .await?;
        match more {
            None => return Err(Stop::Lost),
            Some(true) => {}
            Some(false) => break,
        }
    }
    db.write(cx, async move |tx: &mut Tx<'_>| -> Result<(), DbError> {
        if store::turn(tx, id, &[during], after, None).await? {
            let done = store::find(tx, id).await?;
            let data = done.map(|bulk| json!({ "list": bulk.list, "changed": bulk.changed, "undone": bulk.undone }));
            let kind = if undoes { "bulk.undone" } else { "bulk.finished" };
            let event = NewEvent::new(kind, "bulk", id).data(data.unwrap_or_default());
            events::append(tx, event).await?;
        }
        Ok(())
    })
    .await?;
    Ok(())
}

async fn take(
    tx: &mut Tx<'_>,
    change: &Change,
    row: &mut StoredBulkRow,
    hit: Option<&Hit>,
) -> Result<RowState, DbError> {
    let Some(hit) = hit else {
        row.reasons = Json(vec![Reason::new("gone", "This record is gone, or you may no longer see it.")]);
        return Ok(RowState::Failed);
    };
    Ok(match change.apply(tx, hit).await? {
        Ok(Came::Changed(old, after)) => {
            (row.before, row.after) = (Json(old), Json(after));
            RowState::Changed
        }
        Ok(Came::Already) => RowState::Skipped,
        Err(problem) => {
            row.reasons = Json(explained(&problem, |_| None));
            RowState::Failed
        }
    })
}

async fn take_back(
    tx: &mut Tx<'_>,
    change: &Change,
    row: &mut StoredBulkRow,
    hit: Option<&Hit>,
) -> Result<RowState, DbError> {
    let changed: Reasons =
        vec![Reason::new("changed_since", "Somebody changed this record since; what they wrote stays.")];
    let Some(hit) = hit else {
        row.reasons = Json(changed);
        return Ok(RowState::Kept);
    };
    let (key, id, version) = (change.list.key.clone(), hit.id, hit.version);
    let outcome = match &change.act {
        Act::PutAway(away) if hit.is_archived == *away => {
            let away = !*away;
            tx.attempt(async move |tx: &mut Tx<'_>| put_away(tx, &key, id, version, away).await).await?
        }
        Act::PutAway(_) => {
            row.reasons = Json(changed);
            return Ok(RowState::Kept);
        }
        Act::Set(_) => {
            let back = Change::back(hit, &row.before.0, &row.after.0);
            let is_whole = back.len() == row.after.0.len()
                && ["ext", "values"].iter().all(|outer| {
                    let count = |row: &serde_json::Map<String, serde_json::Value>| {
                        row.get(*outer).and_then(serde_json::Value::as_object).map_or(0, serde_json::Map::len)
                    };
                    count(&back) == count(&row.after.0)
                });
            if !is_whole {
                row.reasons = Json(changed.clone());
            }
            if back.is_empty() {
                return Ok(RowState::Kept);
            }
            tx.attempt(async move |tx: &mut Tx<'_>| update(tx, &key, id, version, back).await).await?
        }
    };
    match outcome {
        Ok(_) if row.reasons.0.is_empty() => Ok(RowState::Undone),
        Ok(_) => Ok(RowState::Kept),
        Err(problem) if problem.status().is_server_error() => {
            Err(DbError::Internal(problem.cause().unwrap_or(problem.detail()).to_owned()))
        }
        Err(problem) => {
            row.reasons = Json(explained(&problem, |_| None));
            Ok(RowState::Kept)
        }
    }
}
