//! SQL of catalogues, of the index of their values, and of the values themselves wherever records live.

use db::{DbError, Query, Sql, Stmt, Tx, Value, list::Fragment, stmt};
use forms::{Catalogue, Map};
use kernel::Context;
use rules::FieldType;
use uuid::Uuid;

use crate::{
    built_in,
    index::{Entry, table},
};

/// Records gone through in one transaction.
pub(crate) const BATCH: usize = 500;

const CATALOGUE: &str = "select version, catalogue from field_catalogues where tenant_id = $1 and object = $2";
/// Whoever writes records keeps the catalogue from changing until they are done, so that no index row is missed.
const CATALOGUE_HELD: Sql = Sql::pair(
    "select version, catalogue from field_catalogues where tenant_id = $1 and object = $2",
    "select version, catalogue from field_catalogues where tenant_id = $1 and object = $2 for share",
);
/// Two who write the same value of a unique field take turns.
const TAKE_TURNS: Sql = Sql::pair("select 1", "select pg_advisory_xact_lock(hashtextextended($1::text, 4711))::text");

/// Where an object's records live.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub table: &'static str,
    /// Beside tenant, as text and value: `object = $2` among `records`.
    object: Option<String>,
}

impl Place {
    /// The place of the object's records.
    pub fn of(object: &str) -> Self {
        match built_in::table(object) {
            Some(table) => Self { table, object: None },
            None => Self { table: "records", object: Some(object.to_owned()) },
        }
    }

    /// The condition for the object's rows, with the values of `$1` and, where it is needed, `$2`.
    pub fn rows(&self, cx: &Context) -> (String, Vec<Value<'static>>) {
        let mut binds: Vec<Value<'static>> = vec![cx.tenant().into()];
        let Some(object) = &self.object else { return (format!("{} where tenant_id = $1", self.table), binds) };
        binds.push(object.clone().into());
        (format!("{} where tenant_id = $1 and object = $2", self.table), binds)
    }
}

/// The object's catalogue with its version; version 0 and no fields before the first.
pub(crate) async fn catalogue(q: &mut impl Query, object: &str) -> Result<(i64, Catalogue), DbError> {
    let tenant = q.cx().tenant();
    let found: Option<(i64, db::Json<Catalogue>)> = q.optional(stmt!(CATALOGUE, tenant, object)).await?;
    Ok(found.map_or_else(|| (0, empty(object)), |(version, catalogue)| (version, catalogue.0)))
}

/// The same for somebody who writes records: it does not change before the transaction ends.
pub(crate) async fn catalogue_held(tx: &mut Tx<'_>, object: &str) -> Result<(i64, Catalogue), DbError> {
    let tenant = tx.cx().tenant();
    let found: Option<(i64, db::Json<Catalogue>)> = tx.optional(stmt!(&CATALOGUE_HELD, tenant, object)).await?;
    Ok(found.map_or_else(|| (0, empty(object)), |(version, catalogue)| (version, catalogue.0)))
}

fn empty(object: &str) -> Catalogue {
    Catalogue { object: object.to_owned(), fields: Vec::new(), unique_together: Vec::new() }
}

/// Saves the catalogue over the expected version; false when somebody was faster.
pub(crate) async fn save(tx: &mut Tx<'_>, expected: i64, catalogue: &Catalogue) -> Result<bool, DbError> {
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    let text = if expected == 0 {
        "insert into field_catalogues (tenant_id, object, version, updated_at, catalogue)
            values ($1, $2, $3 + 1, $4, $5) on conflict (tenant_id, object) do nothing"
    } else {
        "update field_catalogues set version = $3 + 1, updated_at = $4, catalogue = $5
            where tenant_id = $1 and object = $2 and version = $3"
    };
    let json = Value::json(catalogue);
    Ok(tx.execute(stmt!(text, tenant, &catalogue.object, expected, now, json)).await? == 1)
}

/// A field whose index is being filled or taken away.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Filling {
    pub field: String,
    pub gone: bool,
    pub done: i64,
    pub total: i64,
    pub after_id: Uuid,
}

db::record!(Filling { field, gone, done, total, after_id });

/// The object's fields whose index is being filled or taken away.
pub(crate) async fn fillings(q: &mut impl Query, object: &str) -> Result<Vec<Filling>, DbError> {
    let columns = Filling::COLUMNS;
    let text = format!("select {columns} from field_fillings where tenant_id = $1 and object = $2 order by field");
    let tenant = q.cx().tenant();
    q.all(stmt!(text, tenant, object)).await
}

/// Begins filling (or taking away) the index of a field, from the first record.
pub(crate) fn begin(cx: &Context, object: &str, field: &str, gone: bool, total: i64) -> Stmt<'static> {
    let text = "insert into field_fillings (tenant_id, object, field, gone, done, total, after_id)
        values ($1, $2, $3, $4, 0, $5, $6) on conflict (tenant_id, object, field) do update set
        gone = excluded.gone, done = 0, total = excluded.total, after_id = excluded.after_id";
    stmt!(text, cx.tenant(), object, field, gone, total, Uuid::nil()).into_owned()
}

/// Notes how far a filling is.
pub(crate) fn advance(cx: &Context, object: &str, filling: &Filling) -> Stmt<'static> {
    let text = "update field_fillings set done = $4, after_id = $5
        where tenant_id = $1 and object = $2 and field = $3";
    stmt!(text, cx.tenant(), object, &filling.field, filling.done, filling.after_id).into_owned()
}

/// The index of the field is complete, or gone.
pub(crate) fn finish(cx: &Context, object: &str, field: &str) -> Stmt<'static> {
    let text = "delete from field_fillings where tenant_id = $1 and object = $2 and field = $3";
    stmt!(text, cx.tenant(), object, field).into_owned()
}

/// Takes away some index rows of a field; answers how many.
pub(crate) async fn sweep(tx: &mut Tx<'_>, object: &str, field: &str) -> Result<u64, DbError> {
    let tenant = tx.cx().tenant();
    let mut swept = 0;
    for table in ["field_index_text", "field_index_number", "field_index_time"] {
        let text = format!(
            "delete from {table} where tenant_id = $1 and object = $2 and field = $3 and record_id in
             (select record_id from {table} where tenant_id = $1 and object = $2 and field = $3 limit {BATCH})"
        );
        swept += tx.execute(stmt!(text, tenant, object, field)).await?;
    }
    Ok(swept)
}

/// Takes away the index rows of one record's field.
pub(crate) fn remove(cx: &Context, kind: FieldType, object: &str, field: &str, record: Uuid) -> Stmt<'static> {
    let text =
        format!("delete from {} where tenant_id = $1 and object = $2 and field = $3 and record_id = $4", table(kind));
    stmt!(text, cx.tenant(), object, field, record).into_owned()
}

/// Adds an index row.
pub(crate) fn add(
    cx: &Context,
    kind: FieldType,
    object: &str,
    field: &str,
    record: Uuid,
    entry: Entry,
) -> Stmt<'static> {
    let text = format!(
        "insert into {} (tenant_id, object, field, value, record_id) values ($1, $2, $3, $4, $5) on conflict do nothing",
        table(kind)
    );
    let binds =
        vec![cx.tenant().into(), object.to_owned().into(), field.to_owned().into(), entry.into(), record.into()];
    Stmt::new(text, binds)
}

/// Whether another record has this value of a field. Whoever asks with the same `turn` waits for this transaction.
pub(crate) async fn is_taken(
    tx: &mut Tx<'_>,
    kind: FieldType,
    object: &str,
    field: &str,
    record: Uuid,
    entry: Entry,
) -> Result<bool, DbError> {
    let turn = format!("{}/{object}/{field}/{entry:?}", tx.cx().tenant());
    tx.execute(stmt!(&TAKE_TURNS, turn)).await?;
    let text = format!(
        "select 1 + 0 from {} as i where tenant_id = $1 and object = $2 and field = $3 and value = $4
         and record_id <> $5{} limit 1",
        table(kind),
        not_removed(object)
    );
    let tenant = tx.cx().tenant();
    let binds = vec![tenant.into(), object.into(), field.into(), entry.into(), record.into()];
    Ok(tx.optional::<(i64,)>(Stmt::new(text, binds)).await?.is_some())
}

/// Leaves out records that were removed and never come back, such as contacts: nobody could free what they hold.
fn not_removed(object: &str) -> String {
    let removed = built_in::table_of(object).filter(|table| table.parent.is_some() && table.archivable);
    let rows = removed.map(|known| {
        let table = known.table;
        format!(
            " and not exists (select 1 from {table} as r where r.tenant_id = i.tenant_id and r.id = i.record_id
              and r.archived_at is not null)"
        )
    });
    rows.unwrap_or_default()
}

/// The records that have this value of an indexed field, two at most.
pub(crate) async fn having(
    q: &mut impl Query,
    kind: FieldType,
    object: &str,
    field: &str,
    entry: Entry,
) -> Result<Vec<Uuid>, DbError> {
    let text = format!(
        "select record_id from {} where tenant_id = $1 and object = $2 and field = $3 and value = $4
         order by record_id limit 2",
        table(kind)
    );
    let tenant = q.cx().tenant();
    let binds = vec![tenant.into(), object.into(), field.into(), entry.into()];
    Ok(q.all::<(Uuid,)>(Stmt::new(text, binds)).await?.into_iter().map(|(id,)| id).collect())
}

/// Whether two records have the same value of an indexed field.
pub(crate) async fn has_twins(q: &mut impl Query, kind: FieldType, object: &str, field: &str) -> Result<bool, DbError> {
    let text = format!(
        "select count(*) from {} as i where tenant_id = $1 and object = $2 and field = $3{} group by value
         having count(*) > 1 limit 1",
        table(kind),
        not_removed(object)
    );
    let tenant = q.cx().tenant();
    Ok(q.optional::<(i64,)>(stmt!(text, tenant, object, field)).await?.is_some())
}

/// Whether any record of the object, archived ones too, has a value of the field, whose id the catalogue has checked.
pub(crate) async fn holds_data(q: &mut impl Query, object: &str, field: &str) -> Result<bool, DbError> {
    let (rows, binds) = Place::of(object).rows(q.cx());
    let text = format!("select count(*) from (select 1 from {rows} and ext->>'{field}' is not null limit 1) as found");
    let (found,): (i64,) = q.one(Stmt::new(text, binds)).await?;
    Ok(found > 0)
}

/// How many records the object has, archived ones too.
pub(crate) async fn count(q: &mut impl Query, object: &str) -> Result<i64, DbError> {
    let (rows, binds) = Place::of(object).rows(q.cx());
    let (found,): (i64,) = q.one(Stmt::new(format!("select count(*) from {rows}"), binds)).await?;
    Ok(found)
}

/// The values of records after `after`, by id; nobody else changes them before the transaction ends.
pub(crate) async fn batch(tx: &mut Tx<'_>, object: &str, after: Uuid) -> Result<Vec<(Uuid, Map)>, DbError> {
    let (rows, mut binds) = Place::of(object).rows(tx.cx());
    binds.push(after.into());
    let number = binds.len();
    let lock = if tx.engine() == db::Engine::Postgres { " for update" } else { "" };
    let text = format!("select id, ext from {rows} and id > ${number} order by id limit {BATCH}{lock}");
    let found: Vec<(Uuid, db::Json<Option<Map>>)> = tx.all(Stmt::new(text, binds)).await?;
    Ok(found.into_iter().map(|(id, ext)| (id, ext.0.unwrap_or_default())).collect())
}

/// Writes converted values; the record's version rises, so that who has it open hears of it.
pub(crate) fn replace_values(cx: &Context, object: &str, id: Uuid, values: &Map) -> Stmt<'static> {
    let text = format!(
        "update {} set ext = $3, version = version + 1, updated_at = $4 where tenant_id = $1 and id = $2",
        Place::of(object).table
    );
    stmt!(text, cx.tenant(), id, Value::json(values), cx.now()).into_owned()
}

/// The query of a field's values with their records, as [`db::list::Order`] takes it.
pub(crate) fn values(cx: &Context, kind: FieldType, object: &str, field: &str) -> Fragment {
    let text = format!(
        "select value as sort_value, record_id as sort_record from {}
         where tenant_id = $1 and object = '{object}' and field = '{field}'",
        table(kind)
    );
    Fragment::new(text, vec![cx.tenant().into()])
}

/// Records that a filter may gather before it counts as broad.
const NARROW: usize = 1_000;

/// The records of `rows`, a query of index rows by one test of a filter, as [`db::list::ListQuery::narrow`] takes them;
/// `None` when they are many.
pub(crate) async fn narrow(q: &mut impl Query, rows: &Fragment, kind: FieldType) -> Result<Option<Fragment>, DbError> {
    let probe = format!("select count(*) from ({} limit {}) as probed", rows.text, NARROW + 1);
    let (found,): (i64,) = q.one(Stmt::new(probe, rows.binds.clone()).planned_once()).await?;
    let few = usize::try_from(found).is_ok_and(|found| found <= NARROW);
    // Only lists have several rows for one record. Without need `distinct` would make SQLite walk all values by record,
    // and without a limit of its own the query would melt into the one around it and lose its range.
    let distinct = if kind == FieldType::Tags { "distinct " } else { "" };
    let gathered = format!("{} limit {}", rows.text, 10 * NARROW);
    let text = format!("select {distinct}record_id as narrow_id from ({gathered}) as wanted");
    Ok(few.then(|| Fragment::new(text, rows.binds.clone())))
}
