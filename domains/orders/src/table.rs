//! Orders as rows of a table: what import, export and bulk changes call, by the same rules as the operations.

use authz::permissions::{ORDERS_CREATE, ORDERS_READ};
use db::{Query, Tx, list::ListPage};
use http_api::{IfMatch, ListParams, Problem};
use kernel::{Page, Scope, Uuid};
use objects::{Numbers, listing};

use crate::{
    NewOrder, Order, OrderChange, OrderError, OrderView,
    ops::{
        create::insert_with,
        list::views,
        update::{change, read, write},
    },
    own_fields, store,
};

/// A page of the orders that the caller sees.
pub async fn page(q: &mut impl Query, params: &ListParams) -> Result<ListPage<OrderView>, Problem> {
    let scope = store::scope(q.cx(), ORDERS_READ);
    let mut found: ListPage<Order> = listing::page_with_own(q, &store::LISTING, "order", params, vec![scope]).await?;
    own_fields(q, &mut found.page.items).await?;
    let items = views(q, found.page.items).await?;
    let page = Page { items, next_cursor: found.page.next_cursor };
    Ok(ListPage { page, total: found.total, total_is_lower_bound: found.total_is_lower_bound })
}

/// Creates an order, which must have its number (see [`crate::next_number`]); `numbers` were taken before, when own
/// fields are sent. Whoever does not reach every order looks after the ones they create.
pub async fn create(tx: &mut Tx<'_>, mut new: NewOrder, numbers: &Numbers) -> Result<Order, OrderError> {
    if new.owner_id.is_none() && tx.cx().scope(ORDERS_CREATE.name()) != Some(Scope::All) {
        new.owner_id = tx.cx().user_id();
    }
    insert_with(tx, new, numbers).await
}

/// Changes an order that has this version and that the caller may change.
pub async fn update(tx: &mut Tx<'_>, id: Uuid, version: i64, body: OrderChange) -> Result<Order, OrderError> {
    change(tx, id, IfMatch(version), body).await
}

/// Puts an order of this version away, or takes it back.
pub async fn put_away(tx: &mut Tx<'_>, id: Uuid, version: i64, away: bool) -> Result<Order, OrderError> {
    let before = read(tx, id, IfMatch(version)).await?;
    let (kind, now) = if away { ("order.archived", Some(tx.cx().now())) } else { ("order.restored", None) };
    let archived_at = now.map(|now| before.archived_at.unwrap_or(now));
    write(tx, &before, Order { archived_at, ..before.clone() }, kind, |_| {}).await
}
