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
    squeeze,
    store::{self, IDS},
    text::document_grams,
};

/// What an object can be found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Which object.
    pub object_id: Uuid,
    /// What a list of hits shows.
    pub title: String,
    /// Everything else it is found by, in any order, separated by spaces or lines.
    pub text: String,
}

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

    /// Indexes every `object` of `tenant` afresh, and takes out what no longer exists; answers how many
    /// rows were looked at. It may run while people work.
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
                    index(tx, provider.as_ref(), &ids).await?;
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

/// Brings the index of `ids` (at most [`IDS`]) up to date.
async fn index(tx: &mut Tx<'_>, provider: &dyn Indexed, ids: &[Uuid]) -> Result<(), DbError> {
    if ids.is_empty() {
        return Ok(());
    }
    let (cx, object) = (tx.cx().clone(), provider.object());
    // Locked before the rows are read: whoever comes second then sees the newer text.
    let mut known: BTreeMap<Uuid, store::Known> =
        store::known(tx, object, ids).await?.into_iter().map(|known| (known.object_id, known)).collect();
    let mut changes = Vec::new();
    let mut documents = provider.documents(tx, ids).await?;
    // New documents are numbered in the order of their events, whatever order they come in.
    let order: BTreeMap<Uuid, usize> = ids.iter().copied().zip(0..).collect();
    documents.sort_by_key(|document| order.get(&document.object_id).copied());
    for document in documents {
        let (title, text) = (squeeze(&document.title), squeeze(&document.text));
        let grams = document_grams(&[&title, &text]);
        // A line end keeps a word of the title from running into the text.
        let squeezed = format!("{title}\n{text}");
        if known.remove(&document.object_id).is_some_and(|old| old.squeezed == squeezed && old.title == document.title)
        {
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
                    index(tx, provider.as_ref(), &[id]).await?;
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
                    index(tx, provider.as_ref(), page).await?;
                }
            }
            Ok(())
        })
    }
}
