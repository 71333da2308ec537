//! What a customer is told of a ticket's history: steps that matter to them, without what was said inside.

use db::{
    Query, Value,
    list::{Fragment, ListQuery},
};
use http_api::Problem;
use kernel::{Timestamp, Uuid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Steps shown at most.
const MOST: usize = 100;

db::choice! {
    /// A step that matters to a customer.
    pub enum MilestoneKind {
        /// We know of it.
        Received = "received",
        /// Somebody is responsible.
        Assigned = "assigned",
        /// An appointment was made.
        VisitPlanned = "visit_planned",
        /// The appointment was moved.
        VisitReplanned = "visit_replanned",
        /// The appointment was called off.
        VisitCancelled = "visit_cancelled",
        /// The engineer is on the way.
        OnTheWay = "on_the_way",
        /// The engineer is there.
        Arrived = "arrived",
        /// The engineer is done.
        WorkDone = "work_done",
        /// The customer signed.
        Signed = "signed",
        /// It waits for something.
        Waiting = "waiting",
        /// It goes on.
        Resumed = "resumed",
        /// A quote was sent.
        QuoteSent = "quote_sent",
        /// The customer agreed.
        QuoteApproved = "quote_approved",
        /// The customer did not agree.
        QuoteRejected = "quote_rejected",
        /// Everything is paid.
        Paid = "paid",
        /// Solved.
        Resolved = "resolved",
        /// Finished.
        Closed = "closed",
        /// Opened again.
        Reopened = "reopened",
        /// Given up.
        Cancelled = "cancelled",
    }
}

/// Events and what customers are told of them.
const TOLD: &[(&str, MilestoneKind)] = &[
    ("ticket.created", MilestoneKind::Received),
    ("ticket.assigned", MilestoneKind::Assigned),
    ("visit.planned", MilestoneKind::VisitPlanned),
    ("visit.replanned", MilestoneKind::VisitReplanned),
    ("visit.cancelled", MilestoneKind::VisitCancelled),
    ("visit.departed", MilestoneKind::OnTheWay),
    ("visit.checked_in", MilestoneKind::Arrived),
    ("visit.checked_out", MilestoneKind::WorkDone),
    ("visit.signed", MilestoneKind::Signed),
    ("ticket.waiting", MilestoneKind::Waiting),
    ("ticket.resumed", MilestoneKind::Resumed),
    ("quote.sent", MilestoneKind::QuoteSent),
    ("quote.approved", MilestoneKind::QuoteApproved),
    ("quote.rejected", MilestoneKind::QuoteRejected),
    ("quote.paid", MilestoneKind::Paid),
    ("ticket.resolved", MilestoneKind::Resolved),
    ("ticket.closed", MilestoneKind::Closed),
    ("ticket.reopened", MilestoneKind::Reopened),
    ("ticket.cancelled", MilestoneKind::Cancelled),
];

/// A step and its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Milestone {
    /// What happened.
    pub kind: MilestoneKind,
    /// When.
    pub at: Timestamp,
}

/// The newest steps of a ticket, oldest first.
pub async fn of_ticket(q: &mut impl Query, ticket_id: Uuid) -> Result<Vec<Milestone>, Problem> {
    let places: Vec<String> = (1..=TOLD.len()).map(|number| format!("${number}")).collect();
    let kinds = TOLD.iter().map(|(kind, _)| Value::from((*kind).to_owned())).collect();
    let told = Fragment::new(format!("kind in ({})", places.join(", ")), kinds);
    let query = ListQuery { limit: MOST, conditions: vec![told], ..ListQuery::default() };
    let page = events::list_parent(q, "ticket", ticket_id, query).await?;
    let steps = page.page.items.iter().rev();
    Ok(steps
        .filter_map(|event| {
            let (_, kind) = TOLD.iter().find(|(known, _)| *known == event.kind)?;
            Some(Milestone { kind: *kind, at: event.at })
        })
        .collect())
}
