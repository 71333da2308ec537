//! Product models: code, name, category, and how long their factory warranty lasts.
//!
//! Events: `product.created`, `.updated`, `.archived`, `.restored`. Text search knows products by name, code, category
//! and note.

mod api;
mod error;
mod model;
mod ops;
mod reactions;
mod store;

use authz::{
    Access,
    permissions::{PRODUCTS_READ, PRODUCTS_UPDATE},
};
use db::{DbError, Migration, Query};
use http_api::Routes;
use kernel::Uuid;

pub use api::{NewProduct, ProductChange};
pub use error::ProductError;
pub use model::Product;
pub use ops::create::insert;
pub use reactions::ProductSearch;

/// The structure of this domain.
pub fn migrations() -> Vec<Migration> {
    vec![db::migration!("products", 1, "products", "../migrations/0001_products.sql")]
}

/// The operations of this domain.
pub fn routes() -> Routes {
    let read = Access::Needs(PRODUCTS_READ);
    let update = Access::Needs(PRODUCTS_UPDATE);
    Routes::new("products")
        .get("/api/v1/products", read, "listProducts", "List products", ops::list::handle)
        .post("/api/v1/products", update, "createProduct", "Create a product", ops::create::handle)
        .get("/api/v1/products/{id}", read, "getProduct", "Show a product", ops::get::handle)
        .patch("/api/v1/products/{id}", update, "updateProduct", "Change a product", ops::update::handle)
        .post("/api/v1/products/{id}/archive", update, "archiveProduct", "Put a product away", ops::archive::handle)
        .post("/api/v1/products/{id}/restore", update, "restoreProduct", "Take a product back", ops::restore::handle)
        .get(
            "/api/v1/products/{id}/timeline",
            read,
            "getProductTimeline",
            "Show what happened to a product, newest first",
            ops::timeline::handle,
        )
}

/// The product with this id, archived or not.
pub async fn get(q: &mut impl Query, id: Uuid) -> Result<Option<Product>, DbError> {
    store::find(q, id).await
}

/// The products with these ids, archived or not, in no order; ids that do not exist are left out.
pub async fn by_ids(q: &mut impl Query, ids: &[Uuid]) -> Result<Vec<Product>, DbError> {
    objects::by_ids(q, &store::LISTING.list, ids).await
}

/// The product with this code however it is written, archived or not.
pub async fn by_code(q: &mut impl Query, code: &str) -> Result<Option<Product>, DbError> {
    store::by_code(q, &objects::folded_code(code)).await
}
