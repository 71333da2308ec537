//! A colleague writes down what the customer said to a quote.

use axum::extract::State;
use db::Tx;
use http_api::{App, Body, Caller, IfMatch, Path, Problem, Versioned};
use kernel::{Context, Uuid};

use super::update::seen;
use crate::{
    FinanceError,
    api::{IdPath, RecordDecision},
    as_seen,
    model::{DecidedVia, Decision, Quote},
    quotes,
};

/// The customer agreed.
pub async fn approve(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(IdPath { id }): Path<IdPath>,
    version: IfMatch,
    Body(body): Body<RecordDecision>,
) -> Result<Versioned<Quote>, Problem> {
    record(&app, &cx, (id, version.version()), body, true).await
}

/// The customer did not agree.
pub async fn reject(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(IdPath { id }): Path<IdPath>,
    version: IfMatch,
    Body(body): Body<RecordDecision>,
) -> Result<Versioned<Quote>, Problem> {
    record(&app, &cx, (id, version.version()), body, false).await
}

async fn record(
    app: &App,
    cx: &Context,
    (id, version): (Uuid, i64),
    body: RecordDecision,
    approve: bool,
) -> Result<Versioned<Quote>, Problem> {
    let decision = Decision { approve, name: body.name, reason: body.reason };
    let decide = async move |tx: &mut Tx<'_>| -> Result<Quote, FinanceError> {
        let before = seen(tx, id, version).await?;
        let quote = quotes::settle(tx, &before, decision, DecidedVia::Staff).await?;
        Ok(as_seen(tx, quote).await?)
    };
    Ok(Versioned(app.db().write(cx, decide).await?))
}
