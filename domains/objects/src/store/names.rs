//! SQL of what records are called, for relations to records of any object.

use db::{DbError, Query, Stmt, list::Fragment};
use uuid::Uuid;

use crate::{built_in::Table, model::StoredRecord};

/// What a record of a built-in object is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub id: Uuid,
    pub title: String,
    pub number: Option<String>,
    /// Some text when it was put away.
    pub archived: Option<String>,
}

db::record!(Named { id, title, number, archived });

/// Rows of a built-in object's table, in the order of their ids.
pub(crate) async fn of_table(
    q: &mut impl Query,
    table: &Table,
    conditions: Vec<Fragment>,
    limit: usize,
) -> Result<Vec<Named>, DbError> {
    let clause = db::list::where_clause(q.cx(), &conditions);
    let number = table.number.unwrap_or("null");
    let archived = if table.archivable { "archived_at" } else { "null" };
    let text = format!(
        "select id, {} as title, cast({number} as text) as number, cast({archived} as text) as archived from {}
            where {} order by id limit {limit}",
        table.title, table.table, clause.text
    );
    q.all(Stmt::new(text, clause.binds)).await
}

/// Rows of a table whose parent, the row of `above` that `column` names, fulfils a condition.
pub(crate) fn whose_parent(
    cx: &kernel::Context,
    table: &Table,
    column: &str,
    above: &str,
    condition: Fragment,
) -> Fragment {
    let Fragment { text, mut binds } = condition;
    binds.push(cx.tenant().into());
    let (tenant, child) = (binds.len(), table.table);
    let text =
        format!("exists (select 1 from {above} where tenant_id = ${tenant} and id = {child}.{column} and {text})");
    Fragment::new(text, binds)
}

/// Records of own objects, in the order of their ids.
pub(crate) async fn records(
    q: &mut impl Query,
    conditions: Vec<Fragment>,
    limit: usize,
) -> Result<Vec<StoredRecord>, DbError> {
    let clause = db::list::where_clause(q.cx(), &conditions);
    let columns = StoredRecord::COLUMNS;
    let text = format!("select {columns} from records where {} order by id limit {limit}", clause.text);
    q.all(Stmt::new(text, clause.binds)).await
}
