//! All SQL of the documents that the nodes' own indexes follow.

use db::{DbError, Query, Sql, Stmt, Tx, Value, stmt};
use events::Position;
use kernel::{Context, TenantId, Timestamp};
use serde::Serialize;
use uuid::Uuid;

use crate::Document;

/// One writer commits in order on SQLite, so the highest number is the newest; on PostgreSQL see the migration.
const PUT: Sql = Sql::pair(
    "insert into search_entries (tenant_id, object, object_id, kind, xid, change, content, digest, gone, updated_at)
     values ($1, $2, $3, $4, 0,
     coalesce((select change from search_entries order by xid desc, change desc limit 1), 0) + 1, $5, $6, false, $7)
     on conflict (tenant_id, object, object_id) do update set kind = excluded.kind, change = excluded.change,
     content = excluded.content, digest = excluded.digest, gone = false, updated_at = excluded.updated_at",
    "insert into search_entries (tenant_id, object, object_id, kind, xid, change, content, digest, gone, updated_at)
     values ($1, $2, $3, $4, event_clock(pg_current_xact_id()), nextval('search_changes'), $5, $6, false, $7)
     on conflict (tenant_id, object, object_id) do update set kind = excluded.kind, xid = excluded.xid,
     change = excluded.change, content = excluded.content, digest = excluded.digest, gone = false,
     updated_at = excluded.updated_at",
);

const DROP: Sql = Sql::pair(
    "update search_entries set change = (select change from search_entries order by xid desc, change desc limit 1) + 1,
     content = '{}', digest = 0, gone = true, updated_at = $4
     where tenant_id = $1 and object = $2 and object_id = $3 and not gone",
    "update search_entries set xid = event_clock(pg_current_xact_id()), change = nextval('search_changes'),
     content = '{}', digest = 0, gone = true, updated_at = $4
     where tenant_id = $1 and object = $2 and object_id = $3 and not gone",
);

const AFTER: Sql = Sql::pair(
    "select tenant_id, object, object_id, kind, xid, change, content, gone, updated_at from search_entries
     where (xid, change) > ($1, $2) order by xid, change limit $3",
    "select tenant_id, object, object_id, kind, xid, change, content, gone, updated_at from search_entries
     where (xid, change) > ($1, $2) and xid < (select event_clock(pg_snapshot_xmin(pg_current_snapshot())))
     order by xid, change limit $3",
);

const END: Sql = Sql::pair(
    "select xid, change from search_entries order by xid desc, change desc limit 1",
    "select xid, change from search_entries where xid < (select event_clock(pg_snapshot_xmin(pg_current_snapshot())))
     order by xid desc, change desc limit 1",
);

// One look-up per hit, as in `KNOWN`.
const SHOWN: Sql = Sql::pair(
    "select e.tenant_id, e.object, e.object_id, e.kind, e.xid, e.change, e.content, e.gone, e.updated_at
     from json_each($2) w cross join search_entries e on e.tenant_id = $1 and e.object = json_extract(w.value, '$.o')
     and e.object_id = unhex(json_extract(w.value, '$.i'))",
    "with wanted as materialized (select w->>'o' as object, (w->>'i')::uuid as id
     from jsonb_array_elements($2::jsonb) as w)
     select e.tenant_id, e.object, e.object_id, e.kind, e.xid, e.change, e.content, e.gone, e.updated_at
     from wanted cross join lateral (select * from search_entries where tenant_id = $1 and object = wanted.object
     and object_id = wanted.id limit 1) as e",
);

const NEWEST: &str = "select xid, change from search_entries order by xid desc, change desc limit 1";

const FEED: &str = "select id from search_feeds where tenant_id = $1 order by id limit 1";

const OPEN_FEED: &str = "insert into search_feeds (tenant_id, id) select $1, $2
     where not exists (select 1 from search_feeds where tenant_id = $1)";

// From company to company by the index, without reading their documents.
const UNFILLED: &str = "with recursive seen (id) as (
     select first.tenant_id from (select tenant_id from search_documents order by tenant_id limit 1) as first
     union all
     select (select d.tenant_id from search_documents d where d.tenant_id > seen.id order by d.tenant_id limit 1)
     from seen where seen.id is not null)
     select id from seen where id is not null
     and not exists (select 1 from search_entries e where e.tenant_id = seen.id) limit $1";

/// A document as the nodes follow it.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) tenant_id: Uuid,
    pub(crate) object: String,
    pub(crate) object_id: Uuid,
    pub(crate) kind: String,
    pub(crate) xid: i64,
    pub(crate) change: i64,
    pub(crate) content: String,
    pub(crate) gone: bool,
    pub(crate) updated_at: Timestamp,
}

db::record!(Entry { tenant_id, object, object_id, kind, xid, change, content, gone, updated_at });

impl Entry {
    /// Its place in the order of changes.
    pub(crate) fn position(&self) -> Position {
        Position { xid: self.xid, seq: self.change }
    }

    /// What it says; nothing when it is gone or was written by a later version of this program.
    pub(crate) fn document(&self) -> Option<Document> {
        let kept: Document = if self.gone { None } else { serde_json::from_str(&self.content).ok() }?;
        Some(Document { object_id: self.object_id, kind: Some(self.kind.clone()), ..kept })
    }
}

/// Puts an entry in or replaces it.
pub(crate) fn put_entry(
    cx: &Context,
    object: &str,
    document: &Document,
    content: String,
    digest: i64,
) -> Stmt<'static> {
    let kind = document.kind.clone().unwrap_or_else(|| object.to_owned());
    stmt!(&PUT, cx.tenant(), object.to_owned(), document.object_id, kind, content, digest, cx.now())
}

/// Marks an entry as gone.
pub(crate) fn drop_entry(cx: &Context, object: &str, object_id: Uuid) -> Stmt<'static> {
    stmt!(&DROP, cx.tenant(), object.to_owned(), object_id, cx.now())
}

/// Entries of every tenant after `position`, in order; needs the system's context.
pub(crate) async fn after(q: &mut impl Query, position: Position, limit: usize) -> Result<Vec<Entry>, DbError> {
    q.all(stmt!(&AFTER, position.xid, position.seq, limit)).await
}

/// The last place that readers may see.
pub(crate) async fn end(q: &mut impl Query) -> Result<Position, DbError> {
    Ok(q.optional(stmt!(&END)).await?.unwrap_or_default())
}

/// The last place written, readable yet or not.
pub(crate) async fn newest(q: &mut impl Query) -> Result<Position, DbError> {
    Ok(q.optional(stmt!(NEWEST)).await?.unwrap_or_default())
}

/// An object and an id.
#[derive(Debug, Serialize)]
struct Wanted<'a> {
    o: &'a str,
    i: String,
}

/// The tenant's entries of these objects and ids that exist, in no order.
pub(crate) async fn shown(q: &mut impl Query, wanted: &[(String, Uuid)]) -> Result<Vec<Entry>, DbError> {
    let tenant = q.cx().tenant();
    let wanted: Vec<Wanted<'_>> =
        wanted.iter().map(|(object, id)| Wanted { o: object, i: id.simple().to_string() }).collect();
    q.all(stmt!(&SHOWN, tenant, Value::json(&wanted))).await
}

/// The id of this database's feed, made on the first call; needs the system's context.
pub(crate) async fn feed(tx: &mut Tx<'_>) -> Result<Uuid, DbError> {
    let (tenant, id) = (TenantId::SYSTEM, tx.cx().new_id());
    tx.execute(stmt!(OPEN_FEED, tenant, id)).await?;
    let (id,): (Uuid,) = tx.one(stmt!(FEED, tenant)).await?;
    Ok(id)
}

/// Tenants that have documents from before there were entries; needs the system's context.
pub(crate) async fn unfilled(q: &mut impl Query, limit: usize) -> Result<Vec<TenantId>, DbError> {
    let found: Vec<(Uuid,)> = q.all(stmt!(UNFILLED, limit)).await?;
    Ok(found.into_iter().map(|(id,)| TenantId(id)).collect())
}
