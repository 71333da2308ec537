//! Bodies of operations on prices, quotes and payments.

use kernel::{Timestamp, Uuid};
use objects::{Change, Checks};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Exact,
    model::{LineKind, PaymentMethod, PriceItem, PriceKind, QuoteLine},
    prices::Prices,
};

/// The largest price of one that is believed, in minor units.
const MOST: i64 = 1_000_000_000_000;
/// Lines on a quote at most.
const MOST_LINES: usize = 200;

/// `{id}` of a ticket or a quote.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct IdPath {
    /// The record.
    pub id: Uuid,
}

/// A price to set; what is absent stays as it was.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PutPrice {
    /// What it is for.
    pub kind: PriceKind,
    /// As it stands on quotes.
    #[serde(default)]
    #[schemars(length(min = 1, max = 200))]
    pub name: Option<String>,
    /// What is counted.
    #[serde(default)]
    #[schemars(length(min = 1, max = 20))]
    pub unit: Option<String>,
    /// What the customer pays for one, without tax, in minor units.
    pub unit_price_minor: i64,
    /// What one costs us, in minor units.
    #[serde(default)]
    pub unit_cost_minor: Option<i64>,
    /// ISO 4217 code.
    #[serde(default)]
    #[schemars(length(min = 3, max = 3))]
    pub currency: Option<String>,
    /// Tax in percent of the price.
    #[serde(default)]
    pub tax_percent: Option<Exact>,
}

/// Prices to set; kinds that are not mentioned stay.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PutPrices {
    /// One entry a kind.
    #[schemars(length(min = 1, max = 5))]
    pub items: Vec<PutPrice>,
}

fn percent(checks: &mut Checks, pointer: &str, tax: Exact) {
    if tax < Exact::new(0, 0) || tax > Exact::new(100, 0) {
        checks.refuse(pointer, "out_of_range", "Use a percentage from 0 to 100.");
    }
}

fn amount(checks: &mut Checks, pointer: &str, amount: i64) {
    if !(0..=MOST).contains(&amount) {
        checks.refuse(pointer, "out_of_range", format!("Use an amount in minor units from 0 to {MOST}."));
    }
}

impl PutPrice {
    /// Puts what is mentioned into the entry at `index`.
    pub(crate) fn fill(self, index: usize, item: &mut PriceItem, checks: &mut Checks) {
        let at = |field: &str| format!("/items/{index}/{field}");
        if let Some(name) = self.name {
            item.name = checks.name(&at("name"), &name);
        }
        if let Some(unit) = self.unit {
            item.unit = checks.name(&at("unit"), &unit);
            if item.unit.chars().count() > 20 {
                checks.refuse(&at("unit"), "too_long", "Use at most 20 characters.");
            }
        }
        item.unit_price_minor = self.unit_price_minor;
        item.unit_cost_minor = self.unit_cost_minor.unwrap_or(item.unit_cost_minor);
        amount(checks, &at("unit_price_minor"), item.unit_price_minor);
        amount(checks, &at("unit_cost_minor"), item.unit_cost_minor);
        if let Some(currency) = self.currency {
            item.currency = currency.trim().to_uppercase();
            if item.currency.len() != 3 || !item.currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
                let message = "Write the three letters of the currency, such as CNY.";
                checks.refuse(&at("currency"), "invalid_currency", message);
            }
        }
        item.tax_percent = self.tax_percent.unwrap_or(item.tax_percent);
        percent(checks, &at("tax_percent"), item.tax_percent);
    }
}

/// A line to put on a quote; amount and tax are worked out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLine {
    /// What it is for.
    pub kind: LineKind,
    /// In words.
    #[schemars(length(min = 1, max = 200))]
    pub description: String,
    /// How many, more than 0.
    pub quantity: Exact,
    /// What is counted.
    #[serde(default)]
    #[schemars(length(max = 20))]
    pub unit: Option<String>,
    /// Price of one without tax, in minor units.
    pub unit_price_minor: i64,
    /// Tax in percent; that of the price list when absent.
    #[serde(default)]
    pub tax_percent: Option<Exact>,
    /// The part, when it is one.
    #[serde(default)]
    pub part_id: Option<Uuid>,
    /// Ignored: worked out from quantity and price, so that a line that was read can be sent back.
    #[serde(default, skip_serializing)]
    pub amount_minor: Option<i64>,
    /// Ignored, as `amount_minor`.
    #[serde(default, skip_serializing)]
    pub tax_minor: Option<i64>,
}

/// The lines, checked, with the price list's taxes where none is given.
pub fn checked_lines(lines: Vec<NewLine>, prices: &Prices, checks: &mut Checks) -> Vec<QuoteLine> {
    if lines.len() > MOST_LINES {
        checks.refuse("/lines", "too_many", format!("Use at most {MOST_LINES} lines."));
        return Vec::new();
    }
    let mut checked = Vec::with_capacity(lines.len());
    for (index, line) in lines.into_iter().enumerate() {
        let at = |field: &str| format!("/lines/{index}/{field}");
        if line.quantity <= Exact::new(0, 0) || line.quantity > Exact::new(1_000_000, 0) {
            checks.refuse(&at("quantity"), "out_of_range", "Use a quantity above 0 and up to 1000000.");
        }
        amount(checks, &at("unit_price_minor"), line.unit_price_minor);
        let tax_percent = line.tax_percent.unwrap_or_else(|| prices.of(line.kind.price()).tax_percent);
        percent(checks, &at("tax_percent"), tax_percent);
        checked.push(QuoteLine {
            kind: line.kind,
            description: checks.name(&at("description"), &line.description),
            quantity: line.quantity,
            unit: checks.line(&at("unit"), line.unit),
            unit_price_minor: line.unit_price_minor,
            tax_percent,
            amount_minor: 0,
            tax_minor: 0,
            part_id: line.part_id,
        });
    }
    checked
}

/// Begin a quote, as a draft.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CreateQuote {
    /// True proposes lines from the visits' work and ways and from the parts used, by the price list; `lines` come after.
    pub auto: bool,
    /// The lines.
    #[schemars(length(max = 200))]
    pub lines: Vec<NewLine>,
    /// For the customer to read.
    #[schemars(length(max = 20000))]
    pub note: Option<String>,
    /// Until when it may be decided on; 30 days after sending when absent.
    pub valid_until: Option<Timestamp>,
    /// Values of the company's own fields, by field id; their rules apply when this is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ext: Option<serde_json::Map<String, serde_json::Value>>,
}

/// Change a draft; absent fields stay, `null` clears. `lines` replace all lines. Own fields alone can be changed later too.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct UpdateQuote {
    /// The lines.
    pub lines: Change<Vec<NewLine>>,
    /// For the customer to read.
    pub note: Change<String>,
    /// Until when it may be decided on.
    pub valid_until: Change<Timestamp>,
    /// Values of the company's own fields, by field id; fields that are not named stay, `null` empties one.
    pub ext: Option<serde_json::Map<String, serde_json::Value>>,
}

impl UpdateQuote {
    /// Whether it says anything of what the customer is asked to decide on.
    pub(crate) fn is_offer(&self) -> bool {
        self.lines.is_mentioned() || self.note.is_mentioned() || self.valid_until.is_mentioned()
    }
}

/// What the customer said on the telephone or in person.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordDecision {
    /// Who said so.
    #[schemars(length(min = 1, max = 200))]
    pub name: String,
    /// Why.
    #[serde(default)]
    #[schemars(length(max = 2000))]
    pub reason: Option<String>,
}

/// Money that came in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordPayment {
    /// How much, in minor units of the quote's currency; at most what is due.
    #[schemars(range(min = 1))]
    pub amount_minor: i64,
    /// How.
    pub method: PaymentMethod,
    /// The other side's number for it.
    #[serde(default)]
    #[schemars(length(max = 200))]
    pub reference: Option<String>,
}

/// Why a ticket may be closed without being paid for.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExcuseSettlement {
    /// In words people read later.
    #[schemars(length(min = 1, max = 2000))]
    pub reason: String,
}
