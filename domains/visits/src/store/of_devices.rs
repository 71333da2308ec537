//! What devices' pages say about visits, in few statements however many there were.

use authz::permissions::VISITS_READ;
use db::{
    DbError, Query, Stmt,
    list::{Fragment, where_clause},
};
use http_api::scope_condition;
use kernel::{Timestamp, Uuid};

use super::SCOPE;
use crate::model::Visit;

/// Visits to a device within the caller's reach, the latest first.
pub async fn of_device(q: &mut impl Query, device_id: Uuid, limit: usize) -> Result<Vec<Visit>, DbError> {
    let scope = scope_condition(q.cx(), VISITS_READ, &SCOPE);
    let clause = where_clause(q.cx(), &[Fragment::new("device_id = $1", vec![device_id.into()]), scope]);
    let text = format!(
        "select {} from visits where {} order by starts_at desc, id desc limit {limit}",
        Visit::COLUMNS,
        clause.text
    );
    q.all(Stmt::new(text, clause.binds)).await
}

/// What was done at these devices since an instant, whoever asks: device, visits that took place or go on, and the
/// minutes worked.
pub async fn work_of_devices(
    q: &mut impl Query,
    device_ids: &[Uuid],
    since: Timestamp,
) -> Result<Vec<(Uuid, i64, i64)>, DbError> {
    let took_place = Fragment::new("status in ('on_site', 'done') and starts_at >= $1", vec![since.into()]);
    let clause = where_clause(q.cx(), &[objects::among("device_id", device_ids), took_place]);
    let text = format!(
        "select device_id, count(*), cast(coalesce(sum(labour_minutes), 0) as bigint) from visits where {}
         group by device_id",
        clause.text
    );
    q.all(Stmt::new(text, clause.binds)).await
}
