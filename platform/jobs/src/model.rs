//! What a job is, and how it can fail.

use std::time::Duration;

use db::{DbError, record};
use kernel::{Timestamp, World};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Tries before a job is dead, unless it says otherwise.
const ATTEMPTS: u32 = 10;
/// The pause after the first failure; it doubles with every further one.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_hours(1);

/// A job about to be added.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// Which handler runs it: `mail.send`.
    pub kind: &'static str,
    /// What the handler needs to know: an object or an array.
    pub payload: serde_json::Value,
    /// Not before this instant; the default means at once.
    pub run_at: Timestamp,
    /// While a job of this kind and key waits, adding another only moves it earlier if that is due sooner.
    pub key: Option<String>,
    /// Tries before it is dead.
    pub max_attempts: u32,
}

impl NewJob {
    /// A job to be run at once, up to ten times.
    pub fn new(kind: &'static str, payload: serde_json::Value) -> Self {
        Self { kind, payload, ..Self::default() }
    }

    /// Not before `run_at`.
    #[must_use]
    pub fn at(mut self, run_at: Timestamp) -> Self {
        self.run_at = run_at;
        self
    }

    /// At most one waiting job of this key.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Another number of tries.
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }
}

impl Default for NewJob {
    fn default() -> Self {
        Self {
            kind: "",
            payload: serde_json::Value::Null,
            run_at: Timestamp::default(),
            key: None,
            max_attempts: ATTEMPTS,
        }
    }
}

/// Where a job stands. A job that is done is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Waits for its time or for a worker.
    Ready,
    /// A worker has it.
    Leased,
    /// It failed too often, or for good, and waits for a person.
    Dead,
}

impl JobState {
    /// The word in column and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Leased => "leased",
            Self::Dead => "dead",
        }
    }
}

/// A job as people see it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Job {
    /// Its id.
    pub id: Uuid,
    /// Which handler runs it.
    pub kind: String,
    /// `ready`, `leased` or `dead`.
    pub state: String,
    /// What it is told.
    pub payload: serde_json::Value,
    /// What it must not stand twice for.
    pub key: Option<String>,
    /// Not before this instant.
    pub run_at: Timestamp,
    /// Tries so far.
    pub attempts: i64,
    /// Tries at most.
    pub max_attempts: i64,
    /// Why the last try failed.
    pub last_error: Option<String>,
    /// Until when a worker has it.
    pub lease_until: Option<Timestamp>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was given up.
    pub finished_at: Option<Timestamp>,
}

record!(Job {
    id,
    kind,
    state,
    payload,
    key,
    run_at,
    attempts,
    max_attempts,
    last_error,
    lease_until,
    created_at,
    finished_at,
});

/// Why a try failed.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// Try again later.
    #[error("{0}")]
    Retry(String),
    /// Try again not before this long from now, as the other side asked.
    #[error("{0}")]
    RetryAfter(String, Duration),
    /// Trying again is no use; a person must look.
    #[error("{0}")]
    Dead(String),
    /// The lease went to another worker, or the job was cancelled; nothing was saved.
    #[error("the job is no longer this worker's")]
    Lost,
    /// The database refused; tried again later.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl JobError {
    /// A failure that may pass.
    pub fn retry(reason: impl std::fmt::Display) -> Self {
        Self::Retry(reason.to_string())
    }

    /// A failure for good.
    pub fn dead(reason: impl std::fmt::Display) -> Self {
        Self::Dead(reason.to_string())
    }
}

/// The pause after the `attempt`th failure (the first is 1): 5 s, doubling up to an hour, of which the
/// second half is left to chance so that jobs that failed together do not come back together.
pub fn backoff(world: &World, attempt: u32) -> Duration {
    let full = LONGEST_PAUSE.min(FIRST_PAUSE * 2_u32.pow(attempt.saturating_sub(1).min(20)));
    let mut random = [0; 4];
    world.fill(&mut random);
    full / 2 + (full / 2).mul_f64(f64::from(u32::from_le_bytes(random)) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use kernel::ManualClock;

    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour_and_half_of_each_is_chance() {
        let world = World::seeded(ManualClock::at(Timestamp::default()), 1);
        for (attempt, seconds) in [(1, 5), (2, 10), (4, 40), (10, 2_560), (11, 3_600), (4_000, 3_600)] {
            let full = Duration::from_secs(seconds);
            let pauses: Vec<_> = (0..20).map(|_| backoff(&world, attempt)).collect();
            assert!(pauses.iter().all(|pause| (full / 2..=full).contains(pause)), "{attempt}: {pauses:?}");
            assert!(pauses.windows(2).any(|two| two[0] != two[1]));
        }
    }
}
