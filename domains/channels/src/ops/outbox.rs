//! Looking at messages, and trying one again.

use axum::extract::State;
use db::{Read, Tx, list::ListPage};
use events::NewEvent;
use http_api::{App, Caller, Json, ListParams, Path, Problem, Versioned};
use objects::listing;
use serde_json::json;

use crate::{
    ChannelError,
    api::MessagePath,
    model::{MessageState, OutboxMessage},
    outbox::job,
    store,
};

/// Lists messages, newest first; without their texts.
pub async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<OutboxMessage>>, Problem> {
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| {
            listing::page::<OutboxMessage>(r, &store::OUTBOX, &params, Vec::new()).await
        })
        .await?;
    Ok(Json(page))
}

/// Tries a failed or waiting message again.
pub async fn retry(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<MessagePath>,
) -> Result<Versioned<OutboxMessage>, Problem> {
    let id = path.id;
    let message = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| {
            let message = store::message(tx, id).await?.ok_or(ChannelError::NotFound("message"))?;
            if !matches!(message.state, MessageState::Failed | MessageState::NoChannel) {
                return Err(ChannelError::NotFailed(message.state.as_str()));
            }
            store::mark(tx, id, MessageState::Queued, message.last_error.as_deref(), 0).await?;
            jobs::add(tx, job(id)).await?;
            let mut told = NewEvent::new("message.retried", "message", id)
                .data(json!({ "kind": message.kind, "recipient": message.recipient }));
            if let Some(ticket) = message.ticket_id {
                told = told.parent("ticket", ticket);
            }
            events::append(tx, told).await?;
            store::message(tx, id).await?.ok_or(ChannelError::NotFound("message"))
        })
        .await?;
    Ok(Versioned(message))
}
