//! SQL of bulk changes.

use db::{
    DbError, Query, Stmt, Tx, Value,
    list::{Fragment, List, ListPage, run},
    stmt,
};
use http_api::{ListParams, Problem};
use kernel::{Context, Uuid};

use crate::{
    bulk::model::{BulkState, RowState, StoredBulk, StoredBulkRow},
    values::Reasons,
};

const LIST: List = List {
    table: "bulk_runs",
    columns: StoredBulk::COLUMNS,
    sorts: &[("created_at", "created_at")],
    default_sort: "-created_at",
};

/// What somebody changed in bulk, newest first.
pub(crate) async fn of_actor(
    q: &mut impl Query,
    actor: Uuid,
    params: &ListParams,
) -> Result<ListPage<StoredBulk>, Problem> {
    let conditions = vec![Fragment::new("created_by = $1", vec![actor.into()])];
    Ok(run(q, &LIST, &params.query(conditions)).await?)
}

/// The run with this id, if it is the caller's.
pub(crate) async fn find(q: &mut impl Query, id: Uuid) -> Result<Option<StoredBulk>, DbError> {
    let own = Fragment::new("created_by = $1", vec![q.cx().actor().id.into()]);
    objects::find(q, &LIST, id, own).await
}

pub(crate) fn insert(cx: &Context, bulk: &StoredBulk) -> Stmt<'static> {
    let text =
        "insert into bulk_runs (tenant_id, id, version, created_at, updated_at, created_by, created_by_name, list,
            action, state, total, done, changed, skipped, undone)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, 0, 0, 0)";
    stmt!(
        text,
        cx.tenant(),
        bulk.id,
        bulk.version,
        bulk.created_at,
        bulk.updated_at,
        bulk.created_by,
        &bulk.created_by_name,
        &bulk.list,
        &bulk.action,
        bulk.state,
        bulk.total,
    )
    .into_owned()
}

pub(crate) fn insert_row(cx: &Context, bulk: Uuid, position: i64, record: Uuid, title: &str) -> Stmt<'static> {
    let text = "insert into bulk_rows (tenant_id, bulk_id, position, record_id, title, state, before, after, reasons)
        values ($1, $2, $3, $4, $5, $6, $7, $7, $8)";
    let empty = serde_json::json!({});
    let none: Reasons = Vec::new();
    stmt!(
        text,
        cx.tenant(),
        bulk,
        position,
        record,
        title.to_owned(),
        RowState::Waiting,
        Value::json(&empty),
        Value::json(&none)
    )
    .into_owned()
}

/// The next rows in this state.
pub(crate) async fn rows(
    q: &mut impl Query,
    bulk: Uuid,
    states: &[RowState],
    limit: usize,
) -> Result<Vec<StoredBulkRow>, DbError> {
    let mut binds: Vec<Value<'_>> = vec![q.cx().tenant().into(), bulk.into(), limit.into()];
    let places: Vec<String> = (0..states.len()).map(|index| format!("${}", index + 4)).collect();
    binds.extend(states.iter().map(|state| Value::from(*state)));
    let text = format!(
        "select {} from bulk_rows where tenant_id = $1 and bulk_id = $2 and state in ({}) order by position limit $3",
        StoredBulkRow::COLUMNS,
        places.join(", ")
    );
    q.all(Stmt::new(text, binds)).await
}

pub(crate) fn update_row(cx: &Context, bulk: Uuid, row: &StoredBulkRow) -> Stmt<'static> {
    let text = "update bulk_rows set state = $4, before = $5, after = $6, reasons = $7
        where tenant_id = $1 and bulk_id = $2 and position = $3";
    stmt!(text, cx.tenant(), bulk, row.position, row.state, &row.before, &row.after, &row.reasons).into_owned()
}

/// Adds to the account of a run in this state; false when it is in another.
pub(crate) async fn advance(
    tx: &mut Tx<'_>,
    id: Uuid,
    state: BulkState,
    [done, changed, skipped, undone]: [i64; 4],
) -> Result<bool, DbError> {
    let text = "update bulk_runs set done = done + $4, changed = changed + $5, skipped = skipped + $6,
            undone = undone + $7, updated_at = $8 where tenant_id = $1 and id = $2 and state = $3";
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    Ok(tx.execute(stmt!(text, tenant, id, state, done, changed, skipped, undone, now)).await? == 1)
}

/// Moves a run from one state into another; false when it is in a third.
pub(crate) async fn turn(
    tx: &mut Tx<'_>,
    id: Uuid,
    from: &[BulkState],
    to: BulkState,
    failure: Option<&str>,
) -> Result<bool, DbError> {
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    let mut binds: Vec<Value<'_>> =
        vec![tenant.into(), id.into(), to.into(), now.into(), failure.map(str::to_owned).into()];
    let places: Vec<String> = (0..from.len()).map(|index| format!("${}", index + 6)).collect();
    binds.extend(from.iter().map(|state| Value::from(*state)));
    let text = format!(
        "update bulk_runs set state = $3, updated_at = $4, failure = $5, version = version + 1
         where tenant_id = $1 and id = $2 and state in ({})",
        places.join(", ")
    );
    Ok(tx.execute(Stmt::new(text, binds)).await? == 1)
}
