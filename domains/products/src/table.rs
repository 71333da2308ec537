//! Products as rows of a table: what import, export and bulk changes call, by the same rules as the operations.

use db::{Query, Tx, list::ListPage};
use http_api::{IfMatch, ListParams, Problem};
use kernel::Uuid;
use objects::{Numbers, listing};

use crate::{
    NewProduct, Product, ProductChange, ProductError,
    ops::{
        create::insert_with,
        update::{change, change_with},
    },
    own_fields, store,
};

/// A page of the products.
pub async fn page(q: &mut impl Query, params: &ListParams) -> Result<ListPage<Product>, Problem> {
    let mut page: ListPage<Product> = listing::page_with_own(q, &store::LISTING, "product", params, Vec::new()).await?;
    own_fields(q, &mut page.page.items).await?;
    Ok(page)
}

/// Creates a product; `numbers` were taken before, when own fields are sent.
pub async fn create(tx: &mut Tx<'_>, new: NewProduct, numbers: &Numbers) -> Result<Product, ProductError> {
    insert_with(tx, new, numbers).await
}

/// Changes a product that has this version.
pub async fn update(tx: &mut Tx<'_>, id: Uuid, version: i64, mut body: ProductChange) -> Result<Product, ProductError> {
    let sent = body.ext.take();
    change_with(tx, id, IfMatch(version), "product.updated", sent, |product| Ok(body.apply(product)?)).await
}

/// Puts a product of this version away, or takes it back.
pub async fn put_away(tx: &mut Tx<'_>, id: Uuid, version: i64, away: bool) -> Result<Product, ProductError> {
    let (kind, now) = if away { ("product.archived", Some(tx.cx().now())) } else { ("product.restored", None) };
    let alter = |product: &Product| {
        let archived_at = now.map(|now| product.archived_at.unwrap_or(now));
        Ok(Product { archived_at, ..product.clone() })
    };
    change(tx, id, IfMatch(version), kind, alter).await
}
