//! SQL of imports: their account, what they wrote, what they rejected, and mappings that are remembered.

use authz::{ScopeColumns, permissions::DATA_IMPORT};
use db::{
    DbError, Json, Query, Sql, Stmt, Tx, Value,
    list::{List, ListPage, run},
    stmt,
};
use http_api::{ListParams, Problem, scope_condition};
use kernel::{Context, Uuid};

use crate::{
    imports::{
        batch::{Account, Kept},
        model::{ImportState, StoredImport},
        suggest::Remembered,
    },
    values::Reasons,
};

const SCOPE: ScopeColumns<'static> = ScopeColumns { owner: &["created_by"], team: None, region: None };
const LIST: List = List {
    table: "imports",
    columns: StoredImport::COLUMNS,
    sorts: &[("created_at", "created_at")],
    default_sort: "-created_at",
};
/// Two imports into one list take turns, batch by batch.
const TAKE_TURNS: Sql = Sql::pair("select 1", "select pg_advisory_xact_lock(hashtextextended($1::text, 4712))::text");

/// What was written, as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct StoredRow {
    pub line: i64,
    pub record_id: Uuid,
    pub is_new: bool,
    pub version_after: i64,
    pub before: Json<serde_json::Value>,
}

db::record!(StoredRow { line, record_id, is_new, version_after, before });

pub(crate) fn take_turns(cx: &Context, list: &str) -> Stmt<'static> {
    stmt!(&TAKE_TURNS, format!("{}/{list}", cx.tenant())).into_owned()
}

/// The imports that the caller sees: one's own, or all of them.
pub(crate) async fn list(q: &mut impl Query, params: &ListParams) -> Result<ListPage<StoredImport>, Problem> {
    let scope = scope_condition(q.cx(), DATA_IMPORT, &SCOPE);
    Ok(run(q, &LIST, &params.query(vec![scope])).await?)
}

/// The import with this id, if the caller sees it.
pub(crate) async fn find(q: &mut impl Query, id: Uuid) -> Result<Option<StoredImport>, DbError> {
    let scope = scope_condition(q.cx(), DATA_IMPORT, &SCOPE);
    objects::find(q, &LIST, id, scope).await
}

pub(crate) fn insert(cx: &Context, import: &StoredImport) -> Stmt<'static> {
    let text = "insert into imports (tenant_id, id, version, created_at, updated_at, created_by, created_by_name, list,
            file_id, file_name, format, source, mapping, state, total, done, created, updated, skipped, rejected, undone,
            kept) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 0, 0, 0, 0, 0, 0, 0)";
    stmt!(
        text,
        cx.tenant(),
        import.id,
        import.version,
        import.created_at,
        import.updated_at,
        import.created_by,
        &import.created_by_name,
        &import.list,
        import.file_id,
        &import.file_name,
        &import.format,
        &import.source,
        &import.mapping,
        import.state,
        import.total,
    )
    .into_owned()
}

/// Writes another mapping over the expected version; false when somebody was faster.
pub(crate) async fn remap(tx: &mut Tx<'_>, import: &StoredImport, expected: i64) -> Result<bool, DbError> {
    let text = "update imports set version = $4, updated_at = $5, mapping = $6, state = $7
        where tenant_id = $1 and id = $2 and version = $3";
    let tenant = tx.cx().tenant();
    let stmt =
        stmt!(text, tenant, import.id, expected, import.version, import.updated_at, &import.mapping, import.state);
    Ok(tx.execute(stmt).await? == 1)
}

/// Moves an import into another state, if it is in one of these; false when it is not.
pub(crate) async fn turn(
    tx: &mut Tx<'_>,
    id: Uuid,
    from: &[ImportState],
    to: ImportState,
    failure: Option<&str>,
) -> Result<bool, DbError> {
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    let mut binds: Vec<Value<'_>> =
        vec![tenant.into(), id.into(), to.into(), now.into(), failure.map(str::to_owned).into()];
    let places: Vec<String> = (0..from.len()).map(|index| format!("${}", index + 6)).collect();
    binds.extend(from.iter().map(|state| Value::from(*state)));
    let text = format!(
        "update imports set state = $3, updated_at = $4, failure = $5, version = version + 1
         where tenant_id = $1 and id = $2 and state in ({})",
        places.join(", ")
    );
    Ok(tx.execute(Stmt::new(text, binds)).await? == 1)
}

/// Forgets what a try or an earlier run accounted for.
pub(crate) fn begin(cx: &Context, id: Uuid) -> [Stmt<'static>; 3] {
    let account =
        "update imports set done = 0, created = 0, updated = 0, skipped = 0, rejected = 0, undone = 0, kept = 0
        where tenant_id = $1 and id = $2";
    [
        stmt!(account, cx.tenant(), id).into_owned(),
        stmt!("delete from import_rejects where tenant_id = $1 and import_id = $2", cx.tenant(), id).into_owned(),
        stmt!("delete from import_rows where tenant_id = $1 and import_id = $2", cx.tenant(), id).into_owned(),
    ]
}

/// Adds a batch to the account, if the import is still in this state and where the batch began; false otherwise.
pub(crate) async fn advance(
    tx: &mut Tx<'_>,
    id: Uuid,
    state: ImportState,
    from: i64,
    lines: i64,
    account: &Account,
) -> Result<bool, DbError> {
    let text = "update imports set done = done + $5, created = created + $6, updated = updated + $7,
            skipped = skipped + $8, rejected = rejected + $9, updated_at = $10
        where tenant_id = $1 and id = $2 and state = $3 and done = $4";
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    let rejected = account.rejects.len() as i64;
    let stmt =
        stmt!(text, tenant, id, state, from, lines, account.created, account.updated, account.skipped, rejected, now);
    Ok(tx.execute(stmt).await? == 1)
}

pub(crate) fn reject(cx: &Context, import: Uuid, line: i64, reasons: &Reasons) -> Stmt<'static> {
    let text = "insert into import_rejects (tenant_id, import_id, line, reasons) values ($1, $2, $3, $4)
        on conflict (tenant_id, import_id, line) do nothing";
    stmt!(text, cx.tenant(), import, line, Value::json(reasons)).into_owned()
}

pub(crate) fn keep(cx: &Context, import: Uuid, kept: &Kept) -> Stmt<'static> {
    let text = "insert into import_rows (tenant_id, import_id, line, record_id, is_new, version_after, before)
        values ($1, $2, $3, $4, $5, $6, $7)";
    let version = kept.written.version;
    stmt!(text, cx.tenant(), import, kept.line, kept.written.id, kept.is_new, version, Value::json(&kept.before))
        .into_owned()
}

/// What was rejected, by line.
pub(crate) async fn rejects(q: &mut impl Query, id: Uuid, limit: usize) -> Result<Vec<(i64, Reasons)>, DbError> {
    let text =
        "select line, reasons from import_rejects where tenant_id = $1 and import_id = $2 order by line limit $3";
    let tenant = q.cx().tenant();
    let rows: Vec<(i64, Json<Reasons>)> = q.all(stmt!(text, tenant, id, limit)).await?;
    Ok(rows.into_iter().map(|(line, reasons)| (line, reasons.0)).collect())
}

/// Lines whose records stayed as they are when the import was taken back, by line.
pub(crate) async fn stayed(q: &mut impl Query, id: Uuid, limit: usize) -> Result<Vec<i64>, DbError> {
    let text = "select line from import_rows where tenant_id = $1 and import_id = $2 and undone = $3
        order by line limit $4";
    let tenant = q.cx().tenant();
    let rows: Vec<(i64,)> = q.all(stmt!(text, tenant, id, false, limit)).await?;
    Ok(rows.into_iter().map(|(line,)| line).collect())
}

/// What is still to be taken back, the last line first.
pub(crate) async fn to_undo(q: &mut impl Query, id: Uuid, limit: usize) -> Result<Vec<StoredRow>, DbError> {
    let text = format!(
        "select {} from import_rows where tenant_id = $1 and import_id = $2 and undone is null
         order by line desc limit $3",
        StoredRow::COLUMNS
    );
    let tenant = q.cx().tenant();
    q.all(stmt!(text, tenant, id, limit)).await
}

/// Notes that a line was taken back, or that its record stays.
pub(crate) fn undone(cx: &Context, id: Uuid, line: i64, undone: bool) -> Stmt<'static> {
    let text = "update import_rows set undone = $4 where tenant_id = $1 and import_id = $2 and line = $3";
    stmt!(text, cx.tenant(), id, line, undone).into_owned()
}

/// Adds to what was taken back.
pub(crate) async fn count_undone(tx: &mut Tx<'_>, id: Uuid, undone: i64, kept: i64) -> Result<bool, DbError> {
    let text = "update imports set undone = undone + $3, kept = kept + $4, updated_at = $5
        where tenant_id = $1 and id = $2 and state = $6";
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    Ok(tx.execute(stmt!(text, tenant, id, undone, kept, now, ImportState::Undoing)).await? == 1)
}

/// The last mapping of files with this header.
pub(crate) async fn remembered(q: &mut impl Query, list: &str, header: &str) -> Result<Option<Remembered>, DbError> {
    let text = "select mapping from import_mappings where tenant_id = $1 and list = $2 and header = $3";
    let tenant = q.cx().tenant();
    let found: Option<(Json<Remembered>,)> = q.optional(stmt!(text, tenant, list, header)).await?;
    Ok(found.map(|(mapping,)| mapping.0))
}

/// Remembers a mapping for files with this header.
pub(crate) fn remember(cx: &Context, list: &str, header: &str, mapping: &Remembered) -> Stmt<'static> {
    let text = "insert into import_mappings (tenant_id, list, header, mapping, updated_at) values ($1, $2, $3, $4, $5)
        on conflict (tenant_id, list, header) do update set mapping = excluded.mapping, updated_at = excluded.updated_at";
    stmt!(text, cx.tenant(), list, header, Value::json(mapping), cx.now()).into_owned()
}
