//! Files on a ticket.

use authz::permissions;
use axum::extract::State;
use db::Query as _;
use events::NewEvent;
use http_api::{App, Body, Caller, Created, IdempotencyKey, Json, NoContent, Path, Problem};
use serde_json::json;

use crate::{
    TicketError,
    act::within_reach,
    api::{AttachFile, Attachment, TicketItemPath, TicketPath},
    store,
};

/// Lists the files.
pub async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<TicketPath>,
) -> Result<Json<Vec<Attachment>>, Problem> {
    let attachments = app
        .db()
        .read(&cx, async move |r| {
            within_reach(r, path.id, permissions::TICKETS_READ).await?;
            Ok::<_, TicketError>(store::attachments(r, path.id).await?)
        })
        .await?;
    Ok(Json(attachments))
}

/// Attaches a file that was uploaded before.
pub async fn create(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<TicketPath>,
    key: IdempotencyKey,
    Body(body): Body<AttachFile>,
) -> Result<Created<Attachment>, Problem> {
    let file_id = body.file_id;
    app.create(&cx, key, &body, "attachToTicket", async move |tx| {
        let cx = tx.cx().clone();
        let ticket = within_reach(tx, path.id, permissions::TICKETS_UPDATE).await?;
        let Some(file) = files::get(tx, file_id).await? else {
            return Err(TicketError::field("/file_id", "unknown", "There is no such file; upload it again."));
        };
        let attachment = Attachment {
            id: cx.new_id(),
            ticket_id: ticket.id,
            file_id: file.id,
            name: file.name,
            media_type: file.media_type,
            size: file.size,
            created_by_name: cx.actor().name.clone(),
            created_at: cx.now(),
        };
        let told = NewEvent::new("ticket.file_attached", "ticket", ticket.id)
            .label(&ticket.number)
            .data(json!({ "file_id": attachment.file_id, "name": attachment.name }));
        tx.execute_all(vec![store::insert_attachment(&cx, &attachment), events::statement(&cx, &told)]).await?;
        Ok(attachment)
    })
    .await
}

/// Takes a file off a ticket.
pub async fn delete(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<TicketItemPath>,
) -> Result<NoContent, Problem> {
    app.db()
        .write(&cx, async move |tx| {
            let cx = tx.cx().clone();
            let ticket = within_reach(tx, path.id, permissions::TICKETS_UPDATE).await?;
            if tx.execute(store::delete_attachment(&cx, ticket.id, path.item_id)).await? == 0 {
                return Err(TicketError::NotFound);
            }
            let told = NewEvent::new("ticket.file_removed", "ticket", ticket.id)
                .label(&ticket.number)
                .data(json!({ "attachment_id": path.item_id }));
            events::append(tx, told).await?;
            Ok(NoContent)
        })
        .await
        .map_err(Problem::from)
}
