//! The conversation: internal notes, replies to the customer, and what the customer writes.

use authz::{Permission, permissions};
use axum::extract::State;
use db::{Json as Column, Query as _, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, Created, FieldError, IdempotencyKey, Json, Path, Problem};
use kernel::{ActorKind, Context, Uuid};
use serde_json::json;

use crate::{
    TicketError,
    act::{Action, act, within_reach},
    api::{LONGEST_TEXT, Message, MessageKind, TicketPath, WriteMessage, refuse, text},
    model::Ticket,
    sla::{ServiceLevels, clocks::anew},
    store,
};

/// Lists the conversation, oldest first.
pub async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<TicketPath>,
) -> Result<Json<Vec<Message>>, Problem> {
    let messages = app
        .db()
        .read(&cx, async move |r| {
            within_reach(r, path.id, permissions::TICKETS_READ).await?;
            Ok::<_, TicketError>(store::messages(r, path.id, false).await?)
        })
        .await?;
    Ok(Json(messages))
}

/// Writes a note that only colleagues read.
pub async fn note(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<TicketPath>,
    key: IdempotencyKey,
    Body(body): Body<WriteMessage>,
) -> Result<Created<Message>, Problem> {
    write(&app, &cx, path.id, key, body, ("noteTicket", MessageKind::Note, permissions::TICKETS_UPDATE)).await
}

/// Writes a reply that the customer sees; the first one by a person answers the ticket.
pub async fn reply(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<TicketPath>,
    key: IdempotencyKey,
    Body(body): Body<WriteMessage>,
) -> Result<Created<Message>, Problem> {
    write(&app, &cx, path.id, key, body, ("replyTicket", MessageKind::Reply, permissions::TICKETS_REPLY)).await
}

async fn write(
    app: &App,
    cx: &Context,
    id: Uuid,
    key: IdempotencyKey,
    body: WriteMessage,
    (operation, kind, permission): (&'static str, MessageKind, Permission),
) -> Result<Created<Message>, Problem> {
    let input = body.clone();
    app.create(cx, key, &body, operation, async move |tx| {
        let ticket = within_reach(tx, id, permission).await?;
        write_message(tx, ticket, kind, &input.body, input.file_ids).await
    })
    .await
}

/// Adds a message to a ticket inside the caller's transaction; the actor of the transaction wrote it.
pub async fn write_message(
    tx: &mut Tx<'_>,
    ticket: Ticket,
    kind: MessageKind,
    body: &str,
    file_ids: Vec<Uuid>,
) -> Result<Message, TicketError> {
    let cx = tx.cx().clone();
    let mut errors: Vec<FieldError> = Vec::new();
    let body = text("/body", body, LONGEST_TEXT, &mut errors);
    for (index, id) in file_ids.iter().enumerate() {
        if files::get(tx, *id).await?.is_none() {
            let pointer = format!("/file_ids/{index}");
            errors.push(FieldError::new(pointer, "unknown", "There is no such file; upload it again."));
        }
    }
    refuse(errors)?;
    let message = Message {
        id: cx.new_id(),
        ticket_id: ticket.id,
        kind,
        body,
        author_kind: cx.actor().kind.into(),
        author_id: cx.actor().id,
        author_name: cx.actor().name.clone(),
        file_ids: Column(file_ids),
        created_at: cx.now(),
    };
    let told = NewEvent::new(
        match kind {
            MessageKind::Note => "ticket.noted",
            MessageKind::Reply => "ticket.replied",
            MessageKind::Customer => "ticket.customer_wrote",
        },
        "ticket",
        ticket.id,
    )
    .label(&ticket.number)
    .data(json!({ "message_id": message.id, "body": message.body, "file_ids": message.file_ids }));
    tx.execute_all(vec![store::insert_message(&cx, &message), events::statement(&cx, &told)]).await?;
    let answers = kind == MessageKind::Reply && cx.actor().kind == ActorKind::User;
    if answers && ticket.first_response_at.is_none() {
        act(tx, ticket, Action::Respond).await?;
    } else if answers || kind == MessageKind::Customer {
        let levels = ServiceLevels::load(tx).await?;
        if levels.promise_next_replies() {
            anew(tx, &levels, &ticket, false).await?;
        }
    }
    Ok(message)
}
