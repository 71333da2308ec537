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
/// Totals of what was found are exact up to here: counting hits means reading their texts.
pub const COUNTED_HITS: i64 = 1_000;

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

    /// The same with placeholders that follow `offset` others, to be put behind another fragment.
    #[must_use]
    pub fn after(self, offset: usize) -> Self {
        Self { text: shift(&self.text, offset), binds: self.binds }
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

impl List {
    /// The records that pass these conditions, as [`ListQuery::narrow`] takes them: for conditions that few pass and for
    /// which there is an index.
    pub fn narrow(&self, cx: &Context, conditions: &[Fragment]) -> Fragment {
        let clause = where_clause(cx, conditions);
        Fragment::new(format!("select id as narrow_id from {} where {}", self.table, clause.text), clause.binds)
    }
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
    /// Conditions that all must hold: scope, archived.
    pub conditions: Vec<Fragment>,
    /// What the caller filters by. It must hold as well; an order says it in its own words.
    pub filter: Option<Fragment>,
    /// What a search found: it narrows the list and brings its own order, so `sort` must be `None`.
    pub found: Option<Found>,
    /// The order when `sort` names values that stand in rows of their own; the list need not know that sort.
    pub order: Option<Order>,
    /// The query of `narrow_id`: the few records, each once, that alone can be in the list. They are looked at one by one
    /// instead of walking along an order; a list that follows what was found does without.
    pub narrow: Option<Fragment>,
    /// Whether the total is wanted.
    pub count: bool,
}

/// An order by values that stand in rows of another table, one for each record that has a value. Records without one
/// stand last, by id, whichever way the values go.
#[derive(Debug, Clone)]
pub struct Order {
    /// The query of `sort_value` and `sort_record`.
    pub rows: Fragment,
    /// The filter as it is for records with a value; it may name `sort_value`.
    pub present: Fragment,
    /// The filter as it is for records without one.
    pub missing: Fragment,
}

/// Queries of `hit_number` and `hit_id`; hits with the highest number stand first. `$1` of both is the number below
/// which a page begins.
#[derive(Debug, Clone)]
pub struct Found {
    /// A cheap look at the highest numbers only; its page stands when it is full.
    pub near: Option<Fragment>,
    /// All hits.
    pub all: Fragment,
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
    /// Rows in all, counted up to 10,000; up to 1,000 of a search.
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

/// One page's statement before its order: which rows, and where the page begins.
struct Rows {
    table: String,
    clause: Fragment,
}

impl Rows {
    fn of(q: &impl Query, list: &List, query: &ListQuery, hits: Option<&Fragment>) -> Self {
        let conditions: Vec<Fragment> = query.conditions.iter().chain(&query.filter).cloned().collect();
        let mut clause = where_clause(q.cx(), &conditions);
        let Some(hits) = hits else {
            let Some(narrow) = &query.narrow else { return Self { table: list.table.to_owned(), clause } };
            let table = format!("({}) as narrow cross join {}", shift(&narrow.text, clause.binds.len()), list.table);
            clause.text.push_str(" and id = narrow_id");
            clause.binds.extend(narrow.binds.iter().cloned());
            return Self { table, clause };
        };
        let table = format!("({}) as hits cross join {}", shift(&hits.text, clause.binds.len()), list.table);
        clause.text.push_str(" and id = hit_id");
        clause.binds.extend(hits.binds.iter().cloned());
        Self { table, clause }
    }
}

/// The statement of a list. What the caller filters by is rare in one tenant and common in the next.
fn asked(text: String, binds: Vec<Value<'static>>) -> Stmt<'static> {
    Stmt::new(text, binds).planned_once()
}

/// The page of what was found, by number. Numbers know no doubles; a second column would keep the index from giving
/// them in order.
async fn hits<T: FromRow>(
    q: &mut impl Query,
    list: &List,
    query: &ListQuery,
    found: &Found,
    limit: usize,
) -> Result<Vec<Keyed<T>>, ListError> {
    let below = match &query.cursor {
        None => i64::MAX,
        Some(cursor) => Cursor::decode(cursor, BY_HIT)?.value.as_i64().ok_or(CursorError)?,
    };
    let mut rows = Vec::new();
    for hits in found.near.iter().chain([&found.all]) {
        let mut hits = hits.clone();
        if let Some(first) = hits.binds.first_mut() {
            *first = Value::Int(below);
        }
        let Rows { table, mut clause } = Rows::of(q, list, query, Some(&hits));
        clause.binds.push(Value::from(limit + 1));
        let text = format!(
            "select {}, hit_number as sort_key, id as sort_id from {table} where {} order by hit_number desc limit ${}",
            list.columns,
            clause.text,
            clause.binds.len()
        );
        rows = q.all(asked(text, clause.binds)).await?;
        if rows.len() > limit {
            break;
        }
    }
    Ok(rows)
}

/// The sort of lists that follow what was found.
const BY_HIT: &str = "-found";

/// Runs the list. The table must have `tenant_id` and `id`.
pub async fn run<T: FromRow>(q: &mut impl Query, list: &List, query: &ListQuery) -> Result<ListPage<T>, ListError> {
    let limit = if query.limit == 0 { 50 } else { query.limit.min(LARGEST_PAGE) };
    let page = if let Some(found) = &query.found {
        let rows = hits(q, list, query, found, limit).await?;
        Page::cut(rows, limit, BY_HIT, |row| (row.key.clone(), row.id))
    } else {
        let sort = query.sort.as_deref().unwrap_or(list.default_sort);
        let rows = match &query.order {
            Some(order) => ordered(q, list, query, order, sort, limit).await?,
            None => sorted(q, list, query, sort, limit).await?,
        };
        Page::cut(rows, limit, sort, |row| (row.key.clone(), row.id))
    };
    let page = page.map(|keyed: Keyed<T>| keyed.row);
    let (mut total, mut more) = (None, false);
    if query.count {
        let most = if query.found.is_some() { COUNTED_HITS } else { COUNTED };
        let Rows { table, clause } = Rows::of(q, list, query, query.found.as_ref().map(|found| &found.all));
        let order = if query.found.is_some() { "order by hit_number desc " } else { "" };
        let text = format!(
            "select count(*) from (select 1 from {table} where {} {order}limit {}) as counted",
            clause.text,
            most + 1
        );
        let (found,): (i64,) = q.one(asked(text, clause.binds)).await?;
        more = found > most;
        total = Some(found.min(most));
    }
    Ok(ListPage { page, total, total_is_lower_bound: more })
}

/// The page in the order of `sort`.
async fn sorted<T: FromRow>(
    q: &mut impl Query,
    list: &List,
    query: &ListQuery,
    sort: &str,
    limit: usize,
) -> Result<Vec<Keyed<T>>, ListError> {
    let (name, descending) = sort.strip_prefix('-').map_or((sort, false), |name| (name, true));
    let Some((_, expression)) = list.sorts.iter().find(|(known, _)| *known == name) else {
        let known = list.sorts.iter().map(|(known, _)| *known).collect::<Vec<_>>().join(", ");
        return Err(ListError::UnknownSort { asked: name.chars().take(64).collect(), known });
    };
    let Rows { table, clause: Fragment { text: clause, mut binds } } = Rows::of(q, list, query, None);
    let mut text =
        format!("select {}, {expression} as sort_key, id as sort_id from {table} where {clause}", list.columns);
    if let Some(cursor) = &query.cursor {
        let cursor = Cursor::decode(cursor, sort)?;
        let (value, id) = (binds.len() + 1, binds.len() + 2);
        let order = if descending { '<' } else { '>' };
        text.push_str(&format!(" and ({expression}, id) {order} (${value}, ${id})"));
        binds.push(bound(cursor.value)?);
        binds.push(Value::Id(cursor.id));
    }
    let direction = if descending { "desc" } else { "asc" };
    text.push_str(&format!(" order by {expression} {direction}, id {direction} limit ${}", binds.len() + 1));
    binds.push(Value::from(limit + 1));
    unforged(q.all(asked(text, binds)).await, query)
}

/// A cursor's value as it is compared with the sort's.
fn bound(value: serde_json::Value) -> Result<Value<'static>, CursorError> {
    Ok(match value {
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(whole) => Value::Int(whole),
            None => Value::Real(number.as_f64().unwrap_or_default()),
        },
        // PostgreSQL has no texts with U+0000, so no page can have ended there.
        serde_json::Value::String(text) if !text.contains('\0') => Value::from(text),
        _ => return Err(CursorError),
    })
}

/// A forged cursor can hold a text where the column is a number.
fn unforged<T>(found: Result<Vec<T>, DbError>, query: &ListQuery) -> Result<Vec<T>, ListError> {
    match found {
        Err(DbError::Internal(reason)) if query.cursor.is_some() && reason.contains("cannot be bound") => {
            Err(CursorError.into())
        }
        other => Ok(other?),
    }
}

/// The rows of one part of such a page.
fn phase(q: &impl Query, list: &List, query: &ListQuery, part: &Fragment) -> Rows {
    let (conditions, narrow) = (query.conditions.clone(), query.narrow.clone());
    Rows::of(q, list, &ListQuery { conditions, filter: Some(part.clone()), narrow, ..ListQuery::default() }, None)
}

/// The page in the order of values that stand in rows of their own: first the records that have one, then the others.
async fn ordered<T: FromRow>(
    q: &mut impl Query,
    list: &List,
    query: &ListQuery,
    order: &Order,
    sort: &str,
    limit: usize,
) -> Result<Vec<Keyed<T>>, ListError> {
    let (direction, compare) = if sort.starts_with('-') { ("desc", '<') } else { ("asc", '>') };
    let cursor = query.cursor.as_deref().map(|cursor| Cursor::decode(cursor, sort)).transpose()?;
    let (mut rows, mut after) = (Vec::new(), None);
    match cursor {
        Some(Cursor { value: serde_json::Value::Null, id, .. }) => after = Some(id),
        cursor => {
            let Rows { table, clause: Fragment { mut text, mut binds } } = phase(q, list, query, &order.present);
            let values = shift(&order.rows.text, binds.len());
            binds.extend(order.rows.binds.iter().cloned());
            if let Some(cursor) = cursor {
                let (value, id) = (binds.len() + 1, binds.len() + 2);
                text.push_str(&format!(" and (sort_value, sort_record) {compare} (${value}, ${id})"));
                binds.push(bound(cursor.value)?);
                binds.push(Value::Id(cursor.id));
            }
            binds.push(Value::from(limit + 1));
            let text = format!(
                "select {}, sort_value as sort_key, id as sort_id from {} where {text} \
                 and id = sort_record order by sort_value {direction}, sort_record {direction} limit ${}",
                list.columns,
                // Few records are looked up in the values, many records walk along them.
                match query.narrow {
                    Some(_) => format!("{table} cross join ({values}) as ordered"),
                    None => format!("({values}) as ordered cross join {table}"),
                },
                binds.len()
            );
            rows = unforged(q.all(asked(text, binds)).await, query)?;
        }
    }
    if rows.len() > limit {
        return Ok(rows);
    }
    let Rows { table, clause: Fragment { mut text, mut binds } } = phase(q, list, query, &order.missing);
    if let Some(id) = after {
        binds.push(Value::Id(id));
        text.push_str(&format!(" and id > ${}", binds.len()));
    }
    let values = shift(&order.rows.text, binds.len());
    binds.extend(order.rows.binds.iter().cloned());
    binds.push(Value::from(limit + 1 - rows.len()));
    let text = format!(
        "select {}, 0 as sort_key, id as sort_id from {table} where {text} and not exists \
         (select 1 from ({values}) as ordered where sort_record = id) order by id limit ${}",
        list.columns,
        binds.len()
    );
    let rest: Vec<Keyed<T>> = q.all(asked(text, binds)).await?;
    rows.extend(rest.into_iter().map(|keyed| Keyed { key: serde_json::Value::Null, ..keyed }));
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_move_but_quoted_text_stays() {
        assert_eq!(shift("a = $1 and b->>'$2' = $12", 3), "a = $4 and b->>'$2' = $15");
    }
}
