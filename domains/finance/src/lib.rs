//! Price list, quotes, the customer's approval, payments, cost of work under warranty.
//!
//! Prices are without tax. Each line of a quote is rounded half up to minor units, its tax too; totals are sums of the
//! rounded lines. A quote is drafted, sent, decided on by the customer ([`decide`], with name and time) and paid.
//! Under warranty no quote is needed: what the work cost us is worked out from visits and parts ([`costs`]).
//! [`renewals`] are the warranties and contracts that end, and the leads that offer to go on.
//! [`SettledCheck`] keeps a ticket from being closed before it is settled or excused.
//!
//! Events, on the ticket's timeline: `quote.created`, `.updated`, `.sent`, `.approved`, `.rejected`, `.cancelled`,
//! `.paid`, `payment.recorded`, `ticket.settlement_excused`; and `price.updated`.

mod api;
mod device_costs;
mod error;
mod letters;
mod merging;
mod model;
mod ops;
mod prices;
mod propose;
mod quotes;
pub mod renewals;
mod settlement;
mod store;
pub mod table;
#[cfg(test)]
mod testing;

use authz::{Access::Needs, permissions as p};
use db::{DbError, Migration, Query};
use http_api::Routes;
use kernel::Uuid;

pub use api::{CreateQuote, NewLine, RecordPayment};
pub use device_costs::{DeviceCost, costs_of_devices};
pub use error::FinanceError;
pub use letters::QuoteLetters;
pub use merging::CUSTOMER_ROWS;
pub use model::{
    DecidedVia, Decision, LineKind, Payment, PaymentMethod, PriceItem, PriceKind, Quote, QuoteLine, QuoteStatus,
    SettlementExcuse, VALID,
};
pub use objects::Exact;
pub use prices::Prices;
pub use quotes::{begin, change, decide, number, pay, shown};
pub use renewals::{Renewal, sees_costs};
pub use settlement::{CostKind, CostLine, SettledCheck, TicketCosts, costs, costs_of_customer, excuse};
pub use store::sums::sums_of_customer;

/// The operations.
pub fn routes() -> Routes {
    let (read, update) = (Needs(p::QUOTES_READ), Needs(p::QUOTES_UPDATE));
    Routes::new("finance")
        .get("/api/v1/prices", read, "listPrices", "Show the price list", ops::prices::list)
        .put("/api/v1/prices", Needs(p::PRICES_UPDATE), "putPrices", "Set prices", ops::prices::put)
        .get("/api/v1/quotes", read, "listQuotes", "List quotes", ops::list::handle)
        .post("/api/v1/tickets/{id}/quotes", update, "createQuote", "Begin a quote", ops::create::handle)
        .describe("With `auto` lines are proposed from the work, the ways and the parts of the ticket's visits.")
        .get("/api/v1/quotes/{id}", read, "getQuote", "Show a quote with its payments", ops::get::handle)
        .patch("/api/v1/quotes/{id}", update, "updateQuote", "Change a draft, or own fields", ops::update::handle)
        .post(
            "/api/v1/quotes/{id}/reveal",
            read,
            "revealQuoteField",
            "Show one own field of personal data of a quote",
            ops::reveal::handle,
        )
        .describe("Every look is written down as the event `personal_data.revealed`.")
        .post("/api/v1/quotes/{id}/send", update, "sendQuote", "Ask the customer", ops::send::handle)
        .post("/api/v1/quotes/{id}/approve", update, "approveQuote", "The customer agreed", ops::decide::approve)
        .post("/api/v1/quotes/{id}/reject", update, "rejectQuote", "The customer did not agree", ops::decide::reject)
        .post("/api/v1/quotes/{id}/cancel", update, "cancelQuote", "Take a quote back", ops::send::cancel)
        .post(
            "/api/v1/quotes/{id}/payments",
            Needs(p::PAYMENTS_RECORD),
            "recordPayment",
            "Record money that came in",
            ops::pay::handle,
        )
        .get("/api/v1/tickets/{id}/costs", read, "getTicketCosts", "What a ticket cost", ops::costs::handle)
        .post(
            "/api/v1/tickets/{id}/settlement-excuse",
            Needs(p::PAYMENTS_RECORD),
            "excuseSettlement",
            "Say why a ticket need not be paid for",
            ops::excuse::handle,
        )
        .get(
            "/api/v1/renewals",
            Needs(p::CONTRACTS_READ),
            "listRenewals",
            "Warranties and contracts that end, from today on",
            renewals::list,
        )
        .describe(
            "A device's warranty stands here when no contract covers it afterwards. With the device's age, and tickets \
             and costs of the last twelve months.",
        )
        .post(
            "/api/v1/renewals/offer",
            Needs(p::ORDERS_CREATE),
            "offerRenewal",
            "Have somebody offer to go on: makes a lead, once",
            renewals::offer,
        )
}

/// The structure.
pub fn migrations() -> Vec<Migration> {
    vec![
        db::migration!("finance", 1, "finance", "../migrations/0001_finance.sql"),
        db::migration!("finance", 2, "own_fields", "../migrations/0002_own_fields.sql"),
    ]
}

/// The quote within the caller's reach, which is that of its ticket; what lies outside does not exist.
pub async fn reached(q: &mut impl Query, permission: authz::Permission, id: Uuid) -> Result<Quote, FinanceError> {
    let scope = store::ticket_scope(q.cx(), permission);
    store::within(q, id, scope).await
}

/// The process that quotes begin with.
pub fn templates() -> Vec<processes::Template> {
    let xml = include_str!("../templates/quote_approval.bpmn");
    vec![processes::Template::new("quote_approval", ("报价审批流程", "Quote approval"), "quote", None, xml)]
}

/// What the caller may see of the quotes' own fields.
pub(crate) async fn own_fields(q: &mut impl Query, quotes: &mut [Quote]) -> Result<(), DbError> {
    objects::shown(q, "quote", quotes.iter_mut().map(|quote| &mut quote.ext.0).collect()).await
}

/// One quote as the caller sees it.
pub(crate) async fn as_seen(q: &mut impl Query, mut quote: Quote) -> Result<Quote, DbError> {
    own_fields(q, std::slice::from_mut(&mut quote)).await?;
    Ok(quote)
}

/// The quote with this id, whoever asks.
pub async fn get(q: &mut impl Query, id: Uuid) -> Result<Option<Quote>, DbError> {
    let mut found = store::find(q, id).await?;
    own_fields(q, found.as_mut_slice()).await?;
    Ok(found)
}

/// The quotes of a ticket, oldest first.
pub async fn of_ticket(q: &mut impl Query, ticket_id: Uuid) -> Result<Vec<Quote>, DbError> {
    let mut found = store::of_ticket(q, ticket_id).await?;
    own_fields(q, &mut found).await?;
    Ok(found)
}

/// The newest quotes of a customer.
pub async fn of_customer(q: &mut impl Query, customer_id: Uuid, limit: usize) -> Result<Vec<Quote>, DbError> {
    let mut found = store::of_customer(q, customer_id, limit).await?;
    own_fields(q, &mut found).await?;
    Ok(found)
}
