//! Products as rows of a table: what import, export and bulk changes call, by the same rules as the operations.

use db::{Query, Tx, list::ListPage};
use http_api::{IfMatch, ListParams, Problem};
use kernel::Uuid;
use objects::listing;

use crate::{NewProduct, Product, ProductChange, ProductError, ops::update::change, store};

/// A page of the products.
pub async fn page(q: &mut impl Query, params: &ListParams) -> Result<ListPage<Product>, Problem> {
    listing::page(q, &store::LISTING, params, Vec::new()).await
}

/// Creates a product.
pub async fn create(tx: &mut Tx<'_>, new: NewProduct) -> Result<Product, ProductError> {
    crate::insert(tx, new).await
}

/// Changes a product that has this version.
pub async fn update(tx: &mut Tx<'_>, id: Uuid, version: i64, body: ProductChange) -> Result<Product, ProductError> {
    change(tx, id, IfMatch(version), "product.updated", |product| Ok(body.apply(product)?)).await
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
