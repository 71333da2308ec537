//! Prices, quotes and payments, as they stand in the database and in the API.

use std::time::Duration;

use db::Json;
use http_api::{FieldError, HasLocation, HasVersion};
use kernel::{Context, Timestamp, Uuid};
use objects::Invalid;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tickets::Ticket;

use crate::{Exact, FinanceError};

/// How long a quote that was sent may be decided on, unless it says otherwise.
pub const VALID: Duration = Duration::from_hours(30 * 24);

db::choice! {
    /// What a price is for.
    pub enum PriceKind {
        /// One hour of work.
        LabourHour = "labour_hour",
        /// One way to the customer.
        TravelVisit = "travel_visit",
        /// One kilometre.
        TravelKm = "travel_km",
        /// Looking at a device and saying what is wrong.
        Diagnosis = "diagnosis",
        /// Parts: they cost what the parts list says; only the tax stands here.
        Part = "part",
    }
}

/// An entry of the price list. Prices are without tax.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PriceItem {
    /// UUIDv7.
    pub id: Uuid,
    /// Rises with every change; 0 while it is the starting price.
    pub version: i64,
    /// What it is for; each kind stands once.
    pub kind: PriceKind,
    /// As it stands on quotes.
    pub name: String,
    /// What is counted: 小时, 次, km.
    pub unit: String,
    /// What the customer pays for one, without tax, in minor units.
    pub unit_price_minor: i64,
    /// What one costs us, in minor units.
    pub unit_cost_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// Tax in percent of the price.
    pub tax_percent: Exact,
    /// When it was set.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

db::record!(PriceItem {
    id,
    version,
    kind,
    name,
    unit,
    unit_price_minor,
    unit_cost_minor,
    currency,
    tax_percent,
    created_at,
    updated_at,
});

impl PriceItem {
    /// What a company starts with: 6 % tax on services and 13 % on parts, as in China.
    pub fn starting(cx: &Context, kind: PriceKind, currency: &str) -> Self {
        let (name, unit, price, cost, tax) = match kind {
            PriceKind::LabourHour => ("人工费", "小时", 20_000, 8_000, 6),
            PriceKind::TravelVisit => ("上门费", "次", 10_000, 4_000, 6),
            PriceKind::TravelKm => ("里程费", "km", 300, 150, 6),
            PriceKind::Diagnosis => ("检测费", "次", 8_000, 4_000, 6),
            PriceKind::Part => ("备件", "个", 0, 0, 13),
        };
        let now = cx.now();
        Self {
            id: cx.new_id(),
            version: 0,
            kind,
            name: name.to_owned(),
            unit: unit.to_owned(),
            unit_price_minor: price,
            unit_cost_minor: cost,
            currency: currency.to_owned(),
            tax_percent: Exact::new(tax, 0),
            created_at: now,
            updated_at: now,
        }
    }
}

db::choice! {
    /// What a line of a quote is for.
    pub enum LineKind {
        /// Work.
        Labour = "labour",
        /// Coming and going.
        Travel = "travel",
        /// A part.
        Part = "part",
        /// Finding the fault.
        Diagnosis = "diagnosis",
        /// Anything else.
        Other = "other",
    }
}

impl LineKind {
    /// The entry of the price list whose tax the line bears unless it says otherwise.
    pub const fn price(self) -> PriceKind {
        match self {
            Self::Labour | Self::Other => PriceKind::LabourHour,
            Self::Travel => PriceKind::TravelVisit,
            Self::Part => PriceKind::Part,
            Self::Diagnosis => PriceKind::Diagnosis,
        }
    }
}

/// A line of a quote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct QuoteLine {
    /// What it is for.
    pub kind: LineKind,
    /// In words.
    pub description: String,
    /// How many.
    pub quantity: Exact,
    /// What is counted.
    pub unit: Option<String>,
    /// Price of one without tax, in minor units.
    pub unit_price_minor: i64,
    /// Tax in percent.
    pub tax_percent: Exact,
    /// Quantity times price, rounded half up.
    pub amount_minor: i64,
    /// The tax on that amount, rounded half up.
    pub tax_minor: i64,
    /// The part, when it is one.
    pub part_id: Option<Uuid>,
}

db::choice! {
    /// Where a quote stands.
    pub enum QuoteStatus {
        /// Being written; the customer does not see it.
        Draft = "draft",
        /// The customer is to decide.
        Sent = "sent",
        /// The customer has agreed.
        Approved = "approved",
        /// The customer does not want it.
        Rejected = "rejected",
        /// Everything is paid.
        Paid = "paid",
        /// Taken back.
        Cancelled = "cancelled",
    }
}

db::choice! {
    /// Who told us of a decision.
    pub enum DecidedVia {
        /// The customer themselves, behind a link.
        Link = "link",
        /// A colleague, who heard it from the customer.
        Staff = "staff",
    }
}

/// What a repair would cost, what the customer said to it, and what was paid.
///
/// Each line's amount and each line's tax are rounded half up to minor units; totals are sums of the rounded lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Quote {
    /// UUIDv7.
    pub id: Uuid,
    /// Rises with every change; the `ETag`.
    pub version: i64,
    /// The number people say, such as `Q-2026-000001`.
    pub number: String,
    /// The ticket.
    pub ticket_id: Uuid,
    /// Its number.
    pub ticket_number: String,
    /// The customer.
    pub customer_id: Option<Uuid>,
    /// Where it stands.
    pub status: QuoteStatus,
    /// The lines.
    pub lines: Json<Vec<QuoteLine>>,
    /// ISO 4217 code of every amount.
    pub currency: String,
    /// Sum of the lines without tax.
    pub subtotal_minor: i64,
    /// Sum of the lines' tax.
    pub tax_minor: i64,
    /// What the customer pays.
    pub total_minor: i64,
    /// What has been paid.
    pub paid_minor: i64,
    /// For the customer to read.
    pub note: Option<String>,
    /// Until when it may be decided on.
    pub valid_until: Option<Timestamp>,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// When it was approved or rejected.
    pub decided_at: Option<Timestamp>,
    /// Who signed, in words.
    pub decided_by: Option<String>,
    /// Who told us.
    pub decided_via: Option<DecidedVia>,
    /// Why, in words.
    pub decision_reason: Option<String>,
    /// When the last of it was paid.
    pub paid_at: Option<Timestamp>,
    /// Who wrote it.
    pub created_by: Option<Uuid>,
    /// Their name.
    pub created_by_name: String,
    /// When it was begun.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
    /// Values of the company's own fields, by field id.
    pub ext: Json<serde_json::Map<String, serde_json::Value>>,
}

db::record!(Quote {
    id,
    version,
    number,
    ticket_id,
    ticket_number,
    customer_id,
    status,
    lines,
    currency,
    subtotal_minor,
    tax_minor,
    total_minor,
    paid_minor,
    note,
    valid_until,
    sent_at,
    decided_at,
    decided_by,
    decided_via,
    decision_reason,
    paid_at,
    created_by,
    created_by_name,
    created_at,
    updated_at,
    ext,
});

impl HasVersion for Quote {
    fn version(&self) -> i64 {
        self.version
    }
}

impl HasLocation for Quote {
    fn location(&self) -> String {
        format!("/api/v1/quotes/{}", self.id)
    }
}

impl Quote {
    /// An empty draft for a ticket, by the actor of `cx`.
    pub fn new(cx: &Context, number: String, ticket: &Ticket, currency: String) -> Self {
        let now = cx.now();
        Self {
            id: cx.new_id(),
            version: 1,
            number,
            ticket_id: ticket.id,
            ticket_number: ticket.number.clone(),
            customer_id: ticket.customer_id,
            status: QuoteStatus::Draft,
            lines: Json(Vec::new()),
            currency,
            subtotal_minor: 0,
            tax_minor: 0,
            total_minor: 0,
            paid_minor: 0,
            note: None,
            valid_until: None,
            sent_at: None,
            decided_at: None,
            decided_by: None,
            decided_via: None,
            decision_reason: None,
            paid_at: None,
            created_by: cx.user_id(),
            created_by_name: cx.actor().name.clone(),
            created_at: now,
            updated_at: now,
            ext: Json(serde_json::Map::new()),
        }
    }

    /// What is still to be paid.
    pub fn due_minor(&self) -> i64 {
        self.total_minor - self.paid_minor
    }

    /// Works amounts, taxes and totals out again.
    pub fn recount(&mut self) -> Result<(), Invalid> {
        let (mut subtotal, mut tax) = (0_i64, 0_i64);
        for (index, line) in self.lines.0.iter_mut().enumerate() {
            let counted = line.quantity.times(line.unit_price_minor).and_then(|amount| {
                let on_it = line.tax_percent.percent_of(amount)?;
                subtotal = subtotal.checked_add(amount)?;
                tax = tax.checked_add(on_it)?;
                subtotal.checked_add(tax)?;
                Some((amount, on_it))
            });
            let Some((amount, on_it)) = counted else {
                let message = "The amount is too large; use a smaller quantity or price.";
                return Err(Invalid(vec![FieldError::new(format!("/lines/{index}/quantity"), "too_large", message)]));
            };
            (line.amount_minor, line.tax_minor) = (amount, on_it);
        }
        (self.subtotal_minor, self.tax_minor, self.total_minor) = (subtotal, tax, subtotal + tax);
        Ok(())
    }

    pub(crate) fn demand(&self, allowed: bool, action: &'static str) -> Result<(), FinanceError> {
        if allowed { Ok(()) } else { Err(FinanceError::NotPossible { action, status: self.status }) }
    }

    /// Asks the customer.
    pub fn send(&mut self, now: Timestamp) -> Result<(), FinanceError> {
        self.demand(self.status == QuoteStatus::Draft, "send")?;
        if self.lines.0.is_empty() {
            return Err(FinanceError::Empty);
        }
        self.status = QuoteStatus::Sent;
        self.sent_at = Some(now);
        self.valid_until.get_or_insert(now.plus(VALID));
        Ok(())
    }

    /// The customer agrees, or does not. What costs nothing is paid at once.
    pub fn decide(&mut self, decision: &Decision, via: DecidedVia, now: Timestamp) -> Result<(), FinanceError> {
        self.demand(self.status == QuoteStatus::Sent, if decision.approve { "approve" } else { "reject" })?;
        if self.valid_until.is_some_and(|until| now > until) {
            return Err(FinanceError::Expired);
        }
        self.status = match decision.approve {
            false => QuoteStatus::Rejected,
            true if self.due_minor() == 0 => QuoteStatus::Paid,
            true => QuoteStatus::Approved,
        };
        self.decided_at = Some(now);
        self.decided_by = Some(decision.name.clone());
        self.decided_via = Some(via);
        self.decision_reason.clone_from(&decision.reason);
        if self.status == QuoteStatus::Paid {
            self.paid_at = Some(now);
        }
        Ok(())
    }

    /// Money came in; never more than is due.
    pub fn pay(&mut self, amount_minor: i64, now: Timestamp) -> Result<(), FinanceError> {
        self.demand(self.status == QuoteStatus::Approved, "pay")?;
        if amount_minor > self.due_minor() {
            return Err(FinanceError::Overpaid { due_minor: self.due_minor() });
        }
        self.paid_minor += amount_minor;
        if self.due_minor() == 0 {
            self.status = QuoteStatus::Paid;
            self.paid_at = Some(now);
        }
        Ok(())
    }

    /// Takes it back, unless money came in.
    pub fn cancel(&mut self) -> Result<(), FinanceError> {
        use QuoteStatus::{Approved, Draft, Sent};
        self.demand(matches!(self.status, Draft | Sent | Approved) && self.paid_minor == 0, "cancel")?;
        self.status = QuoteStatus::Cancelled;
        Ok(())
    }
}

/// What a customer says to a quote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Yes or no.
    pub approve: bool,
    /// Who says it, in words.
    pub name: String,
    /// Why, in words.
    pub reason: Option<String>,
}

db::choice! {
    /// How money came in.
    pub enum PaymentMethod {
        /// Notes and coins.
        Cash = "cash",
        /// WeChat Pay.
        Wechat = "wechat",
        /// Alipay.
        Alipay = "alipay",
        /// A bank transfer.
        Bank = "bank",
        /// A card.
        Card = "card",
        /// Anything else.
        Other = "other",
    }
}

/// Money that came in for a quote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Payment {
    /// UUIDv7.
    pub id: Uuid,
    /// The quote.
    pub quote_id: Uuid,
    /// The ticket.
    pub ticket_id: Uuid,
    /// How much, in minor units.
    pub amount_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// How.
    pub method: PaymentMethod,
    /// The other side's number for it.
    pub reference: Option<String>,
    /// Who recorded it.
    pub recorded_by_name: String,
    /// When.
    pub created_at: Timestamp,
}

db::record!(Payment {
    id,
    quote_id,
    ticket_id,
    amount_minor,
    currency,
    method,
    reference,
    recorded_by_name,
    created_at,
});

impl HasVersion for Payment {
    fn version(&self) -> i64 {
        1
    }
}

impl HasLocation for Payment {
    fn location(&self) -> String {
        format!("/api/v1/quotes/{}", self.quote_id)
    }
}

/// Why a ticket may be closed without being paid for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SettlementExcuse {
    /// UUIDv7.
    pub id: Uuid,
    /// The ticket.
    pub ticket_id: Uuid,
    /// In words.
    pub reason: String,
    /// Who says so.
    pub excused_by_name: String,
    /// When.
    pub created_at: Timestamp,
}

db::record!(SettlementExcuse { id, ticket_id, reason, excused_by_name, created_at });

#[cfg(test)]
mod tests {
    use kernel::{TenantId, World};
    use tickets::{Priority, Source, TicketType};

    use super::*;

    fn line(quantity: &str, price: i64, tax: i64) -> QuoteLine {
        QuoteLine {
            kind: LineKind::Labour,
            description: "人工费".into(),
            quantity: quantity.parse().unwrap(),
            unit: None,
            unit_price_minor: price,
            tax_percent: Exact::new(tax, 0),
            amount_minor: 0,
            tax_minor: 0,
            part_id: None,
        }
    }

    fn quote(lines: Vec<QuoteLine>) -> Quote {
        let cx = Context::system(World::real(), TenantId::SYSTEM);
        let ticket = Ticket::new(&cx, "T-1".into(), TicketType::Repair, Priority::Normal, Source::Staff);
        let mut quote = Quote::new(&cx, "Q-1".into(), &ticket, "CNY".into());
        quote.lines = Json(lines);
        quote
    }

    fn yes() -> Decision {
        Decision { approve: true, name: "张三".into(), reason: None }
    }

    #[test]
    fn totals_are_sums_of_rounded_lines() {
        let mut quote = quote(vec![line("1.58", 20_000, 6), line("3", 333, 13), line("0.5", 1, 13)]);
        quote.recount().unwrap();
        let lines: Vec<_> = quote.lines.0.iter().map(|line| (line.amount_minor, line.tax_minor)).collect();
        assert_eq!(lines, [(31_600, 1_896), (999, 130), (1, 0)]);
        assert_eq!((quote.subtotal_minor, quote.tax_minor, quote.total_minor), (32_600, 2_026, 34_626));
    }

    #[test]
    fn an_amount_beyond_reason_is_pointed_at() {
        let mut quote = quote(vec![line("1", 1, 0), line("1000000", i64::MAX, 0)]);
        assert_eq!(quote.recount().unwrap_err().0[0].pointer, "/lines/1/quantity");
    }

    #[test]
    fn a_quote_is_sent_decided_and_paid_in_that_order() {
        let mut quote = quote(vec![line("1", 10_000, 0)]);
        let now = quote.created_at;
        quote.recount().unwrap();
        assert!(matches!(quote.decide(&yes(), DecidedVia::Staff, now), Err(FinanceError::NotPossible { .. })));
        quote.send(now).unwrap();
        assert!(quote.pay(1, now).is_err());
        quote.decide(&yes(), DecidedVia::Link, now).unwrap();
        assert!(matches!(quote.pay(10_001, now), Err(FinanceError::Overpaid { due_minor: 10_000 })));
        quote.pay(4_000, now).unwrap();
        assert_eq!((quote.status, quote.due_minor()), (QuoteStatus::Approved, 6_000));
        assert!(quote.cancel().is_err());
        quote.pay(6_000, now).unwrap();
        assert_eq!((quote.status, quote.paid_at), (QuoteStatus::Paid, Some(now)));
    }

    #[test]
    fn what_costs_nothing_is_paid_by_saying_yes_and_what_is_too_old_cannot_be_decided() {
        let mut free = quote(vec![line("1", 0, 13)]);
        let now = free.created_at;
        assert!(matches!(quote(Vec::new()).send(now), Err(FinanceError::Empty)));
        free.send(now).unwrap();
        let late = now.plus(VALID).plus(Duration::from_secs(1));
        assert!(matches!(free.clone().decide(&yes(), DecidedVia::Link, late), Err(FinanceError::Expired)));
        free.decide(&yes(), DecidedVia::Link, now).unwrap();
        assert_eq!(free.status, QuoteStatus::Paid);
    }
}
