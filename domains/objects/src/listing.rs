//! Lists of business objects: filter, search, archive, scope, order and paging over one table, described once.
//!
//! ```ignore
//! static FIELDS: FieldMap = FieldMap::new(&[Column::new("name", FieldType::Text, "name").not_null(), …]);
//! pub static LISTING: Listing = Listing { list: LIST, fields: &FIELDS, keys: &["name"],
//!     search_object: Some("customer"), archivable: true };
//!
//! let scope = http_api::scope_condition(r.cx(), permissions::CUSTOMERS_READ, &SCOPE);
//! let page = listing::page::<Customer>(r, &LISTING, &params, vec![scope]).await?;
//! ```

use db::{
    Engine, FromRow, Query, Value,
    list::{Fragment, List, ListPage, ListQuery, run},
};
use http_api::{FieldError, ListParams, Problem, http::StatusCode};
use jiff::tz::TimeZone;
use kernel::Context;
use rules::{Bind, Condition, Dialect, FieldMap, FieldType, Now, RuleError, to_sql};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::own::{self, OwnFields};

/// Words looked for in texts at most.
const MOST_WORDS: usize = 8;

/// What is fixed about the list of one kind of object.
#[derive(Debug, Clone, Copy)]
pub struct Listing {
    /// Table, columns and orders.
    pub list: List,
    /// What may be filtered by.
    pub fields: &'static FieldMap,
    /// Fields of which a value stands in few records, each with an index of its own; `id` is one anyway. A list of some
    /// of these values looks at their records alone, instead of walking along its order until it has met them.
    pub keys: &'static [&'static str],
    /// The kind of object in the text search, for `q`; without one its texts are looked through.
    pub search_object: Option<&'static str>,
    /// Whether the table has `archived_at`, so that archived records stand apart.
    pub archivable: bool,
}

/// One page of the list. `conditions` are the data scope ([`http_api::scope_condition`]) and whatever else must hold;
/// filter, search, archive, order and cursor come from `params`.
///
/// Mistakes of the caller are 400 with a pointer: `/query/filter/all/0/value`, `/query/sort`, `/query/cursor`, `/query/q`.
pub async fn page<T: FromRow>(
    q: &mut impl Query,
    listing: &Listing,
    params: &ListParams,
    conditions: Vec<Fragment>,
) -> Result<ListPage<T>, Problem> {
    page_of(q, listing, None, params, conditions).await
}

/// The same for an object with fields of its own: those that are filterable stand in filters and, where they are
/// sortable too, in `sort`, beside the standard ones.
///
/// A field whose index is still being filled is 409 `field_filling`.
pub async fn page_with_own<T: FromRow>(
    q: &mut impl Query,
    listing: &Listing,
    object: &str,
    params: &ListParams,
    conditions: Vec<Fragment>,
) -> Result<ListPage<T>, Problem> {
    let name = params.sort.as_deref().map(|sort| sort.strip_prefix('-').unwrap_or(sort));
    let standard = name.is_none_or(|name| listing.list.sorts.iter().any(|(known, _)| *known == name));
    if standard && params.filter.as_ref().is_none_or(|tree| own::is_standard(tree, listing.fields)) {
        return page_of(q, listing, None, params, conditions).await;
    }
    let mut own = OwnFields::of(q, object).await?;
    own.refuse_filling(params)?;
    let narrow = own.narrow(q, listing, params).await?;
    page_of(q, listing, Some((&own, narrow)), params, conditions).await
}

async fn page_of<T: FromRow>(
    q: &mut impl Query,
    listing: &Listing,
    own: Option<(&OwnFields, Option<Fragment>)>,
    params: &ListParams,
    mut conditions: Vec<Fragment>,
) -> Result<ListPage<T>, Problem> {
    if listing.archivable {
        conditions.push(params.archived_condition());
    }
    let (own, narrow) = own.map_or((None, None), |(own, narrow)| (Some(own), narrow));
    let narrow = match narrow {
        None if params.q.is_none() => named(q.cx(), q.engine(), listing, params),
        narrow => narrow,
    };
    let order = match own {
        Some(own) => own.order(q.cx(), q.engine(), listing, params)?,
        None => None,
    };
    let mut tests = None;
    if let Some(tree) = &params.filter {
        let map = own.map(|own| own.map(listing.fields));
        tests = Some(filter(q.cx(), q.engine(), tree, map.as_ref().unwrap_or(listing.fields))?);
    }
    let mut found = None;
    if let Some(words) = &params.q {
        match listing.search_object {
            None => conditions.push(containing(q.cx(), q.engine(), listing.fields, words)?),
            Some(object) if params.sort.is_none() => found = search::found(q.cx(), q.engine(), object, words),
            Some(object) => conditions.push(search::condition(q.cx(), q.engine(), object, words)),
        }
    }
    let query = ListQuery { filter: tests, found, order, narrow, ..params.query(conditions) };
    run(q, &listing.list, &query).await.map_err(Problem::from)
}

/// Records of a list that the text search does not know: each word stands in one of their texts.
fn containing(cx: &Context, engine: Engine, fields: &FieldMap, words: &str) -> Result<Fragment, Problem> {
    let texts: Vec<&str> = fields.types().filter(|(_, kind)| *kind == FieldType::Text).map(|(id, _)| id).collect();
    if texts.is_empty() {
        return Err(Problem::bad_parameter("/query/q", "This list cannot be searched; use a filter."));
    }
    let somewhere = |word: &str| -> Json {
        let leaves: Vec<Json> =
            texts.iter().map(|field| json!({"field": field, "op": "contains", "value": word})).collect();
        json!({"any": leaves})
    };
    let all: Vec<Json> = words.split_whitespace().take(MOST_WORDS).map(somewhere).collect();
    filter(cx, engine, &json!({"all": all}), fields)
}

/// The records with the values of a key that the filter asks for, as [`ListQuery::narrow`] takes them.
fn named(cx: &Context, engine: Engine, listing: &Listing, params: &ListParams) -> Option<Fragment> {
    let is_key = |leaf: &&Json| {
        let field = leaf["field"].as_str().unwrap_or_default();
        (field == "id" || listing.keys.contains(&field)) && (leaf["op"] == "eq" || leaf["op"] == "in")
    };
    let leaf = params.filter.iter().flat_map(own::required).find(is_key)?;
    // What is wrong with it, and where, the whole filter tells.
    Some(listing.list.narrow(cx, &[filter(cx, engine, leaf, listing.fields).ok()?]))
}

/// A condition tree as a condition of a list. Relative times count from now, where the tenant is.
pub fn filter(cx: &Context, engine: Engine, tree: &Json, fields: &FieldMap) -> Result<Fragment, Problem> {
    let dialect = match engine {
        Engine::Sqlite => Dialect::Sqlite,
        Engine::Postgres => Dialect::Postgres,
    };
    let condition = Condition::parse(tree, fields).map_err(refused)?;
    let fragment = to_sql(&condition, fields, dialect, 1, now(cx)).map_err(refused)?;
    Ok(Fragment::new(fragment.text, fragment.binds.into_iter().map(value).collect()))
}

/// The present instant with the tenant's local time, as conditions take it.
pub fn now(cx: &Context) -> Now {
    let zone = TimeZone::get(cx.zone()).unwrap_or(TimeZone::UTC);
    Now::local(cx.now().micros(), zone.to_offset(cx.now().to_jiff()).seconds())
}

fn value(bind: Bind) -> Value<'static> {
    match bind {
        Bind::Int(number) => Value::Int(number),
        Bind::Number(number) => Value::Real(number),
        Bind::Text(text) => Value::from(text),
        Bind::Bool(flag) => Value::Bool(flag),
        Bind::Id(bytes) => Value::Id(Uuid::from_bytes(bytes)),
    }
}

fn refused(error: RuleError) -> Problem {
    let pointer = format!("/query/filter{}", error.pointer);
    Problem::new(StatusCode::BAD_REQUEST, "invalid_filter", "The filter is not valid; see `errors`.")
        .with_errors(vec![FieldError::new(pointer, error.code(), error.message)])
}
