//! Visits: appointments with an engineer, and what happens at the customer's.
//!
//! A visit is planned by the office ([`plan`]) and worked on from a phone, which has no network where lifts are. So
//! everything a phone reports is a command with an id of its own (`POST /api/v1/field/commands`): delivered late, twice
//! or out of order it counts once, what is added never conflicts, and a claim that contradicts what happened meanwhile
//! is kept as a [`FieldConflict`] until a person decides. The ticket follows the visit in the same transaction.

mod api;
mod checklist;
mod closing;
mod conflict;
mod deliver;
mod error;
mod field;
mod filling;
mod letters;
mod merging;
mod model;
mod ops;
mod plan;
mod reactions;
mod sign;
mod store;
pub mod table;
#[cfg(test)]
mod testing;
mod ticket_steps;

use authz::{Access::Needs, permissions as p};
use db::{DbError, Migration, Query};
use http_api::Routes;
use kernel::{Timestamp, Uuid};

pub use api::{CancelVisit, PlanVisit, ReplanVisit};
pub use checklist::{ChecklistItem, ChecklistTemplate, built_in};
pub use closing::VisitsDone;
pub use conflict::{ConflictStatus, Decision, FieldConflict};
pub use deliver::{BatchOutcome, CommandBatch, CommandOutcome, FieldCommand, Outcome, deliver_batch};
pub use error::VisitError;
pub use field::CommandKind;
pub use letters::{Announcements, AssignmentNotices};
pub use merging::CUSTOMER_ROWS;
pub use model::{
    ChecklistEntry, PartLine, Photo, PhotoKind, Signature, SignatureVia, TimeEntry, TimeKind, Visit, VisitNote,
    VisitResult, VisitStatus,
};
pub use plan::{NOTIFY_ENGINEER, cancel_open, number, plan};
pub use reactions::FollowTickets;
pub use sign::sign;
pub use store::of_customer::{count_of_customer, work_of_customer};
pub use store::of_devices::work_of_devices;
pub use store::{SCOPE, insert, open_conflicts, served};

/// The operations on visits.
pub fn routes() -> Routes {
    let (read, work) = (Needs(p::VISITS_READ), Needs(p::VISITS_WORK));
    Routes::new("visits")
        .get("/api/v1/visits", read, "listVisits", "List visits", ops::list::handle)
        .get("/api/v1/visits/{id}", read, "getVisit", "Show a visit", ops::get::handle)
        .patch("/api/v1/visits/{id}", Needs(p::DISPATCH_USE), "replanVisit", "Plan a visit anew, or change its own fields", ops::replan::handle)
        .post("/api/v1/visits/{id}/cancel", Needs(p::DISPATCH_USE), "cancelVisit", "Call a visit off", ops::cancel::handle)
        .post(
            "/api/v1/visits/{id}/excuse",
            Needs(p::TICKETS_CLOSE),
            "excuseVisitSignature",
            "Say why a visit has no signature",
            ops::excuse::handle,
        )
        .post(
            "/api/v1/visits/{id}/reveal",
            read,
            "revealVisitField",
            "Show one own field of personal data of a visit",
            ops::reveal::handle,
        )
        .describe("Every look is written down as the event `personal_data.revealed`.")
        .get("/api/v1/visits/{id}/timeline", read, "visitTimeline", "What happened on a visit", ops::timeline::handle)
        .get("/api/v1/tickets/{id}/visits", read, "listTicketVisits", "The visits of a ticket", ops::ticket_visits::handle)
        .post("/api/v1/tickets/{id}/visits", Needs(p::TICKETS_ASSIGN), "planVisit", "Plan a visit", ops::plan::handle)
        .post(
            "/api/v1/field/commands",
            work,
            "sendFieldCommands",
            "Report from a phone, also late, twice or out of order",
            ops::commands::handle,
        )
        .describe(
            "Up to 100 commands with ids of the phone's own. Every command gets an outcome: `applied`, `duplicate` (with \
             the first outcome), `conflict` (kept for a decision, nothing is lost) or `rejected` (with the reason). \
             `sent_at` is the phone's clock at sending; when it is more than a minute off, times are corrected by the \
             difference.",
        )
        .get("/api/v1/field/today", read, "getFieldDay", "Everything an engineer needs without network", ops::today::handle)
        .get("/api/v1/field/visits/{id}", read, "getFieldVisit", "A visit with all around it", ops::today::one)
        .get("/api/v1/field/conflicts", read, "listFieldConflicts", "Steps that wait for a decision", ops::conflicts::list)
        .post(
            "/api/v1/field/conflicts/{id}/resolve",
            read,
            "resolveFieldConflict",
            "Decide whether a step counts",
            ops::conflicts::resolve,
        )
        .describe("Applying needs `dispatch.use`; whoever sent the step may discard it.")
        .get("/api/v1/checklist-templates", read, "listChecklistTemplates", "Checklists by kind of service", ops::checklists::list)
        .put(
            "/api/v1/checklist-templates/{type}",
            Needs(p::SETTINGS_MANAGE),
            "putChecklistTemplate",
            "Set the checklist of a kind of service",
            ops::checklists::put,
        )
        .describe("`If-Match: \"0\"` replaces the checklist that the product brings.")
}

/// The structure of visits.
pub fn migrations() -> Vec<Migration> {
    vec![
        db::migration!("visits", 1, "visits", "../migrations/0001_visits.sql"),
        db::migration!("visits", 2, "own_fields", "../migrations/0002_own_fields.sql"),
    ]
}

/// What the caller may see of the visits' own fields.
pub(crate) async fn own_fields(q: &mut impl Query, visits: &mut [Visit]) -> Result<(), DbError> {
    objects::shown(q, "visit", visits.iter_mut().map(|visit| &mut visit.ext.0).collect()).await
}

/// One visit, whoever may see it.
pub async fn get(q: &mut impl Query, id: Uuid) -> Result<Option<Visit>, DbError> {
    let mut found = store::get(q, id).await?;
    own_fields(q, found.as_mut_slice()).await?;
    Ok(found)
}

/// The visits of a ticket, oldest first.
pub async fn of_ticket(q: &mut impl Query, ticket_id: Uuid) -> Result<Vec<Visit>, DbError> {
    let mut found = store::of_ticket(q, ticket_id).await?;
    own_fields(q, &mut found).await?;
    Ok(found)
}

/// Visits of the whole company that touch a span of time and are not called off, by start.
pub async fn between(q: &mut impl Query, from: Timestamp, to: Timestamp) -> Result<Vec<Visit>, DbError> {
    let mut found = store::between(q, from, to).await?;
    own_fields(q, &mut found).await?;
    Ok(found)
}

/// Visits of one engineer that start in a span of time, whatever became of them, by start.
pub async fn of_engineer(
    q: &mut impl Query,
    engineer_id: Uuid,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Visit>, DbError> {
    let mut found = store::of_engineer(q, engineer_id, from, to).await?;
    own_fields(q, &mut found).await?;
    Ok(found)
}

/// Visits of a customer within the caller's reach: those to come by start, and those that took place, the last first.
pub async fn of_customer(
    q: &mut impl Query,
    customer_id: Uuid,
    to_come: usize,
    past: usize,
) -> Result<(Vec<Visit>, Vec<Visit>), DbError> {
    let (mut next, mut last) = store::of_customer::of_customer(q, customer_id, to_come, past).await?;
    own_fields(q, &mut next).await?;
    own_fields(q, &mut last).await?;
    Ok((next, last))
}

/// Visits to a device within the caller's reach, the latest first.
pub async fn of_device(q: &mut impl Query, device_id: Uuid, limit: usize) -> Result<Vec<Visit>, DbError> {
    let mut found = store::of_devices::of_device(q, device_id, limit).await?;
    own_fields(q, &mut found).await?;
    Ok(found)
}
