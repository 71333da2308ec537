//! Quotes as rows of a table: the list of the API, and what exports read.

use authz::permissions::QUOTES_READ;
use db::{Query, list::ListPage};
use http_api::{ListParams, Problem};
use objects::listing;

use crate::{Quote, own_fields, store};

/// A page of the quotes that the caller sees.
pub async fn page(q: &mut impl Query, params: &ListParams) -> Result<ListPage<Quote>, Problem> {
    let scope = store::ticket_scope(q.cx(), QUOTES_READ);
    let mut page = listing::page_with_own(q, &store::LISTING, "quote", params, vec![scope]).await?;
    own_fields(q, &mut page.page.items).await?;
    Ok(page)
}
