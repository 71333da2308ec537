//! What a customer's page says about money, in few statements however much there is.

use db::{DbError, Query, stmt};
use kernel::Uuid;

/// Of a customer's quotes in this currency: how many there are, what was offered and awaits their answer, and what they
/// agreed to and have not paid, in minor units.
pub async fn sums_of_customer(
    q: &mut impl Query,
    customer_id: Uuid,
    currency: &str,
) -> Result<(i64, i64, i64), DbError> {
    let tenant = q.cx().tenant();
    q.one(stmt!(
        "select count(*),
           cast(coalesce(sum(case when status = 'sent' and currency = $3 then total_minor else 0 end), 0) as bigint),
           cast(coalesce(sum(case when status = 'approved' and currency = $3
             then total_minor - paid_minor else 0 end), 0) as bigint)
         from quotes where tenant_id = $1 and customer_id = $2",
        tenant,
        customer_id,
        currency.to_owned()
    ))
    .await
}
