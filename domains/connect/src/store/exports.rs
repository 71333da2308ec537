//! SQL of exports.

use db::{
    DbError, Query, Stmt, Tx,
    list::{Fragment, List, ListPage, ListQuery, run},
    stmt,
};
use http_api::{ListParams, Problem};
use kernel::{Context, Timestamp, Uuid};

use crate::exports::model::{ExportState, StoredExport};

const LIST: List = List {
    table: "exports",
    columns: StoredExport::COLUMNS,
    sorts: &[("created_at", "created_at")],
    default_sort: "-created_at",
};

/// What somebody exported, newest first.
pub(crate) async fn of_actor(
    q: &mut impl Query,
    actor: Uuid,
    params: &ListParams,
) -> Result<ListPage<StoredExport>, Problem> {
    let conditions = vec![Fragment::new("created_by = $1", vec![actor.into()])];
    Ok(run(q, &LIST, &ListQuery { count: params.count, ..params.query(conditions) }).await?)
}

/// The export with this id.
pub(crate) async fn find(q: &mut impl Query, id: Uuid) -> Result<Option<StoredExport>, DbError> {
    let text = format!("select {} from exports where tenant_id = $1 and id = $2", StoredExport::COLUMNS);
    let tenant = q.cx().tenant();
    q.optional(stmt!(text, tenant, id)).await
}

pub(crate) fn insert(cx: &Context, export: &StoredExport) -> Stmt<'static> {
    let text = "insert into exports (tenant_id, id, version, created_at, updated_at, created_by, list, format, request,
            state, rows_done, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    stmt!(
        text,
        cx.tenant(),
        export.id,
        export.version,
        export.created_at,
        export.updated_at,
        export.created_by,
        &export.list,
        &export.format,
        &export.request,
        export.state,
        export.rows_done,
        export.expires_at,
    )
    .into_owned()
}

/// Writes how far it is; false when it is over already.
pub(crate) async fn progress(tx: &mut Tx<'_>, id: Uuid, rows: i64, total: Option<i64>) -> Result<bool, DbError> {
    let text = "update exports set state = $3, rows_done = $4, total = $5, updated_at = $6
        where tenant_id = $1 and id = $2 and state in ($3, $7)";
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    let touched =
        tx.execute(stmt!(text, tenant, id, ExportState::Running, rows, total, now, ExportState::Queued)).await?;
    Ok(touched == 1)
}

/// Writes that it is done, with its file.
pub(crate) async fn done(tx: &mut Tx<'_>, id: Uuid, rows: i64, file: &files::File) -> Result<bool, DbError> {
    let text =
        "update exports set state = $3, rows_done = $4, total = $4, file_id = $5, file_name = $6, file_size = $7,
            updated_at = $8, version = version + 1 where tenant_id = $1 and id = $2 and state <> $3";
    let (tenant, now): (_, Timestamp) = (tx.cx().tenant(), tx.cx().now());
    let touched =
        tx.execute(stmt!(text, tenant, id, ExportState::Done, rows, file.id, &file.name, file.size, now)).await?;
    Ok(touched == 1)
}

/// Writes that it failed, and why.
pub(crate) async fn failed(tx: &mut Tx<'_>, id: Uuid, failure: &str) -> Result<(), DbError> {
    let text = "update exports set state = $3, failure = $4, updated_at = $5, version = version + 1
        where tenant_id = $1 and id = $2 and state <> $6";
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    tx.execute(stmt!(text, tenant, id, ExportState::Failed, failure, now, ExportState::Done)).await?;
    Ok(())
}
