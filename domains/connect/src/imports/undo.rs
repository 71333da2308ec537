//! Taking an import back: new records are put away, changed ones say again what they said; what somebody changed since
//! stays and is told.

use db::{Db, DbError, Query as _, Read, Tx};
use http_api::Problem;
use kernel::Context;

use crate::{
    imports::{batch::Halt, model::StoredImport},
    lists::{Hit, List, ListKey, Row, put_away, remove, update, with_ids},
    store::imports::{self as store, StoredRow},
    task::Stop,
};

/// Lines in one transaction.
const BATCH: usize = 100;

/// Takes back what is left to be taken back.
pub(super) async fn undo(db: &Db, cx: &Context, import: &StoredImport) -> Result<(), Stop> {
    let id = import.id;
    let key = ListKey::parse(&import.list).ok_or_else(|| Stop::from(Problem::not_found("list")))?;
    let list = db.read(cx, async move |r: &mut Read<'_>| List::of(r, &key).await).await?;
    loop {
        let list = list.clone();
        let reason = format!("Import of {} was undone", import.file_name);
        let more = db
            .write(cx, async move |tx: &mut Tx<'_>| -> Result<bool, Halt> {
                let rows = store::to_undo(tx, id, BATCH).await?;
                let (mut undone, mut kept) = (0, 0);
                for row in &rows {
                    let back = take_back(tx, &list, row, &reason).await?;
                    tx.execute(store::undone(tx.cx(), id, row.line, back)).await?;
                    // What was made on the way counts with its line.
                    if row.line > 0 {
                        if back { undone += 1 } else { kept += 1 }
                    }
                }
                if !store::count_undone(tx, id, undone, kept).await? {
                    return Err(Halt::Lost);
                }
                Ok(!rows.is_empty())
            })
            .await;
        match more {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(Halt::Problem(problem)) => return Err((*problem).into()),
            Err(Halt::Db(error)) => return Err(error.into()),
            Err(Halt::Lost | Halt::Numbers(..) | Halt::Tried(_)) => return Err(Stop::Lost),
        }
    }
}

/// Whether the record was taken back; false when it stays.
async fn take_back(tx: &mut Tx<'_>, list: &List, row: &StoredRow, reason: &str) -> Result<bool, Halt> {
    let other = row.before.0.get("list").and_then(serde_json::Value::as_str).and_then(ListKey::parse);
    let list = match other {
        Some(key) => List::of(tx, &key).await?,
        None => list.clone(),
    };
    let hits = with_ids(tx, &list, &[row.record_id]).await?;
    let Some(hit) = hits.get(&row.record_id).filter(|hit| hit.version == row.version_after) else { return Ok(false) };
    let (hit, row, reason) = (hit.clone(), row.clone(), reason.to_owned());
    let outcome: Result<(), Problem> =
        tx.attempt(async move |tx: &mut Tx<'_>| back(tx, &list.key, &hit, &row, &reason).await).await?;
    match outcome {
        Ok(()) => Ok(true),
        Err(problem) if problem.status().is_server_error() => {
            Err(DbError::Internal(problem.cause().unwrap_or(problem.detail()).to_owned()).into())
        }
        Err(_) => Ok(false),
    }
}

async fn back(tx: &mut Tx<'_>, key: &ListKey, hit: &Hit, row: &StoredRow, reason: &str) -> Result<(), Problem> {
    if row.is_new {
        remove(tx, key, hit.id, hit.version, reason).await?;
        return Ok(());
    }
    let values: Row = row.before.0.get("values").and_then(serde_json::Value::as_object).cloned().unwrap_or_default();
    let mut version = hit.version;
    if !values.is_empty() {
        version = update(tx, key, hit.id, version, values).await?.version;
    }
    if row.before.0.get("archived") == Some(&serde_json::Value::Bool(true)) {
        put_away(tx, key, hit.id, version, true).await?;
    }
    Ok(())
}
