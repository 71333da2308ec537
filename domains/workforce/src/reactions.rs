//! What engineers are found by in the text search.

use db::{DbError, Tx};
use futures_util::future::BoxFuture;
use kernel::Uuid;
use search::{Document, Indexed};

use crate::store;

/// Engineers in the text search: name, telephone, skills, address.
#[derive(Debug, Clone, Copy, Default)]
pub struct EngineerDocuments;

impl Indexed for EngineerDocuments {
    fn object(&self) -> &'static str {
        "engineer"
    }

    fn table(&self) -> &'static str {
        "engineers"
    }

    fn documents<'a>(&'a self, tx: &'a mut Tx<'_>, ids: &'a [Uuid]) -> BoxFuture<'a, Result<Vec<Document>, DbError>> {
        Box::pin(async move {
            let engineers = store::by_ids(tx, ids).await?;
            Ok(engineers
                .into_iter()
                .map(|engineer| {
                    let mut words = vec![engineer.phone.unwrap_or_default(), engineer.home_address.unwrap_or_default()];
                    words.extend(engineer.skills.0.into_iter().map(|skill| skill.skill));
                    words.extend(engineer.note);
                    Document { object_id: engineer.id, title: engineer.name, text: words.join(" ") }
                })
                .collect())
        })
    }
}
