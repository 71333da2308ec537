//! What follows from events: the words by which records are found.

use std::collections::BTreeMap;

use db::{DbError, Tx};
use events::Event;
use forms::Catalogue;
use futures_util::future::BoxFuture;
use search::{Document, Indexed};
use uuid::Uuid;

use crate::{
    access::Viewer,
    model::ObjectDefinition,
    store::{definitions, fields, records},
    values::{title, words},
};

/// Records of own objects in the text search: by number, title and the fields that may be searched. Personal data and
/// fields of some roles only stay out of it.
#[derive(Debug, Clone, Copy, Default)]
pub struct RecordSearch;

impl Indexed for RecordSearch {
    fn object(&self) -> &'static str {
        "record"
    }

    fn table(&self) -> &'static str {
        "records"
    }

    fn affected(&self, event: &Event) -> Option<Uuid> {
        event.object.starts_with("record:").then_some(event.object_id)
    }

    fn documents<'a>(&'a self, tx: &'a mut Tx<'_>, ids: &'a [Uuid]) -> BoxFuture<'a, Result<Vec<Document>, DbError>> {
        Box::pin(async move {
            let mut known: BTreeMap<String, (Option<ObjectDefinition>, Catalogue)> = BTreeMap::new();
            let mut documents = Vec::new();
            let everybody = Viewer { roles: Vec::new(), personal: false };
            for record in records::by_ids(tx, ids).await? {
                if !known.contains_key(&record.object) {
                    let definition = definitions::by_key(tx, &record.object).await?;
                    let (_, catalogue) = fields::catalogue(tx, &record.object).await?;
                    known.insert(record.object.clone(), (definition, catalogue));
                }
                let Some((definition, catalogue)) = known.get(&record.object) else { continue };
                let values = &record.ext.0;
                let title_field = definition.as_ref().and_then(|definition| definition.title_field.as_deref());
                let searched = catalogue.fields.iter().filter(|field| field.searchable && everybody.reads(field));
                let said = searched.map(|field| values.get(&field.id).and_then(|value| words(field, value)));
                let title = title(catalogue, title_field, &everybody, values, &record.number);
                let document = Document::new(record.id, title)
                    .subtitle(Some(record.number.clone()))
                    .codes([Some(record.number.clone())])
                    .text(said)
                    .reached_by([record.owner_id, record.created_by], record.team_id, record.region_id)
                    .archived(record.archived_at.is_some());
                documents.push(Document { kind: Some(format!("record:{}", record.object)), ..document });
            }
            Ok(documents)
        })
    }
}
