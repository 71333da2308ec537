//! What a ticket costs, who pays for it, and whether that is settled.

use db::{DbError, Query, Tx};
use events::NewEvent;
use futures_util::future::BoxFuture;
use kernel::Uuid;
use objects::Checks;
use schemars::JsonSchema;
use serde::Serialize;
use tickets::{ClosingCheck, Ticket, Unmet};

use crate::{
    Exact, FinanceError,
    model::{PriceKind, QuoteStatus, SettlementExcuse},
    prices::Prices,
    propose::Work,
    store,
};

db::choice! {
    /// What a cost is for.
    pub enum CostKind {
        /// Work.
        Labour = "labour",
        /// Coming and going.
        Travel = "travel",
        /// Parts.
        Parts = "parts",
    }
}

/// One thing a ticket cost us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CostLine {
    /// What it is for.
    pub kind: CostKind,
    /// In words.
    pub description: String,
    /// How many.
    pub quantity: Exact,
    /// What is counted.
    pub unit: String,
    /// What one costs us, in minor units.
    pub unit_cost_minor: i64,
    /// Quantity times cost, rounded half up.
    pub amount_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// Whether the customer is charged for it; under warranty nobody is.
    pub charged: bool,
}

/// What a ticket cost, and whether it is settled. Worked out from visits and parts as they stand now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TicketCosts {
    /// The ticket.
    pub ticket_id: Uuid,
    /// Covered, not covered, or unknown.
    pub in_warranty: Option<bool>,
    /// Work at the customer's, in minutes.
    pub labour_minutes: i64,
    /// On the way, in minutes.
    pub travel_minutes: i64,
    /// The costs.
    pub lines: Vec<CostLine>,
    /// ISO 4217 code of `total_minor`; lines in another currency are not in it.
    pub currency: String,
    /// Their sum.
    pub total_minor: i64,
    /// Why the ticket need not be paid for, if somebody said so.
    pub excuse: Option<SettlementExcuse>,
}

fn covered(ticket: &Ticket) -> Option<bool> {
    ticket.warranty.0.as_ref().and_then(|warranty| warranty.in_warranty)
}

/// What a ticket cost.
pub async fn costs(q: &mut impl Query, ticket: &Ticket) -> Result<TicketCosts, DbError> {
    let prices = Prices::load(q).await?;
    let work = Work::load(q, ticket.id).await?;
    let excuse = store::excuse(q, ticket.id).await?;
    let in_warranty = covered(ticket);
    let charged = in_warranty != Some(true);
    let mut lines = Vec::new();
    let mut service = |kind: CostKind, price: PriceKind, quantity: Exact| {
        let price = prices.of(price);
        lines.push(CostLine {
            kind,
            description: price.name.clone(),
            quantity,
            unit: price.unit.clone(),
            unit_cost_minor: price.unit_cost_minor,
            amount_minor: quantity.times(price.unit_cost_minor).unwrap_or(i64::MAX),
            currency: price.currency.clone(),
            charged,
        });
    };
    let labour_minutes = work.labour_minutes();
    if labour_minutes > 0 {
        service(CostKind::Labour, PriceKind::LabourHour, Exact::hours(labour_minutes));
    }
    if !work.visits.is_empty() {
        let ways = i64::try_from(work.visits.len()).unwrap_or(i64::MAX);
        service(CostKind::Travel, PriceKind::TravelVisit, Exact::new(ways, 0));
    }
    lines.extend(work.parts.iter().map(|used| CostLine {
        kind: CostKind::Parts,
        description: format!("{} {}", used.part_code, used.part_name),
        quantity: Exact::new(used.quantity, 0),
        unit: used.unit.clone(),
        unit_cost_minor: used.unit_cost_minor,
        amount_minor: used.quantity.saturating_mul(used.unit_cost_minor),
        currency: used.currency.clone(),
        charged,
    }));
    let currency = prices.currency().to_owned();
    let same = lines.iter().filter(|line| line.currency == currency);
    Ok(TicketCosts {
        ticket_id: ticket.id,
        in_warranty,
        labour_minutes,
        travel_minutes: work.visits.iter().map(|visit| visit.travel_minutes).sum(),
        total_minor: same.fold(0_i64, |sum, line| sum.saturating_add(line.amount_minor)),
        lines,
        currency,
        excuse,
    })
}

/// What a customer's jobs cost us so far, in minor units of the price list's currency: work, ways and parts. Work is added
/// up before it is rounded.
pub async fn costs_of_customer(q: &mut impl Query, customer_id: Uuid) -> Result<i64, DbError> {
    let prices = Prices::load(q).await?;
    let (visits, labour_minutes) = visits::work_of_customer(q, customer_id).await?;
    let labour = Exact::hours(labour_minutes).times(prices.of(PriceKind::LabourHour).unit_cost_minor);
    let travel = visits.saturating_mul(prices.of(PriceKind::TravelVisit).unit_cost_minor);
    let parts = inventory::cost_of_customer(q, customer_id, prices.currency()).await?;
    Ok(labour.unwrap_or(i64::MAX).saturating_add(travel).saturating_add(parts))
}

/// Says why a ticket may be closed without being paid for; a later reason replaces an earlier one.
pub async fn excuse(tx: &mut Tx<'_>, ticket: &Ticket, reason: String) -> Result<SettlementExcuse, FinanceError> {
    let mut checks = Checks::new();
    let reason = checks.text("/reason", Some(reason));
    if reason.is_none() {
        checks.refuse("/reason", "required", "Write down why nothing is charged.");
    }
    checks.finish()?;
    let cx = tx.cx().clone();
    let excuse = SettlementExcuse {
        id: cx.new_id(),
        ticket_id: ticket.id,
        reason: reason.unwrap_or_default(),
        excused_by_name: cx.actor().name.clone(),
        created_at: cx.now(),
    };
    let told = NewEvent::new("ticket.settlement_excused", "ticket", ticket.id)
        .label(&ticket.number)
        .data(serde_json::json!({ "reason": excuse.reason }));
    tx.execute_all(vec![store::put_excuse(&cx, &excuse), events::statement(&cx, &told)]).await?;
    Ok(excuse)
}

/// A ticket is closed only when it is settled: under warranty nothing is owed; out of warranty, work that can be charged
/// needs a quote that is approved and paid, or an excuse; where the warranty is unknown, quotes that exist must be
/// settled.
#[derive(Debug, Clone, Copy, Default)]
pub struct SettledCheck;

impl ClosingCheck for SettledCheck {
    fn unmet<'a>(&'a self, tx: &'a mut Tx<'_>, ticket: &'a Ticket) -> BoxFuture<'a, Result<Vec<Unmet>, DbError>> {
        Box::pin(async move { unmet(tx, ticket).await })
    }
}

async fn unmet(tx: &mut Tx<'_>, ticket: &Ticket) -> Result<Vec<Unmet>, DbError> {
    let in_warranty = covered(ticket);
    if in_warranty == Some(true) || store::excuse(tx, ticket.id).await?.is_some() {
        return Ok(Vec::new());
    }
    let quotes = store::of_ticket(tx, ticket.id).await?;
    let mut unmet: Vec<Unmet> = quotes
        .iter()
        .filter_map(|quote| match quote.status {
            QuoteStatus::Draft => Some(Unmet {
                code: "quote_not_sent",
                message: format!("Quote {} is a draft. Send it, or cancel it.", quote.number),
            }),
            QuoteStatus::Sent => Some(Unmet {
                code: "quote_undecided",
                message: format!("The customer has not decided on quote {}.", quote.number),
            }),
            QuoteStatus::Approved => Some(Unmet {
                code: "quote_unpaid",
                message: format!(
                    "Quote {} is not paid: {} (in minor units of {}) are due.",
                    quote.number,
                    quote.due_minor(),
                    quote.currency
                ),
            }),
            QuoteStatus::Rejected | QuoteStatus::Paid | QuoteStatus::Cancelled => None,
        })
        .collect();
    let paid = quotes.iter().any(|quote| quote.status == QuoteStatus::Paid);
    if in_warranty == Some(false) && unmet.is_empty() && !paid && Work::load(tx, ticket.id).await?.is_chargeable() {
        unmet.push(Unmet {
            code: "settlement_missing",
            message: "The work is out of warranty and nothing was charged. Write a quote, or excuse the settlement."
                .to_owned(),
        });
    }
    Ok(unmet)
}

#[cfg(test)]
mod tests {
    use http_api::http::Method;
    use serde_json::json;

    use crate::testing::{api, clerk, decide, migrations, ticket, unmet, work};

    testkit::both! {
        migrations(), |t| work_out_of_warranty_is_quoted_from_what_was_done_approved_and_paid_before_closing {
            let (api, clerk) = (api(t), clerk(t));
            let ticket = ticket(t, Some(false)).await;
            assert!(unmet(t, &ticket).await.is_empty());
            work(t, &ticket).await;
            assert_eq!(unmet(t, &ticket).await, ["settlement_missing"]);
            let path = format!("/api/v1/tickets/{}/quotes", ticket.id);
            let quote = api.post(&clerk, &path, json!({"auto": true})).await.ok(201);
            assert_eq!(quote.json["number"], "Q-2026-000001");
            let lines: Vec<_> = quote.json["lines"].as_array().unwrap().iter()
                .map(|line| (line["kind"].as_str().unwrap(), line["quantity"].as_str().unwrap(), line["amount_minor"].as_i64().unwrap()))
                .collect();
            // 95 minutes are 1.58 hours at 200.00; one way at 100.00; two belts at 120.00.
            assert_eq!(lines, [("labour", "1.58", 31_600), ("travel", "1", 10_000), ("part", "2", 24_000)]);
            assert_eq!(quote.json["subtotal_minor"], 65_600);
            // 6 % of 31600 and of 10000, 13 % of 24000.
            assert_eq!((&quote.json["tax_minor"], &quote.json["total_minor"]), (&json!(5_616), &json!(71_216)));
            assert_eq!(unmet(t, &ticket).await, ["quote_not_sent"]);
            let id = quote.id();
            let quote_id = id.parse().unwrap();
            assert!(matches!(decide(t, ticket.id, quote_id, true).await, Err(crate::FinanceError::NotFound)));
            api.act(&clerk, &format!("/api/v1/quotes/{id}/send"), 1).await.ok(200);
            assert_eq!(unmet(t, &ticket).await, ["quote_undecided"]);
            let approved = decide(t, ticket.id, quote_id, true).await.unwrap();
            assert_eq!((approved.decided_by.as_deref(), approved.decided_at), (Some("张三"), Some(t.cx.now())));
            assert_eq!(decide(t, ticket.id, quote_id, true).await.unwrap().version, approved.version);
            assert_eq!(unmet(t, &ticket).await, ["quote_unpaid"]);
            let pay = format!("/api/v1/quotes/{id}/payments");
            let too_much = api.post(&clerk, &pay, json!({"amount_minor": 71_217, "method": "cash"})).await;
            assert_eq!(too_much.errors(), ["/amount_minor overpaid"]);
            let nothing = api.post(&clerk, &pay, json!({"amount_minor": 0, "method": "cash"})).await;
            assert_eq!(nothing.errors(), ["/amount_minor out_of_range"]);
            api.post(&clerk, &pay, json!({"amount_minor": 70_000, "method": "wechat", "reference": "4200001"})).await.ok(201);
            assert_eq!(unmet(t, &ticket).await, ["quote_unpaid"]);
            api.post(&clerk, &pay, json!({"amount_minor": 1_216, "method": "cash"})).await.ok(201);
            assert!(unmet(t, &ticket).await.is_empty());
            let detail = api.get(&clerk, &format!("/api/v1/quotes/{id}")).await.ok(200);
            assert_eq!((&detail.json["status"], &detail.json["due_minor"]), (&json!("paid"), &json!(0)));
            assert_eq!(detail.json["payments"].as_array().unwrap().len(), 2);
        }

        migrations(), |t| under_warranty_nothing_is_charged_and_the_cost_is_shown {
            let (api, clerk) = (api(t), clerk(t));
            let ticket = ticket(t, Some(true)).await;
            work(t, &ticket).await;
            assert!(unmet(t, &ticket).await.is_empty());
            let costs = api.get(&clerk, &format!("/api/v1/tickets/{}/costs", ticket.id)).await.ok(200).json;
            let lines: Vec<_> = costs["lines"].as_array().unwrap().iter()
                .map(|line| (line["kind"].as_str().unwrap(), line["amount_minor"].as_i64().unwrap(), line["charged"].as_bool().unwrap()))
                .collect();
            // 1.58 hours at 80.00, one way at 40.00, two belts at 45.00.
            assert_eq!(lines, [("labour", 12_640, false), ("travel", 4_000, false), ("parts", 9_000, false)]);
            assert_eq!((&costs["total_minor"], &costs["travel_minutes"]), (&json!(25_640), &json!(40)));
        }

        migrations(), |t| a_rejected_quote_needs_an_excuse_and_an_unknown_warranty_only_what_was_begun {
            let (api, clerk) = (api(t), clerk(t));
            let ticket = ticket(t, Some(false)).await;
            work(t, &ticket).await;
            let path = format!("/api/v1/tickets/{}/quotes", ticket.id);
            let quote = api.post(&clerk, &path, json!({"auto": true})).await.ok(201).id();
            api.act(&clerk, &format!("/api/v1/quotes/{quote}/send"), 1).await.ok(200);
            let reject = format!("/api/v1/quotes/{quote}/reject");
            let said = Some(json!({"name": "张三", "reason": "太贵"}));
            api.send(&clerk, Method::POST, &reject, &[("if-match", "\"2\"")], said).await.ok(200);
            assert_eq!(unmet(t, &ticket).await, ["settlement_missing"]);
            let mut unknown = ticket.clone();
            unknown.warranty.0 = None;
            assert!(unmet(t, &unknown).await.is_empty());
            let excuse = format!("/api/v1/tickets/{}/settlement-excuse", ticket.id);
            assert_eq!(api.post(&clerk, &excuse, json!({"reason": " "})).await.errors(), ["/reason required"]);
            api.post(&clerk, &excuse, json!({"reason": "客户拆回自修"})).await.ok(200);
            api.post(&clerk, &excuse, json!({"reason": "客户自修"})).await.ok(200);
            assert!(unmet(t, &ticket).await.is_empty());
            let costs = api.get(&clerk, &format!("/api/v1/tickets/{}/costs", ticket.id)).await.ok(200).json;
            assert_eq!(costs["excuse"]["reason"], "客户自修");
        }
    }
}
