//! The price list.

use axum::extract::State;
use db::{Query as _, Read, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, HasVersion, IfMatch, Problem, Versioned};
use objects::Checks;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{FinanceError, api::PutPrices, model::PriceItem, prices::Prices, store};

/// Every price.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PriceList {
    /// For `If-Match`; rises with every change of a price.
    pub version: i64,
    /// One entry a kind.
    pub items: Vec<PriceItem>,
}

impl PriceList {
    fn new(prices: Prices) -> Self {
        Self { version: prices.version(), items: prices.0 }
    }
}

impl HasVersion for PriceList {
    fn version(&self) -> i64 {
        self.version
    }
}

/// Shows the price list; what was never set is shown as it starts.
pub async fn list(State(app): State<App>, Caller(cx): Caller) -> Result<Versioned<PriceList>, Problem> {
    let prices = app.db().read(&cx, async |r: &mut Read<'_>| Prices::load(r).await).await?;
    Ok(Versioned(PriceList::new(prices)))
}

/// Sets the prices that are mentioned. Quotes keep the prices they were written with.
pub async fn put(
    State(app): State<App>,
    Caller(cx): Caller,
    seen: IfMatch,
    Body(body): Body<PutPrices>,
) -> Result<Versioned<PriceList>, Problem> {
    let put = async move |tx: &mut Tx<'_>| set(tx, seen, body).await;
    let prices = app.db().write(&cx, put).await?;
    Ok(Versioned(PriceList::new(prices)))
}

async fn set(tx: &mut Tx<'_>, seen: IfMatch, body: PutPrices) -> Result<Prices, FinanceError> {
    let cx = tx.cx().clone();
    let before = Prices::load(tx).await?;
    if before.version() != seen.version() {
        return Err(FinanceError::Stale);
    }
    let mut after = before.clone();
    let mut checks = Checks::new();
    for (index, put) in body.items.into_iter().enumerate() {
        let item = &mut after.0[put.kind as usize];
        put.fill(index, item, &mut checks);
    }
    let currency = after.0[0].currency.clone();
    if after.0.iter().any(|item| item.currency != currency) {
        checks.refuse("/items", "mixed_currencies", "All prices stand in one currency; set it for every kind.");
    }
    checks.finish()?;
    let mut stmts = Vec::new();
    for (before, after) in before.0.iter().zip(&mut after.0) {
        if before == after {
            continue;
        }
        after.version = before.version + 1;
        after.updated_at = cx.now();
        let told =
            NewEvent::new("price.updated", "price", after.id).label(&after.name).data(events::changes(before, after));
        let told = events::statement(&cx, &told);
        stmts.push(store::put_price(&cx, after));
        stmts.push(told);
    }
    tx.execute_all(stmts).await?;
    Ok(after)
}
