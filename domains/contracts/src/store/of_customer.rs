//! Contracts of one customer.

use authz::permissions::CONTRACTS_READ;
use db::{
    DbError, Query, Stmt,
    list::{Fragment, where_clause},
};
use kernel::Uuid;

use super::scope;
use crate::Contract;

fn own(q: &impl Query, customer_id: Uuid) -> Fragment {
    let own = Fragment::new("customer_id = $1 and archived_at is null", vec![customer_id.into()]);
    where_clause(q.cx(), &[own, scope(q.cx(), CONTRACTS_READ)])
}

/// A customer's contracts in use within the caller's reach, the one that ends last first.
pub async fn of_customer(q: &mut impl Query, customer_id: Uuid, limit: usize) -> Result<Vec<Contract>, DbError> {
    let clause = own(q, customer_id);
    let text = format!(
        "select {} from contracts where {} order by ends_on desc, id limit {limit}",
        Contract::COLUMNS,
        clause.text
    );
    q.all(Stmt::new(text, clause.binds)).await
}

/// How many contracts in use a customer has within the caller's reach.
pub async fn count_of_customer(q: &mut impl Query, customer_id: Uuid) -> Result<i64, DbError> {
    let clause = own(q, customer_id);
    let (count,): (i64,) =
        q.one(Stmt::new(format!("select count(*) from contracts where {}", clause.text), clause.binds)).await?;
    Ok(count)
}
