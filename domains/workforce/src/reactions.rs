//! What engineers are found by in the text search.

use db::{DbError, Tx};
use futures_util::future::BoxFuture;
use kernel::Uuid;
use search::{Document, Indexed};

use crate::store;

/// Engineers in the text search: name, telephone, skills, address, own fields that may be searched.
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
            let own = objects::OwnWords::of(tx, "engineer").await?;
            Ok(engineers
                .into_iter()
                .map(|engineer| {
                    Document::new(engineer.id, engineer.name)
                        .subtitle(engineer.phone.clone())
                        .phones([engineer.phone])
                        .text([engineer.home_address])
                        .text(engineer.skills.0.into_iter().map(|skill| Some(skill.skill)))
                        .text([engineer.note])
                        .text(own.words(&engineer.ext.0))
                        .reached_by([engineer.user_id], engineer.team_id, engineer.region_id)
                        .archived(engineer.archived_at.is_some())
                })
                .collect())
        })
    }
}
