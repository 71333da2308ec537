//! SQL of imports: what was read before, by source and key.

pub(crate) mod bulk;
pub(crate) mod exports;
pub(crate) mod imports;

use std::collections::HashMap;

use db::{DbError, Query, Stmt, Value, stmt};
use kernel::{Context, Uuid};

/// What is known of records read before: digest and ticket by key.
pub async fn known(
    q: &mut impl Query,
    source: &str,
    keys: &[String],
) -> Result<HashMap<String, (String, Uuid)>, DbError> {
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let mut binds: Vec<Value<'_>> = vec![q.cx().tenant().into(), source.into()];
    binds.extend(keys.iter().map(Value::from));
    let marks: Vec<String> = (3..=binds.len()).map(|n| format!("${n}")).collect();
    let sql = format!(
        "select external_ref, digest, ticket_id from import_records
         where tenant_id = $1 and source = $2 and external_ref in ({})",
        marks.join(", ")
    );
    let rows: Vec<(String, String, Uuid)> = q.all(Stmt::new(sql, binds)).await?;
    Ok(rows.into_iter().map(|(key, digest, ticket)| (key, (digest, ticket))).collect())
}

/// Notes what was read.
pub fn remember(cx: &Context, source: &str, key: &str, digest: &str, ticket_id: Uuid) -> Stmt<'static> {
    stmt!(
        "insert into import_records (tenant_id, id, source, external_ref, digest, ticket_id, imported_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (tenant_id, source, external_ref) do update set digest = excluded.digest,
           imported_at = excluded.imported_at",
        cx.tenant(),
        cx.new_id(),
        source.to_owned(),
        key.to_owned(),
        digest.to_owned(),
        ticket_id,
        cx.now()
    )
}
