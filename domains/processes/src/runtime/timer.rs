//! Timers by an index of due times: each fires once, in a transaction that also takes it out.
//!
//! Nothing is leased and nothing is kept in memory, so after a crash or an outage the next look finds what is due, the
//! longest due first. Several nodes may look: whoever comes second finds the timer gone.

use std::{future::Future, time::Duration};

use bpmn::{Command, StartTimer, model::NodeId, state::Key};
use db::{Db, Query as _, Read, Tx};
use kernel::{Context, TenantId, Timestamp, Uuid, World};

use super::{Around, Origin, Runtime, Start, outbox::too_late, write::Order};
use crate::{
    ProcessError,
    store::{
        instances,
        waits::{self, DueTimer},
    },
};

/// How often due times are looked at when nothing is known to be due earlier.
const POLL: Duration = Duration::from_millis(500);
/// Timers fired between two looks.
const AT_ONCE: usize = 200;
/// Timers that fire side by side.
const SIDE_BY_SIDE: usize = 8;
/// How long a timer that cannot fire is put off.
const LATER: Duration = Duration::from_mins(5);
/// How long to wait after the database refused.
const PAUSE: Duration = Duration::from_secs(1);

/// The place of a start event's timer among those of its definition.
pub(super) fn start_wait(process: usize, timer: &StartTimer) -> i64 {
    ((process as i64) << 40) | (i64::from(timer.event.0) << 16) | i64::from(timer.trigger)
}

impl Runtime {
    /// Fires the timer of the context's company that has been due longest; false when none is due.
    pub async fn fire_next(&self, tx: &mut Tx<'_>) -> Result<bool, ProcessError> {
        let tenant = tx.cx().tenant();
        let due = waits::due(tx, 1).await?;
        let Some(timer) = due.into_iter().find(|timer| timer.tenant == tenant) else { return Ok(false) };
        self.fire(tx, &timer).await?;
        Ok(true)
    }

    /// Fires one timer, unless somebody else has or it is not wanted any more.
    async fn fire(&self, tx: &mut Tx<'_>, timer: &DueTimer) -> Result<(), ProcessError> {
        let mut order = Order::take(tx).await?;
        if timer.of_start {
            return self.fire_start(tx, &mut order, timer).await;
        }
        // The instance first: a step that ends the wait holds it, and takes the timer out.
        let live = instances::lock(tx, timer.owner).await?;
        if waits::take(tx, timer.owner, timer.wait).await?.is_none() {
            return Ok(());
        }
        let Some(live) = live else { return Ok(()) };
        let command = Command::FireTimer { wait: timer.wait as Key };
        too_late(self.command_to(tx, &mut order, live, command).await)
    }

    async fn fire_start(&self, tx: &mut Tx<'_>, order: &mut Order, timer: &DueTimer) -> Result<(), ProcessError> {
        let Some((Some(process), Some(cycle))) = waits::take(tx, timer.owner, timer.wait).await? else {
            return Ok(());
        };
        let running = serde_json::from_str(&cycle)
            .map_err(|error| ProcessError::Unreadable(format!("the timer of {process}: {error}")))?;
        let event = NodeId((timer.wait >> 16 & 0xff_ffff) as u32);
        let fired = StartTimer { event, trigger: (timer.wait & 0xffff) as u32, running };
        let Some((definition, number)) = crate::store::definitions::deployed(tx, &process).await? else {
            return Ok(());
        };
        let model = self.model(tx, definition, number).await?;
        let zone = self.zone(tx, &model).await?;
        let next = model.process(&process).and_then(|process| {
            let around = self.setting().surroundings(&model, Around { zone, record: None });
            process.next_start(&fired, tx.cx().now().micros(), &*around)
        });
        if let Some(next) = next {
            let cycle = serde_json::to_string(&next.running).unwrap_or_default();
            let seq = order.next();
            let set = waits::set_start(tx.cx(), timer.owner, &process, timer.wait, (next.running.due, cycle), seq);
            tx.execute(set).await?;
        }
        let start = Start { process_id: process, ..Start::default() };
        let origin = Origin { event: Some(event), parent: None };
        too_late(self.start_from(tx, order, start, origin).await.map(|_| ()))
    }
}

/// Fires timers while the server runs.
#[derive(Debug)]
pub struct Timers {
    runtime: Runtime,
    db: Db,
    world: World,
}

impl Timers {
    /// Timers of all companies in this database.
    pub fn new(runtime: Runtime, db: Db, world: World) -> Self {
        Self { runtime, db, world }
    }

    /// When the next timer of any company is due.
    pub async fn next_due(&self) -> Result<Option<Timestamp>, db::DbError> {
        let cx = Context::system(self.world.clone(), TenantId::SYSTEM);
        self.db.read(&cx, async |r: &mut Read<'_>| waits::next_due(r).await).await
    }

    /// Fires what is due; answers how many were looked at. One that cannot fire holds up no other.
    ///
    /// # Errors
    /// The last failure of the database; what it concerns stays due.
    pub async fn fire_due(&self) -> Result<usize, ProcessError> {
        let cx = Context::system(self.world.clone(), TenantId::SYSTEM);
        let due = self.db.read(&cx, async |r: &mut Read<'_>| waits::due(r, AT_ONCE).await).await?;
        let mut failed = None;
        for some in due.chunks(SIDE_BY_SIDE) {
            let fired = futures_util::future::join_all(some.iter().map(|timer| self.fire_one(timer.clone()))).await;
            for outcome in fired {
                failed = outcome.err().or(failed);
            }
        }
        failed.map_or(Ok(due.len()), Err)
    }

    async fn fire_one(&self, timer: DueTimer) -> Result<(), ProcessError> {
        let cx = Context::system(self.world.clone(), timer.tenant);
        let runtime = self.runtime.clone();
        let owner: Uuid = timer.owner;
        let fired: Result<(), ProcessError> = {
            let timer = timer.clone();
            self.db.write(&cx, async move |tx: &mut Tx<'_>| runtime.fire(tx, &timer).await).await
        };
        match fired {
            Ok(()) => Ok(()),
            Err(error @ ProcessError::Db(_)) => {
                tracing::warn!(%owner, %error, "a timer did not fire; it stays due");
                Err(error)
            }
            // A state that cannot be read, or would grow too large: others must not wait behind it.
            Err(error) => {
                tracing::error!(%owner, %error, "a timer cannot fire; it is tried again later");
                let until = cx.now().plus(LATER);
                let put_off = async move |tx: &mut Tx<'_>| waits::put_off(tx, owner, timer.wait, until).await;
                self.db.write(&cx, put_off).await.map_err(ProcessError::Db)
            }
        }
    }

    /// Fires timers as they fall due, until `shutdown` resolves.
    pub async fn run(&self, shutdown: impl Future<Output = ()>) {
        tokio::pin!(shutdown);
        loop {
            let pause = match self.fire_due().await {
                Ok(0) => self.pause().await,
                Ok(_) => Duration::ZERO,
                Err(_) => PAUSE,
            };
            tokio::select! {
                biased;
                () = &mut shutdown => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Until the next timer is due, at most until the next look.
    async fn pause(&self) -> Duration {
        match self.next_due().await {
            Ok(Some(due)) => {
                let left = u64::try_from(due - self.world.now()).unwrap_or(0);
                Duration::from_micros(left).clamp(Duration::from_millis(5), POLL)
            }
            Ok(None) => POLL,
            Err(error) => {
                tracing::warn!(%error, "due times cannot be looked at; trying again");
                PAUSE
            }
        }
    }
}
