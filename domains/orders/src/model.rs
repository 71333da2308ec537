//! Orders as they stand in the database and in the API, and which statuses each kind knows.

use db::Json;
use http_api::{HasLocation, HasVersion};
use kernel::{Timestamp, Uuid};
use objects::{Date, Exact};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

db::choice! {
    /// What kind of business a record is about.
    pub enum OrderKind {
        /// The customer buys goods or services.
        Purchase = "purchase",
        /// The customer may buy: a chance for sales.
        Lead = "lead",
        /// The customer is to pay.
        Invoice = "invoice",
    }
}

db::choice! {
    /// Where an order stands; each kind knows four of these, see [`OrderKind::statuses`].
    pub enum OrderStatus {
        /// Purchase, invoice: being written.
        Draft = "draft",
        /// Purchase: agreed on.
        Confirmed = "confirmed",
        /// Purchase: the customer has everything.
        Delivered = "delivered",
        /// Purchase: given up.
        Cancelled = "cancelled",
        /// Lead: nobody has spoken to the customer about it.
        New = "new",
        /// Lead: somebody is speaking to the customer.
        Contacted = "contacted",
        /// Lead: the customer buys.
        Won = "won",
        /// Lead: the customer does not buy.
        Lost = "lost",
        /// Invoice: the customer has it and is to pay.
        Issued = "issued",
        /// Invoice: everything is paid.
        Paid = "paid",
        /// Invoice: taken back.
        Void = "void",
    }
}

db::choice! {
    /// Where a record comes from.
    pub enum OrderSource {
        /// A colleague typed it.
        Entered = "entered",
        /// Read from a file.
        Imported = "imported",
        /// Kept in step with another system.
        Synced = "synced",
    }
}

impl OrderKind {
    /// The statuses of this kind in their usual order; a new record starts with the first.
    pub const fn statuses(self) -> [OrderStatus; 4] {
        match self {
            Self::Purchase => {
                [OrderStatus::Draft, OrderStatus::Confirmed, OrderStatus::Delivered, OrderStatus::Cancelled]
            }
            Self::Lead => [OrderStatus::New, OrderStatus::Contacted, OrderStatus::Won, OrderStatus::Lost],
            Self::Invoice => [OrderStatus::Draft, OrderStatus::Issued, OrderStatus::Paid, OrderStatus::Void],
        }
    }

    /// What its numbers begin with: `PO-2026-000123`.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Purchase => "PO",
            Self::Lead => "LD",
            Self::Invoice => "IN",
        }
    }
}

/// One thing of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrderLine {
    /// The model, when it is one of the product list.
    pub product_id: Option<Uuid>,
    /// In words.
    pub text: String,
    /// How many.
    pub quantity: Exact,
    /// Price of one, in minor units of the order's currency.
    pub unit_price_minor: i64,
    /// Quantity times price, rounded half up.
    pub amount_minor: i64,
    /// The devices that were bought, or that it is about.
    #[serde(default)]
    pub device_ids: Vec<Uuid>,
}

/// A purchase, a lead or an invoice of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Order {
    /// The order's id.
    pub id: Uuid,
    /// Rises with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was put away; absent while in use.
    pub archived_at: Option<Timestamp>,
    /// Its number, unique in the company.
    pub number: String,
    /// Purchase, lead or invoice.
    pub kind: OrderKind,
    /// Where it stands.
    pub status: OrderStatus,
    /// Whose it is.
    pub customer_id: Uuid,
    /// One line that says what it is about.
    pub title: String,
    /// The day on the order.
    pub ordered_on: Date,
    /// When it is to be delivered, decided or paid.
    pub due_on: Option<Date>,
    /// ISO 4217 code.
    pub currency: String,
    /// What it is worth, in minor units: the sum of the lines when there are any.
    pub total_minor: i64,
    /// What was paid of an invoice, in minor units; 0 for the other kinds.
    pub paid_minor: i64,
    /// What it consists of.
    pub lines: Json<Vec<OrderLine>>,
    /// The user who looks after it.
    pub owner_id: Option<Uuid>,
    /// Where the record comes from.
    pub source: OrderSource,
    /// Whatever colleagues should know.
    pub note: Option<String>,
    /// The user who created the record.
    pub created_by: Option<Uuid>,
    /// Values of the company's own fields, by field id.
    pub ext: Json<serde_json::Map<String, serde_json::Value>>,
}

db::record!(Order {
    id,
    version,
    created_at,
    updated_at,
    archived_at,
    number,
    kind,
    status,
    customer_id,
    title,
    ordered_on,
    due_on,
    currency,
    total_minor,
    paid_minor,
    lines,
    owner_id,
    source,
    note,
    created_by,
    ext,
});

impl Order {
    /// What the customer still has to pay on it, in minor units: only issued invoices.
    pub fn due_minor(&self) -> i64 {
        match (self.kind, self.status) {
            (OrderKind::Invoice, OrderStatus::Issued) => (self.total_minor - self.paid_minor).max(0),
            _ => 0,
        }
    }
}

/// An order with the names of what it refers to, as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrderView {
    /// The order.
    #[serde(flatten)]
    pub order: Order,
    /// What the customer is called.
    pub customer_name: Option<String>,
    /// Who looks after it.
    pub owner_name: Option<String>,
}

impl HasVersion for OrderView {
    fn version(&self) -> i64 {
        self.order.version
    }
}

impl HasLocation for OrderView {
    fn location(&self) -> String {
        format!("/api/v1/orders/{}", self.order.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_kinds_share_a_prefix_and_each_status_stands_once_in_a_kind() {
        let kinds = [OrderKind::Purchase, OrderKind::Lead, OrderKind::Invoice];
        let prefixes: std::collections::BTreeSet<_> = kinds.iter().map(|kind| kind.prefix()).collect();
        assert_eq!(prefixes.len(), kinds.len());
        for kind in kinds {
            let statuses = kind.statuses();
            for (at, status) in statuses.iter().enumerate() {
                assert!(!statuses[..at].contains(status), "{kind:?} {status:?}");
            }
        }
    }
}
