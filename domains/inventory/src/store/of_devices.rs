//! What the parts used on devices cost.

use db::{
    DbError, Query, Stmt,
    list::{Fragment, where_clause},
};
use kernel::{Timestamp, Uuid};

/// What parts used on these devices since an instant cost us, in minor units of this currency, and how many pieces they
/// were; whoever asks. Device, cost, pieces; parts in another currency are not in it.
pub async fn parts_of_devices(
    q: &mut impl Query,
    device_ids: &[Uuid],
    since: Timestamp,
    currency: &str,
) -> Result<Vec<(Uuid, i64, i64)>, DbError> {
    let tickets = where_clause(q.cx(), &[objects::among("device_id", device_ids)]);
    let used = Fragment::new(
        "returned_at is null and used_at >= $1 and currency = $2",
        vec![since.into(), currency.to_owned().into()],
    );
    let on_them = Fragment::new(format!("ticket_id in (select id from tickets where {})", tickets.text), tickets.binds);
    let clause = where_clause(q.cx(), &[used, on_them]);
    let text = format!(
        "select t.device_id, cast(sum(u.quantity * u.unit_cost_minor) as bigint), cast(sum(u.quantity) as bigint)
         from (select * from part_uses where {}) u join tickets t on t.tenant_id = u.tenant_id and t.id = u.ticket_id
         group by t.device_id",
        clause.text
    );
    q.all(Stmt::new(text, clause.binds)).await
}
