//! The bodies of requests: what a new order says, and what a change says.

use std::collections::HashSet;

use db::Json;
use kernel::Uuid;
use objects::{Change, Checks, Date, Exact, Invalid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Order, OrderKind, OrderLine, OrderSource, OrderStatus};

/// Lines of one order at most.
const MOST_LINES: usize = 500;
/// Devices of one line at most.
const MOST_DEVICES: usize = 500;
/// The largest amount in minor units: what browsers still count exactly.
const LARGEST_MINOR: i64 = 9_007_199_254_740_991;

/// Names one order.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct OrderPath {
    /// The order's id.
    pub id: Uuid,
}

/// One thing of a new order; the amount is worked out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrderLine {
    /// The model, when it is one of the product list.
    pub product_id: Option<Uuid>,
    /// In words, at most 200 characters.
    pub text: String,
    /// How many, above 0; 1 when absent.
    pub quantity: Option<Exact>,
    /// Price of one, in minor units of the order's currency; 0 when absent.
    pub unit_price_minor: Option<i64>,
    /// The devices that were bought, or that it is about; at most 500.
    #[serde(default)]
    pub device_ids: Vec<Uuid>,
}

/// A new purchase, lead or invoice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrder {
    /// Its number, unique in the company; the next one of the kind and year, such as `PO-2026-000123`, when absent.
    pub number: Option<String>,
    /// Purchase, lead or invoice; stays what it is.
    pub kind: OrderKind,
    /// Where it stands; the first status of its kind when absent.
    pub status: Option<OrderStatus>,
    /// Whose it is.
    pub customer_id: Uuid,
    /// One line that says what it is about, at most 200 characters.
    pub title: String,
    /// The day on the order; today when absent.
    pub ordered_on: Option<Date>,
    /// When it is to be delivered, decided or paid; not before `ordered_on`.
    pub due_on: Option<Date>,
    /// ISO 4217 code; the company's when absent.
    pub currency: Option<String>,
    /// What it is worth, in minor units; with lines it is their sum and need not be said.
    pub total_minor: Option<i64>,
    /// What was paid of an invoice, in minor units.
    pub paid_minor: Option<i64>,
    /// What it consists of, at most 500 lines.
    #[serde(default)]
    pub lines: Vec<NewOrderLine>,
    /// The user who looks after it.
    pub owner_id: Option<Uuid>,
    /// Where the record comes from; `entered` when absent.
    pub source: Option<OrderSource>,
    /// Whatever colleagues should know, at most 20,000 characters.
    pub note: Option<String>,
    /// Values of the company's own fields, by field id; their rules apply when this is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ext: Option<serde_json::Map<String, serde_json::Value>>,
}

impl NewOrder {
    /// An order of this kind of which only customer and title are known.
    pub fn titled(kind: OrderKind, customer_id: Uuid, title: impl Into<String>) -> Self {
        Self {
            number: None,
            kind,
            status: None,
            customer_id,
            title: title.into(),
            ordered_on: None,
            due_on: None,
            currency: None,
            total_minor: None,
            paid_minor: None,
            lines: Vec::new(),
            owner_id: None,
            source: None,
            note: None,
            ext: None,
        }
    }

    /// The same, trimmed and checked, with the amounts worked out.
    pub(crate) fn checked(mut self, mut checks: Checks) -> Result<Checked, Invalid> {
        let number = if let Some(number) = &self.number {
            checks.code("/number", number)
        } else {
            checks.refuse("/number", "required", "Give the order a number.");
            String::new()
        };
        let title = checks.name("/title", &self.title);
        let note = checks.text("/note", self.note.take());
        checks.in_order(self.ordered_on, self.due_on, "/due_on");
        let lines = checked_lines(std::mem::take(&mut self.lines), &mut checks);
        let total_minor = total(self.total_minor, &lines, &mut checks);
        let (status, paid_minor) = self.standing(total_minor, &mut checks);
        if let Some(code) = &mut self.currency {
            *code = code.trim().to_uppercase();
            if code.parse::<kernel::Currency>().is_err() {
                checks.refuse("/currency", "unknown_currency", "Write an ISO 4217 code such as CNY.");
            }
        }
        checks.finish()?;
        Ok(Checked { number, title, note, lines, total_minor, status, paid_minor, said: self })
    }

    /// Status and paid amount, which go together: an invoice that is paid in full is paid, and the other way round.
    fn standing(&self, total_minor: i64, checks: &mut Checks) -> (OrderStatus, i64) {
        let statuses = self.kind.statuses();
        let mut status = self.status.unwrap_or(statuses[0]);
        if !statuses.contains(&status) {
            let known = statuses.map(OrderStatus::as_str).join(", ");
            checks.refuse("/status", "wrong_kind", format!("An order of this kind is one of: {known}."));
        }
        let mut paid = self.paid_minor.unwrap_or(0);
        if paid < 0 || paid > total_minor {
            checks.refuse("/paid_minor", "out_of_range", "Between nothing and the whole amount can be paid.");
        }
        if self.kind == OrderKind::Invoice {
            match status {
                OrderStatus::Paid => paid = total_minor,
                OrderStatus::Issued if paid == total_minor && total_minor > 0 => status = OrderStatus::Paid,
                _ => {}
            }
        } else if paid != 0 {
            checks.refuse("/paid_minor", "only_invoices", "Only invoices are paid; leave this out.");
        }
        (status, paid)
    }
}

/// A checked body with the amounts that follow from it.
#[derive(Debug)]
pub(crate) struct Checked {
    number: String,
    title: String,
    note: Option<String>,
    lines: Vec<OrderLine>,
    total_minor: i64,
    status: OrderStatus,
    paid_minor: i64,
    said: NewOrder,
}

impl Checked {
    /// The lines.
    pub fn lines(&self) -> &[OrderLine] {
        &self.lines
    }

    /// The body itself.
    pub fn said(&self) -> &NewOrder {
        &self.said
    }
}

fn checked_lines(lines: Vec<NewOrderLine>, checks: &mut Checks) -> Vec<OrderLine> {
    if lines.len() > MOST_LINES {
        checks.refuse("/lines", "too_many", format!("Use at most {MOST_LINES} lines."));
        return Vec::new();
    }
    let mut checked = Vec::with_capacity(lines.len());
    for (index, line) in lines.into_iter().enumerate() {
        let at = |field: &str| format!("/lines/{index}/{field}");
        let (quantity, price) = (line.quantity.unwrap_or(Exact::new(1, 0)), line.unit_price_minor.unwrap_or(0));
        if quantity <= Exact::default() {
            checks.refuse(&at("quantity"), "out_of_range", "Use a quantity above 0.");
        }
        if price.abs() > LARGEST_MINOR {
            checks.refuse(&at("unit_price_minor"), "out_of_range", "This price is too large.");
        }
        let amount = quantity.times(price).filter(|amount| amount.abs() <= LARGEST_MINOR);
        if amount.is_none() {
            checks.refuse(&at("quantity"), "out_of_range", "Quantity times price is too large.");
        }
        let mut known = HashSet::new();
        let device_ids: Vec<Uuid> = line.device_ids.iter().filter(|id| known.insert(**id)).copied().collect();
        if device_ids.len() > MOST_DEVICES {
            checks.refuse(&at("device_ids"), "too_many", format!("Name at most {MOST_DEVICES} devices."));
        }
        checked.push(OrderLine {
            product_id: line.product_id,
            text: checks.name(&at("text"), &line.text),
            quantity,
            unit_price_minor: price,
            amount_minor: amount.unwrap_or(0),
            device_ids,
        });
    }
    checked
}

/// What the order is worth: the sum of its lines, or what was said when there are none.
fn total(said: Option<i64>, lines: &[OrderLine], checks: &mut Checks) -> i64 {
    let sum = lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(line.amount_minor));
    let total = if lines.is_empty() { Some(said.unwrap_or(0)) } else { sum };
    let total = total.filter(|total| (0..=LARGEST_MINOR).contains(total)).unwrap_or_else(|| {
        checks.refuse("/total_minor", "out_of_range", "An order is worth nothing or more, and not that much.");
        0
    });
    if !lines.is_empty() && said.is_some_and(|said| said != total) {
        let message = format!("The lines add up to {total}; leave this out, or change the lines.");
        checks.refuse("/total_minor", "not_the_sum", message);
    }
    total
}

impl Order {
    /// The record saying what `new` says; id, version, times, kind, source and creator stay.
    pub(crate) fn with(&self, new: Checked) -> Self {
        Self {
            number: new.number,
            status: new.status,
            customer_id: new.said.customer_id,
            title: new.title,
            ordered_on: new.said.ordered_on.unwrap_or(self.ordered_on),
            due_on: new.said.due_on,
            currency: new.said.currency.unwrap_or_else(|| self.currency.clone()),
            total_minor: new.total_minor,
            paid_minor: new.paid_minor,
            lines: Json(new.lines),
            owner_id: new.said.owner_id,
            note: new.note,
            ..self.clone()
        }
    }
}

impl From<&OrderLine> for NewOrderLine {
    fn from(line: &OrderLine) -> Self {
        Self {
            product_id: line.product_id,
            text: line.text.clone(),
            quantity: Some(line.quantity),
            unit_price_minor: Some(line.unit_price_minor),
            device_ids: line.device_ids.clone(),
        }
    }
}

impl From<&Order> for NewOrder {
    fn from(order: &Order) -> Self {
        Self {
            number: Some(order.number.clone()),
            kind: order.kind,
            status: Some(order.status),
            customer_id: order.customer_id,
            title: order.title.clone(),
            ordered_on: Some(order.ordered_on),
            due_on: order.due_on,
            currency: Some(order.currency.clone()),
            total_minor: order.lines.0.is_empty().then_some(order.total_minor),
            paid_minor: Some(order.paid_minor),
            lines: order.lines.0.iter().map(NewOrderLine::from).collect(),
            owner_id: order.owner_id,
            source: Some(order.source),
            note: order.note.clone(),
            ext: None,
        }
    }
}

/// A change to an order: what is not mentioned stays, `null` empties. The kind stays what it is.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OrderChange {
    /// Its number.
    pub number: Change<String>,
    /// Where it stands.
    pub status: Change<OrderStatus>,
    /// Whose it is.
    pub customer_id: Change<Uuid>,
    /// What it is about.
    pub title: Change<String>,
    /// The day on the order.
    pub ordered_on: Change<Date>,
    /// When it is to be delivered, decided or paid.
    pub due_on: Change<Date>,
    /// ISO 4217 code.
    pub currency: Change<String>,
    /// What it is worth, in minor units; with lines it is their sum and need not be said.
    pub total_minor: Change<i64>,
    /// What was paid of an invoice, in minor units.
    pub paid_minor: Change<i64>,
    /// What it consists of; replaces all lines.
    pub lines: Change<Vec<NewOrderLine>>,
    /// The user who looks after it.
    pub owner_id: Change<Uuid>,
    /// Whatever colleagues should know.
    pub note: Change<String>,
    /// Values of the company's own fields, by field id; fields that are not named stay, `null` empties one.
    pub ext: Option<serde_json::Map<String, serde_json::Value>>,
}

impl OrderChange {
    /// What the order says after the change.
    pub(crate) fn apply(self, order: &Order) -> Result<Checked, Invalid> {
        let (mut new, mut checks) = (NewOrder::from(order), Checks::new());
        // Whoever opens a paid invoice again, or makes it larger, does not want the old payment to close it at once.
        let reopened = order.status == OrderStatus::Paid
            && matches!(&self.status, Change::Set(status) if *status != OrderStatus::Paid)
            && !self.paid_minor.is_mentioned();
        self.number.apply(&mut new.number);
        if matches!(self.status, Change::Clear) {
            checks.refuse("/status", "required", "This may not be empty.");
        }
        self.status.apply(&mut new.status);
        self.customer_id.require(&mut new.customer_id, "/customer_id", &mut checks);
        self.title.require(&mut new.title, "/title", &mut checks);
        if matches!(self.ordered_on, Change::Clear) {
            checks.refuse("/ordered_on", "required", "This may not be empty.");
        }
        self.ordered_on.apply(&mut new.ordered_on);
        self.due_on.apply(&mut new.due_on);
        if matches!(self.currency, Change::Clear) {
            checks.refuse("/currency", "required", "This may not be empty.");
        }
        self.currency.apply(&mut new.currency);
        self.total_minor.apply(&mut new.total_minor);
        self.paid_minor.apply(&mut new.paid_minor);
        self.lines.or_default(&mut new.lines);
        self.owner_id.apply(&mut new.owner_id);
        self.note.apply(&mut new.note);
        if reopened {
            new.paid_minor = Some(0);
        }
        new.checked(checks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(quantity: &str, price: i64) -> NewOrderLine {
        let quantity = Some(quantity.parse().unwrap());
        let text = "电梯".to_owned();
        NewOrderLine { product_id: None, text, quantity, unit_price_minor: Some(price), device_ids: Vec::new() }
    }

    fn invoice(lines: Vec<NewOrderLine>) -> NewOrder {
        let number = Some("IN-1".to_owned());
        NewOrder { number, lines, ..NewOrder::titled(OrderKind::Invoice, Uuid::from_u128(1), "发票") }
    }

    fn codes(new: NewOrder) -> Vec<String> {
        let errors = new.checked(Checks::new()).err().map(|invalid| invalid.0).unwrap_or_default();
        errors.into_iter().map(|error| format!("{} {}", error.pointer, error.code)).collect()
    }

    #[test]
    fn the_total_is_the_sum_of_rounded_lines() {
        let checked = invoice(vec![line("1.5", 333), line("2", 1_000)]).checked(Checks::new()).unwrap();
        let amounts: Vec<i64> = checked.lines.iter().map(|line| line.amount_minor).collect();
        assert_eq!((amounts, checked.total_minor), (vec![500, 2_000], 2_500));
        assert_eq!(
            codes(NewOrder { total_minor: Some(2_499), ..invoice(vec![line("1", 2_500)]) }),
            ["/total_minor not_the_sum"]
        );
        assert!(codes(NewOrder { total_minor: Some(2_500), ..invoice(vec![line("1", 2_500)]) }).is_empty());
        assert!(codes(NewOrder { total_minor: Some(99), ..invoice(Vec::new()) }).is_empty());
    }

    #[test]
    fn amounts_beyond_bounds_are_refused_and_do_not_overflow() {
        assert_eq!(codes(invoice(vec![line("1000000", i64::MAX)]))[0], "/lines/0/unit_price_minor out_of_range");
        let many = (0..3).map(|_| line("1", LARGEST_MINOR)).collect();
        assert_eq!(codes(invoice(many)), ["/total_minor out_of_range"]);
        assert_eq!(codes(invoice(vec![line("0", 5)])), ["/lines/0/quantity out_of_range"]);
        assert_eq!(codes(invoice(vec![line("1", -5)])), ["/total_minor out_of_range"]);
        assert!(codes(invoice(vec![line("1", 50), line("1", -5)])).is_empty(), "a discount is a line below nothing");
    }

    #[test]
    fn an_invoice_paid_in_full_is_paid_and_the_other_way_round() {
        let standing = |status, paid_minor| {
            let new = NewOrder { status: Some(status), paid_minor, ..invoice(vec![line("1", 100)]) };
            let checked = new.checked(Checks::new()).unwrap();
            (checked.status, checked.paid_minor)
        };
        assert_eq!(standing(OrderStatus::Issued, Some(40)), (OrderStatus::Issued, 40));
        assert_eq!(standing(OrderStatus::Issued, Some(100)), (OrderStatus::Paid, 100));
        assert_eq!(standing(OrderStatus::Paid, None), (OrderStatus::Paid, 100));
        let purchase = NewOrder { kind: OrderKind::Purchase, paid_minor: Some(1), ..invoice(vec![line("1", 100)]) };
        assert_eq!(codes(purchase), ["/paid_minor only_invoices"]);
        let lead = NewOrder { kind: OrderKind::Lead, status: Some(OrderStatus::Paid), ..invoice(Vec::new()) };
        assert_eq!(codes(lead), ["/status wrong_kind"]);
    }
}
