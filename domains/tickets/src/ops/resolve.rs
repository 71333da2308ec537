//! A ticket is solved, with the solution in words and its cause and action codes.

use authz::permissions;
use axum::extract::State;
use http_api::{App, Body, Caller, IfMatch, Path, Problem, Versioned};

use crate::{
    act::{Action, apply},
    api::{LONGEST_TEXT, ResolveTicket, TicketPath, optional_text, refuse, text},
    model::{Solution, Ticket},
};

/// The operation.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<TicketPath>,
    version: IfMatch,
    Body(body): Body<ResolveTicket>,
) -> Result<Versioned<Ticket>, Problem> {
    let mut errors = Vec::new();
    let solution = Solution {
        resolution: text("/resolution", &body.resolution, LONGEST_TEXT, &mut errors),
        cause_code: optional_text("/cause_code", body.cause_code, 200, &mut errors),
        action_code: optional_text("/action_code", body.action_code, 200, &mut errors),
    };
    refuse(errors)?;
    apply(&app, &cx, path.id, version, permissions::TICKETS_UPDATE, Action::Resolve(solution)).await
}
