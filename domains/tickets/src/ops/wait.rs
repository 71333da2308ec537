//! Something outside holds a ticket up; for the customer, a vendor or access the clock stands still.

use authz::permissions;
use axum::extract::State;
use http_api::{App, Body, Caller, IfMatch, Path, Problem, Versioned};

use crate::{
    TicketError,
    act::{Action, apply},
    api::{TicketPath, WaitTicket, optional_text, refuse},
    model::Ticket,
};

/// The operation.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<TicketPath>,
    version: IfMatch,
    Body(body): Body<WaitTicket>,
) -> Result<Versioned<Ticket>, Problem> {
    let mut errors = Vec::new();
    let note = optional_text("/note", body.note, 2_000, &mut errors);
    refuse(errors)?;
    if body.until.is_some_and(|until| until <= cx.now()) {
        return Err(TicketError::field("/until", "in_the_past", "Choose a time that is still to come.").into());
    }
    let action = Action::Wait { reason: body.reason, until: body.until, note };
    apply(&app, &cx, path.id, version, permissions::TICKETS_UPDATE, action).await
}
