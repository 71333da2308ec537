//! Finding: from what a person types to the newest objects that contain it.

use db::{
    DbError, Engine, FromRow, Query, RowRef, Stmt, Value,
    list::{Found, Fragment},
};
use kernel::{Context, TenantId, Timestamp};
use uuid::Uuid;

use crate::{
    store::scope,
    text::{Terms, terms},
};

/// Hits at most.
pub const LARGEST: usize = 500;
/// Hits that a list filters and sorts further.
const LISTED: usize = 5_000;
/// Candidates looked at on PostgreSQL, newest first.
const CANDIDATES: usize = 10_000;
/// Newest documents looked through on PostgreSQL before its gram index is asked.
const WINDOW: usize = 1_000;
/// Newest documents looked through for words too short to have grams.
const SCANNED: usize = 50_000;

/// An object that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Which object.
    pub object_id: Uuid,
    /// Its title as indexed.
    pub title: String,
    /// When its text last changed.
    pub updated_at: Timestamp,
}

impl FromRow for Hit {
    fn from_row(row: &RowRef<'_>) -> Result<Self, DbError> {
        Ok(Self { object_id: row.get(0)?, title: row.get(1)?, updated_at: row.get(2)? })
    }
}

/// The query for `columns` of the newest documents with all words.
fn select(engine: Engine, columns: &str, tenant: TenantId, object: &str, terms: &Terms, limit: usize) -> Fragment {
    let mut binds: Vec<Value<'static>> = vec![tenant.into(), object.to_owned().into(), limit.into()];
    let mut bind = |value: Value<'static>| {
        binds.push(value);
        format!("${}", binds.len())
    };
    let contains = match engine {
        Engine::Sqlite => "instr",
        Engine::Postgres => "strpos",
    };
    let mut checks = String::new();
    for word in &terms.words {
        let place = bind(word.clone().into());
        checks.push_str(&format!(" and {contains}(d.squeezed, {place}) > 0"));
    }
    let words = terms.grams.iter().cloned().chain([scope(tenant, object)]);
    let text = if terms.grams.is_empty() {
        let depth = bind(SCANNED.into());
        format!(
            "select {columns} from (select * from search_documents where tenant_id = $1 and object = $2 \
             order by number desc limit {depth}) d where true{checks} order by d.number desc limit $3"
        )
    } else if engine == Engine::Sqlite {
        // Quoted, each gram is exactly one token. The index walks from the newest row down and stops at the limit.
        let grams = bind(words.map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" ").into());
        format!(
            "select {columns} from search_grams cross join search_documents d on d.number = search_grams.rowid \
             where search_grams match {grams} and d.tenant_id = $1 and d.object = $2{checks} \
             order by search_grams.rowid desc limit $3"
        )
    } else {
        let grams = bind(words.collect::<Vec<_>>().join(" ").into());
        let (window, depth) = (bind(WINDOW.into()), bind(CANDIDATES.into()));
        // A common word fills the limit from the newest documents alone, and the gram index, which can only
        // give all its rows, is not asked. The sum keeps the planner from walking all rows by number there.
        format!(
            "with edge as materialized (select coalesce((select number from search_documents \
             where tenant_id = $1 and object = $2 order by number desc offset {window} limit 1), 0) as number), \
             found as materialized (select number from search_grams where grams @> string_to_array({grams}, ' ') \
             and number <= (select number from edge) order by number + 0 desc limit {depth}) \
             select {columns} from ((select d.* from search_documents d where d.tenant_id = $1 and d.object = $2 \
             and d.number > (select number from edge){checks} order by d.number desc limit $3) \
             union all (select d.* from found join search_documents d on d.number = found.number \
             where d.tenant_id = $1 and d.object = $2{checks} order by d.number desc limit $3) limit $3) d \
             order by d.number desc"
        )
    };
    Fragment { text, binds }
}

/// The newest objects of this kind that contain every word of `text`; at most [`LARGEST`].
pub async fn hits(q: &mut impl Query, object: &str, text: &str, limit: usize) -> Result<Vec<Hit>, DbError> {
    let Some(terms) = terms(text) else { return Ok(Vec::new()) };
    let tenant = q.cx().tenant();
    let columns = "d.object_id, d.title, d.updated_at";
    let Fragment { text, binds } = select(q.engine(), columns, tenant, object, &terms, limit.min(LARGEST));
    q.all(Stmt::new(text, binds)).await
}

/// The ids of [`hits`].
pub async fn ids(q: &mut impl Query, object: &str, text: &str, limit: usize) -> Result<Vec<Uuid>, DbError> {
    Ok(hits(q, object, text, limit).await?.into_iter().map(|hit| hit.object_id).collect())
}

/// The objects that contain every word of `text`, newest first and only as many as the list reads, as
/// [`ListQuery::found`](db::list::ListQuery) takes them; `None` when `text` says nothing. On PostgreSQL a list that
/// filters further sees the newest 10,000 candidates of its page, and words too short for the index are looked for in
/// the newest 50,000 documents.
pub fn found(cx: &Context, engine: Engine, object: &str, text: &str) -> Option<Found> {
    let terms = terms(text)?;
    let tenant = cx.tenant();
    let contains = match engine {
        Engine::Sqlite => "instr",
        Engine::Postgres => "strpos",
    };
    // $1 is the number below which the page begins.
    let mut binds: Vec<Value<'static>> = vec![Value::Int(i64::MAX), tenant.into(), object.to_owned().into()];
    let mut checks = String::new();
    for word in &terms.words {
        binds.push(word.clone().into());
        checks.push_str(&format!(" and {contains}(d.squeezed, ${}) > 0", binds.len()));
    }
    let place = binds.len() + 1;
    let with = |value: Value<'static>| binds.iter().cloned().chain([value]).collect::<Vec<_>>();
    let newest = |depth: usize| {
        let text = format!(
            "select d.number as hit_number, d.object_id as hit_id from (select * from search_documents \
             where tenant_id = $2 and object = $3 and number < $1 order by number desc limit ${place}) d \
             where true{checks}"
        );
        Fragment { text, binds: with(depth.into()) }
    };
    if terms.grams.is_empty() {
        return Some(Found { near: None, all: newest(SCANNED) });
    }
    let words = terms.grams.iter().cloned().chain([scope(tenant, object)]);
    Some(match engine {
        Engine::Sqlite => {
            let text = format!(
                "select search_grams.rowid as hit_number, d.object_id as hit_id from search_grams \
                 cross join search_documents d on d.number = search_grams.rowid where search_grams match ${place} \
                 and search_grams.rowid < $1 and d.tenant_id = $2 and d.object = $3{checks}"
            );
            let grams = words.map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" ");
            Found { near: None, all: Fragment { text, binds: with(grams.into()) } }
        }
        Engine::Postgres => {
            // The gram index can only give all rows of a word, so a common one is looked for in the newest documents
            // first. The sums keep the planner from walking all rows by number instead of asking the index; each
            // candidate is looked up by itself, because on tables it knows nothing of yet the planner would read all
            // documents for every one.
            let text = format!(
                "with found as materialized (select number from search_grams \
                 where grams @> string_to_array(${place}, ' ') and number + 0 < $1 order by number + 0 desc \
                 limit {CANDIDATES}) select d.number as hit_number, d.object_id as hit_id \
                 from found cross join lateral (select number, object_id, squeezed from search_documents \
                 where tenant_id = $2 and number = found.number and object = $3 limit 1) d where true{checks}"
            );
            let grams = words.collect::<Vec<_>>().join(" ");
            Found { near: Some(newest(WINDOW)), all: Fragment { text, binds: with(grams.into()) } }
        }
    })
}

/// The condition `id in (…)` for a list of `object`s that has an order of its own; of very common words it sees
/// the newest 5,000 hits. When `text` says nothing, every row fulfils it.
pub fn condition(cx: &Context, engine: Engine, object: &str, text: &str) -> Fragment {
    let Some(terms) = terms(text) else { return Fragment::new("1 = 1", Vec::new()) };
    let Fragment { text, binds } = select(engine, "d.object_id", cx.tenant(), object, &terms, LISTED);
    Fragment { text: format!("id in ({text})"), binds }
}
