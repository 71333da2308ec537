//! What instances have to say to others, and messages that wait for whoever takes them.

use db::{DbError, Query as _, Sql, Stmt, Tx, stmt};
use kernel::{Context, Timestamp, Uuid};

const ADD: &str = "insert into process_outbox (tenant_id, seq, part, root_id, item) values ($1, $2, $3, $4, $5)";
const FIRST: Sql = Sql::pair(
    "select seq, part, root_id, item from process_outbox where tenant_id = $1 order by seq, part limit 1",
    "select seq, part, root_id, item from process_outbox where tenant_id = $1 order by seq, part limit 1 for update",
);
const FIRST_OF: Sql = Sql::pair(
    "select seq, part, root_id, item from process_outbox where tenant_id = $1 and root_id = $2
     order by seq, part limit 1",
    "select seq, part, root_id, item from process_outbox where tenant_id = $1 and root_id = $2
     order by seq, part limit 1 for update",
);
const REMOVE: &str = "delete from process_outbox where tenant_id = $1 and seq = $2 and part = $3";
const KEEP: &str = "insert into process_messages (tenant_id, id, seq, name, key, variables, received_at, kept_until)
     values ($1, $2, $3, $4, $5, $6, $7, $8)";
const KEPT: &str = "select id, variables from process_messages
     where tenant_id = $1 and name = $2 and kept_until > $3 and ($4 = 0 or key = $5) order by seq limit 1";
const TAKEN: &str = "delete from process_messages where tenant_id = $1 and id = $2";
const KNOW: &str = "insert into process_message_ids (tenant_id, message_id, received_at) values ($1, $2, $3)
     on conflict (tenant_id, message_id) do nothing";
const FORGET: &str = "delete from process_message_ids where tenant_id = $1 and message_id = $2";
const EXPIRE: &str = "delete from process_messages where kept_until <= $1";
const FORGET_OLD: &str = "delete from process_message_ids where received_at < $1";

/// One thing to be done, with its place.
pub(crate) type Row = (i64, i64, Uuid, String);

/// Puts something at its place.
pub(crate) fn add(cx: &Context, root: Uuid, (seq, part): (i64, i64), item: String) -> Stmt<'static> {
    stmt!(ADD, cx.tenant(), seq, part, root, item)
}

/// What comes first: of one tree of instances, or of all.
pub(crate) async fn first(tx: &mut Tx<'_>, root: Option<Uuid>) -> Result<Option<Row>, DbError> {
    let tenant = tx.cx().tenant();
    match root {
        Some(root) => tx.optional(stmt!(&FIRST_OF, tenant, root)).await,
        None => tx.optional(stmt!(&FIRST, tenant)).await,
    }
}

/// It is done.
pub(crate) async fn remove(tx: &mut Tx<'_>, (seq, part): (i64, i64)) -> Result<(), DbError> {
    let tenant = tx.cx().tenant();
    tx.execute(stmt!(REMOVE, tenant, seq, part)).await.map(|_| ())
}

/// A message is kept until somebody waits for it.
pub(crate) fn keep(
    cx: &Context,
    seq: i64,
    (name, key): (String, Option<String>),
    variables: String,
    until: Timestamp,
) -> Stmt<'static> {
    stmt!(KEEP, cx.tenant(), cx.new_id(), seq, name, key, variables, cx.now(), until)
}

/// The message that has been kept longest for a wait with this key; a wait without a key takes any.
pub(crate) async fn kept(tx: &mut Tx<'_>, name: &str, key: Option<&String>) -> Result<Option<(Uuid, String)>, DbError> {
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    let keyed = i64::from(key.is_some());
    tx.optional(stmt!(KEPT, tenant, name, now, keyed, key.cloned())).await
}

/// The kept message is taken; false when somebody was faster.
pub(crate) async fn taken(tx: &mut Tx<'_>, id: Uuid) -> Result<bool, DbError> {
    let tenant = tx.cx().tenant();
    Ok(tx.execute(stmt!(TAKEN, tenant, id)).await? > 0)
}

/// Remembers a message's id; false when it is known.
pub(crate) async fn know(tx: &mut Tx<'_>, id: &str) -> Result<bool, DbError> {
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    Ok(tx.execute(stmt!(KNOW, tenant, id, now)).await? > 0)
}

/// Forgets the id of a message that nobody took.
pub(crate) async fn forget(tx: &mut Tx<'_>, id: &str) -> Result<(), DbError> {
    let tenant = tx.cx().tenant();
    tx.execute(stmt!(FORGET, tenant, id)).await.map(|_| ())
}

/// Drops kept messages of all companies whose time is over, and ids received before `before`.
pub(crate) async fn purge(tx: &mut Tx<'_>, before: Timestamp) -> Result<(), DbError> {
    let now = tx.cx().now();
    tx.execute_all(vec![stmt!(EXPIRE, now), stmt!(FORGET_OLD, before)]).await
}
