//! A solved or closed ticket is opened again, within the days the tenant allows.

use authz::permissions;
use axum::extract::State;
use http_api::{App, Body, Caller, IfMatch, Path, Problem, Versioned};

use crate::{
    TicketError,
    act::{Action, act, load},
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
    let version = version.version();
    let ticket = app
        .db()
        .write(&cx, async move |tx| {
            let before = load(tx, path.id, version, permissions::TICKETS_UPDATE).await?;
            let days = identity::tenant_settings(tx).await?.reopen_days;
            act(tx, before, Action::Reopen { reason, days }).await
        })
        .await
        .map_err(|error: TicketError| Problem::from(error))?;
    Ok(Versioned(ticket))
}
