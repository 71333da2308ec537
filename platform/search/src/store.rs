//! All SQL that keeps the index of lists; what the nodes' own indexes follow is in [`entries`].

pub(crate) mod entries;

use std::collections::BTreeSet;

use db::{DbError, Engine, Query, Sql, Stmt, Tx, Value, stmt};
use kernel::{Context, TenantId};
use uuid::Uuid;

use crate::Document;

/// Ids that go into one statement at most.
pub(crate) const IDS: usize = 100;

macro_rules! put {
    () => {
        "insert into search_documents (tenant_id, object, object_id, title, squeezed, updated_at) \
         values ($1, $2, $3, $4, $5, $6) on conflict (tenant_id, object, object_id) do update set \
         title = excluded.title, squeezed = excluded.squeezed, updated_at = excluded.updated_at"
    };
}

const PUT: &str = put!();

const PUT_GRAMS: &str = "insert or replace into search_grams (rowid, grams) select number, $4 from search_documents
     where tenant_id = $1 and object = $2 and object_id = $3";

const PUT_BOTH: &str = concat!(
    "with document as (",
    put!(),
    " returning number) insert into search_grams (number, grams) select number, string_to_array($7, ' ') from document
     on conflict (number) do update set grams = excluded.grams"
);

// On PostgreSQL one look-up per id, whatever the planner believes of a table that is new to it. The ids are
// cast apart: under row-level security a condition that could fail on a row cannot use an index.
const KNOWN: Sql = Sql::pair(
    "select d.object_id, d.title, d.squeezed, e.digest from search_documents d left join search_entries e
     on e.tenant_id = d.tenant_id and e.object = d.object and e.object_id = d.object_id and not e.gone
     where d.tenant_id = $1 and d.object = $2 and d.object_id in (select unhex(value) from json_each($3))",
    "with wanted as materialized (select value::uuid as id from jsonb_array_elements_text($3::jsonb) as value)
     select known.object_id, known.title, known.squeezed, entry.digest from wanted cross join lateral
     (select object_id, title, squeezed from search_documents where tenant_id = $1 and object = $2
      and object_id = wanted.id limit 1 for update) as known left join lateral
     (select digest from search_entries where tenant_id = $1 and object = $2 and object_id = wanted.id
      and not gone limit 1) as entry on true",
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
    /// Of the entry that the nodes' indexes follow; absent when there is none yet.
    pub(crate) digest: Option<i64>,
}

db::record!(Known { object_id, title, squeezed, digest });

/// What is indexed of `ids`, locked so that two writers of one document take turns.
pub(crate) async fn known(tx: &mut Tx<'_>, object: &str, ids: &[Uuid]) -> Result<Vec<Known>, DbError> {
    // Everybody locks in the order of ids, so that nobody waits in a circle.
    let sorted: BTreeSet<String> = ids.iter().map(|id| id.simple().to_string()).collect();
    let tenant = tx.cx().tenant();
    tx.all(stmt!(&KNOWN, tenant, object, Value::json(&sorted))).await
}

/// Puts a document in or replaces it; `grams` are separated by spaces, the scope among them.
pub(crate) fn put(
    engine: Engine,
    cx: &Context,
    object: &str,
    document: &Document,
    squeezed: String,
    grams: String,
) -> Vec<Stmt<'static>> {
    let (tenant, now, id) = (cx.tenant(), cx.now(), document.object_id);
    let (object, title) = (object.to_owned(), document.title.clone());
    match engine {
        Engine::Sqlite => vec![
            stmt!(PUT, tenant, object.clone(), id, title, squeezed, now),
            stmt!(PUT_GRAMS, tenant, object, id, grams),
        ],
        Engine::Postgres => vec![stmt!(PUT_BOTH, tenant, object, id, title, squeezed, now, grams)],
    }
}

/// Takes a document out.
pub(crate) fn drop_document(cx: &Context, object: &str, object_id: Uuid) -> [Stmt<'static>; 3] {
    [
        stmt!(&DROP_GRAMS, cx.tenant(), object.to_owned(), object_id),
        stmt!(DROP, cx.tenant(), object.to_owned(), object_id),
        entries::drop_entry(cx, object, object_id),
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
