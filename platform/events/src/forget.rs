//! Emptying what events tell about a person whose data must be erased: that something happened, when and through whom
//! stays, its details and names go for good.

use db::{DbError, Stmt, Tx, Value};
use kernel::Uuid;

/// Ids named in one statement at most.
const AT_ONCE: usize = 500;

/// Empties the events about these kinds of objects that stand on one object's timeline.
pub async fn forget_of(tx: &mut Tx<'_>, parent_id: Uuid, objects: &[&'static str]) -> Result<u64, DbError> {
    let mut binds: Vec<Value<'_>> = vec![db::Query::cx(tx).tenant().into(), parent_id.into()];
    binds.extend(objects.iter().map(|object| (*object).into()));
    let marks = (3..=binds.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
    let text = format!(
        "update events set data = '{{}}', label = null where tenant_id = $1 and parent_id = $2 and object in ({marks})"
    );
    tx.execute(Stmt::new(text, binds)).await
}

/// Empties the events of these objects that tell of one of these fields.
pub async fn forget_words(tx: &mut Tx<'_>, ids: &[Uuid], fields: &[&str]) -> Result<u64, DbError> {
    let mut emptied = 0;
    for some in ids.chunks(AT_ONCE) {
        let mut binds: Vec<Value<'_>> = vec![db::Query::cx(tx).tenant().into()];
        binds.extend(some.iter().map(|id| Value::Id(*id)));
        let ids = (2..=binds.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        let mut named = Vec::with_capacity(fields.len());
        for field in fields {
            binds.push(Value::from(format!("%\"{field}\"%")));
            named.push(format!("cast(data as text) like ${}", binds.len()));
        }
        let text = format!(
            "update events set data = '{{}}', label = null where tenant_id = $1 and parent_id in ({ids})
             and object_id = parent_id and ({})",
            named.join(" or ")
        );
        emptied += tx.execute(Stmt::new(text, binds)).await?;
    }
    Ok(emptied)
}
