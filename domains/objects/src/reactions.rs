//! What follows from events: the words by which records are found, and values worked out from built-in records.

use std::{collections::BTreeMap, sync::Arc};

use db::{DbError, Query as _, Tx};
use events::{Consumer, ConsumerError, Event};
use forms::{Catalogue, Map};
use futures_util::future::BoxFuture;
use search::{Document, Indexed};
use uuid::Uuid;

use crate::{
    access::Viewer,
    built_in, computed,
    model::ObjectDefinition,
    store::{computed as computed_store, definitions, fields, records},
    values::{title, words},
};

/// Look-ups and roll-ups over built-in objects follow their records, which change without this domain. Register it as a
/// consumer.
#[derive(Debug, Clone, Copy, Default)]
pub struct FollowRecords;

impl FollowRecords {
    async fn follow(tx: &mut Tx<'_>, event: &Event) -> Result<(), DbError> {
        let (cx, object) = (tx.cx().clone(), event.object.as_str());
        let mut statements = Vec::new();
        let links = computed_store::links(tx, object).await?;
        let own = event.object_id;
        // What was erased is told of by nobody, and must not live on in copies.
        let erased = event.kind.ends_with(".erased");
        // Events name some standard fields by their columns: `total_minor` is the total.
        let known = built_in::table_of(object).map_or(&[][..], |table| table.fields);
        let column = |id: &str| known.iter().find(|field| field.id == id).map_or("", |field| field.column);
        let told = |id: &str| erased || event.data.get(id).is_some() || event.data.get(column(id)).is_some();
        for link in links.iter().filter(|link| link.kind == "look_up" && told(&link.source)) {
            statements.push(computed::spread_job(&cx, &link.object, &link.relation, own));
        }
        let counts = [".archived", ".restored", ".removed"].iter().any(|what| event.kind.ends_with(what));
        if counts && links.iter().any(|link| link.kind == "roll_up") {
            let values = computed_store::values(tx, object, own).await?.unwrap_or_default();
            statements.extend(computed::follow(tx, object, own, (&values, true), (&values, false)).await?);
        }
        tx.execute_all(statements).await?;
        Ok(())
    }
}

impl Consumer for FollowRecords {
    fn name(&self) -> &'static str {
        "objects.follow"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[]
    }

    fn wants(&self, event: &Event) -> bool {
        built_in::table_of(&event.object).is_some() && !event.kind.ends_with(".computed")
    }

    fn handle<'a>(&'a self, tx: &'a mut Tx<'_>, event: &'a Event) -> BoxFuture<'a, Result<(), ConsumerError>> {
        Box::pin(async move { Ok(Self::follow(tx, event).await?) })
    }

    fn handle_batch<'a>(
        &'a self,
        tx: &'a mut Tx<'_>,
        events: &'a [Arc<Event>],
    ) -> BoxFuture<'a, Result<(), ConsumerError>> {
        Box::pin(async move {
            if !computed_store::has_links(tx).await? {
                return Ok(());
            }
            for event in events {
                Self::follow(tx, event).await?;
            }
            Ok(())
        })
    }
}

/// The words by which own fields of a built-in object's records are found. Personal data and fields of some roles only
/// stay out of them.
#[derive(Debug, Clone)]
pub struct OwnWords(Catalogue);

impl OwnWords {
    /// Those of the fields of `object` that may be searched.
    pub async fn of(tx: &mut Tx<'_>, object: &str) -> Result<Self, DbError> {
        let (_, mut catalogue) = fields::catalogue(tx, object).await?;
        let everybody = Viewer { roles: Vec::new(), personal: false };
        catalogue.fields.retain(|field| field.searchable && everybody.reads(field));
        Ok(Self(catalogue))
    }

    /// The words of one record's values.
    pub fn words(&self, values: &Map) -> Vec<Option<String>> {
        self.0.fields.iter().map(|field| words(field, values.get(&field.id)?)).collect()
    }
}

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
