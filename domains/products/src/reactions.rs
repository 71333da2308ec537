//! What follows from events: the text by which products are found.

use db::{DbError, Tx};
use futures_util::future::BoxFuture;
use kernel::Uuid;
use search::{Document, Indexed};

use crate::{Product, store};

/// Products in the text search.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProductSearch;

impl Indexed for ProductSearch {
    fn object(&self) -> &'static str {
        "product"
    }

    fn table(&self) -> &'static str {
        "products"
    }

    fn documents<'a>(&'a self, tx: &'a mut Tx<'_>, ids: &'a [Uuid]) -> BoxFuture<'a, Result<Vec<Document>, DbError>> {
        Box::pin(async move {
            let products: Vec<Product> = objects::by_ids(tx, &store::LISTING.list, ids).await?;
            let own = objects::OwnWords::of(tx, "product").await?;
            let found = |product: Product| {
                let said = own.words(&product.ext.0);
                document(product).text(said)
            };
            Ok(products.into_iter().map(found).collect())
        })
    }
}

fn document(product: Product) -> Document {
    Document::new(product.id, product.name)
        .subtitle(Some(product.code.clone()))
        .codes([Some(product.code)])
        .text([product.category, product.note])
        .archived(product.archived_at.is_some())
}
