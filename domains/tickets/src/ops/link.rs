//! Tickets that belong together.

use authz::permissions;
use axum::extract::State;
use db::Query as _;
use events::NewEvent;
use http_api::{App, Body, Caller, Created, IdempotencyKey, Json, NoContent, Path, Problem};
use serde_json::json;

use crate::{
    TicketError,
    act::within_reach,
    api::{LinkTicket, TicketItemPath, TicketLink, TicketPath},
    store,
};

/// Lists the links of a ticket.
pub async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<TicketPath>,
) -> Result<Json<Vec<TicketLink>>, Problem> {
    let links = app
        .db()
        .read(&cx, async move |r| {
            within_reach(r, path.id, permissions::TICKETS_READ).await?;
            Ok::<_, TicketError>(store::links(r, path.id).await?)
        })
        .await?;
    Ok(Json(links))
}

/// Links a ticket to another.
pub async fn create(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<TicketPath>,
    key: IdempotencyKey,
    Body(body): Body<LinkTicket>,
) -> Result<Created<TicketLink>, Problem> {
    let (other, kind) = (body.ticket_id, body.kind);
    app.create(&cx, key, &body, "linkTicket", async move |tx| {
        let cx = tx.cx().clone();
        let ticket = within_reach(tx, path.id, permissions::TICKETS_UPDATE).await?;
        if other == ticket.id {
            return Err(TicketError::field("/ticket_id", "itself", "Choose another ticket."));
        }
        let other = match within_reach(tx, other, permissions::TICKETS_READ).await {
            Err(TicketError::NotFound) => {
                return Err(TicketError::field("/ticket_id", "unknown", "There is no such ticket."));
            }
            found => found?,
        };
        let link = TicketLink { id: cx.new_id(), from_id: ticket.id, to_id: other.id, kind, created_at: cx.now() };
        let told = NewEvent::new("ticket.linked", "ticket", ticket.id)
            .label(&ticket.number)
            .data(json!({ "number": other.number, "kind": kind }));
        tx.execute_all(vec![store::insert_link(&cx, &link), events::statement(&cx, &told)]).await?;
        Ok(link)
    })
    .await
}

/// Takes a link away.
pub async fn delete(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<TicketItemPath>,
) -> Result<NoContent, Problem> {
    app.db()
        .write(&cx, async move |tx| {
            let cx = tx.cx().clone();
            let ticket = within_reach(tx, path.id, permissions::TICKETS_UPDATE).await?;
            if tx.execute(store::delete_link(&cx, ticket.id, path.item_id)).await? == 0 {
                return Err(TicketError::NotFound);
            }
            let told = NewEvent::new("ticket.unlinked", "ticket", ticket.id).label(&ticket.number);
            events::append(tx, told).await?;
            Ok(NoContent)
        })
        .await
        .map_err(Problem::from)
}
