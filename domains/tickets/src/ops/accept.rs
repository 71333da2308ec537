//! The engineer takes an assigned ticket.

use authz::permissions;
use axum::extract::State;
use http_api::{App, Caller, IfMatch, Path, Problem, Versioned};

use crate::{
    act::{Action, apply},
    api::TicketPath,
    model::Ticket,
};

/// The operation.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<TicketPath>,
    version: IfMatch,
) -> Result<Versioned<Ticket>, Problem> {
    apply(&app, &cx, path.id, version, permissions::TICKETS_UPDATE, Action::Accept).await
}
