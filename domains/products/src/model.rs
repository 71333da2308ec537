//! Products as they stand in the database and in the API.

use db::Json;
use http_api::{HasLocation, HasVersion};
use kernel::{Timestamp, Uuid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::WarrantyTerms;

/// A model of device that we service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Product {
    /// The product's id.
    pub id: Uuid,
    /// Rises with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was put away; absent while in use.
    pub archived_at: Option<Timestamp>,
    /// Its code, unique, in capitals.
    pub code: String,
    /// What it is called.
    pub name: String,
    /// What kind of device it is: 电梯, 空调.
    pub category: Option<String>,
    /// How long the factory warranty lasts; absent when there is none or it is not known.
    pub warranty_months: Option<i32>,
    /// Within how many minutes somebody should answer when such a device fails, unless a contract says otherwise.
    pub default_response_minutes: Option<i32>,
    /// Whatever colleagues should know.
    pub note: Option<String>,
    /// How the warranty counts, beyond its months; absent when the rule of the category says so.
    pub warranty: Json<Option<WarrantyTerms>>,
    /// Values of the company's own fields, by field id.
    pub ext: Json<serde_json::Map<String, serde_json::Value>>,
}

db::record!(Product {
    id,
    version,
    created_at,
    updated_at,
    archived_at,
    code,
    name,
    category,
    warranty_months,
    default_response_minutes,
    note,
    warranty,
    ext,
});

/// What counts for products of a category that say nothing themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WarrantyRule {
    /// The rule's id.
    pub id: Uuid,
    /// Rises with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The category as products name it; one rule for each.
    pub category: String,
    /// How long the warranty lasts.
    pub months: i32,
    /// How it counts.
    pub terms: Json<WarrantyTerms>,
}

db::record!(WarrantyRule { id, version, created_at, updated_at, category, months, terms });

impl HasVersion for WarrantyRule {
    fn version(&self) -> i64 {
        self.version
    }
}

impl HasLocation for WarrantyRule {
    fn location(&self) -> String {
        format!("/api/v1/warranty-rules/{}", self.id)
    }
}

/// A manual, drawing or certificate of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProductDocument {
    /// The document's id.
    pub id: Uuid,
    /// The product.
    pub product_id: Uuid,
    /// The file to read.
    pub file_id: Uuid,
    /// Its name.
    pub name: String,
    /// What it is.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// Who added it.
    pub created_by_name: String,
    /// When.
    pub created_at: Timestamp,
}

db::record!(ProductDocument { id, product_id, file_id, name, media_type, size, created_by_name, created_at });

impl HasVersion for ProductDocument {
    fn version(&self) -> i64 {
        1
    }
}

impl HasLocation for ProductDocument {
    fn location(&self) -> String {
        format!("/api/v1/files/{}", self.file_id)
    }
}

impl HasVersion for Product {
    fn version(&self) -> i64 {
        self.version
    }
}

impl HasLocation for Product {
    fn location(&self) -> String {
        format!("/api/v1/products/{}", self.id)
    }
}
