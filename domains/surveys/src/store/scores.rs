//! What a customer's page says about their answers, in one statement however many there are.

use db::{DbError, Query, stmt};
use kernel::{Timestamp, Uuid};

/// When a customer answered, and their satisfaction and recommendation, the last first; at most 5,000.
pub async fn scores_of_customer(
    q: &mut impl Query,
    customer_id: Uuid,
) -> Result<Vec<(Timestamp, Option<i64>, Option<i64>)>, DbError> {
    let tenant = q.cx().tenant();
    q.all(stmt!(
        "select answered_at, csat, nps from surveys where tenant_id = $1 and customer_id = $2
         and answered_at is not null order by created_at desc limit 5000",
        tenant,
        customer_id
    ))
    .await
}
