//! A ticket goes up in another one about the same matter; its conversation can be read from there.

use authz::permissions;
use axum::extract::State;
use db::Query as _;
use events::NewEvent;
use http_api::{App, Body, Caller, IfMatch, Path, Problem, Versioned};
use serde_json::json;

use crate::{
    TicketError,
    act::{Action, act, load, within_reach},
    api::{MergeTicket, TicketLink, TicketPath},
    model::{LinkKind, Ticket},
    store,
};

/// The operation.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<TicketPath>,
    version: IfMatch,
    Body(body): Body<MergeTicket>,
) -> Result<Versioned<Ticket>, Problem> {
    let version = version.version();
    let ticket = app
        .db()
        .write(&cx, async move |tx| {
            let before = load(tx, path.id, version, permissions::TICKETS_MERGE).await?;
            let into = match within_reach(tx, body.into_id, permissions::TICKETS_MERGE).await {
                Err(TicketError::NotFound) => {
                    return Err(TicketError::field("/into_id", "unknown", "There is no such ticket."));
                }
                other => other?,
            };
            let after = act(tx, before, Action::Merge { into: Box::new(into.clone()) }).await?;
            let cx = tx.cx().clone();
            let link = TicketLink {
                id: cx.new_id(),
                from_id: after.id,
                to_id: into.id,
                kind: LinkKind::Duplicates,
                created_at: cx.now(),
            };
            let told = NewEvent::new("ticket.absorbed", "ticket", into.id)
                .label(&into.number)
                .data(json!({ "merged_number": after.number, "merged_id": after.id }));
            tx.execute_all(vec![store::insert_link(&cx, &link), events::statement(&cx, &told)]).await?;
            Ok(after)
        })
        .await?;
    Ok(Versioned(ticket))
}
