//! What devices' pages say about their tickets, in one statement however many there are.

use authz::permissions::TICKETS_READ;
use db::{
    DbError, Query, Stmt,
    list::{Fragment, where_clause},
};
use http_api::scope_condition;
use kernel::{Timestamp, Uuid};

use crate::{SCOPE, model::TicketType};

/// How many tickets of a kind these devices have since an instant, within the caller's reach: device, kind, count.
pub async fn counts_of_devices(
    q: &mut impl Query,
    device_ids: &[Uuid],
    since: Timestamp,
) -> Result<Vec<(Uuid, TicketType, i64)>, DbError> {
    let scope = scope_condition(q.cx(), TICKETS_READ, &SCOPE);
    let recent = Fragment::new("created_at >= $1", vec![since.into()]);
    let clause = where_clause(q.cx(), &[objects::among("device_id", device_ids), recent, scope]);
    let text = format!("select device_id, kind, count(*) from tickets where {} group by device_id, kind", clause.text);
    q.all(Stmt::new(text, clause.binds)).await
}
