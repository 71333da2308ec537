//! What a customer's page says about visits, in few statements however many there were.

use authz::permissions::VISITS_READ;
use db::{
    DbError, Query, Stmt,
    list::{Fragment, where_clause},
    stmt,
};
use http_api::scope_condition;
use kernel::{Context, Uuid};

use super::SCOPE;
use crate::model::Visit;

/// Visits of a customer within the caller's reach: those to come by start, and those that took place, the last first.
pub async fn of_customer(
    q: &mut impl Query,
    customer_id: Uuid,
    to_come: usize,
    past: usize,
) -> Result<(Vec<Visit>, Vec<Visit>), DbError> {
    let cx = q.cx().clone();
    let next = "status in ('planned', 'accepted', 'travelling', 'on_site')";
    let next = chosen(&cx, customer_id, next, "starts_at, id", to_come);
    let last = chosen(&cx, customer_id, "status = 'done'", "starts_at desc, id desc", past);
    q.both(next, last).await
}

fn chosen(cx: &Context, customer_id: Uuid, condition: &str, order: &str, limit: usize) -> Stmt<'static> {
    let scope = scope_condition(cx, VISITS_READ, &SCOPE);
    let own = Fragment::new(format!("customer_id = $1 and {condition}"), vec![customer_id.into()]);
    let clause = where_clause(cx, &[own, scope]);
    let text = format!("select {} from visits where {} order by {order} limit {limit}", Visit::COLUMNS, clause.text);
    Stmt::new(text, clause.binds)
}

/// How many visits of a customer there are within the caller's reach, whatever became of them.
pub async fn count_of_customer(q: &mut impl Query, customer_id: Uuid) -> Result<i64, DbError> {
    let scope = scope_condition(q.cx(), VISITS_READ, &SCOPE);
    let clause = where_clause(q.cx(), &[Fragment::new("customer_id = $1", vec![customer_id.into()]), scope]);
    let (count,): (i64,) =
        q.one(Stmt::new(format!("select count(*) from visits where {}", clause.text), clause.binds)).await?;
    Ok(count)
}

/// What was done at a customer's, in all: visits that took place or go on, and the minutes worked there.
pub async fn work_of_customer(q: &mut impl Query, customer_id: Uuid) -> Result<(i64, i64), DbError> {
    let tenant = q.cx().tenant();
    q.one(stmt!(
        "select count(*), cast(coalesce(sum(labour_minutes), 0) as bigint) from visits
         where tenant_id = $1 and customer_id = $2 and status in ('on_site', 'done')",
        tenant,
        customer_id
    ))
    .await
}
