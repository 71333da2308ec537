//! Keeps the stream rising on PostgreSQL after a dump was restored into a cluster with younger transaction ids.

use db::{Db, DbError, Query as _, Sql, Tx, stmt};
use kernel::{Context, TenantId, World};

/// Nodes that start together take turns.
const TURN: Sql = Sql::pair("select 0", "select 0::bigint from pg_advisory_xact_lock(8152002)");

const CATCH_UP: Sql = Sql::pair(
    "select 0 where 1 = 0",
    "select setval('event_epoch', (select last_value from event_epoch) + behind) from (
       select coalesce(max(xid), 0) + 1 - event_clock(pg_current_xact_id()) as behind from events) as stream
     where behind > 0",
);

/// Call before anything is written: without it events after a restore would lie behind the readers' cursors.
/// Answers whether the stream had to be lifted.
pub async fn keep_rising(db: &Db, world: &World) -> Result<bool, DbError> {
    let cx = Context::system(world.clone(), TenantId::SYSTEM);
    db.write(&cx, async move |tx: &mut Tx<'_>| {
        tx.optional::<(i64,)>(stmt!(TURN)).await?;
        Ok(tx.optional::<(i64,)>(stmt!(CATCH_UP)).await?.is_some())
    })
    .await
}
