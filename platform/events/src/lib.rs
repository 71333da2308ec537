//! The append-only event stream: append, durable cursors, live fan-out.
//!
//! Every change appends one event in the transaction that makes it: who, when, which object, which
//! fields from what to what. Whatever must follow is a [`Consumer`] with its own durable cursor, and
//! open pages hear of it through [`Live`].
//!
//! Cursors order the stream by [`Position`]: on SQLite the single writer commits in order, on PostgreSQL
//! readers stay below the oldest transaction that still runs, so that nothing appears behind them.

mod consumer;
mod consumers;
mod dead;
mod epoch;
mod forget;
mod list;
mod live;
mod model;
mod runner;
mod store;
mod tail;

pub use consumer::{Consumer, ConsumerError, Start};
pub use consumers::{ConsumerHealth, Consumers};
pub use dead::{DeadEvent, list_dead, retry_all_dead, retry_dead};
pub use epoch::keep_rising;
pub use forget::{forget_of, forget_words};
pub use list::{AuditFilter, audit, list_object, list_parent};
pub use live::{Live, LiveEvent};
pub use model::{Event, NewEvent, Position, PositionError, changes};
pub use store::{append, end, statement, touched};

/// The structure of the stream, its cursors and dead letters.
pub fn migrations() -> Vec<db::Migration> {
    vec![
        db::migration!(
            "events",
            1,
            "events",
            "../migrations/0001_events.sqlite.sql",
            "../migrations/0001_events.postgres.sql"
        ),
        db::migration!(
            "events",
            2,
            "epoch",
            "../migrations/0002_epoch.sqlite.sql",
            "../migrations/0002_epoch.postgres.sql"
        ),
        db::migration!(
            "events",
            3,
            "forgetting",
            "../migrations/0003_forgetting.sqlite.sql",
            "../migrations/0003_forgetting.postgres.sql"
        ),
    ]
}
