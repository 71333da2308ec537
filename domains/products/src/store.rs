//! All SQL of products.

use db::{
    DbError, Query, Stmt, Tx,
    list::{Fragment, List},
    stmt,
};
use kernel::{Context, Uuid};
use objects::listing::Listing;
use rules::{Column, FieldMap, FieldType};

use crate::{Product, ProductDocument, ProductError, WarrantyRule};

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
    keys: &["code", "name"],
    search_object: Some("product"),
    archivable: true,
};

const INSERT: &str = "insert into products (tenant_id, id, version, created_at, updated_at, code, name, category,
        warranty_months, default_response_minutes, note, warranty, ext)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
const UPDATE: &str = "update products set version = $4, updated_at = $5, archived_at = $6, code = $7, name = $8,
        category = $9, warranty_months = $10, default_response_minutes = $11, note = $12, warranty = $13, ext = $14
    where tenant_id = $1 and id = $2 and version = $3";

/// The list of warranty rules by category.
pub(crate) static RULES: Listing = Listing {
    list: List {
        table: "warranty_rules",
        columns: WarrantyRule::COLUMNS,
        sorts: &[("category", "category"), ("months", "months"), ("updated_at", "updated_at")],
        default_sort: "category",
    },
    fields: &RULE_FIELDS,
    keys: &[],
    search_object: None,
    archivable: false,
};

static RULE_FIELDS: FieldMap = FieldMap::new(&[
    Column::new("id", FieldType::Id, "id").not_null(),
    Column::new("category", FieldType::Text, "category").not_null(),
    Column::new("months", FieldType::Integer, "months").not_null(),
    Column::new("updated_at", FieldType::Time, "updated_at").not_null(),
]);

/// Documents of one product at most.
const MOST_DOCUMENTS: usize = 200;

const INSERT_RULE: &str =
    "insert into warranty_rules (tenant_id, id, version, created_at, updated_at, category, months,
        terms)
    values ($1, $2, $3, $4, $5, $6, $7, $8)";
const UPDATE_RULE: &str =
    "update warranty_rules set version = $4, updated_at = $5, category = $6, months = $7, terms = $8
    where tenant_id = $1 and id = $2 and version = $3";
const DELETE_RULE: &str = "delete from warranty_rules where tenant_id = $1 and id = $2 and version = $3";
const INSERT_DOCUMENT: &str =
    "insert into product_documents (tenant_id, id, product_id, file_id, name, media_type, size,
        created_by_name, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const DELETE_DOCUMENT: &str = "delete from product_documents where tenant_id = $1 and product_id = $2 and id = $3";

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
        &product.warranty,
        &product.ext,
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
        &after.warranty,
        &after.ext,
    );
    if tx.execute(stmt).await? == 1 { Ok(()) } else { Err(ProductError::Stale) }
}

/// The warranty rule with this id.
pub(crate) async fn rule(q: &mut impl Query, id: Uuid) -> Result<WarrantyRule, ProductError> {
    let everything = Fragment::new("1 = 1", Vec::new());
    objects::find(q, &RULES.list, id, everything).await?.ok_or(ProductError::RuleNotFound)
}

/// The warranty rule of a category.
pub(crate) async fn rule_of(q: &mut impl Query, category: &str) -> Result<Option<WarrantyRule>, DbError> {
    let text = format!("select {} from warranty_rules where tenant_id = $1 and category = $2", WarrantyRule::COLUMNS);
    let tenant = q.cx().tenant();
    q.optional(stmt!(text, tenant, category)).await
}

pub(crate) fn insert_rule(cx: &Context, rule: &WarrantyRule) -> Stmt<'static> {
    stmt!(
        INSERT_RULE,
        cx.tenant(),
        rule.id,
        rule.version,
        rule.created_at,
        rule.updated_at,
        &rule.category,
        rule.months,
        &rule.terms,
    )
    .into_owned()
}

/// Writes `after` over `before`; [`ProductError::Stale`] when somebody was faster.
pub(crate) async fn update_rule(
    tx: &mut Tx<'_>,
    before: &WarrantyRule,
    after: &WarrantyRule,
) -> Result<(), ProductError> {
    let stmt = stmt!(
        UPDATE_RULE,
        tx.cx().tenant(),
        after.id,
        before.version,
        after.version,
        after.updated_at,
        &after.category,
        after.months,
        &after.terms,
    );
    if tx.execute(stmt).await? == 1 { Ok(()) } else { Err(ProductError::Stale) }
}

/// Takes the rule away; [`ProductError::Stale`] when somebody was faster.
pub(crate) async fn delete_rule(tx: &mut Tx<'_>, rule: &WarrantyRule) -> Result<(), ProductError> {
    let stmt = stmt!(DELETE_RULE, tx.cx().tenant(), rule.id, rule.version);
    if tx.execute(stmt).await? == 1 { Ok(()) } else { Err(ProductError::Stale) }
}

/// A product's documents, the newest first.
pub(crate) async fn documents(q: &mut impl Query, product_id: Uuid) -> Result<Vec<ProductDocument>, DbError> {
    let text = format!(
        "select {} from product_documents where tenant_id = $1 and product_id = $2
         order by created_at desc, id desc limit {MOST_DOCUMENTS}",
        ProductDocument::COLUMNS
    );
    let tenant = q.cx().tenant();
    q.all(stmt!(text, tenant, product_id)).await
}

pub(crate) fn insert_document(cx: &Context, document: &ProductDocument) -> Stmt<'static> {
    stmt!(
        INSERT_DOCUMENT,
        cx.tenant(),
        document.id,
        document.product_id,
        document.file_id,
        &document.name,
        &document.media_type,
        document.size,
        &document.created_by_name,
        document.created_at,
    )
    .into_owned()
}

/// Takes a document away; false when there is none.
pub(crate) async fn delete_document(tx: &mut Tx<'_>, product_id: Uuid, id: Uuid) -> Result<bool, DbError> {
    let stmt = stmt!(DELETE_DOCUMENT, tx.cx().tenant(), product_id, id);
    Ok(tx.execute(stmt).await? == 1)
}
