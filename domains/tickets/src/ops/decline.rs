//! The engineer gives a ticket back to dispatch, saying why.

use authz::permissions;
use axum::extract::State;
use http_api::{App, Body, Caller, IfMatch, Path, Problem, Versioned};

use crate::{
    act::{Action, apply},
    api::{TicketPath, WithReason, refuse, text},
    model::Ticket,
};

/// The operation.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<TicketPath>,
    version: IfMatch,
    Body(body): Body<WithReason>,
) -> Result<Versioned<Ticket>, Problem> {
    let mut errors = Vec::new();
    let reason = text("/reason", &body.reason, 2_000, &mut errors);
    refuse(errors)?;
    apply(&app, &cx, path.id, version, permissions::TICKETS_UPDATE, Action::Decline { reason }).await
}
