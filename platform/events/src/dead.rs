//! Events a consumer gave up on: kept, listed, and tried again on request.

use db::{
    Db, DbError, Query, Read, Tx, Value,
    list::{Fragment, List, ListError, ListPage, ListQuery, run},
    record, stmt,
};
use kernel::{Context, TenantId, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::{Event, Position, store};

const BURY: &str = "insert into dead_events (tenant_id, id, consumer, event_id, xid, seq, kind, object, object_id, error, \
     attempts, retry, dead_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
     on conflict (tenant_id, consumer, event_id) do update set error = excluded.error, dead_at = excluded.dead_at, \
     attempts = excluded.attempts, retry = excluded.retry";

const ASK: &str = "update dead_events set retry = $3 where tenant_id = $1 and id = $2";

const ASK_ALL: &str = "update dead_events set retry = $3 where tenant_id = $1 and consumer = $2";

const ASKED: &str =
    "select tenant_id, id, xid, seq from dead_events where consumer = $1 and retry order by id limit 50";

// Taking the row first keeps two nodes from trying the same letter at once.
const TAKE: &str = "delete from dead_events where tenant_id = $1 and id = $2 and retry";

const AGAIN: &str = "update dead_events set retry = $3, error = $4, attempts = attempts + 1, dead_at = $5 \
     where tenant_id = $1 and id = $2";

/// An event that a consumer failed to handle.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DeadEvent {
    /// This letter's id.
    pub id: Uuid,
    /// Who failed.
    pub consumer: String,
    /// The event's own id.
    pub event_id: Uuid,
    /// What happened: `ticket.created`.
    pub kind: String,
    /// The kind of object.
    pub object: String,
    /// Which object.
    pub object_id: Uuid,
    /// The last failure.
    pub error: String,
    /// How often it was tried.
    pub attempts: i64,
    /// True while another try has been asked for.
    pub retry: bool,
    /// When it was set aside.
    pub dead_at: Timestamp,
}

record!(DeadEvent { id, consumer, event_id, kind, object, object_id, error, attempts, retry, dead_at });

const LIST: List = List {
    table: "dead_events",
    columns: DeadEvent::COLUMNS,
    sorts: &[("dead_at", "dead_at")],
    default_sort: "-dead_at",
};

/// The tenant's dead events, newest first; of one consumer when named.
pub async fn list_dead(
    q: &mut impl Query,
    consumer: Option<&str>,
    mut query: ListQuery,
) -> Result<ListPage<DeadEvent>, ListError> {
    if let Some(consumer) = consumer {
        query.conditions.push(Fragment::new("consumer = $1", vec![Value::from(consumer.to_owned())]));
    }
    run(q, &LIST, &query).await
}

/// Asks for another try of one dead event; false when there is none of this id.
pub async fn retry_dead(tx: &mut Tx<'_>, id: Uuid) -> Result<bool, DbError> {
    let tenant = tx.cx().tenant();
    Ok(tx.execute(stmt!(ASK, tenant, id, true)).await? > 0)
}

/// Asks for another try of all dead events of `consumer`; answers how many.
pub async fn retry_all_dead(tx: &mut Tx<'_>, consumer: &str) -> Result<u64, DbError> {
    let tenant = tx.cx().tenant();
    tx.execute(stmt!(ASK_ALL, tenant, consumer, true)).await
}

/// Sets `event` aside and moves the cursor past it.
pub(crate) async fn bury(
    tx: &mut Tx<'_>,
    consumer: &str,
    event: &Event,
    error: &str,
    attempts: u32,
) -> Result<(), DbError> {
    let cx = tx.cx().clone();
    if store::lock_cursor(tx, consumer).await? >= event.position {
        return Ok(());
    }
    let letter = stmt!(
        BURY,
        cx.tenant(),
        cx.new_id(),
        consumer,
        event.id,
        event.position.xid,
        event.position.seq,
        event.kind.as_str(),
        event.object.as_str(),
        event.object_id,
        error.chars().take(2_000).collect::<String>(),
        attempts,
        false,
        cx.now(),
    );
    tx.execute_all(vec![letter, store::move_cursor(&cx, consumer, event.position)]).await
}

/// A letter whose retry was asked for.
pub(crate) struct Asked {
    pub(crate) tenant: TenantId,
    pub(crate) id: Uuid,
    pub(crate) event: Event,
}

/// Letters of `consumer`, in any tenant, that wait for another try.
pub(crate) async fn asked(db: &Db, cx: &Context, consumer: &'static str) -> Result<Vec<Asked>, DbError> {
    db.read(cx, async move |r: &mut Read<'_>| {
        let mut found = Vec::new();
        for (tenant, id, xid, seq) in r.all::<(TenantId, Uuid, i64, i64)>(stmt!(ASKED, consumer)).await? {
            found.push(Asked { tenant, id, event: store::at(r, Position { xid, seq }).await? });
        }
        Ok(found)
    })
    .await
}

/// Takes a letter out; false when somebody else has it.
pub(crate) async fn take(tx: &mut Tx<'_>, id: Uuid) -> Result<bool, DbError> {
    let tenant = tx.cx().tenant();
    Ok(tx.execute(stmt!(TAKE, tenant, id)).await? > 0)
}

/// Notes that the retry failed as well.
pub(crate) async fn failed_again(tx: &mut Tx<'_>, id: Uuid, error: String) -> Result<(), DbError> {
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    tx.execute(stmt!(AGAIN, tenant, id, false, error, now)).await.map(|_| ())
}
