//! Saying why a ticket may be closed without being paid for.

use authz::permissions;
use axum::extract::State;
use db::Tx;
use http_api::{App, Body, Caller, Json, Path, Problem};

use crate::{
    FinanceError,
    api::{ExcuseSettlement, IdPath},
    model::SettlementExcuse,
    settlement,
};

/// Excuses the settlement of a ticket.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(IdPath { id }): Path<IdPath>,
    Body(body): Body<ExcuseSettlement>,
) -> Result<Json<SettlementExcuse>, Problem> {
    let excuse = async move |tx: &mut Tx<'_>| -> Result<_, FinanceError> {
        let ticket = tickets::within_reach(tx, id, permissions::PAYMENTS_RECORD).await?;
        settlement::excuse(tx, &ticket, body.reason).await
    };
    Ok(Json(app.db().write(&cx, excuse).await?))
}
