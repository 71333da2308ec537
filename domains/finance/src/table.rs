//! Quotes as rows of a table, for exports.

use authz::permissions::QUOTES_READ;
use db::{Query, list::ListPage};
use http_api::{ListParams, Problem};
use objects::listing;

use crate::{Quote, store};

/// A page of the quotes that the caller sees.
pub async fn page(q: &mut impl Query, params: &ListParams) -> Result<ListPage<Quote>, Problem> {
    let scope = store::ticket_scope(q.cx(), QUOTES_READ);
    listing::page(q, &store::LISTING, params, vec![scope]).await
}
