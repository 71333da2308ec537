//! The page of a ticket.

use axum::extract::State;
use db::Read;
use http_api::{App, Caller, Json, Path, Problem};

use super::{TokenPath, face, face::TicketFace, reach::linked};

/// Shows the ticket behind the link.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(_): Path<TokenPath>,
) -> Result<Json<TicketFace>, Problem> {
    let read = async move |r: &mut Read<'_>| -> Result<TicketFace, Problem> {
        let (link, ticket) = linked(r).await?;
        face::face(r, &link, ticket).await
    };
    Ok(Json(app.db().read(&cx, read).await?))
}
