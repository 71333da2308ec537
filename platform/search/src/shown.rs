//! From rows that were found to what people see of them.

use std::collections::BTreeMap;

use db::{DbError, Query};
use uuid::Uuid;

use crate::{
    fields::{reach_words, reached},
    find::{Findings, Located, Reach},
    highlight::{Highlight, highlights},
    store::entries,
};

/// A hit as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Which one.
    pub row: Located,
    /// One line that tells it from others.
    pub title: String,
    /// One more line.
    pub subtitle: Option<String>,
    /// Why it was found.
    pub highlights: Vec<Highlight>,
}

/// The hits of a page with their texts, in order. What is gone, or has left the person's reach since it was indexed, is
/// left out: the database has the last word.
pub async fn shown(q: &mut impl Query, findings: &Findings, reaches: &[Reach]) -> Result<Vec<Shown>, DbError> {
    let Some(sought) = &findings.sought else { return Ok(Vec::new()) };
    if findings.hits.is_empty() {
        return Ok(Vec::new());
    }
    let object = |kind: &str| kind.split(':').next().unwrap_or_default().to_owned();
    let wanted: Vec<(String, Uuid)> = findings.hits.iter().map(|hit| (object(&hit.kind), hit.id)).collect();
    let entries = entries::shown(q, &wanted).await?;
    let mut known: BTreeMap<(String, Uuid), entries::Entry> =
        entries.into_iter().map(|entry| ((entry.kind.clone(), entry.object_id), entry)).collect();
    let (actor, grants) = (q.cx().actor().id, q.cx().grants().clone());
    let mut all = Vec::new();
    for hit in &findings.hits {
        let Some(entry) = known.remove(&(hit.kind.clone(), hit.id)) else { continue };
        let Some(document) = entry.document() else { continue };
        let words = reached(&entry.kind, &document);
        let reaches = reaches.iter().filter(|reach| reach.kind == entry.kind).any(|reach| {
            let admitted = reach_words(&reach.kind, reach.scope, actor, &grants.teams, &grants.regions);
            admitted.iter().any(|word| words.contains(word))
        });
        if !reaches {
            continue;
        }
        let highlights = highlights(&document, sought);
        all.push(Shown { row: hit.clone(), title: document.title, subtitle: document.subtitle, highlights });
    }
    Ok(all)
}
