//! What parts are found by in the text search.

use db::{DbError, Tx};
use events::Event;
use futures_util::future::BoxFuture;
use kernel::Uuid;
use search::{Document, Indexed};

use crate::store;

/// Parts in the text search: code, name and note.
#[derive(Debug, Clone, Copy, Default)]
pub struct PartDocuments;

impl Indexed for PartDocuments {
    fn object(&self) -> &'static str {
        "part"
    }

    fn table(&self) -> &'static str {
        "parts"
    }

    fn affected(&self, event: &Event) -> Option<Uuid> {
        // A use changes the stock, never the words.
        (event.object == "part" && !matches!(event.kind.as_str(), "part.used" | "part.returned"))
            .then_some(event.object_id)
    }

    fn documents<'a>(&'a self, tx: &'a mut Tx<'_>, ids: &'a [Uuid]) -> BoxFuture<'a, Result<Vec<Document>, DbError>> {
        Box::pin(async move {
            let parts = store::by_ids(tx, ids).await?;
            Ok(parts
                .into_iter()
                .map(|part| {
                    Document::new(part.id, part.name)
                        .subtitle(Some(part.code.clone()))
                        .codes([Some(part.code)])
                        .text([part.note])
                        .archived(part.archived_at.is_some())
                })
                .collect())
        })
    }
}
