//! Product models: code, name, category, how long their factory warranty lasts and how it counts, and their documents.
//!
//! What a product does not say about its warranty, the rule of its category says ([`warranty_of`]); [`work_out`] is the
//! pure rule from a device's days to those of its warranty.
//!
//! Events: `product.created`, `.updated`, `.archived`, `.restored`, `.document_added`, `.document_removed`,
//! `warranty_rule.created`, `.updated`, `.deleted`. Text search knows products by name, code, category,
//! note and own fields that may be searched.

mod api;
mod error;
mod model;
mod ops;
mod reactions;
mod store;
pub mod table;
mod warranty;

use authz::{
    Access,
    permissions::{PRODUCTS_READ, PRODUCTS_UPDATE},
};
use db::{DbError, Migration, Query};
use http_api::Routes;
use kernel::Uuid;

pub use api::{NewProduct, NewWarrantyRule, ProductChange};
pub use error::ProductError;
pub use model::{Product, ProductDocument, WarrantyRule};
pub use ops::{create::insert, warranty_rules::insert as insert_warranty_rule};
pub use reactions::ProductSearch;
pub use warranty::{
    ComponentTerm, EffectiveRule, LifeDays, RuleSource, StartBasis, WarrantyStart, WarrantyTerms, start_of, work_out,
};

/// The structure of this domain.
pub fn migrations() -> Vec<Migration> {
    vec![
        db::migration!("products", 1, "products", "../migrations/0001_products.sql"),
        db::migration!("products", 2, "warranty_rules", "../migrations/0002_warranty_rules.sql"),
        db::migration!("products", 3, "own_fields", "../migrations/0003_own_fields.sql"),
    ]
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
        .post(
            "/api/v1/products/{id}/reveal",
            read,
            "revealProductField",
            "Show one own field of personal data of a product",
            ops::reveal::handle,
        )
        .describe("Every look is written down as the event `personal_data.revealed`.")
        .get(
            "/api/v1/products/{id}/timeline",
            read,
            "getProductTimeline",
            "Show what happened to a product, newest first",
            ops::timeline::handle,
        )
        .get(
            "/api/v1/products/{id}/documents",
            read,
            "listProductDocuments",
            "List a product's manuals and other documents",
            ops::documents::list,
        )
        .post(
            "/api/v1/products/{id}/documents",
            update,
            "addProductDocument",
            "Add an uploaded file to a product",
            ops::documents::add,
        )
        .describe("Every device of the product shows it too.")
        .delete(
            "/api/v1/products/{id}/documents/{document_id}",
            update,
            "removeProductDocument",
            "Take a document off a product",
            ops::documents::remove,
        )
        .get(
            "/api/v1/warranty-rules",
            read,
            "listWarrantyRules",
            "List warranty rules by category",
            ops::warranty_rules::list,
        )
        .post(
            "/api/v1/warranty-rules",
            update,
            "createWarrantyRule",
            "Say how warranties of a category count",
            ops::warranty_rules::create,
        )
        .describe("It counts for products of the category that say nothing themselves.")
        .get("/api/v1/warranty-rules/{id}", read, "getWarrantyRule", "Show a warranty rule", ops::warranty_rules::get)
        .patch(
            "/api/v1/warranty-rules/{id}",
            update,
            "updateWarrantyRule",
            "Change a warranty rule",
            ops::warranty_rules::update,
        )
        .delete(
            "/api/v1/warranty-rules/{id}",
            update,
            "deleteWarrantyRule",
            "Take a warranty rule away",
            ops::warranty_rules::delete,
        )
}

/// The product with this id, archived or not.
pub async fn get(q: &mut impl Query, id: Uuid) -> Result<Option<Product>, DbError> {
    let mut found = store::find(q, id).await?;
    own_fields(q, found.as_mut_slice()).await?;
    Ok(found)
}

/// What the caller may see of the products' own fields.
pub(crate) async fn own_fields(q: &mut impl Query, products: &mut [Product]) -> Result<(), DbError> {
    objects::shown(q, "product", products.iter_mut().map(|product| &mut product.ext.0).collect()).await
}

/// The products with these ids, archived or not, in no order; ids that do not exist are left out.
pub async fn by_ids(q: &mut impl Query, ids: &[Uuid]) -> Result<Vec<Product>, DbError> {
    let mut found: Vec<Product> = objects::by_ids(q, &store::LISTING.list, ids).await?;
    own_fields(q, &mut found).await?;
    Ok(found)
}

/// The product with this code however it is written, archived or not.
pub async fn by_code(q: &mut impl Query, code: &str) -> Result<Option<Product>, DbError> {
    let mut found = store::by_code(q, &objects::folded_code(code)).await?;
    own_fields(q, found.as_mut_slice()).await?;
    Ok(found)
}

/// The warranty rule that counts for a product: its own words first, those of its category for the rest.
pub async fn warranty_of(q: &mut impl Query, product: &Product) -> Result<EffectiveRule, DbError> {
    let mut rule = EffectiveRule {
        months: product.warranty_months.map(|months| (months, RuleSource::Product)),
        terms: product.warranty.0.clone().map(|terms| (terms, RuleSource::Product)),
    };
    if let (Some(category), true) = (&product.category, rule.months.is_none() || rule.terms.is_none())
        && let Some(of_category) = store::rule_of(q, category).await?
    {
        rule.months = rule.months.or(Some((of_category.months, RuleSource::Category)));
        rule.terms = rule.terms.or(Some((of_category.terms.0, RuleSource::Category)));
    }
    Ok(rule)
}

/// A product's manuals and other documents, the newest first.
pub async fn documents(q: &mut impl Query, product_id: Uuid) -> Result<Vec<ProductDocument>, DbError> {
    store::documents(q, product_id).await
}
