//! What a ticket cost.

use authz::permissions;
use axum::extract::State;
use db::Read;
use http_api::{App, Caller, Json, Path, Problem};

use crate::{
    FinanceError,
    api::IdPath,
    settlement::{self, TicketCosts},
};

/// Shows the costs of a ticket and whether it is settled.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(IdPath { id }): Path<IdPath>,
) -> Result<Json<TicketCosts>, Problem> {
    let read = async move |r: &mut Read<'_>| -> Result<_, FinanceError> {
        let ticket = tickets::within_reach(r, id, permissions::QUOTES_READ).await?;
        Ok(settlement::costs(r, &ticket).await?)
    };
    Ok(Json(app.db().read(&cx, read).await?))
}
