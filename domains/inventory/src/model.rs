//! The part, and its use on a job.

use db::Json;
use kernel::{Context, Timestamp, Uuid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A spare part or consumable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Part {
    /// UUIDv7.
    pub id: Uuid,
    /// Rises with every change; the `ETag`.
    pub version: i64,
    /// The code on the box, unique.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// What is counted: 个, 套, m.
    pub unit: String,
    /// What the customer pays for one, in minor units of `currency`.
    pub price_minor: i64,
    /// What one costs us, in minor units of `currency`.
    pub cost_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// On hand by the books; below zero when more was used than was booked in.
    pub stock: i64,
    /// True while the stock is below zero: somebody should count.
    pub stock_warning: bool,
    /// For colleagues.
    pub note: Option<String>,
    /// When it was added.
    pub created_at: Timestamp,
    /// Last change, uses included.
    pub updated_at: Timestamp,
    /// When it was put away.
    pub archived_at: Option<Timestamp>,
    /// Values of the company's own fields, by field id.
    pub ext: Json<serde_json::Map<String, serde_json::Value>>,
}

db::record!(Part {
    id,
    version,
    code,
    name,
    unit,
    price_minor,
    cost_minor,
    currency,
    stock,
    stock_warning,
    note,
    created_at,
    updated_at,
    archived_at,
    ext,
});

impl Part {
    /// A new part without price or stock.
    pub fn new(cx: &Context, code: String, name: String) -> Self {
        let now = cx.now();
        Self {
            id: cx.new_id(),
            version: 1,
            code,
            name,
            unit: "个".to_owned(),
            price_minor: 0,
            cost_minor: 0,
            currency: "CNY".to_owned(),
            stock: 0,
            stock_warning: false,
            note: None,
            created_at: now,
            updated_at: now,
            archived_at: None,
            ext: Json::default(),
        }
    }

    /// Another stock; the warning follows it.
    pub fn set_stock(&mut self, stock: i64) {
        self.stock = stock;
        self.stock_warning = stock < 0;
    }
}

/// Parts about to be booked on a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUse {
    /// The job.
    pub ticket_id: Uuid,
    /// The visit on which it was used.
    pub visit_id: Option<Uuid>,
    /// The part.
    pub part_id: Uuid,
    /// How many; at least 1.
    pub quantity: i64,
    /// The serial number of the piece, for parts that have one.
    pub serial: Option<String>,
    /// When it was used; may lie before the booking.
    pub used_at: Timestamp,
}

/// Parts used on a job, with price and cost as they were then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PartUse {
    /// UUIDv7.
    pub id: Uuid,
    /// The job.
    pub ticket_id: Uuid,
    /// The visit.
    pub visit_id: Option<Uuid>,
    /// The part.
    pub part_id: Uuid,
    /// Its code then.
    pub part_code: String,
    /// Its name then.
    pub part_name: String,
    /// Its unit then.
    pub unit: String,
    /// How many.
    pub quantity: i64,
    /// The serial number of the piece.
    pub serial: Option<String>,
    /// Price of one then, in minor units.
    pub unit_price_minor: i64,
    /// Cost of one then, in minor units.
    pub unit_cost_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// The stock after it.
    pub stock_after: i64,
    /// True when the stock fell below zero.
    pub stock_warning: bool,
    /// Who booked it.
    pub booked_by: Uuid,
    /// Their name.
    pub booked_by_name: String,
    /// When it was used.
    pub used_at: Timestamp,
    /// When it was booked.
    pub booked_at: Timestamp,
    /// When the booking was taken back; it then counts nowhere.
    pub returned_at: Option<Timestamp>,
    /// Why.
    pub returned_reason: Option<String>,
}

db::record!(PartUse {
    id,
    ticket_id,
    visit_id,
    part_id,
    part_code,
    part_name,
    unit,
    quantity,
    serial,
    unit_price_minor,
    unit_cost_minor,
    currency,
    stock_after,
    stock_warning,
    booked_by,
    booked_by_name,
    used_at,
    booked_at,
    returned_at,
    returned_reason,
});
