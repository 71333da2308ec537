//! One consumer at work: reads on, handles each tenant's events in order, retries, sets aside.

use std::{
    any::Any,
    collections::{BTreeMap, VecDeque},
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError, atomic::AtomicU64, atomic::Ordering},
    time::Duration,
};

use db::{Db, DbError, Query, Tx};
use futures_util::{FutureExt, StreamExt, stream};
use kernel::{Context, TenantId, World};
use tokio::{sync::watch, time::Instant};

use crate::{Consumer, ConsumerError, Event, Position, Start, dead, store, tail::Tail};

/// Events of one tenant handled in one transaction.
const GROUP: usize = 200;
/// Tenants handled at the same time.
const TENANTS: usize = 4;
/// Failures after which an event is set aside.
const FAILURES: u32 = 10;
/// Events held in memory while tenants wait for a retry; beyond that reading pauses.
const HELD: usize = 5_000;
/// The longest pause before a retry.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How often the shared watermark is saved, and dead letters are looked for.
const UPKEEP: Duration = Duration::from_secs(2);

/// What a consumer has done since the process started.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) handled: AtomicU64,
    pub(crate) failures: AtomicU64,
    pub(crate) dead: AtomicU64,
    pub(crate) waiting: AtomicU64,
    pub(crate) position: Mutex<Position>,
}

/// Events of one tenant that are not handled yet.
#[derive(Default)]
struct Queue {
    events: VecDeque<Arc<Event>>,
    /// Events to be handled one by one, because their group failed.
    careful: usize,
    failures: u32,
    not_before: Option<Instant>,
}

pub(crate) struct Runner {
    db: Db,
    world: World,
    tail: Arc<Tail>,
    consumer: Arc<dyn Consumer>,
    counters: Arc<Counters>,
    first_pause: Duration,
    /// Read up to here.
    position: Position,
    /// The watermark as saved.
    saved: Position,
    upkeep_at: Instant,
    queues: BTreeMap<TenantId, Queue>,
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "the handler panicked".to_owned())
}

/// Handles `events` of one tenant and moves its cursor, in one transaction.
async fn apply(
    db: &Db,
    world: &World,
    consumer: Arc<dyn Consumer>,
    tenant: TenantId,
    events: Vec<Arc<Event>>,
) -> Result<(), ConsumerError> {
    let cx = Context::system(world.clone(), tenant);
    let write = db.write(&cx, async move |tx: &mut Tx<'_>| -> Result<(), ConsumerError> {
        let cursor = store::lock_cursor(tx, consumer.name()).await?;
        // Another node, or this one before a crash, may have been here.
        let fresh: Vec<Arc<Event>> = events.into_iter().filter(|event| event.position > cursor).collect();
        let Some(last) = fresh.last().map(|event| event.position) else { return Ok(()) };
        consumer.handle_batch(tx, &fresh).await?;
        let moved = store::move_cursor(tx.cx(), consumer.name(), last);
        tx.execute(moved).await?;
        Ok(())
    });
    match AssertUnwindSafe(write).catch_unwind().await {
        Ok(result) => result,
        Err(panic) => Err(ConsumerError::Failed(panic_text(panic.as_ref()))),
    }
}

impl Runner {
    /// Opens the consumer's watermark.
    pub(crate) async fn open(
        db: Db,
        world: World,
        tail: Arc<Tail>,
        consumer: Arc<dyn Consumer>,
        counters: Arc<Counters>,
        first_pause: Duration,
    ) -> Result<Self, DbError> {
        let start = match consumer.start() {
            Start::Beginning => Position::START,
            Start::Now => tail.readable().await?,
        };
        let name = consumer.name();
        let position = db
            .write(&Context::system(world.clone(), TenantId::SYSTEM), async move |tx: &mut Tx<'_>| {
                store::open_cursor(tx, name, start).await
            })
            .await?;
        let queues = BTreeMap::new();
        let upkeep_at = Instant::now();
        Ok(Self { db, world, tail, consumer, counters, first_pause, position, saved: position, upkeep_at, queues })
    }

    /// Events read but not handled.
    fn held(&self) -> usize {
        self.queues.values().map(|queue| queue.events.len()).sum()
    }

    /// Reads what is new into the tenants' queues; answers whether anything came.
    async fn read(&mut self) -> Result<bool, DbError> {
        if self.held() >= HELD {
            return Ok(false);
        }
        let events = self.tail.after(self.position).await?;
        let came = !events.is_empty();
        for event in events {
            self.position = event.position;
            if self.consumer.wants(&event) {
                self.queues.entry(event.tenant).or_default().events.push_back(event);
            }
        }
        Ok(came)
    }

    /// Handles one group of every tenant that is due; answers whether any was.
    async fn handle(&mut self) -> bool {
        let now = Instant::now();
        let due: Vec<(TenantId, Vec<Arc<Event>>)> = self
            .queues
            .iter()
            .filter(|(_, queue)| queue.not_before.is_none_or(|at| at <= now))
            .map(|(tenant, queue)| {
                let size = if queue.careful > 0 { 1 } else { GROUP };
                (*tenant, queue.events.iter().take(size).cloned().collect())
            })
            .collect();
        let worked = !due.is_empty();
        let (db, world, consumer) = (&self.db, &self.world, &self.consumer);
        let outcomes: Vec<_> = stream::iter(due)
            .map(|(tenant, events)| async move {
                let size = events.len();
                (tenant, size, apply(db, world, Arc::clone(consumer), tenant, events).await)
            })
            .buffer_unordered(TENANTS)
            .collect()
            .await;
        for (tenant, size, outcome) in outcomes {
            match outcome {
                Ok(()) => self.handled(tenant, size),
                Err(error) => self.failed(tenant, size, error).await,
            }
        }
        self.counters.waiting.store(self.held() as u64, Ordering::Relaxed);
        worked
    }

    fn handled(&mut self, tenant: TenantId, size: usize) {
        self.counters.handled.fetch_add(size as u64, Ordering::Relaxed);
        if let Some(queue) = self.queues.get_mut(&tenant) {
            queue.events.drain(..size);
            queue.careful = queue.careful.saturating_sub(size);
            queue.failures = 0;
            queue.not_before = None;
            if queue.events.is_empty() {
                self.queues.remove(&tenant);
            }
        }
    }

    async fn failed(&mut self, tenant: TenantId, size: usize, error: ConsumerError) {
        let name = self.consumer.name();
        let pause_of = |failures: u32| LONGEST_PAUSE.min(self.first_pause * 2_u32.pow(failures.min(16)));
        let Some(queue) = self.queues.get_mut(&tenant) else { return };
        if error.is_outage() {
            tracing::warn!(consumer = name, %error, "the database is in trouble; events wait");
            queue.not_before = Some(Instant::now() + pause_of(3));
            return;
        }
        self.counters.failures.fetch_add(1, Ordering::Relaxed);
        if size > 1 {
            queue.careful = size;
            return;
        }
        queue.failures += 1;
        queue.not_before = Some(Instant::now() + pause_of(queue.failures - 1));
        let Some(event) = queue.events.front().cloned() else { return };
        let failures = queue.failures;
        tracing::warn!(consumer = name, event = %event.position, kind = %event.kind, failures, %error, "an event failed");
        if failures < FAILURES {
            return;
        }
        let reason = error.to_string();
        let cx = Context::system(self.world.clone(), tenant);
        let dead = Arc::clone(&event);
        let buried =
            self.db.write(&cx, async move |tx: &mut Tx<'_>| dead::bury(tx, name, &dead, &reason, failures).await).await;
        match buried {
            Ok(()) => {
                tracing::error!(consumer = name, event = %event.position, kind = %event.kind, %error, "an event is set aside");
                self.counters.dead.fetch_add(1, Ordering::Relaxed);
                self.handled(tenant, 1);
                self.counters.handled.fetch_sub(1, Ordering::Relaxed);
            }
            Err(error) => tracing::error!(consumer = name, %error, "a failed event cannot be set aside yet"),
        }
    }

    /// Everything up to here is handled or not wanted.
    fn watermark(&self) -> Position {
        let first = self.queues.values().filter_map(|queue| queue.events.front()).map(|event| event.position).min();
        first.map_or(self.position, Position::before)
    }

    /// Saves the watermark, if it moved. Being behind is harmless: tenants' own cursors skip what is done.
    pub(crate) async fn save(&mut self) -> Result<(), DbError> {
        let (name, watermark) = (self.consumer.name(), self.watermark());
        *self.counters.position.lock().unwrap_or_else(PoisonError::into_inner) = watermark;
        if watermark <= self.saved {
            return Ok(());
        }
        let cx = Context::system(self.world.clone(), TenantId::SYSTEM);
        self.db
            .write(&cx, async move |tx: &mut Tx<'_>| {
                let moved = store::move_cursor(tx.cx(), name, watermark);
                tx.execute(moved).await
            })
            .await?;
        self.saved = watermark;
        Ok(())
    }

    /// Tries dead letters again for which somebody asked; answers how many.
    pub(crate) async fn retry_dead(&self) -> Result<usize, DbError> {
        let system = Context::system(self.world.clone(), TenantId::SYSTEM);
        let asked = dead::asked(&self.db, &system, self.consumer.name()).await?;
        let count = asked.len();
        for letter in asked {
            let cx = Context::system(self.world.clone(), letter.tenant);
            let (consumer, event, id) = (Arc::clone(&self.consumer), Arc::new(letter.event), letter.id);
            let write = self.db.write(&cx, async move |tx: &mut Tx<'_>| -> Result<(), ConsumerError> {
                if dead::take(tx, id).await? {
                    consumer.handle_batch(tx, &[event]).await?;
                }
                Ok(())
            });
            let outcome = match AssertUnwindSafe(write).catch_unwind().await {
                Ok(outcome) => outcome,
                Err(panic) => Err(ConsumerError::Failed(panic_text(panic.as_ref()))),
            };
            if let Err(error) = outcome {
                let reason = error.to_string();
                self.db.write(&cx, async move |tx: &mut Tx<'_>| dead::failed_again(tx, id, reason).await).await?;
            }
        }
        Ok(count)
    }

    /// Reads, handles and keeps house once; answers whether there was anything to do.
    async fn turn(&mut self) -> Result<bool, DbError> {
        let came = self.read().await?;
        let worked = self.handle().await;
        if self.upkeep_at.elapsed() >= UPKEEP {
            self.upkeep_at = Instant::now();
            self.save().await?;
            self.retry_dead().await?;
        }
        Ok(came || worked)
    }

    /// When to look again though nothing new was read.
    fn next_look(&self) -> Duration {
        let now = Instant::now();
        let retry = self.queues.values().map(|queue| queue.not_before.map_or(Duration::ZERO, |at| at - now)).min();
        let upkeep = UPKEEP.saturating_sub(self.upkeep_at.elapsed());
        // A little longer than the timer's own grain, so that the wait does not end just before the moment.
        retry.map_or(upkeep, |retry| retry.min(upkeep)) + Duration::from_millis(1)
    }

    /// Works until `stop` turns true; the group in hand is finished first.
    pub(crate) async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut end = self.tail.end();
        while !*stop.borrow() {
            end.borrow_and_update();
            let pause = match self.turn().await {
                Ok(true) => continue,
                Ok(false) => self.next_look(),
                Err(error) => {
                    tracing::warn!(consumer = self.consumer.name(), %error, "the consumer cannot go on; trying again");
                    Duration::from_secs(1)
                }
            };
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => {}
                _ = end.changed() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
        if let Err(error) = self.save().await {
            tracing::warn!(consumer = self.consumer.name(), %error, "the watermark was not saved; events are read again");
        }
    }

    /// Works until everything up to `target` is handled or set aside.
    pub(crate) async fn settle(&mut self, target: Position) -> Result<(), DbError> {
        while self.position < target || !self.queues.is_empty() {
            if !self.turn().await? {
                // On PostgreSQL an event is readable only when no older transaction runs.
                tokio::time::sleep(self.next_look().min(Duration::from_millis(10))).await;
            }
        }
        self.retry_dead().await?;
        self.save().await
    }
}
