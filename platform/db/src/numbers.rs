//! Rising numbers per tenant and series, taken in blocks so that creations never wait for each other's commit.

use std::{collections::HashMap, sync::Arc};

use kernel::{Context, TenantId, Timestamp};
use parking_lot::Mutex;

use crate::{Db, DbError, Query, stmt};

/// The largest block; what a stopped node leaves unused is a gap.
const LARGEST_BLOCK: i64 = 64;
/// A block used up sooner than this is followed by one twice as large.
const BUSY_MICROS: i64 = 1_000_000;

const RESERVE: &str = "insert into number_series (tenant_id, series, next)
    values ($1, $2, cast($3 as bigint) + cast($4 as bigint))
    on conflict (tenant_id, series) do update
        set next = case when number_series.next < $4 then $4 else number_series.next end + $3 returning next";

#[derive(Default)]
struct Block {
    next: i64,
    end: i64,
    size: i64,
    reserved_at: Timestamp,
}

type Series = Arc<tokio::sync::Mutex<Block>>;

/// Hands out numbers; one per process.
#[derive(Default)]
pub(crate) struct Numbers(Mutex<HashMap<(TenantId, String), Series>>);

impl Numbers {
    pub(crate) async fn next(&self, db: &Db, cx: &Context, series: &str, start: i64) -> Result<i64, DbError> {
        let entry = Arc::clone(self.0.lock().entry((cx.tenant(), series.to_owned())).or_default());
        let mut block = entry.lock().await;
        if block.next.max(start) >= block.end {
            let busy = cx.now() - block.reserved_at < BUSY_MICROS;
            let size = if busy { (block.size * 2).clamp(1, LARGEST_BLOCK) } else { 1 };
            let name = series.to_owned();
            let (end,): (i64,) = db
                .write(cx, async move |tx| tx.one(stmt!(RESERVE, tx.cx().tenant(), &name, size, start)).await)
                .await?;
            *block = Block { next: end - size, end, size, reserved_at: cx.now() };
        }
        let number = block.next.max(start);
        block.next = number + 1;
        Ok(number)
    }
}
