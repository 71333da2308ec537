//! All SQL of products.

use db::{
    DbError, Query, Stmt, Tx,
    list::{Fragment, List},
    stmt,
};
use kernel::{Context, Uuid};
use objects::listing::Listing;
use rules::{Column, FieldMap, FieldType};

use crate::{Product, ProductError};

static FIELDS: FieldMap = FieldMap::new(&[
    Column::new("id", FieldType::Id, "id").not_null(),
    Column::new("code", FieldType::Text, "code").not_null(),
    Column::new("name", FieldType::Text, "name").not_null(),
    Column::new("category", FieldType::Text, "category"),
    Column::new("warranty_months", FieldType::Integer, "warranty_months"),
    Column::new("default_response_minutes", FieldType::Integer, "default_response_minutes"),
    Column::new("note", FieldType::Text, "note"),
    Column::new("created_at", FieldType::Time, "created_at").not_null(),
    Column::new("updated_at", FieldType::Time, "updated_at").not_null(),
]);

/// The list of products.
pub(crate) static LISTING: Listing = Listing {
    list: List {
        table: "products",
        columns: Product::COLUMNS,
        sorts: &[("code", "code"), ("name", "name"), ("created_at", "created_at"), ("updated_at", "updated_at")],
        default_sort: "code",
    },
    fields: &FIELDS,
    search_object: Some("product"),
    archivable: true,
};

const INSERT: &str = "insert into products (tenant_id, id, version, created_at, updated_at, code, name, category,
        warranty_months, default_response_minutes, note)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const UPDATE: &str = "update products set version = $4, updated_at = $5, archived_at = $6, code = $7, name = $8,
        category = $9, warranty_months = $10, default_response_minutes = $11, note = $12
    where tenant_id = $1 and id = $2 and version = $3";

/// The product with this id, archived or not. The catalogue is one for the whole company: every scope reaches it.
pub(crate) async fn find(q: &mut impl Query, id: Uuid) -> Result<Option<Product>, DbError> {
    objects::find(q, &LISTING.list, id, Fragment::new("1 = 1", Vec::new())).await
}

/// The product with this folded code, archived or not.
pub(crate) async fn by_code(q: &mut impl Query, code: &str) -> Result<Option<Product>, DbError> {
    let text = format!("select {} from products where tenant_id = $1 and code = $2", Product::COLUMNS);
    let tenant = q.cx().tenant();
    q.optional(stmt!(text, tenant, code)).await
}

pub(crate) fn insert(cx: &Context, product: &Product) -> Stmt<'static> {
    stmt!(
        INSERT,
        cx.tenant(),
        product.id,
        product.version,
        product.created_at,
        product.updated_at,
        &product.code,
        &product.name,
        &product.category,
        &product.warranty_months,
        &product.default_response_minutes,
        &product.note,
    )
    .into_owned()
}

/// Writes `after` over `before`; [`ProductError::Stale`] when somebody was faster.
pub(crate) async fn update(tx: &mut Tx<'_>, before: &Product, after: &Product) -> Result<(), ProductError> {
    let stmt = stmt!(
        UPDATE,
        tx.cx().tenant(),
        after.id,
        before.version,
        after.version,
        after.updated_at,
        &after.archived_at,
        &after.code,
        &after.name,
        &after.category,
        &after.warranty_months,
        &after.default_response_minutes,
        &after.note,
    );
    if tx.execute(stmt).await? == 1 { Ok(()) } else { Err(ProductError::Stale) }
}
