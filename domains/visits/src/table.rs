//! Visits as rows of a table, for exports.

use authz::permissions::VISITS_READ;
use db::{Query, list::ListPage};
use http_api::{ListParams, Problem, scope_condition};
use objects::listing;

use crate::{Visit, own_fields, store};

/// A page of the visits that the caller sees.
pub async fn page(q: &mut impl Query, params: &ListParams) -> Result<ListPage<Visit>, Problem> {
    let scope = scope_condition(q.cx(), VISITS_READ, &store::SCOPE);
    let mut page = listing::page_with_own(q, &store::LISTING, "visit", params, vec![scope]).await?;
    own_fields(q, &mut page.page.items).await?;
    Ok(page)
}
