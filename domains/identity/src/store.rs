//! All SQL of this domain, one file per group of tables. The tenant of the transaction's context is always `$1`.

pub(crate) mod credentials;
pub(crate) mod structure;
pub(crate) mod tenants;
pub(crate) mod users;

use std::fmt::Write as _;

use db::{DbError, Query, Stmt, Tx, Value, stmt};
use uuid::Uuid;

/// Ids in one `in (…)` at most; callers pass a page of rows.
const MOST: usize = 512;

/// `($2, $3, …)` with its values behind the tenant. Filled up to a power of two with the last id, so that few
/// different statement texts exist; an empty list becomes the nil id, which is nobody's.
pub(crate) fn among(q: &impl Query, ids: &[Uuid]) -> (String, Vec<Value<'static>>) {
    let ids = &ids[..ids.len().min(MOST)];
    let last = ids.last().copied().unwrap_or_default();
    let mut text = String::from("(");
    let mut binds: Vec<Value<'static>> = vec![q.cx().tenant().into()];
    for index in 0..ids.len().max(1).next_power_of_two() {
        if index > 0 {
            text.push_str(", ");
        }
        let _ = write!(text, "${}", index + 2);
        binds.push(Value::Id(ids.get(index).copied().unwrap_or(last)));
    }
    text.push(')');
    (text, binds)
}

/// Pairs of ids from a membership table: (`key`, `value`) of rows whose `key` is among `ids`.
pub(crate) async fn pairs(
    q: &mut impl Query,
    table: &str,
    key: &str,
    value: &str,
    ids: &[Uuid],
) -> Result<Vec<(Uuid, Uuid)>, DbError> {
    let (list, binds) = among(q, ids);
    let text = format!("select {key}, {value} from {table} where tenant_id = $1 and {key} in {list}");
    q.all(Stmt::new(text, binds)).await
}

/// Replaces the `value`s of one `key` in a membership table.
pub(crate) async fn replace_pairs(
    tx: &mut Tx<'_>,
    table: &str,
    key: &str,
    value: &str,
    id: Uuid,
    values: impl IntoIterator<Item = &Uuid>,
) -> Result<(), DbError> {
    let tenant = tx.cx().tenant();
    let mut stmts = vec![stmt!(format!("delete from {table} where tenant_id = $1 and {key} = $2"), tenant, id)];
    for member in values {
        let text = format!("insert into {table} (tenant_id, {key}, {value}) values ($1, $2, $3)");
        stmts.push(stmt!(text, tenant, id, *member));
    }
    tx.execute_all(stmts).await
}

/// How many of `ids` exist in `table` under `condition`.
pub(crate) async fn count_existing(
    q: &mut impl Query,
    table: &str,
    condition: &str,
    ids: &[Uuid],
) -> Result<usize, DbError> {
    let (list, binds) = among(q, ids);
    let text = format!("select count(*) from {table} where tenant_id = $1 and id in {list} and {condition}");
    let (count,): (i64,) = q.one(Stmt::new(text, binds)).await?;
    Ok(usize::try_from(count).unwrap_or(0))
}
