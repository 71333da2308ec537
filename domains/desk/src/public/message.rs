//! The customer writes to the company.

use axum::extract::State;
use db::{Query as _, Tx};
use http_api::{App, Body, Caller, FieldError, IdempotencyKey, Json, Path, Problem};
use kernel::Uuid;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tickets::MessageKind;

use super::{
    TokenPath,
    face::{FileFace, MessageFace, Side},
    reach::{linked, named},
};

/// Files with one message at most.
const MOST_FILES: usize = 10;

/// A message from the customer.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteMessage {
    /// The text.
    #[schemars(length(min = 1, max = 20000))]
    pub body: String,
    /// Files uploaded through the same link.
    #[serde(default)]
    #[schemars(length(max = 10))]
    pub file_ids: Vec<Uuid>,
}

/// The files, all of which this caller must have uploaded: whoever names a file may read it afterwards.
pub async fn own_files(tx: &mut Tx<'_>, ids: &[Uuid]) -> Result<Vec<files::File>, Problem> {
    if ids.len() > MOST_FILES {
        let message = format!("Send at most {MOST_FILES} files at once.");
        return Err(Problem::invalid_field("/file_ids", "too_many", message));
    }
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    for (index, id) in ids.iter().enumerate() {
        let file = files::get(tx, *id).await?;
        match file.filter(|file| file.created_by == tx.cx().actor().id) {
            Some(file) => found.push(file),
            None => errors.push(FieldError::new(
                format!("/file_ids/{index}"),
                "unknown",
                "There is no such file; upload it again.",
            )),
        }
    }
    if errors.is_empty() { Ok(found) } else { Err(Problem::invalid(errors)) }
}

/// Adds the message to the ticket's conversation.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(_): Path<TokenPath>,
    key: IdempotencyKey,
    Body(body): Body<WriteMessage>,
) -> Result<Json<MessageFace>, Problem> {
    let asked = body.clone();
    let write = async move |tx: &mut Tx<'_>| -> Result<MessageFace, Problem> {
        let files = own_files(tx, &body.file_ids).await?;
        let (_, ticket) = linked(tx).await?;
        let cx = match &ticket.contact_name {
            Some(name) => named(tx.cx(), name),
            None => tx.cx().clone(),
        };
        let kind = MessageKind::Customer;
        let written =
            tickets::write_message(&mut tx.with_context(&cx), ticket, kind, &body.body, body.file_ids).await?;
        Ok(MessageFace {
            id: written.id,
            from: Side::Customer,
            author: written.author_name,
            body: written.body,
            files: files.into_iter().map(FileFace::from).collect(),
            at: written.created_at,
        })
    };
    app.once(&cx, key, &asked, "writePublicMessage", write).await.map(Json)
}
