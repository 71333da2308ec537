//! All SQL of the stream and its cursors.

use db::{DbError, FromRow, Query, RowRef, Sql, Stmt, Tx, Value, stmt};
use kernel::{Actor, Context, TenantId, Uuid};

use crate::{
    Event, NewEvent, Position,
    model::{actor_kind, actor_kind_text},
};

macro_rules! columns {
    () => {
        "tenant_id, xid, seq, id, at, actor_kind, actor_id, actor_name, kind, object, object_id, parent_object, \
         parent_id, label, data, request_id, trace_id"
    };
}

/// The columns [`Event`] is read from.
pub(crate) const COLUMNS: &str = columns!();

const INSERT: &str = "insert into events (tenant_id, id, at, actor_kind, actor_id, actor_name, kind, object, object_id, \
     parent_object, parent_id, label, data, request_id, trace_id) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";

const AFTER: Sql = Sql::pair(
    concat!("select ", columns!(), " from events where $1 >= 0 and seq > $2 order by seq limit $3"),
    concat!(
        "select ",
        columns!(),
        " from events where (xid, seq) > ($1, $2)
         and xid < (select event_clock(pg_snapshot_xmin(pg_current_snapshot()))) order by xid, seq limit $3"
    ),
);

const TENANT_AFTER: Sql = Sql::pair(
    concat!("select ", columns!(), " from events where $1 >= 0 and seq > $2 and +tenant_id = $3 order by seq limit $4"),
    concat!(
        "select ",
        columns!(),
        " from events where (xid, seq) > ($1, $2) and tenant_id = $3
         and xid < (select event_clock(pg_snapshot_xmin(pg_current_snapshot()))) order by xid, seq limit $4"
    ),
);

const END: Sql = Sql::pair(
    "select xid, seq from events order by seq desc limit 1",
    "select xid, seq from events where xid < (select event_clock(pg_snapshot_xmin(pg_current_snapshot())))
     order by xid desc, seq desc limit 1",
);

const TOUCHED: Sql = Sql::pair(
    "select distinct case when object = $1 then object_id else parent_id end from events
     where $2 >= 0 and seq > $3 and +tenant_id = $4 and (object = $1 or parent_object = $1) limit $5",
    "select distinct case when object = $1 then object_id else parent_id end from events
     where (xid, seq) > ($2, $3) and tenant_id = $4 and (object = $1 or parent_object = $1) limit $5",
);

const NEWEST: Sql = Sql::pair(
    "select xid, seq from events order by seq desc limit 1",
    "select xid, seq from events order by xid desc, seq desc limit 1",
);

const AT: &str = concat!("select ", columns!(), " from events where xid = $1 and seq = $2");

const CURSOR: Sql = Sql::pair(
    "select xid, seq from consumer_cursors where tenant_id = $1 and consumer = $2",
    "select xid, seq from consumer_cursors where tenant_id = $1 and consumer = $2 for update",
);

// The update changes nothing; it locks the row that another node may have just made.
const OPEN_CURSOR: &str = "insert into consumer_cursors (tenant_id, consumer, xid, seq) values ($1, $2, $3, $4) \
     on conflict (tenant_id, consumer) do update set seq = consumer_cursors.seq returning xid, seq";

const MOVE_CURSOR: &str = "update consumer_cursors set xid = $3, seq = $4 \
     where tenant_id = $1 and consumer = $2 and (xid, seq) < ($3, $4)";

impl FromRow for Event {
    fn from_row(row: &RowRef<'_>) -> Result<Self, DbError> {
        Ok(Self {
            tenant: row.get(0)?,
            position: Position { xid: row.get(1)?, seq: row.get(2)? },
            id: row.get(3)?,
            at: row.get(4)?,
            actor: Actor { kind: actor_kind(&row.get::<String>(5)?), id: row.get(6)?, name: row.get(7)? },
            kind: row.get(8)?,
            object: row.get(9)?,
            object_id: row.get(10)?,
            parent_object: row.get(11)?,
            parent_id: row.get(12)?,
            label: row.get(13)?,
            data: row.get(14)?,
            request_id: row.get(15)?,
            trace_id: row.get(16)?,
        })
    }
}

impl FromRow for Position {
    fn from_row(row: &RowRef<'_>) -> Result<Self, DbError> {
        Ok(Self { xid: row.get(0)?, seq: row.get(1)? })
    }
}

/// The statement that appends `event`, to go into `execute_all` beside the change itself.
pub fn statement(cx: &Context, event: &NewEvent<'_>) -> Stmt<'static> {
    let (parent_object, parent_id) = event.parent.unwrap_or((event.object, event.object_id));
    let data = if event.data.is_null() { Value::Json("{}".into()) } else { Value::json(&event.data) };
    let (actor, request) = (cx.actor(), cx.request());
    stmt!(
        INSERT,
        cx.tenant(),
        cx.new_id(),
        cx.now(),
        actor_kind_text(actor.kind),
        actor.id,
        actor.name.clone(),
        event.kind.to_owned(),
        event.object.to_owned(),
        event.object_id,
        parent_object.to_owned(),
        parent_id,
        event.label.clone(),
        data,
        request.request_id.clone(),
        request.trace_id.clone(),
    )
}

/// Appends `event` in the transaction that makes the change.
pub async fn append(tx: &mut Tx<'_>, event: NewEvent<'_>) -> Result<(), DbError> {
    let statement = statement(tx.cx(), &event);
    tx.execute(statement).await.map(|_| ())
}

/// Events of every tenant after `position`, in order; needs the system context.
pub(crate) async fn after(q: &mut impl Query, position: Position, limit: usize) -> Result<Vec<Event>, DbError> {
    q.all(stmt!(&AFTER, position.xid, position.seq, limit)).await
}

/// Events of one tenant after `position`, in order.
pub(crate) async fn tenant_after(
    q: &mut impl Query,
    tenant: TenantId,
    position: Position,
    limit: usize,
) -> Result<Vec<Event>, DbError> {
    q.all(stmt!(&TENANT_AFTER, position.xid, position.seq, tenant, limit)).await
}

/// Which objects of a kind the context's tenant's events after `position` are about, on their own timeline or as its
/// owner; at most `limit`. It sees every committed event: ask again from [`end`] as it was before.
pub async fn touched(q: &mut impl Query, object: &str, position: Position, limit: usize) -> Result<Vec<Uuid>, DbError> {
    let (tenant, object) = (q.cx().tenant(), object.to_owned());
    let found: Vec<(Uuid,)> = q.all(stmt!(&TOUCHED, object, position.xid, position.seq, tenant, limit)).await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// The last place that readers may see.
pub async fn end(q: &mut impl Query) -> Result<Position, DbError> {
    Ok(q.optional(stmt!(&END)).await?.unwrap_or_default())
}

/// The last place written, readable yet or not.
pub(crate) async fn newest(q: &mut impl Query) -> Result<Position, DbError> {
    Ok(q.optional(stmt!(&NEWEST)).await?.unwrap_or_default())
}

/// The event at `position`.
pub(crate) async fn at(q: &mut impl Query, position: Position) -> Result<Event, DbError> {
    q.one(stmt!(AT, position.xid, position.seq)).await
}

/// Where `consumer` stands in the context's tenant, locked until the transaction ends.
pub(crate) async fn lock_cursor(tx: &mut Tx<'_>, consumer: &str) -> Result<Position, DbError> {
    let tenant = tx.cx().tenant();
    match tx.optional(stmt!(&CURSOR, tenant, consumer)).await? {
        Some(position) => Ok(position),
        None => open_cursor(tx, consumer, Position::START).await,
    }
}

/// Where `consumer` stands, starting at `start` when it is new.
pub(crate) async fn open_cursor(tx: &mut Tx<'_>, consumer: &str, start: Position) -> Result<Position, DbError> {
    let tenant = tx.cx().tenant();
    tx.one(stmt!(OPEN_CURSOR, tenant, consumer, start.xid, start.seq)).await
}

/// Moves the cursor forward, never back.
pub(crate) fn move_cursor(cx: &Context, consumer: &str, to: Position) -> Stmt<'static> {
    stmt!(MOVE_CURSOR, cx.tenant(), consumer.to_owned(), to.xid, to.seq)
}
