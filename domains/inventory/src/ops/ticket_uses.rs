//! The parts used on a ticket.

use authz::permissions;
use axum::extract::State;
use db::Read;
use http_api::{App, Caller, Json, Path, Problem};

use crate::{InventoryError, api::TicketPath, model::PartUse, store};

/// Uses that count, oldest first.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(TicketPath { id }): Path<TicketPath>,
) -> Result<Json<Vec<PartUse>>, Problem> {
    let uses = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<_, InventoryError> {
            tickets::within_reach(r, id, permissions::TICKETS_READ).await?;
            Ok(store::uses_of_ticket(r, id).await?)
        })
        .await?;
    Ok(Json(uses))
}
