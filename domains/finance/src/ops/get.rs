//! A quote with its payments.

use authz::permissions;
use axum::extract::State;
use db::Read;
use http_api::{App, Caller, HasVersion, Path, Problem, Versioned};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    FinanceError,
    api::IdPath,
    as_seen,
    model::{Payment, Quote},
    store,
};

/// A quote and the money that came in for it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct QuoteDetail {
    /// The quote.
    #[serde(flatten)]
    pub quote: Quote,
    /// What is still to be paid.
    pub due_minor: i64,
    /// Oldest first.
    pub payments: Vec<Payment>,
}

impl HasVersion for QuoteDetail {
    fn version(&self) -> i64 {
        self.quote.version
    }
}

/// Shows a quote.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(IdPath { id }): Path<IdPath>,
) -> Result<Versioned<QuoteDetail>, Problem> {
    let scope = store::ticket_scope(&cx, permissions::QUOTES_READ);
    let read = async move |r: &mut Read<'_>| -> Result<_, FinanceError> {
        let quote = store::within(r, id, scope).await?;
        let quote = as_seen(r, quote).await?;
        let payments = store::payments(r, id).await?;
        Ok(QuoteDetail { due_minor: quote.due_minor(), quote, payments })
    };
    Ok(Versioned(app.db().read(&cx, read).await?))
}
