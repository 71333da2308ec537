//! SQL of values that are worked out from other records, and of the state they are in.

use db::{DbError, Query, Sql, Stmt, Tx, Value, list::Fragment, stmt};
use forms::{Map, RollUpFunction};
use kernel::Context;
use uuid::Uuid;

use super::fields::Place;
use crate::built_in;

/// Records worked out in one transaction.
pub(crate) const BATCH: usize = 200;

/// A field that is worked out from another object's values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    pub target: String,
    pub object: String,
    pub field: String,
    /// `look_up` or `roll_up`.
    pub kind: String,
    pub relation: String,
    /// Empty for a count.
    pub source: String,
}

db::record!(Link { target, object, field, kind, relation, source });

/// The fields that are worked out from values of `target`.
pub(crate) async fn links(q: &mut impl Query, target: &str) -> Result<Vec<Link>, DbError> {
    let text = format!(
        "select {} from field_links where tenant_id = $1 and target = $2 order by object, field limit 10000",
        Link::COLUMNS
    );
    let tenant = q.cx().tenant();
    q.all(stmt!(text, tenant, target)).await
}

/// Whether the company has such fields at all.
pub(crate) async fn has_links(q: &mut impl Query) -> Result<bool, DbError> {
    let tenant = q.cx().tenant();
    let text = "select 1 + 0 from field_links where tenant_id = $1 limit 1";
    Ok(q.optional::<(i64,)>(stmt!(text, tenant)).await?.is_some())
}

/// Replaces the links of an object's fields.
pub(crate) fn replace_links(cx: &Context, object: &str, links: &[Link]) -> Vec<Stmt<'static>> {
    let gone = "delete from field_links where tenant_id = $1 and object = $2";
    let mut statements = vec![stmt!(gone, cx.tenant(), object).into_owned()];
    let text = "insert into field_links (tenant_id, target, object, field, kind, relation, source)
        values ($1, $2, $3, $4, $5, $6, $7)";
    statements.extend(links.iter().map(|link| {
        stmt!(text, cx.tenant(), &link.target, object, &link.field, &link.kind, &link.relation, &link.source)
            .into_owned()
    }));
    statements
}

/// What is known of a record's field besides its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    pub record_id: Uuid,
    pub field: String,
    pub computing: bool,
    pub code: Option<String>,
    pub message: Option<String>,
}

db::record!(State { record_id, field, computing, code, message });

/// The states of these records' fields.
pub(crate) async fn states(q: &mut impl Query, object: &str, ids: &[Uuid]) -> Result<Vec<State>, DbError> {
    let conditions = [Fragment::new("object = $1", vec![object.to_owned().into()]), crate::among("record_id", ids)];
    let clause = db::list::where_clause(q.cx(), &conditions);
    let text = format!("select {} from field_states where {} order by record_id, field", State::COLUMNS, clause.text);
    q.all(Stmt::new(text, clause.binds)).await
}

/// Notes that a field is to be worked out.
pub(crate) fn mark(cx: &Context, object: &str, record: Uuid, field: &str) -> Stmt<'static> {
    let text = "insert into field_states (tenant_id, object, record_id, field, computing) values ($1, $2, $3, $4, $5)
        on conflict (tenant_id, object, record_id, field) do update set computing = excluded.computing";
    stmt!(text, cx.tenant(), object, record, field, true).into_owned()
}

/// Notes that a field could not be worked out.
pub(crate) fn fault(cx: &Context, object: &str, record: Uuid, fault: &forms::FieldFault) -> Stmt<'static> {
    let text = "insert into field_states (tenant_id, object, record_id, field, computing, code, message)
        values ($1, $2, $3, $4, $5, $6, $7) on conflict (tenant_id, object, record_id, field)
        do update set code = excluded.code, message = excluded.message";
    stmt!(text, cx.tenant(), object, record, &fault.field, false, fault.code, &fault.message).into_owned()
}

/// Forgets the faults of a record; what is being worked out stays so.
pub(crate) fn forget_faults(cx: &Context, object: &str, record: Uuid) -> Vec<Stmt<'static>> {
    let gone = "delete from field_states where tenant_id = $1 and object = $2 and record_id = $3 and not computing";
    let kept = "update field_states set code = null, message = null
        where tenant_id = $1 and object = $2 and record_id = $3 and code is not null";
    vec![stmt!(gone, cx.tenant(), object, record).into_owned(), stmt!(kept, cx.tenant(), object, record).into_owned()]
}

/// Forgets all states of a record: everything was worked out.
pub(crate) fn forget(cx: &Context, object: &str, record: Uuid) -> Stmt<'static> {
    let text = "delete from field_states where tenant_id = $1 and object = $2 and record_id = $3";
    stmt!(text, cx.tenant(), object, record).into_owned()
}

const PENDING: Sql = Sql::pair(
    "select record_id, field from field_states where tenant_id = $1 and object = $2 and computing order by record_id
        limit $3",
    "select record_id, field from field_states where tenant_id = $1 and object = $2 and computing order by record_id
        limit $3 for update skip locked",
);

/// Fields of the object that are to be worked out; nobody else takes them before the transaction ends.
pub(crate) async fn pending(tx: &mut Tx<'_>, object: &str) -> Result<Vec<(Uuid, String)>, DbError> {
    let tenant = tx.cx().tenant();
    tx.all(stmt!(&PENDING, tenant, object, BATCH)).await
}

/// Records of the object after `after` whose relation field names the target, in the order of their ids.
pub(crate) async fn pointing(
    q: &mut impl Query,
    object: &str,
    field: &str,
    target: Uuid,
    after: Uuid,
    limit: usize,
) -> Result<Vec<Uuid>, DbError> {
    let text =
        "select record_id from field_index_text where tenant_id = $1 and object = $2 and field = $3 and value = $4
        and record_id > $5 order by record_id limit $6";
    let tenant = q.cx().tenant();
    let found: Vec<(Uuid,)> = q.all(stmt!(text, tenant, object, field, target.to_string(), after, limit)).await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// How many records of the object name the target in a relation field.
pub(crate) async fn pointed(q: &mut impl Query, object: &str, field: &str, target: Uuid) -> Result<i64, DbError> {
    let text =
        "select count(*) from field_index_text where tenant_id = $1 and object = $2 and field = $3 and value = $4";
    let tenant = q.cx().tenant();
    let (found,): (i64,) = q.one(stmt!(text, tenant, object, field, target.to_string())).await?;
    Ok(found)
}

/// The values of a record as they are now; on PostgreSQL nobody changes them before the transaction ends.
pub(crate) async fn held(tx: &mut Tx<'_>, object: &str, id: Uuid) -> Result<Option<Map>, DbError> {
    let (rows, mut binds) = Place::of(object).rows(tx.cx());
    binds.push(id.into());
    let lock = if tx.engine() == db::Engine::Postgres { " for update" } else { "" };
    let text = format!("select ext from {rows} and id = ${}{lock}", binds.len());
    let found: Option<(db::Json<Option<Map>>,)> = tx.optional(Stmt::new(text, binds)).await?;
    Ok(found.map(|(ext,)| ext.0.unwrap_or_default()))
}

/// The values of a record.
pub(crate) async fn values(q: &mut impl Query, object: &str, id: Uuid) -> Result<Option<Map>, DbError> {
    let (rows, mut binds) = Place::of(object).rows(q.cx());
    binds.push(id.into());
    let text = format!("select ext from {rows} and id = ${}", binds.len());
    let found: Option<(db::Json<Option<Map>>,)> = q.optional(Stmt::new(text, binds)).await?;
    Ok(found.map(|(ext,)| ext.0.unwrap_or_default()))
}

/// The record that a record of a built-in object belongs to, as events name it; `None` for one that stands for itself.
pub(crate) async fn parent(
    q: &mut impl Query,
    object: &str,
    id: Uuid,
) -> Result<Option<(&'static str, Uuid)>, DbError> {
    let Some((table, parent)) = built_in::table_of(object).and_then(|table| Some((table.table, table.parent?))) else {
        return Ok(None);
    };
    let text = format!("select {} from {table} where tenant_id = $1 and id = $2", parent.column);
    let tenant = q.cx().tenant();
    let found: Option<(Uuid,)> = q.optional(stmt!(text, tenant, id)).await?;
    Ok(found.map(|(above,)| (parent.object, above)))
}

/// A standard field of a built-in record, as text.
pub(crate) async fn standard(
    q: &mut impl Query,
    table: &built_in::Table,
    field: &built_in::Standard,
    id: Uuid,
) -> Result<Option<String>, DbError> {
    let text = format!("select cast({} as text) from {} where tenant_id = $1 and id = $2", field.column, table.table);
    let tenant = q.cx().tenant();
    let found: Option<(Option<String>,)> = q.optional(stmt!(text, tenant, id)).await?;
    Ok(found.and_then(|(value,)| value))
}

/// One number from all records of `object` that are in use and whose relation names the target, as text; `None` when
/// none has a value. The catalogue has checked the field's id.
pub(crate) async fn rolled_up(
    q: &mut impl Query,
    object: &str,
    relation: &str,
    target: Uuid,
    function: RollUpFunction,
    field: Option<&str>,
) -> Result<Option<String>, DbError> {
    let table = Place::of(object).table;
    let used =
        if built_in::table_of(object).is_none_or(|table| table.archivable) { "and r.archived_at is null" } else { "" };
    let value = field.map(|field| format!("cast(r.ext->>'{field}' as numeric)")).unwrap_or_default();
    let over = match function {
        RollUpFunction::Count => "count(*)".to_owned(),
        RollUpFunction::Sum => format!("sum({value})"),
        RollUpFunction::Min => format!("min({value})"),
        RollUpFunction::Max => format!("max({value})"),
    };
    let text = format!(
        "select cast({over} as text) from field_index_text i join {table} r on r.tenant_id = i.tenant_id and
            r.id = i.record_id where i.tenant_id = $1 and i.object = $2 and i.field = $3 and i.value = $4 {used}"
    );
    let binds: Vec<Value<'static>> =
        vec![q.cx().tenant().into(), object.to_owned().into(), relation.to_owned().into(), target.to_string().into()];
    let (found,): (Option<String>,) = q.one(Stmt::new(text, binds)).await?;
    Ok(found)
}

/// Writes values that were worked out; the version stays, so that who edits the record is not disturbed.
pub(crate) fn write(cx: &Context, object: &str, id: Uuid, values: &Map) -> Stmt<'static> {
    let text = format!("update {} set ext = $3 where tenant_id = $1 and id = $2", Place::of(object).table);
    stmt!(text, cx.tenant(), id, Value::json(values)).into_owned()
}
