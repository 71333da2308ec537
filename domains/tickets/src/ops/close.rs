//! A solved ticket is closed once every condition is met: signed or excused, settled, parts booked.

use authz::permissions;
use axum::extract::State;
use http_api::{App, Caller, FieldError, IfMatch, Json, Path, Problem, Versioned};

use crate::{
    ClosingChecks, TicketError,
    act::{Action, act, load, within_reach},
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
    let checks = app.get::<ClosingChecks>();
    let version = version.version();
    let ticket = app
        .db()
        .write(&cx, async move |tx| {
            let before = load(tx, path.id, version, permissions::TICKETS_CLOSE).await?;
            let unmet = checks.unmet(tx, &before).await?;
            if !unmet.is_empty() {
                return Err(TicketError::NotReady(unmet));
            }
            act(tx, before, Action::Close).await
        })
        .await?;
    Ok(Versioned(ticket))
}

/// What is still missing; empty when the ticket may be closed.
pub async fn conditions(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<TicketPath>,
) -> Result<Json<Vec<FieldError>>, Problem> {
    let checks = app.get::<ClosingChecks>();
    let unmet = app
        .db()
        .write(&cx, async move |tx| {
            let ticket = within_reach(tx, path.id, permissions::TICKETS_READ).await?;
            Ok::<_, TicketError>(checks.unmet(tx, &ticket).await?)
        })
        .await?;
    Ok(Json(unmet.into_iter().map(|item| FieldError::new("", item.code, item.message)).collect()))
}
