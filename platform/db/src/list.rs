//! Lists: filter, scope, search, sort and cursor paging over one table, as one bounded statement.

use kernel::{Context, Cursor, CursorError, Page};
use postgres_types::Type;
use rusqlite::types::ValueRef;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::{DbError, FromColumn, FromRow, Query, RowRef, Stmt, Value};

/// Rows on a page at most.
pub const LARGEST_PAGE: usize = 200;
/// Totals are exact up to here.
pub const COUNTED: i64 = 10_000;

/// A piece of a WHERE clause; its placeholders are numbered from `$1` on its own.
#[derive(Debug, Clone, Default)]
pub struct Fragment {
    /// The condition, such as `status = $1`.
    pub text: String,
    /// Its values.
    pub binds: Vec<Value<'static>>,
}

impl Fragment {
    /// A fragment from text and values.
    pub fn new(text: impl Into<String>, binds: Vec<Value<'static>>) -> Self {
        Self { text: text.into(), binds }
    }
}

/// What is fixed about a list.
#[derive(Debug, Clone, Copy)]
pub struct List {
    /// The table.
    pub table: &'static str,
    /// `Record::COLUMNS`.
    pub columns: &'static str,
    /// Names one may sort by, each with a non-null SQL expression.
    pub sorts: &'static [(&'static str, &'static str)],
    /// The sort when none is asked for, such as `-created_at`.
    pub default_sort: &'static str,
}

/// What a caller asks of a list.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// Rows wanted; 0 means 50, at most [`LARGEST_PAGE`].
    pub limit: usize,
    /// From the page before.
    pub cursor: Option<String>,
    /// `name` or `-name`.
    pub sort: Option<String>,
    /// Conditions that all must hold: filter, scope, archived.
    pub conditions: Vec<Fragment>,
    /// A query of `hit_id` and `hit_number` that narrows the list and, when no sort is asked for, brings its own
    /// order: the highest number first.
    pub found: Option<Fragment>,
    /// Whether the total is wanted.
    pub count: bool,
}

/// What can be wrong with a list request.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// Not one of the list's sorts.
    #[error("this list cannot be sorted by `{asked}`; use one of: {known}")]
    UnknownSort {
        /// What was asked.
        asked: String,
        /// What is possible.
        known: String,
    },
    /// A cursor of another list or sort.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<ListError> for DbError {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Db(error) => error,
            other => Self::internal(other.to_string()),
        }
    }
}

/// A page, with the total when it was asked for.
#[derive(Debug, Clone, Serialize, serde::Deserialize, JsonSchema)]
#[schemars(rename = "{T}List")]
pub struct ListPage<T> {
    /// Rows and the next cursor.
    #[serde(flatten)]
    pub page: Page<T>,
    /// Rows in all, counted up to 10,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
    /// True when there are more rows than were counted.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub total_is_lower_bound: bool,
}

impl<T> ListPage<T> {
    /// The same page with other rows.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> ListPage<U> {
        ListPage { page: self.page.map(change), total: self.total, total_is_lower_bound: self.total_is_lower_bound }
    }
}

/// A sort value as it goes into a cursor.
struct Key(serde_json::Value);

impl FromColumn for Key {
    fn from_lite(value: ValueRef<'_>) -> Result<Self, DbError> {
        Ok(Self(match value {
            ValueRef::Integer(number) => number.into(),
            ValueRef::Real(number) => number.into(),
            ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
            ValueRef::Null | ValueRef::Blob(_) => return Err(DbError::internal("a sort value must be number or text")),
        }))
    }

    fn from_pg(ty: &Type, raw: Option<&[u8]>) -> Result<Self, DbError> {
        Ok(Self(match *ty {
            Type::INT8 | Type::INT4 | Type::INT2 => i64::from_pg(ty, raw)?.into(),
            Type::FLOAT8 | Type::NUMERIC => f64::from_pg(ty, raw)?.into(),
            Type::BOOL => i64::from(bool::from_pg(ty, raw)?).into(),
            _ => String::from_pg(ty, raw)?.into(),
        }))
    }
}

/// A row with what the cursor needs: the two columns after its own.
struct Keyed<T> {
    row: T,
    key: serde_json::Value,
    id: Uuid,
}

impl<T: FromRow> FromRow for Keyed<T> {
    fn from_row(row: &RowRef<'_>) -> Result<Self, DbError> {
        let width = row.len();
        let Key(key) = row.get(width - 2)?;
        Ok(Self { row: T::from_row(row)?, key, id: row.get(width - 1)? })
    }
}

/// Renumbers a fragment's placeholders to start after `offset`, leaving quoted text alone.
fn shift(text: &str, offset: usize) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut quoted = false;
    let mut rest = text.char_indices().peekable();
    while let Some((_, c)) = rest.next() {
        out.push(c);
        if c == '\'' {
            quoted = !quoted;
        }
        if c == '$' && !quoted {
            let mut number = 0_usize;
            let mut digits = false;
            while let Some(digit) = rest.peek().and_then(|(_, c)| c.to_digit(10)) {
                number = number * 10 + digit as usize;
                digits = true;
                rest.next();
            }
            if digits {
                out.push_str(&(number + offset).to_string());
            }
        }
    }
    out
}

/// The WHERE clause of `conditions` for the context's tenant; placeholders start at `$1`.
pub fn where_clause(cx: &Context, conditions: &[Fragment]) -> Fragment {
    let mut clause = Fragment::new("tenant_id = $1", vec![cx.tenant().into()]);
    for condition in conditions {
        clause.text.push_str(" and (");
        clause.text.push_str(&shift(&condition.text, clause.binds.len()));
        clause.text.push(')');
        clause.binds.extend(condition.binds.iter().cloned());
    }
    clause
}

/// The sort of lists that follow what was found.
const BY_HIT: (&str, &str) = ("found", "hit_number");

/// Runs the list. The table must have `tenant_id` and `id`.
pub async fn run<T: FromRow>(q: &mut impl Query, list: &List, query: &ListQuery) -> Result<ListPage<T>, ListError> {
    let limit = if query.limit == 0 { 50 } else { query.limit.min(LARGEST_PAGE) };
    let follows_hits = query.found.is_some() && query.sort.is_none();
    let sort = query.sort.as_deref().unwrap_or(if follows_hits { "-found" } else { list.default_sort });
    let (name, descending) = sort.strip_prefix('-').map_or((sort, false), |name| (name, true));
    let hit = follows_hits.then_some(&BY_HIT);
    let Some((_, expression)) = hit.into_iter().chain(list.sorts).find(|(known, _)| *known == name) else {
        let known = list.sorts.iter().map(|(known, _)| *known).collect::<Vec<_>>().join(", ");
        return Err(ListError::UnknownSort { asked: name.chars().take(64).collect(), known });
    };
    let mut clause = where_clause(q.cx(), &query.conditions);
    let mut table = list.table.to_owned();
    if let Some(found) = &query.found {
        table = format!("({}) as hits cross join {table}", shift(&found.text, clause.binds.len()));
        clause.text.push_str(" and id = hit_id");
        clause.binds.extend(found.binds.iter().cloned());
    }
    let mut text =
        format!("select {}, {expression} as sort_key, id as sort_id from {table} where {}", list.columns, clause.text);
    let mut binds = clause.binds.clone();
    if let Some(cursor) = &query.cursor {
        let cursor = Cursor::decode(cursor, sort)?;
        let (value, id) = (binds.len() + 1, binds.len() + 2);
        let order = if descending { '<' } else { '>' };
        // Hits are numbered without doubles; a second column would keep the index from giving them in order.
        text.push_str(&match follows_hits {
            true => format!(" and {expression} {order} ${value}"),
            false => format!(" and ({expression}, id) {order} (${value}, ${id})"),
        });
        binds.push(match cursor.value {
            serde_json::Value::Number(number) => match number.as_i64() {
                Some(whole) => Value::Int(whole),
                None => Value::Real(number.as_f64().unwrap_or_default()),
            },
            serde_json::Value::String(text) => Value::from(text),
            _ => return Err(CursorError.into()),
        });
        if !follows_hits {
            binds.push(Value::Id(cursor.id));
        }
    }
    let direction = if descending { "desc" } else { "asc" };
    let second = if follows_hits { String::new() } else { format!(", id {direction}") };
    text.push_str(&format!(" order by {expression} {direction}{second} limit ${}", binds.len() + 1));
    binds.push(Value::from(limit + 1));
    let rows: Vec<Keyed<T>> = match q.all(Stmt::new(text, binds)).await {
        // A forged cursor can hold a text where the column is a number.
        Err(DbError::Internal(reason)) if query.cursor.is_some() && reason.contains("cannot be bound") => {
            return Err(CursorError.into());
        }
        other => other?,
    };
    let page = Page::cut(rows, limit, sort, |row| (row.key.clone(), row.id)).map(|keyed| keyed.row);
    let (mut total, mut more) = (None, false);
    if query.count {
        let text = format!(
            "select count(*) from (select 1 from {table} where {} limit {}) as counted",
            clause.text,
            COUNTED + 1
        );
        let (found,): (i64,) = q.one(Stmt::new(text, clause.binds)).await?;
        more = found > COUNTED;
        total = Some(found.min(COUNTED));
    }
    Ok(ListPage { page, total, total_is_lower_bound: more })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_move_but_quoted_text_stays() {
        assert_eq!(shift("a = $1 and b->>'$2' = $12", 3), "a = $4 and b->>'$2' = $15");
    }
}
