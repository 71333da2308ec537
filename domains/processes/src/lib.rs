//! Processes that people draw in BPMN 2.0, run durably: definitions and their versions, instances, tasks, incidents,
//! messages.
//!
//! A definition has a draft that is worked on, and published versions that never change. An instance runs one version from
//! its start to its end, unless it is migrated. The engine is `engines/bpmn`; [`Runtime`] stores what it makes of a
//! command in one transaction, and works off what goes to other instances from an outbox. [`Timers`] fires what falls due.
//! [`language`] says what stands in conditions and scripts.
//!
//! Later domains declare what service tasks can do ([`Action`]) and which records processes run for ([`Subject`]); `app`
//! registers both.
//!
//! Events: `process.created`, `.updated`, `.archived`, `.restored`, `.published`, `.rolled_back`;
//! `process_instance.started`, `.ended`, `.stopped`, `.retried`, `.skipped`, `.variables_set`, `.cancelled`, `.migrated`;
//! `task.opened`, `.claimed`, `.released`, `.delegated`, `.completed`, on the timeline of the record the process runs
//! for; `process_message.sent`, `process_signal.thrown`.

mod actions;
mod api;
mod catalogue;
mod error;
pub mod language;
mod model;
mod ops;
mod routes;
mod runtime;
mod setting;
mod store;
mod subject;
mod template;

use db::Migration;

pub use actions::actions;
pub use catalogue::{ActError, Action, ActionRun, Choice, Deed, Errand, Face, Input, InputKind};
pub use error::ProcessError;
pub use model::{
    Definition, Incident, InstanceStatus, InstanceView, JournalEntry, ProcessTaskStatus, PublishedVersion, Task, Trace,
};
pub use routes::routes;
pub use runtime::{
    Around, Deployed, FollowRecords, LARGEST_STATE, MessageKeys, NewMessage, Publication, Runtime, Setting, Start,
    Timers, handlers, recurring,
};
pub use setting::{Actions, House};
pub use subject::{Mark, Subject, Subjects};
pub use template::{Template, Templates};

/// The structure of this domain.
pub fn migrations() -> Vec<Migration> {
    vec![
        db::migration!("processes", 1, "processes", "../migrations/0001_processes.sql"),
        db::migration!(
            "processes",
            2,
            "order",
            "../migrations/0002_order.sqlite.sql",
            "../migrations/0002_order.postgres.sql"
        ),
    ]
}
