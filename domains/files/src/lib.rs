//! Files: sniffed, bounded, stored once by content hash.
//!
//! A file is uploaded first and then attached to something by its id. Its kind is found out from its bytes; only
//! pictures, PDF, sound, film, office documents, text and CSV are taken. Everybody who is signed in to the company may
//! read a file whose id they know; ids cannot be guessed and stand only in records people can see. Customers read
//! files through their links, in the domains that show them ([`content`] makes the answer).
//!
//! ```ignore
//! let store = app.get::<FileStore>();
//! let received = files::store_bytes(&store, &cx, "signature.png", &png).await?;   // durable, before the write
//! let file = files::record(tx, received).await?;                                  // in the transaction that uses it
//! ```
//!
//! Event: `file.uploaded`.

mod content;
mod error;
mod kind;
mod model;
mod name;
mod ops;
mod storage;
mod store;
mod sweep;

use std::sync::Arc;

use authz::Access;
use db::{Db, DbError, Migration, Tx};
use events::NewEvent;
use http_api::Routes;
use jobs::{JobHandler, Recurring};
use kernel::Context;
use serde_json::json;

pub use content::{Content, content};
pub use error::FileError;
pub use model::{File, Received};
pub use ops::FilePath;
pub use storage::{FileStore, USUAL_LIMIT};
pub use store::get;
pub use sweep::Sweep;

/// The operations on files.
pub fn routes() -> Routes {
    Routes::new("files")
        .post("/api/v1/files", Access::SignedIn, "uploadFile", "Upload a file", ops::upload::handle)
        .describe(
            "Send a form with the part `file`, at most 50 MB. What it is, is found out from its bytes; pictures, PDF, \
             sound, film, office documents, text and CSV are taken. Attach it to something by its `id`.",
        )
        .get("/api/v1/files/{id}", Access::SignedIn, "getFile", "Show what is known of a file", ops::get::handle)
        .get("/api/v1/files/{id}/content", Access::SignedIn, "getFileContent", "Read a file", ops::read::handle)
        .describe(
            "PNG, JPEG, GIF and WebP pictures, sound and film may be shown in place; everything else is to be saved. \
             Answers 304 when `If-None-Match` names the content.",
        )
}

/// The structure of this domain.
pub fn migrations() -> Vec<Migration> {
    vec![db::migration!("files", 1, "files", "../migrations/0001_files.sql")]
}

/// The jobs of this domain.
pub fn jobs(store: &FileStore) -> Vec<Arc<dyn JobHandler>> {
    vec![Arc::new(Sweep(store.clone()))]
}

/// The jobs that come back.
pub fn recurring() -> Vec<Recurring> {
    vec![sweep::recurring()]
}

/// Puts bytes made by the platform into the store, by the rules of uploads; durable when this answers.
pub async fn store_bytes(store: &FileStore, cx: &Context, name: &str, bytes: &[u8]) -> Result<Received, FileError> {
    store.receive_bytes(cx, name, bytes).await
}

/// Writes the record of received content, with its event; the actor of the transaction is its uploader.
pub async fn record(tx: &mut Tx<'_>, received: Received) -> Result<File, DbError> {
    use db::Query as _;
    let cx = tx.cx().clone();
    let file = new_file(&cx, received);
    let told = NewEvent::new("file.uploaded", "file", file.id)
        .label(&file.name)
        .data(json!({ "name": file.name, "media_type": file.media_type, "size": file.size, "sha256": file.sha256 }));
    tx.execute_all(vec![store::insert(&cx, &file), events::statement(&cx, &told)]).await?;
    Ok(file)
}

/// [`store_bytes`] and [`record`] in one step.
pub async fn add_bytes(db: &Db, store: &FileStore, cx: &Context, name: &str, bytes: &[u8]) -> Result<File, FileError> {
    let received = store_bytes(store, cx, name, bytes).await?;
    Ok(db.write(cx, async move |tx: &mut Tx<'_>| record(tx, received).await).await?)
}

pub(crate) fn new_file(cx: &Context, received: Received) -> File {
    let now = cx.now();
    File {
        id: cx.new_id(),
        version: 1,
        name: received.name,
        media_type: received.media_type,
        size: received.size,
        sha256: received.sha256,
        safe_inline: received.safe_inline,
        created_by: cx.actor().id,
        created_by_name: cx.actor().name.clone(),
        created_at: now,
        updated_at: now,
    }
}
