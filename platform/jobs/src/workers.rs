//! The workers of a process: lease what is due, run a bounded number at once, stop gracefully.

use std::{
    collections::{BTreeMap, HashMap},
    future::Future,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use db::{Db, DbError, Tx};
use kernel::{Context, TenantId, World};
use tokio::{task::JoinSet, time::Instant};
use uuid::Uuid;

use crate::{
    JobHandler, NewJob, Recurring,
    store::{self, Lease, Leased},
    work::{Ending, Work},
};

/// How often other nodes' jobs are looked for.
const POLL: Duration = Duration::from_millis(500);
/// The least time between two looks, so that many commits do not mean many looks.
const GATHER: Duration = Duration::from_millis(20);
/// How often recurring jobs are made sure of.
const ENSURE: Duration = Duration::from_mins(10);

/// What the workers have done since the process started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WorkersHealth {
    /// Jobs running now.
    pub running: u64,
    /// Jobs done.
    pub done: u64,
    /// Failed tries that will be repeated.
    pub failures: u64,
    /// Jobs given up.
    pub dead: u64,
    /// Runs whose lease was lost.
    pub lost: u64,
}

#[derive(Default)]
struct Counters {
    done: AtomicU64,
    failures: AtomicU64,
    dead: AtomicU64,
    lost: AtomicU64,
    held: Mutex<HashMap<Uuid, Lease>>,
}

impl Counters {
    fn take(&self, lease: Lease) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).insert(lease.job, lease);
    }

    fn end(&self, lease: Lease, ending: Ending) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).remove(&lease.job);
        let counter = match ending {
            Ending::Done => &self.done,
            Ending::Again => &self.failures,
            Ending::Dead => &self.dead,
            Ending::Lost => &self.lost,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// Runs jobs.
pub struct Workers {
    db: Db,
    world: World,
    handlers: BTreeMap<&'static str, Arc<dyn JobHandler>>,
    recurring: Vec<Recurring>,
    concurrency: usize,
    lease: Duration,
    grace: Duration,
    counters: Arc<Counters>,
}

impl Workers {
    /// No handlers yet; four jobs at once, leases of a minute, 20 s to finish at shutdown.
    pub fn new(db: Db, world: World) -> Self {
        Self {
            db,
            world,
            handlers: BTreeMap::new(),
            recurring: Vec::new(),
            concurrency: 4,
            lease: Duration::from_mins(1),
            grace: Duration::from_secs(20),
            counters: Arc::default(),
        }
    }

    /// With a handler; a later one of the same kind replaces it.
    #[must_use]
    #[allow(clippy::should_implement_trait)] // it collects, it does not sum
    pub fn add(mut self, handler: Arc<dyn JobHandler>) -> Self {
        self.handlers.insert(handler.kind(), handler);
        self
    }

    /// With a job that comes back; its handler must be added too.
    #[must_use]
    pub fn recurring(mut self, recurring: Recurring) -> Self {
        self.recurring.push(recurring);
        self
    }

    /// With room for another number of jobs at once.
    #[must_use]
    pub fn concurrency(mut self, jobs: usize) -> Self {
        self.concurrency = jobs.max(1);
        self
    }

    /// With leases of another length. They are renewed while a job runs; after a crash others wait this long.
    #[must_use]
    pub fn lease(mut self, length: Duration) -> Self {
        self.lease = length;
        self
    }

    /// With another time to finish at shutdown.
    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// What has been done so far.
    pub fn health(&self) -> WorkersHealth {
        self.watch()()
    }

    /// The same to be asked again and again, by whoever shows it.
    pub fn watch(&self) -> impl Fn() -> WorkersHealth + Send + Sync + 'static {
        let counters = Arc::clone(&self.counters);
        move || {
            let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
            WorkersHealth {
                running: counters.held.lock().unwrap_or_else(PoisonError::into_inner).len() as u64,
                done: count(&counters.done),
                failures: count(&counters.failures),
                dead: count(&counters.dead),
                lost: count(&counters.lost),
            }
        }
    }

    fn system(&self) -> Context {
        Context::system(self.world.clone(), TenantId::SYSTEM)
    }

    /// The kinds with a handler, as a JSON array.
    fn kinds(&self) -> String {
        serde_json::Value::from(self.handlers.keys().copied().collect::<Vec<_>>()).to_string()
    }

    /// The next job of a recurring kind.
    fn next(&self, kind: &str) -> Option<NewJob> {
        let recurring = self.recurring.iter().find(|recurring| recurring.kind == kind)?;
        match recurring.every.next(self.world.now()) {
            Ok(at) => Some(NewJob::new(recurring.kind, serde_json::json!({})).at(at).key("recurring")),
            Err(error) => {
                tracing::error!(kind, %error, "a recurring job has no next time");
                None
            }
        }
    }

    /// Adds recurring jobs that do not wait yet.
    async fn ensure(&self) -> Result<(), DbError> {
        let cx = self.system();
        let jobs: Vec<_> = self
            .recurring
            .iter()
            .filter_map(|recurring| self.next(recurring.kind))
            .map(|job| store::statement(&cx, &job))
            .collect();
        if jobs.is_empty() {
            return Ok(());
        }
        self.db.write(&cx, async move |tx: &mut Tx<'_>| tx.execute_all(jobs).await).await
    }

    /// Leases up to `room` due jobs; also says how long until the next is due.
    async fn lease_due(&self, kinds: &str, room: usize) -> Result<(Vec<Work>, Duration), DbError> {
        let cx = self.system();
        let now = self.world.now();
        let due = store::next_due(&self.db, &cx, kinds.to_owned()).await?;
        let wait = due.map_or(POLL, |due| Duration::from_micros(u64::try_from(due - now).unwrap_or(0)));
        if !wait.is_zero() {
            return Ok((Vec::new(), wait));
        }
        let (token, until, kinds) = (cx.new_id(), now.plus(self.lease), kinds.to_owned());
        let jobs =
            self.db.write(&cx, async move |tx: &mut Tx<'_>| store::lease(tx, &kinds, token, until, room).await).await?;
        Ok((jobs.into_iter().filter_map(|job| self.work(job, token)).collect(), Duration::ZERO))
    }

    fn work(&self, job: Leased, token: Uuid) -> Option<Work> {
        let handler = Arc::clone(self.handlers.get(job.kind.as_str())?);
        let lease = Lease { tenant: job.tenant, job: job.id, token };
        let next = if job.tenant == TenantId::SYSTEM { self.next(&job.kind) } else { None };
        Some(Work { db: self.db.clone(), world: self.world.clone(), handler, job, lease, length: self.lease, next })
    }

    /// Runs due jobs until `shutdown` resolves; then finishes what runs within the grace and hands the rest
    /// back. Dropping the future stops at once, as a crash would: leases run out and others take over.
    pub async fn run(&self, shutdown: impl Future<Output = ()>) {
        let kinds = self.kinds();
        let mut committed = self.db.committed();
        let mut tasks: JoinSet<()> = JoinSet::new();
        let mut ensured: Option<Instant> = None;
        tokio::pin!(shutdown);
        loop {
            if ensured.is_none_or(|at| at.elapsed() >= ENSURE) {
                match self.ensure().await {
                    Ok(()) => ensured = Some(Instant::now()),
                    Err(error) => tracing::warn!(%error, "recurring jobs cannot be made sure of; trying again"),
                }
            }
            committed.borrow_and_update();
            let room = self.concurrency.saturating_sub(tasks.len());
            let mut wait = POLL;
            if room > 0 {
                match self.lease_due(&kinds, room).await {
                    Ok((works, pause)) => {
                        wait = pause;
                        for work in works {
                            let counters = Arc::clone(&self.counters);
                            counters.take(work.lease);
                            tasks.spawn(async move {
                                let lease = work.lease;
                                let ending = work.run().await;
                                counters.end(lease, ending);
                            });
                        }
                    }
                    Err(error) => tracing::warn!(%error, "no jobs can be leased; trying again"),
                }
            }
            let full = tasks.len() >= self.concurrency;
            // With all hands full only an end frees one; what is due meanwhile is found then.
            let stop = tokio::select! {
                () = &mut shutdown => true,
                _ = tasks.join_next(), if !tasks.is_empty() => false,
                _ = committed.changed(), if !full => false,
                () = tokio::time::sleep(wait.clamp(GATHER, POLL)), if !full => false,
            };
            if stop {
                break;
            }
            while tasks.try_join_next().is_some() {}
            if !full {
                tokio::select! {
                    () = &mut shutdown => break,
                    () = tokio::time::sleep(GATHER) => {}
                }
            }
        }
        let finishing = async { while tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(self.grace, finishing).await.is_err() {
            tasks.shutdown().await;
        }
        self.release().await;
    }

    /// Hands back what was cut off, so that others need not wait for the lease to run out.
    async fn release(&self) {
        let held: Vec<Lease> =
            self.counters.held.lock().unwrap_or_else(PoisonError::into_inner).drain().map(|(_, lease)| lease).collect();
        let now = self.world.now();
        for lease in held {
            let released = self
                .db
                .write(&self.system(), async move |tx: &mut Tx<'_>| store::hand_back(tx, lease, now, None, 1).await)
                .await;
            if let Err(error) = released {
                tracing::warn!(job = %lease.job, %error, "a job was not handed back; its lease will run out");
            }
        }
    }

    /// Runs what is due, one job after the other, until nothing is; answers how many. For imports and tests.
    pub async fn drain(&self) -> Result<usize, DbError> {
        let kinds = self.kinds();
        let mut count = 0;
        loop {
            let (works, _) = self.lease_due(&kinds, 1).await?;
            if works.is_empty() {
                return Ok(count);
            }
            for work in works {
                let lease = work.lease;
                self.counters.take(lease);
                let ending = work.run().await;
                self.counters.end(lease, ending);
                count += 1;
            }
        }
    }
}
