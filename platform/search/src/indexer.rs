//! Keeps the index in step with the event stream, and rebuilds it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use db::{Db, DbError, Query, Tx};
use events::{Consumer, ConsumerError, Event};
use futures_util::future::BoxFuture;
use kernel::{Context, TenantId, World};
use uuid::Uuid;

use crate::{
    Document, squeeze,
    store::{self, IDS},
    text::document_grams,
};

/// A kind of object that can be searched.
pub trait Indexed: Send + Sync + 'static {
    /// The kind, as in events: `ticket`.
    fn object(&self) -> &'static str;

    /// The table its rows are in, with `tenant_id` and `id`: what a rebuild goes through.
    fn table(&self) -> &'static str;

    /// Which object's text `event` may change; by default the event's own object.
    fn affected(&self, event: &Event) -> Option<Uuid> {
        (event.object == self.object()).then_some(event.object_id)
    }

    /// The documents of `ids` (at most 100, of the transaction's tenant) as they are now. An id that is
    /// left out is taken out of the index.
    fn documents<'a>(&'a self, tx: &'a mut Tx<'_>, ids: &'a [Uuid]) -> BoxFuture<'a, Result<Vec<Document>, DbError>>;
}

/// The consumer that indexes; add it to the process's consumers.
#[derive(Default, Clone)]
pub struct Indexer {
    providers: Vec<Arc<dyn Indexed>>,
}

impl Indexer {
    /// Nothing to index yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// With one more kind of object.
    #[must_use]
    #[allow(clippy::should_implement_trait)] // it collects, it does not sum
    pub fn add(mut self, provider: Arc<dyn Indexed>) -> Self {
        self.providers.push(provider);
        self
    }

    /// The kinds of objects that can be searched.
    pub fn objects(&self) -> Vec<&'static str> {
        self.providers.iter().map(|provider| provider.object()).collect()
    }

    /// Indexes everything of `tenant` afresh, as [`Indexer::reindex`] does; answers how many rows were looked at.
    pub async fn rebuild(&self, db: &Db, world: &World, tenant: TenantId) -> Result<usize, DbError> {
        let mut count = 0;
        for object in self.objects() {
            count += self.reindex(db, world, tenant, object).await?;
        }
        Ok(count)
    }

    /// Indexes every `object` of `tenant` afresh, and takes out what no longer exists; answers how many
    /// rows were looked at. Every node hears of every document again. It may run while people work.
    pub async fn reindex(&self, db: &Db, world: &World, tenant: TenantId, object: &str) -> Result<usize, DbError> {
        let provider = self
            .providers
            .iter()
            .find(|provider| provider.object() == object)
            .ok_or_else(|| DbError::Internal(format!("`{object}` is not indexed")))?;
        let cx = Context::system(world.clone(), tenant);
        let (mut after, mut count) = (Uuid::nil(), 0);
        loop {
            let provider = Arc::clone(provider);
            let page = db
                .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Vec<Uuid>, DbError> {
                    let ids = store::rows_after(tx, provider.table(), after).await?;
                    index(tx, provider.as_ref(), &ids, true).await?;
                    Ok(ids)
                })
                .await?;
            let Some(last) = page.last() else { break };
            after = *last;
            count += page.len();
        }
        loop {
            let provider = Arc::clone(provider);
            let gone = db
                .write(&cx, async move |tx: &mut Tx<'_>| -> Result<usize, DbError> {
                    let cx = tx.cx().clone();
                    let ids = store::orphans(tx, provider.table(), provider.object()).await?;
                    let drops = ids.iter().flat_map(|id| store::drop_document(&cx, provider.object(), *id)).collect();
                    tx.execute_all(drops).await?;
                    Ok(ids.len())
                })
                .await?;
            if gone < IDS {
                return Ok(count);
            }
        }
    }
}

/// Brings the index of `ids` (at most [`IDS`]) up to date; `afresh` also tells the nodes of what has not changed.
async fn index(tx: &mut Tx<'_>, provider: &dyn Indexed, ids: &[Uuid], afresh: bool) -> Result<(), DbError> {
    if ids.is_empty() {
        return Ok(());
    }
    let object = provider.object();
    // Locked before the rows are read: whoever comes second then sees the newer text.
    let known = store::known(tx, object, ids).await?;
    let mut documents = provider.documents(tx, ids).await?;
    // New documents are numbered in the order of their events, whatever order they come in.
    let order: BTreeMap<Uuid, usize> = ids.iter().copied().zip(0..).collect();
    documents.sort_by_key(|document| order.get(&document.object_id).copied());
    write(tx, object, known, documents, afresh).await
}

/// Writes what changed of `documents`, and takes out what is `known` but not among them.
async fn write(
    tx: &mut Tx<'_>,
    object: &str,
    known: Vec<store::Known>,
    documents: Vec<Document>,
    afresh: bool,
) -> Result<(), DbError> {
    let cx = tx.cx().clone();
    let mut known: BTreeMap<Uuid, store::Known> = known.into_iter().map(|known| (known.object_id, known)).collect();
    let mut changes = Vec::new();
    for document in documents {
        let old = known.remove(&document.object_id);
        let (content, digest) = document.content();
        let same = old.as_ref().is_some_and(|old| old.digest == Some(digest));
        if !same || afresh {
            changes.push(store::entries::put_entry(&cx, object, &document, content, digest));
        }
        if same && !afresh {
            continue;
        }
        let (title, text) = (squeeze(&document.title), squeeze(&document.body()));
        let grams = document_grams(&[&title, &text]);
        // A line end keeps a word of the title from running into the text.
        let squeezed = format!("{title}\n{text}");
        if old.is_some_and(|old| old.squeezed == squeezed && old.title == document.title) {
            continue;
        }
        let mut words = store::scope(cx.tenant(), object);
        for gram in grams {
            words.push(' ');
            words.push_str(&gram);
        }
        changes.extend(store::put(tx.engine(), &cx, object, &document, squeezed, words));
    }
    changes.extend(known.into_keys().flat_map(|id| store::drop_document(&cx, object, id)));
    tx.execute_all(changes).await
}

/// Puts `documents` (at most 100, of the transaction's tenant) in as they are, without their domain: for tests and
/// measurements.
pub async fn put(tx: &mut Tx<'_>, object: &str, documents: Vec<Document>) -> Result<(), DbError> {
    let ids: Vec<Uuid> = documents.iter().map(|document| document.object_id).collect();
    let known = store::known(tx, object, &ids).await?;
    write(tx, object, known, documents, false).await
}

impl Consumer for Indexer {
    fn name(&self) -> &'static str {
        "search"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[]
    }

    fn wants(&self, event: &Event) -> bool {
        self.providers.iter().any(|provider| provider.affected(event).is_some())
    }

    fn handle<'a>(&'a self, tx: &'a mut Tx<'_>, event: &'a Event) -> BoxFuture<'a, Result<(), ConsumerError>> {
        Box::pin(async move {
            for provider in &self.providers {
                if let Some(id) = provider.affected(event) {
                    index(tx, provider.as_ref(), &[id], false).await?;
                }
            }
            Ok(())
        })
    }

    fn handle_batch<'a>(
        &'a self,
        tx: &'a mut Tx<'_>,
        events: &'a [Arc<Event>],
    ) -> BoxFuture<'a, Result<(), ConsumerError>> {
        Box::pin(async move {
            for provider in &self.providers {
                let mut seen = BTreeSet::new();
                let affected = events.iter().filter_map(|event| provider.affected(event));
                let ids: Vec<Uuid> = affected.filter(|id| seen.insert(*id)).collect();
                for page in ids.chunks(IDS) {
                    index(tx, provider.as_ref(), page, false).await?;
                }
            }
            Ok(())
        })
    }
}
