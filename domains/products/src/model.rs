//! Products as they stand in the database and in the API.

use http_api::{HasLocation, HasVersion};
use kernel::{Timestamp, Uuid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
});

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
