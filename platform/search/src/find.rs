//! Finding in a node's index: from what a person types to the best rows, counted by kind.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap},
    sync::Arc,
};

use kernel::{Context, Scope, TenantId, Timestamp};
use tantivy::{
    DocId, Score, Searcher, SegmentOrdinal, SegmentReader, TantivyError,
    collector::{Collector, SegmentCollector},
    columnar::{ColumnValues, StrColumn},
};
use uuid::Uuid;

use crate::{
    fields::{ID_HIGH, ID_LOW, KIND, LIVE, ORDER, reach_words},
    index::{Files, Index, SearchError},
    query::{self, Walled},
    words::{Sought, sought},
};

/// Hits on a page at most.
pub const MOST: usize = 50;
/// Below this many hits, what is only similar is looked for too.
const FEW: u64 = 8;
/// What makes a hit exact.
const EXACT: u32 = 1_000 * 100;

/// How far somebody reaches among the rows of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// `ticket`, `record:vehicle`.
    pub kind: String,
    /// Their scope.
    pub scope: Scope,
}

/// What somebody looks for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// As typed.
    pub text: String,
    /// The kinds they may see, and how far; others do not exist for them.
    pub reaches: Vec<Reach>,
    /// Only hits of these kinds; all when empty. All kinds are counted.
    pub kinds: Vec<String>,
    /// Hits wanted, at most [`MOST`].
    pub limit: usize,
    /// From the page before.
    pub cursor: Option<String>,
}

/// A row that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// `ticket`, `record:vehicle`.
    pub kind: String,
    /// Which one.
    pub id: Uuid,
    /// Whether a number, telephone or serial number is exactly what was typed.
    pub exact: bool,
    /// Whether it is archived.
    pub archived: bool,
    /// When its text last changed.
    pub updated_at: Timestamp,
}

/// A page of what was found.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// The best first.
    pub hits: Vec<Located>,
    /// How many there are of each kind, of all kinds that the person may see.
    pub groups: BTreeMap<String, u64>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
    /// Whether the index is being made from nothing, so that much is still missing.
    pub building: bool,
    /// What was looked for, to mark it in texts.
    pub(crate) sought: Option<Arc<Sought>>,
}

/// The place of a row in the order: whether it is exact, whether it lives, how well it fits, when it changed, its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    fit: u64,
    changed: u64,
    high: u64,
    low: u64,
}

impl Place {
    fn of(score: Score, order: u64) -> (u64, u64) {
        // Hundredths, so that sums of the same parts are equal in every segment.
        let rank = (score * 100.0).round() as u32;
        let fit = u64::from(rank >= EXACT) << 41 | u64::from(order & LIVE != 0) << 40 | u64::from(rank);
        (fit, order & !LIVE)
    }

    fn is_exact(self) -> bool {
        self.fit >> 41 != 0
    }

    fn is_live(self) -> bool {
        self.fit >> 40 & 1 != 0
    }

    fn encode(self, similar: bool) -> String {
        format!("{:x}-{:x}-{:x}-{:x}-{}", self.fit, self.changed, self.high, self.low, u8::from(similar))
    }

    fn decode(text: &str) -> Option<(Self, bool)> {
        let mut numbers = text.split('-').map(|part| u64::from_str_radix(part, 16).ok());
        let mut next = || numbers.next().flatten();
        let place = Self { fit: next()?, changed: next()?, high: next()?, low: next()? };
        let similar = next()?;
        (similar <= 1 && numbers.next().is_none()).then_some((place, similar == 1))
    }
}

/// Collects the best rows after a place, and counts all.
struct Best {
    /// Kinds that the person reaches.
    reached: BTreeSet<String>,
    /// Kinds that they want to see; empty for all.
    wanted: BTreeSet<String>,
    after: Option<Place>,
    limit: usize,
}

/// The same in one segment.
struct SegmentBest {
    kinds: Option<StrColumn>,
    ordinals: Arc<dyn ColumnValues<u64>>,
    order: Arc<dyn ColumnValues<u64>>,
    high: Arc<dyn ColumnValues<u64>>,
    low: Arc<dyn ColumnValues<u64>>,
    names: Vec<String>,
    /// By kind: whether it is counted, whether it is shown.
    open: Vec<(bool, bool)>,
    counts: Vec<u64>,
    after: Option<Place>,
    limit: usize,
    best: BinaryHeap<Reverse<(Place, usize)>>,
}

/// Counts by kind, and rows with their kind.
type Fruit = (BTreeMap<String, u64>, Vec<(Place, String)>);

impl Collector for Best {
    type Fruit = Fruit;
    type Child = SegmentBest;

    fn for_segment(&self, _: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<SegmentBest> {
        let columns = segment.fast_fields();
        let kinds = columns.str(KIND)?;
        let mut names = Vec::new();
        let ordinals = match &kinds {
            Some(kinds) => {
                for ordinal in 0..kinds.num_terms() as u64 {
                    let mut name = String::new();
                    kinds.ord_to_str(ordinal, &mut name)?;
                    names.push(name);
                }
                kinds.ords().clone().first_or_default_col(0)
            }
            None => columns.column_first_or_default::<u64>(ORDER)?,
        };
        let open = |name: &String| {
            let reached = self.reached.contains(name);
            (reached, reached && (self.wanted.is_empty() || self.wanted.contains(name)))
        };
        Ok(SegmentBest {
            ordinals,
            order: columns.column_first_or_default::<u64>(ORDER)?,
            high: columns.column_first_or_default::<u64>(ID_HIGH)?,
            low: columns.column_first_or_default::<u64>(ID_LOW)?,
            open: names.iter().map(open).collect(),
            counts: vec![0; names.len()],
            names,
            kinds,
            after: self.after,
            limit: self.limit,
            best: BinaryHeap::with_capacity(self.limit + 1),
        })
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    fn merge_fruits(&self, fruits: Vec<Fruit>) -> tantivy::Result<Fruit> {
        let (mut groups, mut rows) = (BTreeMap::new(), Vec::new());
        for (counts, best) in fruits {
            for (kind, count) in counts {
                *groups.entry(kind).or_default() += count;
            }
            rows.extend(best);
        }
        rows.sort_unstable_by(|(a, _): &(Place, String), (b, _)| b.cmp(a));
        rows.truncate(self.limit);
        Ok((groups, rows))
    }
}

impl SegmentCollector for SegmentBest {
    type Fruit = Fruit;

    fn collect(&mut self, doc: DocId, score: Score) {
        if self.kinds.is_none() {
            return;
        }
        let kind = self.ordinals.get_val(doc) as usize;
        let Some((counted, shown)) = self.open.get(kind).copied() else { return };
        if !counted {
            return;
        }
        self.counts[kind] += 1;
        if !shown {
            return;
        }
        let (fit, changed) = Place::of(score, self.order.get_val(doc));
        let full = self.best.len() >= self.limit;
        if full && self.best.peek().is_some_and(|Reverse((worst, _))| (fit, changed) < (worst.fit, worst.changed)) {
            return;
        }
        let place = Place { fit, changed, high: self.high.get_val(doc), low: self.low.get_val(doc) };
        if self.after.is_some_and(|after| place >= after) {
            return;
        }
        self.best.push(Reverse((place, kind)));
        if full {
            self.best.pop();
        }
    }

    fn harvest(self) -> Fruit {
        let counts = self.names.iter().cloned().zip(self.counts).filter(|(_, count)| *count > 0).collect();
        let names = &self.names;
        let name = |kind: usize| names.get(kind).cloned().unwrap_or_default();
        (counts, self.best.into_iter().map(|Reverse((place, kind))| (place, name(kind))).collect())
    }
}

/// Everything a search needs, without the context, to run on a thread of its own.
struct Search {
    files: Files,
    tenant: TenantId,
    reach: Vec<String>,
    /// Whether some kind is not open altogether, so that the reach narrows within kinds.
    narrow: bool,
    best: Best,
    similar: Option<bool>,
}

impl Search {
    fn collect(&self, searcher: &Searcher, sought: &Sought, similar: bool) -> Result<Fruit, TantivyError> {
        let found = query::matching(&self.files.fields, searcher, sought, similar)?;
        let reach = self.narrow.then_some(&self.reach[..]);
        let walled = Walled::new(&self.files.fields, self.tenant, reach, found);
        searcher.search(&walled, &self.best)
    }

    fn run(mut self, sought: Arc<Sought>) -> Result<Findings, TantivyError> {
        let limit = self.best.limit;
        self.best.limit += 1;
        let searcher = self.files.reader.searcher();
        let mut similar = self.similar.unwrap_or(false);
        let (mut groups, mut rows) = self.collect(&searcher, &sought, similar)?;
        // Whoever typed a whole number has what they want.
        let few = groups.values().sum::<u64>() < FEW && !rows.iter().any(|(place, _)| place.is_exact());
        if self.similar.is_none() && few && query::has_similar(&sought) {
            similar = true;
            (groups, rows) = self.collect(&searcher, &sought, similar)?;
        }
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows.last().filter(|_| more).map(|(place, _)| place.encode(similar));
        let located = |(place, kind): (Place, String)| Located {
            kind,
            id: Uuid::from_u64_pair(place.high, place.low),
            exact: place.is_exact(),
            archived: !place.is_live(),
            updated_at: Timestamp(i64::try_from(place.changed).unwrap_or(i64::MAX)),
        };
        let hits = rows.into_iter().map(located).collect();
        Ok(Findings { hits, groups, next_cursor, building: false, sought: Some(sought) })
    }
}

impl Index {
    /// The best rows of the context's tenant for what was asked, with counts; nothing when the text says nothing.
    pub async fn find(&self, cx: &Context, asked: Asked) -> Result<Findings, SearchError> {
        let after = match asked.cursor.as_deref().map(Place::decode) {
            Some(None) => return Err(SearchError::Cursor),
            Some(Some(place)) => Some(place),
            None => None,
        };
        let Some(sought) = sought(&asked.text) else { return Ok(Findings::default()) };
        let (actor, grants) = (cx.actor().id, cx.grants());
        let mut reach = Vec::new();
        for one in &asked.reaches {
            reach.extend(reach_words(&one.kind, one.scope, actor, &grants.teams, &grants.regions));
        }
        let search = Search {
            files: self.files(),
            tenant: cx.tenant(),
            reach,
            narrow: asked.reaches.iter().any(|one| one.scope != Scope::All),
            best: Best {
                reached: asked.reaches.into_iter().map(|one| one.kind).collect(),
                wanted: asked.kinds.into_iter().collect(),
                after: after.map(|(place, _)| place),
                limit: asked.limit.clamp(1, MOST),
            },
            similar: after.map(|(_, similar)| similar),
        };
        let sought = Arc::new(sought);
        let found = tokio::task::spawn_blocking(move || search.run(sought)).await;
        match found.map_err(|_| SearchError::BrokenOff)? {
            Ok(findings) => Ok(Findings { building: self.progress().borrow().building, ..findings }),
            Err(error) => {
                self.report_broken();
                Err(error.into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_says_the_same_place_again_and_nothing_else_is_one() {
        let (fit, changed) = Place::of(12.5, 7 | LIVE);
        let place = Place { fit, changed, high: u64::MAX, low: 0 };
        assert_eq!(Place::decode(&place.encode(true)), Some((place, true)));
        for text in ["", "1-2-3-4", "1-2-3-4-2", "1-2-3-4-1-5", "x-2-3-4-1", "-1-2-3-4-1", "1-2-3-99999999999999999-1"]
        {
            assert_eq!(Place::decode(text), None, "{text}");
        }
    }

    #[test]
    fn exact_comes_before_archived_before_fit_before_age() {
        let place = |score: Score, order: u64| Place::of(score, order);
        let ranked = [
            place(1_000.0, 1 | LIVE),
            place(1_000.0, 9),
            place(8.0, 1 | LIVE),
            place(2.0, 9 | LIVE),
            place(2.0, 8 | LIVE),
            place(60.0, 9),
        ];
        assert!(ranked.is_sorted_by(|a, b| a > b), "{ranked:?}");
    }
}
