//! Sending a quote to the customer's page, and taking it back.

use axum::extract::State;
use db::{Query as _, Tx};
use http_api::{App, Caller, IfMatch, Path, Problem, Versioned};

use super::update::seen;
use crate::{FinanceError, api::IdPath, as_seen, model::Quote, quotes};

/// Asks the customer.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(IdPath { id }): Path<IdPath>,
    version: IfMatch,
) -> Result<Versioned<Quote>, Problem> {
    let version = version.version();
    let send = async move |tx: &mut Tx<'_>| -> Result<Quote, FinanceError> {
        let before = seen(tx, id, version).await?;
        let now = tx.cx().now();
        let quote = quotes::change(tx, &before, "quote.sent", |quote| quote.send(now)).await?;
        Ok(as_seen(tx, quote).await?)
    };
    Ok(Versioned(app.db().write(&cx, send).await?))
}

/// Takes a quote back for which no money came in.
pub async fn cancel(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(IdPath { id }): Path<IdPath>,
    version: IfMatch,
) -> Result<Versioned<Quote>, Problem> {
    let version = version.version();
    let cancel = async move |tx: &mut Tx<'_>| -> Result<Quote, FinanceError> {
        let before = seen(tx, id, version).await?;
        let quote = quotes::change(tx, &before, "quote.cancelled", Quote::cancel).await?;
        Ok(as_seen(tx, quote).await?)
    };
    Ok(Versioned(app.db().write(&cx, cancel).await?))
}
