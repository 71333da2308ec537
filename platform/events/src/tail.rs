//! One reader per process follows the stream; consumers and open pages share what it has read.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use db::{Db, DbError, Read};
use kernel::{Context, TenantId, World};
use tokio::sync::{broadcast, watch};

use crate::{Event, Position, store};

/// Events read at once.
pub(crate) const BATCH: usize = 500;
/// Newest events kept in memory for consumers that are nearly up to date.
const KEPT: usize = 4_096;
/// Events a slow page may fall behind before it is told to read afresh.
const BROADCAST: usize = 1_024;
/// How often other nodes' commits are looked for.
const POLL: Duration = Duration::from_millis(500);
/// After a commit, how long more of them are gathered: it bounds the reads per second under load.
const GATHER: Duration = Duration::from_millis(10);

struct Kept {
    /// Everything after this place is in `events`; `None` until reading has begun.
    from: Option<Position>,
    events: VecDeque<Arc<Event>>,
}

pub(crate) struct Tail {
    db: Db,
    cx: Context,
    kept: Mutex<Kept>,
    end: watch::Sender<Position>,
    live: Mutex<Option<broadcast::Sender<Arc<Event>>>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Tail {
    pub(crate) fn new(db: Db, world: World) -> Arc<Self> {
        Arc::new(Self {
            db,
            cx: Context::system(world, TenantId::SYSTEM),
            kept: Mutex::new(Kept { from: None, events: VecDeque::new() }),
            end: watch::Sender::new(Position::START),
            live: Mutex::new(Some(broadcast::Sender::new(BROADCAST))),
        })
    }

    /// Changes whenever more has been read.
    pub(crate) fn end(&self) -> watch::Receiver<Position> {
        self.end.subscribe()
    }

    /// Waits until reading has begun (or ended): from then on every event that a look into the table cannot
    /// see yet will be broadcast.
    pub(crate) async fn begun(&self) {
        let begun = |_: &Position| lock(&self.kept).from.is_some() || lock(&self.live).is_none();
        // An error would mean that the sender is gone, but it is ours.
        let _ = self.end.subscribe().wait_for(begun).await;
    }

    /// Events as they are read from now on; `None` once the process stops.
    pub(crate) fn subscribe(&self) -> Option<broadcast::Receiver<Arc<Event>>> {
        lock(&self.live).as_ref().map(broadcast::Sender::subscribe)
    }

    /// Up to [`BATCH`] events of every tenant after `position`, in order.
    pub(crate) async fn after(&self, position: Position) -> Result<Vec<Arc<Event>>, DbError> {
        {
            let kept = lock(&self.kept);
            if kept.from.is_some_and(|from| position >= from) {
                let first = kept.events.partition_point(|event| event.position <= position);
                return Ok(kept.events.iter().skip(first).take(BATCH).cloned().collect());
            }
        }
        self.read_after(position).await
    }

    async fn read_after(&self, position: Position) -> Result<Vec<Arc<Event>>, DbError> {
        let events =
            self.db.read(&self.cx, async move |r: &mut Read<'_>| store::after(r, position, BATCH).await).await?;
        Ok(events.into_iter().map(Arc::new).collect())
    }

    /// Events of one tenant after `position`.
    pub(crate) async fn tenant_after(
        &self,
        tenant: TenantId,
        position: Position,
        limit: usize,
    ) -> Result<Vec<Event>, DbError> {
        let cx = Context::system(self.cx.world().clone(), tenant);
        self.db.read(&cx, async move |r: &mut Read<'_>| store::tenant_after(r, tenant, position, limit).await).await
    }

    /// The last place readers may see.
    pub(crate) async fn readable(&self) -> Result<Position, DbError> {
        self.db.read(&self.cx, async move |r: &mut Read<'_>| store::end(r).await).await
    }

    /// The last place written, readable yet or not.
    pub(crate) async fn written(&self) -> Result<Position, DbError> {
        self.db.read(&self.cx, async move |r: &mut Read<'_>| store::newest(r).await).await
    }

    /// Reads once; answers how many events came.
    async fn advance(&self) -> Result<usize, DbError> {
        let last = *self.end.borrow();
        let begun = lock(&self.kept).from.is_some();
        if !begun {
            let end = self.readable().await?;
            lock(&self.kept).from = Some(end);
            self.end.send_replace(end);
            return Ok(0);
        }
        let events = self.read_after(last).await?;
        let Some(end) = events.last().map(|event| event.position) else { return Ok(0) };
        {
            let mut kept = lock(&self.kept);
            kept.events.extend(events.iter().cloned());
            while kept.events.len() > KEPT {
                kept.from = kept.events.pop_front().map(|event| event.position);
            }
        }
        if let Some(live) = lock(&self.live).as_ref() {
            for event in &events {
                // Nobody listening is no error.
                let _ = live.send(Arc::clone(event));
            }
        }
        self.end.send_replace(end);
        Ok(events.len())
    }

    /// Follows the stream until `stop` turns true.
    pub(crate) async fn run(&self, mut stop: watch::Receiver<bool>) {
        let mut committed = self.db.committed();
        loop {
            committed.borrow_and_update();
            match self.advance().await {
                Ok(BATCH) => continue,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, "the event stream cannot be read; trying again");
                    tokio::time::sleep(POLL).await;
                }
            }
            let gather = tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                _ = committed.changed() => GATHER,
                () = tokio::time::sleep(POLL) => Duration::ZERO,
            };
            tokio::time::sleep(gather).await;
        }
        lock(&self.live).take();
        self.end.send_modify(|_| {});
    }
}
