//! Durable jobs and timers: leases with fencing, backoff, dead letters.
//!
//! A job is added in the transaction that makes it necessary, and runs at least once after that commit.
//! A worker leases it for a while; whatever it commits through [`JobRun::finish`] is refused once the
//! lease went to somebody else, so such effects happen exactly once.

mod handler;
mod letters;
mod model;
mod recurring;
mod store;
mod work;
mod workers;

pub use handler::{JobHandler, JobRun};
pub use letters::{list, remove, retry, retry_all};
pub use model::{Job, JobError, JobState, NewJob, backoff};
pub use recurring::{Every, Recurring, ScheduleError};
pub use store::{add, cancel, cancel_statements, reschedule, reschedule_statement, statement};
pub use workers::{Workers, WorkersHealth};

/// The structure of the queue.
pub fn migrations() -> Vec<db::Migration> {
    vec![db::migration!("jobs", 1, "jobs", "../migrations/0001_jobs.sql")]
}
