//! All consumers of a process, and the reader they share with open pages.

use std::{
    future::Future,
    sync::{Arc, PoisonError, atomic::Ordering},
    time::Duration,
};

use db::{Db, DbError};
use kernel::World;
use tokio::{sync::watch, task::JoinSet};

use crate::{
    Consumer, Live, Position,
    runner::{Counters, Runner},
    tail::Tail,
};

/// How one consumer is doing in this process.
#[derive(Debug, Clone)]
pub struct ConsumerHealth {
    /// Its name.
    pub name: &'static str,
    /// Everything up to here is handled, as of the last time it was saved.
    pub position: Position,
    /// Events read but not handled, most of them waiting for a retry.
    pub waiting: u64,
    /// Events handled since the process started.
    pub handled: u64,
    /// Failed tries since the process started.
    pub failures: u64,
    /// Events set aside since the process started.
    pub dead: u64,
}

/// Runs consumers, and feeds [`Live`]. A node that only serves pages adds no consumer and runs it all the same.
pub struct Consumers {
    db: Db,
    world: World,
    tail: Arc<Tail>,
    consumers: Vec<(Arc<dyn Consumer>, Arc<Counters>)>,
    first_pause: Duration,
}

impl Consumers {
    /// No consumers yet.
    pub fn new(db: Db, world: World) -> Self {
        let tail = Tail::new(db.clone(), world.clone());
        Self { db, world, tail, consumers: Vec::new(), first_pause: Duration::from_millis(100) }
    }

    /// With one more.
    #[must_use]
    #[allow(clippy::should_implement_trait)] // it collects, it does not sum
    pub fn add(mut self, consumer: Arc<dyn Consumer>) -> Self {
        self.consumers.push((consumer, Arc::default()));
        self
    }

    /// With another pause before the first retry of a failed event (100 ms unless said; it doubles each time).
    #[must_use]
    pub fn first_pause(mut self, pause: Duration) -> Self {
        self.first_pause = pause;
        self
    }

    /// What open pages listen to. It speaks only while [`Consumers::run`] runs.
    pub fn live(&self) -> Live {
        Live(Arc::clone(&self.tail))
    }

    /// How each consumer is doing.
    pub fn health(&self) -> Vec<ConsumerHealth> {
        self.watch()()
    }

    /// The same to be asked again and again, by whoever shows it.
    pub fn watch(&self) -> impl Fn() -> Vec<ConsumerHealth> + Send + Sync + 'static {
        let watched: Vec<(&'static str, Arc<Counters>)> =
            self.consumers.iter().map(|(consumer, counters)| (consumer.name(), Arc::clone(counters))).collect();
        move || {
            let health = |(name, counters): &(&'static str, Arc<Counters>)| ConsumerHealth {
                name,
                position: *counters.position.lock().unwrap_or_else(PoisonError::into_inner),
                waiting: counters.waiting.load(Ordering::Relaxed),
                handled: counters.handled.load(Ordering::Relaxed),
                failures: counters.failures.load(Ordering::Relaxed),
                dead: counters.dead.load(Ordering::Relaxed),
            };
            watched.iter().map(health).collect()
        }
    }

    async fn open(&self, index: usize) -> Result<Runner, DbError> {
        let (consumer, counters) = &self.consumers[index];
        Runner::open(
            self.db.clone(),
            self.world.clone(),
            Arc::clone(&self.tail),
            Arc::clone(consumer),
            Arc::clone(counters),
            self.first_pause,
        )
        .await
    }

    /// Opens a consumer however long the database takes; `None` when told to stop meanwhile.
    async fn open_patiently(&self, index: usize, stop: &mut watch::Receiver<bool>) -> Option<Runner> {
        loop {
            match self.open(index).await {
                Ok(runner) => return Some(runner),
                Err(error) => tracing::warn!(%error, "a consumer cannot start; trying again"),
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return None,
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
            }
        }
    }

    /// Follows the stream until `shutdown` resolves; groups in hand are finished first. Dropping the future
    /// stops everything at once, and nothing is lost.
    pub async fn run(&self, shutdown: impl Future<Output = ()>) {
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let tail = Arc::clone(&self.tail);
        let following = stopped.clone();
        tasks.spawn(async move { tail.run(following).await });
        let working = async {
            let mut listening = stopped.clone();
            for index in 0..self.consumers.len() {
                let Some(runner) = self.open_patiently(index, &mut listening).await else { break };
                tasks.spawn(runner.run(stopped.clone()));
            }
            while tasks.join_next().await.is_some() {}
        };
        let telling = async {
            shutdown.await;
            stop.send_replace(true);
        };
        tokio::join!(working, telling);
    }

    /// Handles everything written so far with every consumer, without [`Consumers::run`]: for imports and
    /// tests. Failing events take their retries' time.
    pub async fn settle(&self) -> Result<(), DbError> {
        let mut runners = Vec::new();
        for index in 0..self.consumers.len() {
            runners.push(self.open(index).await?);
        }
        loop {
            let target = self.tail.written().await?;
            for runner in &mut runners {
                runner.settle(target).await?;
            }
            // Consumers write events of their own.
            if self.tail.written().await? == target {
                return Ok(());
            }
        }
    }
}
