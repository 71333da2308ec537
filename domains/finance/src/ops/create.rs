//! Beginning a quote, with lines proposed from what was done, or given.

use authz::permissions;
use axum::extract::State;
use db::Tx;
use http_api::{App, Body, Caller, Created, IdempotencyKey, Path, Problem};
use objects::Numbers;

use crate::{
    FinanceError,
    api::{CreateQuote, IdPath},
    as_seen,
    model::Quote,
    quotes,
};

/// Begins a draft for a ticket.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(IdPath { id }): Path<IdPath>,
    key: IdempotencyKey,
    Body(body): Body<CreateQuote>,
) -> Result<Created<Quote>, Problem> {
    let number = quotes::number(app.db(), &cx).await?;
    let numbers = if body.ext.is_some() { objects::numbers(app.db(), &cx, "quote").await? } else { Numbers::new() };
    let asked = (id, body.clone());
    let begin = async move |tx: &mut Tx<'_>| -> Result<Quote, FinanceError> {
        let ticket = tickets::within_reach(tx, id, permissions::QUOTES_UPDATE).await?;
        let quote = quotes::begin_with(tx, &ticket, number, body, &numbers).await?;
        Ok(as_seen(tx, quote).await?)
    };
    app.create(&cx, key, &asked, "createQuote", begin).await
}
