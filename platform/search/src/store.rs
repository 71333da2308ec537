//! All SQL that keeps the index.

use db::{DbError, Query, Sql, Stmt, Tx, Value, stmt};
use kernel::{Context, TenantId};
use uuid::Uuid;

/// Ids that go into one statement at most.
pub(crate) const IDS: usize = 100;

const PUT: &str = "insert into search_documents (tenant_id, object, object_id, title, squeezed, updated_at) \
     values ($1, $2, $3, $4, $5, $6) on conflict (tenant_id, object, object_id) do update set \
     title = excluded.title, squeezed = excluded.squeezed, updated_at = excluded.updated_at";

const PUT_GRAMS: Sql = Sql::pair(
    "insert or replace into search_grams (rowid, grams) select number, $4 from search_documents
     where tenant_id = $1 and object = $2 and object_id = $3",
    "insert into search_grams (number, grams) select number, string_to_array($4, ' ') from search_documents
     where tenant_id = $1 and object = $2 and object_id = $3
     on conflict (number) do update set grams = excluded.grams",
);

const DROP_GRAMS: Sql = Sql::pair(
    "delete from search_grams where rowid in (select number from search_documents
     where tenant_id = $1 and object = $2 and object_id = $3)",
    "delete from search_grams where number in (select number from search_documents
     where tenant_id = $1 and object = $2 and object_id = $3)",
);

const DROP: &str = "delete from search_documents where tenant_id = $1 and object = $2 and object_id = $3";

/// The word that ties a document to its tenant and kind of object; longer than any gram.
pub(crate) fn scope(tenant: TenantId, object: &str) -> String {
    let object: String = object.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("{}{}", tenant.0.simple(), object.to_ascii_lowercase())
}

/// A document as it stands in the index.
pub(crate) struct Known {
    pub(crate) object_id: Uuid,
    pub(crate) title: String,
    pub(crate) squeezed: String,
}

db::record!(Known { object_id, title, squeezed });

/// What is indexed of `ids` (at most [`IDS`]), locked so that two writers of one document take turns.
pub(crate) async fn known(tx: &mut Tx<'_>, object: &str, ids: &[Uuid]) -> Result<Vec<Known>, DbError> {
    let Some(last) = ids.last() else { return Ok(Vec::new()) };
    // A few fixed lengths, so that few statements are prepared; the last id fills up.
    let length = [1, 10, IDS].into_iter().find(|length| *length >= ids.len()).unwrap_or(IDS);
    let places: Vec<String> = (0..length).map(|index| format!("${}", index + 3)).collect();
    let lock = match tx.engine() {
        db::Engine::Sqlite => "",
        db::Engine::Postgres => " for update",
    };
    let text = format!(
        "select {} from search_documents where tenant_id = $1 and object = $2 and object_id in ({}) order by number{lock}",
        Known::COLUMNS,
        places.join(", ")
    );
    let mut binds: Vec<Value<'_>> = vec![tx.cx().tenant().into(), object.into()];
    binds.extend(ids.iter().chain(std::iter::repeat(last)).take(length).map(Value::from));
    tx.all(Stmt::new(text, binds)).await
}

/// Puts a document in or replaces it; `grams` are separated by spaces, the scope among them.
pub(crate) fn put(
    cx: &Context,
    object: &str,
    object_id: Uuid,
    title: String,
    squeezed: String,
    grams: String,
) -> [Stmt<'static>; 2] {
    [
        stmt!(PUT, cx.tenant(), object.to_owned(), object_id, title, squeezed, cx.now()),
        stmt!(&PUT_GRAMS, cx.tenant(), object.to_owned(), object_id, grams),
    ]
}

/// Takes a document out.
pub(crate) fn drop_document(cx: &Context, object: &str, object_id: Uuid) -> [Stmt<'static>; 2] {
    [
        stmt!(&DROP_GRAMS, cx.tenant(), object.to_owned(), object_id),
        stmt!(DROP, cx.tenant(), object.to_owned(), object_id),
    ]
}

/// Ids of the tenant's rows in `table` after `after`, for a rebuild.
pub(crate) async fn rows_after(tx: &mut Tx<'_>, table: &str, after: Uuid) -> Result<Vec<Uuid>, DbError> {
    let tenant = tx.cx().tenant();
    let text = format!("select id from {table} where tenant_id = $1 and id > $2 order by id limit $3");
    Ok(tx
        .all::<(Uuid,)>(Stmt::new(text, vec![tenant.into(), after.into(), IDS.into()]))
        .await?
        .into_iter()
        .map(|(id,)| id)
        .collect())
}

/// Indexed ids after `after` whose rows are gone from `table`.
pub(crate) async fn orphans(tx: &mut Tx<'_>, table: &str, object: &str) -> Result<Vec<Uuid>, DbError> {
    let tenant = tx.cx().tenant();
    let text = format!(
        "select object_id from search_documents d where d.tenant_id = $1 and d.object = $2 and not exists \
         (select 1 from {table} t where t.tenant_id = d.tenant_id and t.id = d.object_id) limit $3"
    );
    let binds = vec![tenant.into(), object.into(), IDS.into()];
    Ok(tx.all::<(Uuid,)>(Stmt::new(text, binds)).await?.into_iter().map(|(id,)| id).collect())
}
