//! Showing one of a ticket's own fields that hold personal data.

use authz::permissions;
use axum::extract::State;
use db::Tx;
use http_api::{App, Body, Caller, Json, Path, Problem};
use objects::{RevealBody, Revealed};

use crate::{TicketError, act::within_reach, api::TicketPath};

/// The operation.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<TicketPath>,
    Body(asked): Body<RevealBody>,
) -> Result<Json<Revealed>, Problem> {
    let shown = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Revealed, TicketError> {
            let ticket = within_reach(tx, path.id, permissions::TICKETS_READ).await?;
            Ok(objects::reveal(tx, "ticket", ticket.id, &ticket.number, &asked).await?)
        })
        .await?;
    Ok(Json(shown))
}
