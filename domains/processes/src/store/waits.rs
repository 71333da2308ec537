//! What is waited for: messages, signals, timers, and start events of what is published.

use bpmn::state::Key;
use db::{DbError, Query, Sql, Stmt, Tx, stmt};
use kernel::{Context, TenantId, Timestamp, Uuid};

const OPEN: &str = "insert into process_waits (tenant_id, instance_id, wait, kind, name, key, seq)
     values ($1, $2, $3, $4, $5, $6, $7)";
const CLOSE: &str = "delete from process_waits where tenant_id = $1 and instance_id = $2 and wait = $3";
const WAITING: &str = "select instance_id, wait, seq from process_waits
     where tenant_id = $1 and kind = 'signal' and name = $2 order by seq";
const CATCHER: &str = "select instance_id, wait, seq from (
       select instance_id, wait, seq from process_waits
         where tenant_id = $1 and kind = 'message' and name = $2 and key = $3 and seq > $4
       union all
       select instance_id, wait, seq from process_waits
         where tenant_id = $1 and kind = 'message' and name = $2 and key is null and seq > $4) as open
     order by seq limit 1";
const AWAITED: &str = "select name, key from process_waits
     where tenant_id = $1 and instance_id = $2 and wait = $3 and kind = 'message'";
const SET: &str = "insert into process_timers (tenant_id, owner_id, wait, due, seq, process_id, cycle)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (tenant_id, owner_id, wait) do update set due = excluded.due, seq = excluded.seq, cycle = excluded.cycle";
const CLEAR: &str = "delete from process_timers where tenant_id = $1 and owner_id = $2 and wait = $3";
const TAKE: &str = "delete from process_timers where tenant_id = $1 and owner_id = $2 and wait = $3 and due <= $4
     returning process_id, cycle";
const PUT_OFF: &str =
    "update process_timers set due = $4 where tenant_id = $1 and owner_id = $2 and wait = $3 and due < $4";
const DUE: &str = "select tenant_id, owner_id, wait, process_id from process_timers where due <= $1
     order by due, seq limit $2";
const NEXT: &str = "select due from process_timers order by due limit 1";
const CLEAR_STARTS: &str = "delete from process_timers where tenant_id = $1 and owner_id = $2 and process_id = $3";
const STARTS: &str = "select process_id, event from process_starts
     where tenant_id = $1 and kind = $2 and name = $3 order by process_id, event, place";
const LISTENS: &str = "select 1 where exists (select 1 from process_starts where tenant_id = $1 and kind <> 'signal')
     or exists (select 1 from process_instances where tenant_id = $1 and object_id is not null and status = 'running')";
const ADD_START: &str = "insert into process_starts (tenant_id, process_id, event, place, kind, name)
     values ($1, $2, $3, $4, $5, $6)";
const REMOVE_STARTS: &str = "delete from process_starts where tenant_id = $1 and process_id = $2";

/// On PostgreSQL whoever opens a wait for a message and whoever keeps one take turns by its name. SQLite has one writer.
const TURN: Sql = Sql::pair(
    "select 1 where $1 is not null and $2 is not null",
    "select 1 from (select pg_advisory_xact_lock(hashtextextended($1::text || ' ' || $2::text, 7203))) as turn",
);

/// A message or signal that is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Message,
    Signal,
    /// Something that happens to a record.
    Record,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Signal => "signal",
            Self::Record => "record",
        }
    }
}

/// A wait opens.
pub(crate) fn open(
    cx: &Context,
    instance: Uuid,
    wait: Key,
    (kind, name, key): (Kind, String, Option<String>),
    seq: i64,
) -> Stmt<'static> {
    stmt!(OPEN, cx.tenant(), instance, wait as i64, kind.word(), name, key, seq)
}

/// A wait is over.
pub(crate) fn close(cx: &Context, instance: Uuid, wait: Key) -> Stmt<'static> {
    stmt!(CLOSE, cx.tenant(), instance, wait as i64)
}

/// All that wait for a signal, the longest waiting first.
pub(crate) async fn hearing(tx: &mut Tx<'_>, name: &str) -> Result<Vec<(Uuid, Key)>, DbError> {
    let tenant = tx.cx().tenant();
    let rows: Vec<(Uuid, i64, i64)> = tx.all(stmt!(WAITING, tenant, name)).await?;
    Ok(rows.into_iter().map(|(instance, wait, _)| (instance, wait as Key)).collect())
}

/// Who has waited longest for a message with this key, behind `after`.
pub(crate) async fn catcher(
    tx: &mut Tx<'_>,
    name: &str,
    key: Option<&String>,
    after: i64,
) -> Result<Option<(Uuid, Key, i64)>, DbError> {
    let tenant = tx.cx().tenant();
    let found: Option<(Uuid, i64, i64)> = tx.optional(stmt!(CATCHER, tenant, name, key.cloned(), after)).await?;
    Ok(found.map(|(instance, wait, seq)| (instance, wait as Key, seq)))
}

/// What message a wait is open for.
pub(crate) async fn awaited(
    tx: &mut Tx<'_>,
    instance: Uuid,
    wait: Key,
) -> Result<Option<(String, Option<String>)>, DbError> {
    let tenant = tx.cx().tenant();
    tx.optional(stmt!(AWAITED, tenant, instance, wait as i64)).await
}

/// Takes the turn of a message's name until the transaction, or the part of it that is undone, ends.
pub(crate) async fn turn(tx: &mut Tx<'_>, name: &str) -> Result<(), DbError> {
    let tenant = tx.cx().tenant().0.to_string();
    tx.optional::<(i64,)>(stmt!(&TURN, tenant, name)).await.map(|_| ())
}

/// A timer of an instance.
pub(crate) fn set(cx: &Context, instance: Uuid, wait: Key, due: i64, seq: i64) -> Stmt<'static> {
    let none: Option<String> = None;
    stmt!(SET, cx.tenant(), instance, wait as i64, due, seq, none.clone(), none)
}

/// A timer of a start event; `cycle` says how far it is.
pub(crate) fn set_start(
    cx: &Context,
    definition: Uuid,
    process: &str,
    wait: i64,
    (due, cycle): (i64, String),
    seq: i64,
) -> Stmt<'static> {
    stmt!(SET, cx.tenant(), definition, wait, due, seq, process.to_owned(), cycle)
}

/// A timer is not wanted any more.
pub(crate) fn clear(cx: &Context, instance: Uuid, wait: Key) -> Stmt<'static> {
    stmt!(CLEAR, cx.tenant(), instance, wait as i64)
}

/// The timers of a process's start events are not wanted any more.
pub(crate) fn clear_starts(cx: &Context, definition: Uuid, process: &str) -> Stmt<'static> {
    stmt!(CLEAR_STARTS, cx.tenant(), definition, process.to_owned())
}

/// Takes a timer that is due, so that nobody else fires it; gives process and cycle of a start event's.
pub(crate) async fn take(
    tx: &mut Tx<'_>,
    owner: Uuid,
    wait: i64,
) -> Result<Option<(Option<String>, Option<String>)>, DbError> {
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    tx.optional(stmt!(TAKE, tenant, owner, wait, now)).await
}

/// A timer that cannot fire is looked at again at `until`.
pub(crate) async fn put_off(tx: &mut Tx<'_>, owner: Uuid, wait: i64, until: Timestamp) -> Result<(), DbError> {
    let tenant = tx.cx().tenant();
    tx.execute(stmt!(PUT_OFF, tenant, owner, wait, until)).await.map(|_| ())
}

/// A timer that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DueTimer {
    pub tenant: TenantId,
    pub owner: Uuid,
    pub wait: i64,
    pub of_start: bool,
}

/// The timers of all tenants that are due, the longest due first.
pub(crate) async fn due(q: &mut impl Query, limit: usize) -> Result<Vec<DueTimer>, DbError> {
    let now = q.cx().now();
    let rows: Vec<(TenantId, Uuid, i64, Option<String>)> = q.all(stmt!(DUE, now, limit)).await?;
    let timer = |(tenant, owner, wait, process): (TenantId, Uuid, i64, Option<String>)| DueTimer {
        tenant,
        owner,
        wait,
        of_start: process.is_some(),
    };
    Ok(rows.into_iter().map(timer).collect())
}

/// When the next timer of any tenant is due.
pub(crate) async fn next_due(q: &mut impl Query) -> Result<Option<Timestamp>, DbError> {
    Ok(q.optional::<(Timestamp,)>(stmt!(NEXT)).await?.map(|(due,)| due))
}

/// Start events of what is published that wait for this.
pub(crate) async fn starts(tx: &mut Tx<'_>, kind: Kind, name: &str) -> Result<Vec<(String, u32)>, DbError> {
    let tenant = tx.cx().tenant();
    let rows: Vec<(String, i64)> = tx.all(stmt!(STARTS, tenant, kind.word(), name)).await?;
    Ok(rows.into_iter().map(|(process, event)| (process, event as u32)).collect())
}

/// Whether anything at all may begin or go on with what happens to a record.
pub(crate) async fn listens(tx: &mut Tx<'_>) -> Result<bool, DbError> {
    let tenant = tx.cx().tenant();
    Ok(tx.optional::<(i64,)>(stmt!(LISTENS, tenant)).await?.is_some())
}

/// A start event waits from now on.
pub(crate) fn add_start(
    cx: &Context,
    process: &str,
    (event, place): (u32, u32),
    kind: Kind,
    name: &str,
) -> Stmt<'static> {
    stmt!(ADD_START, cx.tenant(), process.to_owned(), event, place, kind.word(), name.to_owned())
}

/// No start event of the process waits any more.
pub(crate) fn remove_starts(cx: &Context, process: &str) -> Stmt<'static> {
    stmt!(REMOVE_STARTS, cx.tenant(), process.to_owned())
}
