//! Customers as rows of a table: what import, export and bulk changes call, by the same rules as the operations.

use authz::permissions::{CUSTOMERS_CREATE, CUSTOMERS_READ};
use db::{Query, Tx, list::ListPage};
use http_api::{IfMatch, ListParams, Problem};
use kernel::{Scope, Uuid};
use objects::{Numbers, listing, shown};

use crate::{
    Customer, CustomerChange, CustomerError, NewCustomer,
    ops::{
        create::insert_with,
        update::{change, change_with},
    },
    store,
};

/// A page of the customers that the caller sees.
pub async fn page(q: &mut impl Query, params: &ListParams) -> Result<ListPage<Customer>, Problem> {
    let scope = store::scope(q.cx(), CUSTOMERS_READ);
    let mut page: ListPage<Customer> =
        listing::page_with_own(q, &store::LISTING, "customer", params, vec![scope]).await?;
    shown(q, "customer", page.page.items.iter_mut().map(|customer| &mut customer.ext.0).collect()).await?;
    Ok(page)
}

/// Creates a customer; `numbers` were taken before, when own fields are sent.
pub async fn create(tx: &mut Tx<'_>, mut new: NewCustomer, numbers: &Numbers) -> Result<Customer, CustomerError> {
    if new.owner_id.is_none() && tx.cx().scope(CUSTOMERS_CREATE.name()) != Some(Scope::All) {
        new.owner_id = tx.cx().user_id();
    }
    insert_with(tx, new, numbers).await
}

/// Changes a customer that has this version and that the caller may change.
pub async fn update(
    tx: &mut Tx<'_>,
    id: Uuid,
    version: i64,
    mut body: CustomerChange,
) -> Result<Customer, CustomerError> {
    let own = body.ext.take();
    let alter = |customer: &Customer| Ok(body.apply(customer)?);
    change_with(tx, id, IfMatch(version), "customer.updated", own, alter).await
}

/// Puts a customer of this version away, or takes it back.
pub async fn put_away(tx: &mut Tx<'_>, id: Uuid, version: i64, away: bool) -> Result<Customer, CustomerError> {
    let (kind, now) = if away { ("customer.archived", Some(tx.cx().now())) } else { ("customer.restored", None) };
    let alter = |customer: &Customer| {
        let archived_at = now.map(|now| customer.archived_at.unwrap_or(now));
        Ok(Customer { archived_at, ..customer.clone() })
    };
    change(tx, id, IfMatch(version), kind, alter).await
}
