//! Facts kept in memory and brought up to date from the event stream, so that a cockpit costs what has changed.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use authz::permissions;
use db::{Db, DbError, list::Fragment};
use events::Position;
use http_api::scope_condition;
use kernel::{Context, TenantId, Timestamp, Uuid};
use parking_lot::Mutex;
use tokio::sync::Mutex as Turn;

use crate::{
    facts::{Fact, Facts, View},
    store,
};

/// How old a figure may be.
const FRESH_MICROS: i64 = 1_000_000;
/// After so long everything is read again, whatever the events say.
const RENEWED_MICROS: i64 = 900_000_000;
/// Tickets kept of all companies and reaches together.
const MOST_ROWS: usize = 300_000;
/// Changed tickets that are read one by one; with more everything is read again.
const MOST_CHANGES: usize = 5_000;

type Key = (TenantId, String);
type Slot = Arc<Turn<Option<Kept>>>;

/// What was read of one company within one reach.
#[derive(Debug)]
struct Kept {
    /// When everything was read.
    begun: Timestamp,
    /// When it was last brought up to date.
    at: Timestamp,
    /// Tickets created from then on are here.
    from: Option<Timestamp>,
    /// Changes up to this place in the stream are in.
    position: Position,
    facts: Arc<Facts>,
}

#[derive(Debug)]
struct Entry {
    used: Timestamp,
    rows: usize,
    slot: Slot,
}

/// Facts by tenant and reach; a service.
#[derive(Debug, Default)]
pub struct FactsCache(Mutex<HashMap<Key, Entry>>);

/// The caller's reach over tickets as a condition.
pub fn reach(cx: &Context) -> Fragment {
    scope_condition(cx, permissions::TICKETS_READ, &tickets::SCOPE)
}

impl FactsCache {
    /// Facts of tickets created in `[from, to)` within the caller's reach, at most a second old.
    pub async fn get(
        &self,
        db: &Db,
        cx: &Context,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
    ) -> Result<View, DbError> {
        let (scope, now) = (reach(cx), cx.now());
        let key = (cx.tenant(), format!("{}{:?}", scope.text, scope.binds));
        let slot = self.slot(&key, now);
        // Who comes while somebody reads waits for that reading.
        let mut kept = slot.lock().await;
        let facts = match kept.take() {
            Some(known) if known.covers(from) && (0..FRESH_MICROS).contains(&(now - known.at)) => kept.insert(known),
            Some(known) if known.covers(from) && (0..RENEWED_MICROS).contains(&(now - known.begun)) => {
                kept.insert(known.follow(db, cx, scope).await?)
            }
            other => {
                // A wider period than before serves the narrower ones too; what grew old is read as it is asked for now.
                let from = match other {
                    Some(known) if !known.covers(from) => known.from.zip(from).map(|(known, asked)| known.min(asked)),
                    _ => from,
                };
                kept.insert(Kept::read(db, cx, from, scope).await?)
            }
        };
        let facts = Arc::clone(&facts.facts);
        drop(kept);
        self.note(&key, facts.rows.len());
        Ok(View::new(facts, from, to, now))
    }

    fn slot(&self, key: &Key, now: Timestamp) -> Slot {
        let mut all = self.0.lock();
        let entry = all.entry(key.clone()).or_insert_with(|| Entry { used: now, rows: 0, slot: Slot::default() });
        entry.used = now;
        Arc::clone(&entry.slot)
    }

    /// Lets go of what was not asked for longest when too much is kept.
    fn note(&self, key: &Key, rows: usize) {
        let mut all = self.0.lock();
        if let Some(entry) = all.get_mut(key) {
            entry.rows = rows;
        }
        while all.len() > 1 && all.values().map(|entry| entry.rows).sum::<usize>() > MOST_ROWS {
            let oldest = all.iter().filter(|(other, _)| *other != key).min_by_key(|(_, entry)| entry.used);
            let Some(oldest) = oldest.map(|(key, _)| key.clone()) else { break };
            all.remove(&oldest);
        }
    }
}

impl Kept {
    fn covers(&self, from: Option<Timestamp>) -> bool {
        self.from.is_none_or(|known| from.is_some_and(|asked| known <= asked))
    }

    async fn read(db: &Db, cx: &Context, from: Option<Timestamp>, scope: Fragment) -> Result<Self, DbError> {
        let now = cx.now();
        let (position, facts) = db
            .read(cx, async move |r| {
                // What is committed in between is read now and once more with the next events.
                let position = events::end(r).await?;
                Ok::<_, DbError>((position, store::facts(r, from, &scope).await?))
            })
            .await?;
        Ok(Self { begun: now, at: now, from, position, facts: Arc::new(facts) })
    }

    /// Brings it up to date by what the events tell.
    async fn follow(self, db: &Db, cx: &Context, scope: Fragment) -> Result<Self, DbError> {
        let (from, after, now) = (self.from, self.position, cx.now());
        let again = scope.clone();
        let change = db
            .read(cx, async move |r| {
                let end = events::end(r).await?;
                let company = store::company(r).await?;
                let touched = events::touched(r, "ticket", after, MOST_CHANGES + 1).await?;
                if touched.len() > MOST_CHANGES {
                    return Ok::<_, DbError>(None);
                }
                let fresh = store::facts_of(r, &touched, from, &scope).await?;
                Ok(Some((end, company, touched, fresh)))
            })
            .await?;
        let Some((position, company, touched, fresh)) = change else {
            return Self::read(db, cx, from, again).await;
        };
        let mut facts = self.facts;
        let changed = Arc::make_mut(&mut facts);
        changed.company = company;
        merge(&mut changed.rows, touched, fresh);
        Ok(Self { at: now, position, facts, ..self })
    }
}

/// Puts `fresh` in place of what was known of the tickets `touched`, in order.
fn merge(rows: &mut Vec<Fact>, touched: Vec<Uuid>, mut fresh: Vec<Fact>) {
    if touched.is_empty() {
        return;
    }
    let order = |fact: &Fact| (fact.created_at, fact.id);
    let gone: BTreeSet<Uuid> = touched.into_iter().collect();
    let first = rows.iter().position(|fact| gone.contains(&fact.id)).unwrap_or(rows.len());
    fresh.sort_by_key(order);
    let start = fresh.first().map_or(first, |fact| rows.partition_point(|known| order(known) < order(fact)).min(first));
    let mut tail = rows.split_off(start);
    tail.retain(|fact| !gone.contains(&fact.id));
    tail.extend(fresh);
    // Two sorted runs: the sort merges them.
    tail.sort_by_key(order);
    rows.extend(tail);
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use db::{Migration, Tx};
    use events::NewEvent;
    use testkit::TestDb;
    use tickets::{Priority, Source, Ticket, TicketType};

    use super::*;

    fn migrations() -> Vec<Migration> {
        [
            events::migrations(),
            jobs::migrations(),
            http_api::migrations(),
            identity::migrations(),
            tickets::migrations(),
            surveys::migrations(),
        ]
        .concat()
    }

    async fn open(t: &TestDb, number: &'static str) -> Ticket {
        let ticket = Ticket::new(&t.cx, number.into(), TicketType::Repair, Priority::High, Source::Staff);
        let (cx, new) = (t.cx.clone(), ticket.clone());
        t.db.write(&t.cx, async move |tx: &mut Tx<'_>| -> Result<(), DbError> {
            tx.execute(tickets::insert(&cx, &new)).await?;
            events::append(tx, NewEvent::new("ticket.created", "ticket", new.id)).await
        })
        .await
        .unwrap();
        ticket
    }

    testkit::both! {
        migrations(), |t| what_is_kept_follows_the_events {
            let cache = FactsCache::default();
            let first = open(t, "T-1").await;
            let day = Duration::from_hours(24);
            t.clock.advance(day);
            let second = open(t, "T-2").await;
            let look = async |from: Option<Timestamp>| {
                // Every look is later than what may be shown again.
                t.clock.advance(Duration::from_secs(2));
                cache.get(&t.db, &t.cx, from, None).await.unwrap()
            };
            let ids = |view: &View| view.rows().iter().map(|fact| fact.id).collect::<Vec<_>>();
            assert_eq!(ids(&look(Some(second.created_at)).await), [second.id]);
            let third = open(t, "T-3").await;
            assert_eq!(ids(&look(Some(second.created_at)).await), [second.id, third.id]);
            // Wider than what is kept: read again, and kept for both.
            assert_eq!(ids(&look(None).await), [first.id, second.id, third.id]);
            let solve = second.clone();
            t.db.write(&t.cx, async move |tx: &mut Tx<'_>| -> Result<(), tickets::TicketError> {
                let cause = tickets::Action::Cancel { reason: "误报".into() };
                tickets::act(tx, solve, cause).await.map(drop)
            })
            .await
            .unwrap();
            let view = look(Some(second.created_at)).await;
            assert_eq!(ids(&view), [second.id, third.id]);
            assert_eq!(view.rows()[0].category, tickets::StatusCategory::Cancelled);
            let others = cache.get(&t.db, &t.other, None, None).await.unwrap();
            assert!(others.rows().is_empty());
        }
    }

    #[test]
    fn what_changed_takes_its_place_in_order() {
        let fact = |n: u128, at: i64| crate::facts::testing::fact(Uuid::from_u128(n), Timestamp(at));
        let mut rows = vec![fact(1, 10), fact(2, 20), fact(3, 30), fact(4, 40)];
        merge(
            &mut rows,
            vec![Uuid::from_u128(2), Uuid::from_u128(4), Uuid::from_u128(5)],
            vec![fact(5, 15), fact(2, 35)],
        );
        let order: Vec<(u128, i64)> = rows.iter().map(|fact| (fact.id.as_u128(), fact.created_at.0)).collect();
        assert_eq!(order, [(1, 10), (5, 15), (3, 30), (2, 35)]);
    }
}
