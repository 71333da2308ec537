//! The query of every list: page, order, search, filter.

use authz::{Permission, ScopeColumns, scope_clause};
use axum::extract::FromRequestParts;
use db::list::{Fragment, LARGEST_PAGE, ListQuery};
use http::request::Parts;
use kernel::Context;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{App, OperationDoc, Problem, extract::parse_query, routes::Documents};

/// What a caller asks of a list: `?limit=50&cursor=…&sort=-created_at&q=漏水&filter={…}&archived=false&count=true`.
#[derive(Debug, Clone, Default)]
pub struct ListParams {
    /// Rows wanted, 1 to 200.
    pub limit: usize,
    /// From the page before.
    pub cursor: Option<String>,
    /// `name` or `-name`.
    pub sort: Option<String>,
    /// Words to search for, trimmed; absent when empty.
    pub q: Option<String>,
    /// A condition tree.
    pub filter: Option<serde_json::Value>,
    /// Archived records instead of the others.
    pub archived: bool,
    /// Whether the total is wanted.
    pub count: bool,
}

/// As it stands in the address.
#[derive(Debug, Deserialize, JsonSchema)]
struct Asked {
    /// Rows wanted, 1 to 200; 50 when absent.
    #[schemars(range(min = 1, max = 200))]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// A field to sort by; with a minus in front from the highest down, such as `-created_at`.
    sort: Option<String>,
    /// Words to search for.
    q: Option<String>,
    /// A condition tree as JSON, such as `{"field":"status","op":"eq","value":"open"}`.
    filter: Option<String>,
    /// `true` shows archived records instead of the others.
    archived: Option<bool>,
    /// `true` adds `total`, exact up to 10,000.
    count: Option<bool>,
}

impl ListParams {
    /// The list's query with these conditions; scope, filter and search are among them.
    pub fn query(&self, conditions: Vec<Fragment>) -> ListQuery {
        ListQuery {
            limit: self.limit,
            cursor: self.cursor.clone(),
            sort: self.sort.clone(),
            conditions,
            filter: None,
            found: None,
            order: None,
            narrow: None,
            count: self.count,
        }
    }

    /// The condition for tables with `archived_at`.
    pub fn archived_condition(&self) -> Fragment {
        let text = if self.archived { "archived_at is not null" } else { "archived_at is null" };
        Fragment::new(text, Vec::new())
    }
}

/// The data scope of `permission` as a list condition; see [`authz::scope_clause`].
pub fn scope_condition(cx: &Context, permission: Permission, columns: &ScopeColumns<'_>) -> Fragment {
    let scope = scope_clause(cx, permission, columns, 1);
    Fragment::new(scope.text, scope.binds.into_iter().map(Into::into).collect())
}

impl FromRequestParts<App> for ListParams {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let asked: Asked = parse_query(parts.uri.query().unwrap_or_default())?;
        let limit = asked.limit.map_or(50, |limit| limit as usize);
        if !(1..=LARGEST_PAGE).contains(&limit) {
            return Err(Problem::bad_parameter("/query/limit", format!("Ask for 1 to {LARGEST_PAGE} rows.")));
        }
        let q = asked.q.map(|q| q.trim().to_owned()).filter(|q| !q.is_empty());
        if q.as_ref().is_some_and(|q| q.chars().count() > 200 || q.contains('\0')) {
            return Err(Problem::bad_parameter("/query/q", "Search for at most 200 characters."));
        }
        let filter = match asked.filter.filter(|text| !text.trim().is_empty()) {
            Some(text) if text.len() > 16_384 => {
                return Err(Problem::bad_parameter("/query/filter", "The filter is too long; use fewer conditions."));
            }
            Some(text) => Some(
                serde_json::from_str(&text)
                    .map_err(|error| Problem::bad_parameter("/query/filter", format!("This is not JSON: {error}.")))?,
            ),
            None => None,
        };
        Ok(Self {
            limit,
            cursor: asked.cursor.filter(|text| !text.is_empty()),
            sort: asked.sort.filter(|text| !text.is_empty()),
            q,
            filter,
            archived: asked.archived.unwrap_or(false),
            count: asked.count.unwrap_or(false),
        })
    }
}

impl Documents for ListParams {
    fn document(operation: &mut OperationDoc<'_>) {
        operation.query_parameters::<Asked>();
        operation.problems(&[400]);
    }
}
