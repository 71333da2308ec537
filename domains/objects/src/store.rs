//! All SQL of this domain, and look-ups by id that every list's table can answer.

pub(crate) mod computed;
pub(crate) mod definitions;
pub(crate) mod fields;
pub(crate) mod names;
pub(crate) mod records;

use db::{
    DbError, FromRow, Query, Stmt, Value,
    list::{Fragment, List, where_clause},
};
use uuid::Uuid;

/// Ids asked for in one statement at most.
const AT_ONCE: usize = 500;

/// The record with this id, if it lies in `scope`; archived ones are found too.
pub async fn find<T: FromRow>(
    q: &mut impl Query,
    list: &List,
    id: Uuid,
    scope: Fragment,
) -> Result<Option<T>, DbError> {
    let clause = where_clause(q.cx(), &[Fragment::new("id = $1", vec![Value::Id(id)]), scope]);
    let text = format!("select {} from {} where {}", list.columns, list.table, clause.text);
    q.optional(Stmt::new(text, clause.binds)).await
}

/// The records with these ids, archived ones too, in no order; ids that do not exist are left out.
pub async fn by_ids<T: FromRow>(q: &mut impl Query, list: &List, ids: &[Uuid]) -> Result<Vec<T>, DbError> {
    let mut wanted = ids.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    let mut found = Vec::with_capacity(wanted.len());
    for some in wanted.chunks(AT_ONCE) {
        let clause = where_clause(q.cx(), &[among("id", some)]);
        let text = format!("select {} from {} where {}", list.columns, list.table, clause.text);
        found.extend(q.all(Stmt::new(text, clause.binds)).await?);
    }
    Ok(found)
}

/// `column in ($1, …)` as a condition of a list or of [`where_clause`], filled up to a power of two with the last id so
/// that few statement texts arise; never true without ids.
pub fn among(column: &str, ids: &[Uuid]) -> Fragment {
    let Some(last) = ids.last() else { return Fragment::new("1 = 0", Vec::new()) };
    let count = ids.len().next_power_of_two();
    let places: Vec<String> = (1..=count).map(|number| format!("${number}")).collect();
    let binds = (0..count).map(|index| Value::Id(*ids.get(index).unwrap_or(last))).collect();
    Fragment::new(format!("{column} in ({})", places.join(", ")), binds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_texts_arise_from_many_counts() {
        let ids: Vec<Uuid> = (1..=5).map(Uuid::from_u128).collect();
        let fragment = among("id", &ids);
        assert_eq!(fragment.text, "id in ($1, $2, $3, $4, $5, $6, $7, $8)");
        assert_eq!(fragment.binds.last(), Some(&Value::Id(Uuid::from_u128(5))));
    }
}
