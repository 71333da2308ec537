//! Bodies of operations on parts.

use http_api::{HasLocation, HasVersion};
use kernel::Uuid;
use objects::{Change, Checks, Invalid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Part;

/// The largest amount, price or stock that is believed.
const MOST: i64 = 1_000_000_000_000;

impl HasVersion for Part {
    fn version(&self) -> i64 {
        self.version
    }
}

impl HasLocation for Part {
    fn location(&self) -> String {
        format!("/api/v1/parts/{}", self.id)
    }
}

/// `{id}` of a part.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct PartPath {
    /// The part.
    pub id: Uuid,
}

/// `{id}` of a ticket.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct TicketPath {
    /// The ticket.
    pub id: Uuid,
}

/// `{id}` of a use.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct PartUsePath {
    /// The use.
    pub id: Uuid,
}

/// Add a part. Only `code` and `name` are needed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreatePart {
    /// The code on the box; kept in capitals.
    #[schemars(length(min = 1, max = 100))]
    pub code: String,
    /// What people call it.
    #[schemars(length(min = 1, max = 200))]
    pub name: String,
    /// What is counted; 个 when absent.
    #[serde(default)]
    #[schemars(length(max = 20))]
    pub unit: Option<String>,
    /// What the customer pays for one, in minor units.
    #[serde(default)]
    #[schemars(range(min = 0))]
    pub price_minor: i64,
    /// What one costs us, in minor units.
    #[serde(default)]
    #[schemars(range(min = 0))]
    pub cost_minor: i64,
    /// ISO 4217 code; CNY when absent.
    #[serde(default)]
    #[schemars(length(min = 3, max = 3))]
    pub currency: Option<String>,
    /// On hand.
    #[serde(default)]
    pub stock: i64,
    /// For colleagues.
    #[serde(default)]
    pub note: Option<String>,
    /// Values of the company's own fields, by field id; their rules apply when this is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ext: Option<serde_json::Map<String, serde_json::Value>>,
}

/// Change a part; absent fields stay, `null` clears. `stock` sets what was counted.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct UpdatePart {
    /// The code on the box.
    pub code: Change<String>,
    /// What people call it.
    pub name: Change<String>,
    /// What is counted.
    pub unit: Change<String>,
    /// What the customer pays for one, in minor units.
    pub price_minor: Change<i64>,
    /// What one costs us, in minor units.
    pub cost_minor: Change<i64>,
    /// ISO 4217 code.
    pub currency: Change<String>,
    /// On hand, as counted.
    pub stock: Change<i64>,
    /// For colleagues.
    pub note: Change<String>,
    /// Values of the company's own fields, by field id; fields that are not named stay, `null` empties one.
    pub ext: Option<serde_json::Map<String, serde_json::Value>>,
}

/// Why a booking is taken back.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnUse {
    /// In words.
    #[schemars(length(min = 1, max = 200))]
    pub reason: String,
}

impl CreatePart {
    /// Puts the values into a new record.
    pub(crate) fn fill(self, part: &mut Part) {
        if let Some(unit) = self.unit {
            part.unit = unit;
        }
        part.price_minor = self.price_minor;
        part.cost_minor = self.cost_minor;
        if let Some(currency) = self.currency {
            part.currency = currency;
        }
        part.stock = self.stock;
        part.note = self.note;
    }
}

impl UpdatePart {
    /// Applies what was mentioned.
    pub(crate) fn apply(self, part: &mut Part, checks: &mut Checks) {
        self.code.require(&mut part.code, "/code", checks);
        self.name.require(&mut part.name, "/name", checks);
        self.unit.require(&mut part.unit, "/unit", checks);
        self.price_minor.require(&mut part.price_minor, "/price_minor", checks);
        self.cost_minor.require(&mut part.cost_minor, "/cost_minor", checks);
        self.currency.require(&mut part.currency, "/currency", checks);
        self.stock.require(&mut part.stock, "/stock", checks);
        self.note.apply(&mut part.note);
    }
}

/// Trims and checks a record that people filled in.
pub(crate) fn checked(part: &mut Part, mut checks: Checks) -> Result<(), Invalid> {
    part.code = checks.code("/code", &part.code);
    part.name = checks.name("/name", &part.name);
    part.unit = checks.name("/unit", &part.unit);
    if part.unit.chars().count() > 20 {
        checks.refuse("/unit", "too_long", "Use at most 20 characters.");
    }
    part.note = checks.text("/note", part.note.take());
    part.currency = part.currency.trim().to_uppercase();
    if part.currency.len() != 3 || !part.currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        checks.refuse("/currency", "invalid_currency", "Write the three letters of the currency, such as CNY.");
    }
    for (pointer, amount) in [("/price_minor", part.price_minor), ("/cost_minor", part.cost_minor)] {
        if !(0..=MOST).contains(&amount) {
            checks.refuse(pointer, "out_of_range", format!("Use an amount in minor units from 0 to {MOST}."));
        }
    }
    if !(-MOST..=MOST).contains(&part.stock) {
        checks.refuse("/stock", "out_of_range", format!("Use a whole number from -{MOST} to {MOST}."));
    }
    part.set_stock(part.stock);
    checks.finish()
}

#[cfg(test)]
mod tests {
    use kernel::{Context, TenantId, World};

    use super::*;

    #[test]
    fn codes_are_folded_and_mistakes_pointed_at() {
        let cx = Context::system(World::real(), TenantId::SYSTEM);
        let mut part = Part::new(&cx, " ｍｐ-10 ".into(), "门机皮带".into());
        part.currency = "cny".into();
        part.stock = -1;
        checked(&mut part, Checks::new()).unwrap();
        assert_eq!((part.code.as_str(), part.currency.as_str(), part.stock_warning), ("MP-10", "CNY", true));
        part.price_minor = -1;
        part.currency = "元".into();
        let errors = checked(&mut part, Checks::new()).unwrap_err().0;
        let pointers: Vec<_> = errors.iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(pointers, ["/currency", "/price_minor"]);
    }
}
