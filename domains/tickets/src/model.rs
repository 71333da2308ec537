//! The ticket and its life cycle: which action leads from which status to which.

use db::Json;
use kernel::{Context, Timestamp, Uuid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::TicketError;

db::choice! {
    /// What kind of service is asked for.
    pub enum TicketType {
        /// Put a device into service.
        Install = "install",
        /// Mend a fault.
        Repair = "repair",
        /// Planned upkeep.
        Maintain = "maintain",
        /// A question.
        Consult = "consult",
        /// Dissatisfaction that expects an answer.
        Complain = "complain",
        /// Send back or exchange.
        Return = "return",
    }
}

db::choice! {
    /// How urgent a ticket is.
    pub enum Priority {
        /// People are in danger, trapped, or everything stands still.
        Critical = "critical",
        /// Business suffers.
        High = "high",
        /// The usual case.
        Normal = "normal",
        /// Can wait.
        Low = "low",
    }
}

db::choice! {
    /// Where a ticket stands.
    pub enum Status {
        /// Nobody is responsible yet.
        New = "new",
        /// Given to an engineer who has not answered.
        Assigned = "assigned",
        /// The engineer has taken it.
        Accepted = "accepted",
        /// Work is going on.
        InService = "in_service",
        /// Held up by something outside, with a reason.
        Waiting = "waiting",
        /// Done, not yet confirmed.
        Resolved = "resolved",
        /// Finished for good.
        Closed = "closed",
        /// Given up.
        Cancelled = "cancelled",
    }
}

db::choice! {
    /// What a status means to clocks and reports, whatever it is called.
    pub enum StatusCategory {
        /// Nothing has been done.
        New = "new",
        /// Somebody works on it.
        Open = "open",
        /// The clock may stand still.
        Waiting = "waiting",
        /// Solved.
        Resolved = "resolved",
        /// Over.
        Closed = "closed",
        /// Over without a solution.
        Cancelled = "cancelled",
    }
}

db::choice! {
    /// How a ticket came in.
    pub enum Source {
        /// An agent typed it.
        Staff = "staff",
        /// A customer scanned a device's code.
        Qr = "qr",
        /// Another program.
        Api = "api",
        /// A telephone call.
        Phone = "phone",
        /// An e-mail.
        Mail = "mail",
        /// Read from another system's export.
        Import = "import",
        /// Split off another ticket.
        Split = "split",
        /// A maintenance plan.
        Plan = "plan",
        /// A step of a process, or a rule.
        Process = "process",
        /// The demo company.
        Demo = "demo",
    }
}

db::choice! {
    /// Why a ticket waits. The first three stop the clock: the delay is not ours.
    pub enum WaitReason {
        /// The customer must answer, decide, or be at home.
        Customer = "customer",
        /// A supplier must answer or deliver.
        Vendor = "vendor",
        /// The site cannot be entered.
        Access = "access",
        /// Our own parts are missing: the clock runs on.
        Parts = "parts",
        /// Planned for later by ourselves: the clock runs on.
        Scheduled = "scheduled",
    }
}

impl WaitReason {
    /// Whether the service clock stands still meanwhile.
    pub const fn pauses_clock(self) -> bool {
        matches!(self, Self::Customer | Self::Vendor | Self::Access)
    }
}

db::choice! {
    /// How two tickets belong together.
    pub enum LinkKind {
        /// They have to do with each other.
        Related = "related",
        /// The first was caused by the second.
        CausedBy = "caused_by",
        /// The first repeats the second.
        Duplicates = "duplicates",
    }
}

impl Status {
    /// The meaning of the status.
    pub const fn category(self) -> StatusCategory {
        match self {
            Self::New => StatusCategory::New,
            Self::Assigned | Self::Accepted | Self::InService => StatusCategory::Open,
            Self::Waiting => StatusCategory::Waiting,
            Self::Resolved => StatusCategory::Resolved,
            Self::Closed => StatusCategory::Closed,
            Self::Cancelled => StatusCategory::Cancelled,
        }
    }

    /// Whether work is still owed.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::New | Self::Assigned | Self::Accepted | Self::InService | Self::Waiting)
    }
}

/// Whether the work is covered, worked out when the ticket was created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Warranty {
    /// Covered, not covered, or unknown.
    pub in_warranty: Option<bool>,
    /// Why, as a stable code such as `factory_warranty` or `expired`.
    pub reason_code: String,
    /// The last covered day, `YYYY-MM-DD`.
    pub until: Option<String>,
    /// The contract that covers it.
    pub contract_id: Option<Uuid>,
}

/// A service request from intake to close.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Ticket {
    /// UUIDv7.
    pub id: Uuid,
    /// Rises with every change; the `ETag`.
    pub version: i64,
    /// The number people say, such as `T-2026-000123`.
    pub number: String,
    /// One line.
    pub title: String,
    /// The fault in the customer's words.
    pub description: String,
    /// Kind of service.
    #[serde(rename = "type")]
    pub kind: TicketType,
    /// Urgency.
    pub priority: Priority,
    /// Where it stands.
    pub status: Status,
    /// What that means.
    pub status_category: StatusCategory,
    /// Where its process is, in the words of the process.
    pub stage: Option<String>,
    /// The status to go back to after waiting.
    pub status_before_wait: Option<Status>,
    /// How it came in.
    pub source: Source,
    /// The customer.
    pub customer_id: Option<Uuid>,
    /// The person to talk to.
    pub contact_id: Option<Uuid>,
    /// Their name, as given.
    pub contact_name: Option<String>,
    /// Their telephone, as given.
    pub contact_phone: Option<String>,
    /// Where.
    pub site_id: Option<Uuid>,
    /// The device.
    pub device_id: Option<Uuid>,
    /// Where, in words.
    pub address: Option<String>,
    /// Problem type.
    pub problem_type: Option<String>,
    /// What was the cause, set at completion.
    pub cause_code: Option<String>,
    /// What was done, set at completion.
    pub action_code: Option<String>,
    /// The solution in words.
    pub resolution: Option<String>,
    /// Free labels.
    pub tags: Json<Vec<String>>,
    /// The engineer who goes.
    pub engineer_id: Option<Uuid>,
    /// The user who is responsible (the engineer's sign-in, or an agent).
    pub assignee_id: Option<Uuid>,
    /// The responsible team.
    pub team_id: Option<Uuid>,
    /// The region.
    pub region_id: Option<Uuid>,
    /// Covered or not, and why.
    pub warranty: Json<Option<Warranty>>,
    /// First answer due.
    pub response_due_at: Option<Timestamp>,
    /// Solution due; moves while the clock is paused.
    pub resolution_due_at: Option<Timestamp>,
    /// First effective answer.
    pub first_response_at: Option<Timestamp>,
    /// Last assignment.
    pub assigned_at: Option<Timestamp>,
    /// Solved (last time).
    pub resolved_at: Option<Timestamp>,
    /// Solved for the first time; reopening does not clear it.
    pub first_resolved_at: Option<Timestamp>,
    /// Closed or cancelled.
    pub closed_at: Option<Timestamp>,
    /// Why it waits.
    pub waiting_reason: Option<WaitReason>,
    /// When it is to go on.
    pub waiting_until: Option<Timestamp>,
    /// How often it was opened again.
    pub reopen_count: i64,
    /// How often it changed hands.
    pub reassign_count: i64,
    /// Whether the solution came in time; unknown while open.
    pub sla_met: Option<bool>,
    /// Whether the first contact solved it; unknown until solved.
    pub first_contact: Option<bool>,
    /// Versions of the KPI definitions used by an import, such as `{"SLA":"SLA/imported/1"}`.
    pub definitions: Json<Option<std::collections::BTreeMap<String, String>>>,
    /// The ticket this one was merged into.
    pub merged_into_id: Option<Uuid>,
    /// The ticket this one was split off.
    pub split_from_id: Option<Uuid>,
    /// Its number in another system.
    pub external_ref: Option<String>,
    /// Who created it.
    pub created_by: Option<Uuid>,
    /// Their name then.
    pub created_by_name: String,
    /// When it came in.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
    /// Values of the company's own fields, by field id.
    #[serde(default)]
    pub ext: Json<serde_json::Map<String, serde_json::Value>>,
}

db::record!(Ticket {
    id,
    version,
    number,
    title,
    description,
    kind,
    priority,
    status,
    status_category,
    stage,
    status_before_wait,
    source,
    customer_id,
    contact_id,
    contact_name,
    contact_phone,
    site_id,
    device_id,
    address,
    problem_type,
    cause_code,
    action_code,
    resolution,
    tags,
    engineer_id,
    assignee_id,
    team_id,
    region_id,
    warranty,
    response_due_at,
    resolution_due_at,
    first_response_at,
    assigned_at,
    resolved_at,
    first_resolved_at,
    closed_at,
    waiting_reason,
    waiting_until,
    reopen_count,
    reassign_count,
    sla_met,
    first_contact,
    definitions,
    merged_into_id,
    split_from_id,
    external_ref,
    created_by,
    created_by_name,
    created_at,
    updated_at,
    ext
});

/// A stretch in which the service clock stood still.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TicketPause {
    /// UUIDv7.
    pub id: Uuid,
    /// The ticket.
    pub ticket_id: Uuid,
    /// Why.
    pub reason: WaitReason,
    /// From when.
    pub from_at: Timestamp,
    /// Until when; open while it waits.
    pub to_at: Option<Timestamp>,
}

db::record!(TicketPause { id, ticket_id, reason, from_at, to_at });

impl Ticket {
    /// A blank ticket that came in now, by the actor of `cx`.
    pub fn new(cx: &Context, number: String, kind: TicketType, priority: Priority, source: Source) -> Self {
        let now = cx.now();
        Self {
            id: cx.new_id(),
            version: 1,
            number,
            title: String::new(),
            description: String::new(),
            kind,
            priority,
            status: Status::New,
            status_category: StatusCategory::New,
            stage: None,
            status_before_wait: None,
            source,
            customer_id: None,
            contact_id: None,
            contact_name: None,
            contact_phone: None,
            site_id: None,
            device_id: None,
            address: None,
            problem_type: None,
            cause_code: None,
            action_code: None,
            resolution: None,
            tags: Json(Vec::new()),
            engineer_id: None,
            assignee_id: None,
            team_id: None,
            region_id: None,
            warranty: Json(None),
            response_due_at: None,
            resolution_due_at: None,
            first_response_at: None,
            assigned_at: None,
            resolved_at: None,
            first_resolved_at: None,
            closed_at: None,
            waiting_reason: None,
            waiting_until: None,
            reopen_count: 0,
            reassign_count: 0,
            sla_met: None,
            first_contact: None,
            definitions: Json(None),
            merged_into_id: None,
            split_from_id: None,
            external_ref: None,
            created_by: cx.user_id(),
            created_by_name: cx.actor().name.clone(),
            created_at: now,
            updated_at: now,
            ext: Json::default(),
        }
    }

    fn to(&mut self, status: Status) {
        self.status = status;
        self.status_category = status.category();
    }

    fn demand(&self, allowed: bool, action: &'static str) -> Result<(), TicketError> {
        if allowed { Ok(()) } else { Err(TicketError::NotPossible { action, status: self.status }) }
    }

    /// Gives the ticket to an engineer, whoever had it before.
    pub fn assign(&mut self, to: &Assignment, now: Timestamp) -> Result<(), TicketError> {
        self.demand(self.status.is_open(), "assign")?;
        if self.engineer_id.is_some() && self.engineer_id != Some(to.engineer_id) {
            self.reassign_count += 1;
        }
        self.engineer_id = Some(to.engineer_id);
        self.assignee_id = to.user_id;
        self.team_id = to.team_id.or(self.team_id);
        self.assigned_at = Some(now);
        if self.status == Status::Waiting {
            self.status_before_wait = Some(Status::Assigned);
        } else {
            self.to(Status::Assigned);
        }
        Ok(())
    }

    /// The engineer takes it: the first effective answer, if there was none.
    pub fn accept(&mut self, now: Timestamp) -> Result<(), TicketError> {
        self.demand(self.status == Status::Assigned, "accept")?;
        self.first_response_at.get_or_insert(now);
        self.to(Status::Accepted);
        Ok(())
    }

    /// The engineer gives it back to dispatch.
    pub fn decline(&mut self) -> Result<(), TicketError> {
        self.demand(matches!(self.status, Status::Assigned | Status::Accepted), "decline")?;
        self.engineer_id = None;
        self.assignee_id = None;
        self.reassign_count += 1;
        self.to(Status::New);
        Ok(())
    }

    /// Work begins.
    pub fn start(&mut self, now: Timestamp) -> Result<(), TicketError> {
        self.demand(matches!(self.status, Status::New | Status::Assigned | Status::Accepted), "start")?;
        self.first_response_at.get_or_insert(now);
        self.to(Status::InService);
        Ok(())
    }

    /// Something outside holds it up.
    pub fn wait(&mut self, reason: WaitReason, until: Option<Timestamp>) -> Result<(), TicketError> {
        self.demand(self.status.is_open() && self.status != Status::Waiting, "wait")?;
        self.status_before_wait = Some(self.status);
        self.waiting_reason = Some(reason);
        self.waiting_until = until;
        self.to(Status::Waiting);
        Ok(())
    }

    /// It goes on where it stood.
    pub fn resume(&mut self) -> Result<(), TicketError> {
        self.demand(self.status == Status::Waiting, "resume")?;
        let back = self.status_before_wait.take().unwrap_or(Status::New);
        self.stop_waiting();
        self.to(back);
        Ok(())
    }

    fn stop_waiting(&mut self) {
        self.status_before_wait = None;
        self.waiting_reason = None;
        self.waiting_until = None;
    }

    /// Solved. Whether it was in time is fixed here.
    pub fn resolve(&mut self, solution: Solution, now: Timestamp) -> Result<(), TicketError> {
        self.demand(self.status.is_open(), "resolve")?;
        self.stop_waiting();
        self.resolution = Some(solution.resolution);
        self.cause_code = solution.cause_code.or(self.cause_code.take());
        self.action_code = solution.action_code.or(self.action_code.take());
        self.first_response_at.get_or_insert(now);
        self.resolved_at = Some(now);
        self.first_resolved_at.get_or_insert(now);
        self.sla_met = self.resolution_due_at.map(|due| now <= due);
        // Solved by the desk itself, without sending anybody and without coming back.
        self.first_contact = Some(self.engineer_id.is_none() && self.reassign_count == 0 && self.reopen_count == 0);
        self.to(Status::Resolved);
        Ok(())
    }

    /// Finished for good; the conditions are checked by the operation.
    pub fn close(&mut self, now: Timestamp) -> Result<(), TicketError> {
        self.demand(self.status == Status::Resolved, "close")?;
        self.closed_at = Some(now);
        self.to(Status::Closed);
        Ok(())
    }

    /// It was not solved after all.
    pub fn reopen(&mut self, now: Timestamp, days: i64) -> Result<(), TicketError> {
        self.demand(matches!(self.status, Status::Resolved | Status::Closed), "reopen")?;
        let since = self.closed_at.or(self.resolved_at).unwrap_or(now);
        if now - since > days * 86_400_000_000 {
            return Err(TicketError::TooLate { days });
        }
        self.reopen_count += 1;
        self.resolved_at = None;
        self.closed_at = None;
        self.sla_met = None;
        self.first_contact = Some(false);
        self.to(if self.engineer_id.is_some() { Status::Assigned } else { Status::New });
        Ok(())
    }

    /// Given up.
    pub fn cancel(&mut self, now: Timestamp) -> Result<(), TicketError> {
        self.demand(self.status.is_open(), "cancel")?;
        self.stop_waiting();
        self.closed_at = Some(now);
        self.to(Status::Cancelled);
        Ok(())
    }

    /// Goes up in another ticket: closed without counting as solved.
    pub fn merge_into(&mut self, target: &Self, now: Timestamp) -> Result<(), TicketError> {
        self.demand(self.status.is_open(), "merge")?;
        if target.id == self.id || target.merged_into_id.is_some() || !target.status.is_open() {
            return Err(TicketError::BadMergeTarget);
        }
        self.merged_into_id = Some(target.id);
        self.cancel(now)
    }
}

/// Who gets a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assignment {
    /// The engineer.
    pub engineer_id: Uuid,
    /// Their sign-in, if they have one.
    pub user_id: Option<Uuid>,
    /// Their team.
    pub team_id: Option<Uuid>,
}

/// What solved a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Solution {
    /// In words.
    pub resolution: String,
    /// The cause.
    pub cause_code: Option<String>,
    /// What was done.
    pub action_code: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{TenantId, World};

    fn ticket() -> Ticket {
        let cx = Context::system(World::real(), TenantId::SYSTEM);
        Ticket::new(&cx, "T-2026-000001".into(), TicketType::Repair, Priority::High, Source::Staff)
    }

    fn engineer(n: u128) -> Assignment {
        Assignment { engineer_id: Uuid::from_u128(n), user_id: None, team_id: None }
    }

    fn done() -> Solution {
        Solution { resolution: "更换门机皮带".into(), cause_code: Some("wear".into()), action_code: None }
    }

    #[test]
    fn the_usual_way_leads_from_new_to_closed() {
        let mut ticket = ticket();
        let now = ticket.created_at;
        ticket.resolution_due_at = Some(now);
        ticket.assign(&engineer(1), now).unwrap();
        ticket.accept(now).unwrap();
        ticket.start(now).unwrap();
        ticket.wait(WaitReason::Customer, None).unwrap();
        ticket.resume().unwrap();
        assert_eq!(ticket.status, Status::InService);
        ticket.resolve(done(), now).unwrap();
        assert_eq!(ticket.sla_met, Some(true));
        ticket.close(now).unwrap();
        assert_eq!((ticket.status, ticket.status_category), (Status::Closed, StatusCategory::Closed));
    }

    #[test]
    fn what_is_not_possible_changes_nothing_and_says_so() {
        let mut ticket = ticket();
        let before = ticket.clone();
        let error = ticket.close(ticket.created_at).unwrap_err();
        assert!(error.to_string().contains("new"), "{error}");
        assert!(ticket.accept(ticket.created_at).is_err());
        assert_eq!(ticket, before);
    }

    #[test]
    fn reopening_counts_and_ends_after_the_days_agreed() {
        let mut ticket = ticket();
        let now = ticket.created_at;
        ticket.resolve(done(), now).unwrap();
        ticket.close(now).unwrap();
        let late = Timestamp(now.0 + 8 * 86_400_000_000);
        assert!(matches!(ticket.clone().reopen(late, 7), Err(TicketError::TooLate { days: 7 })));
        ticket.reopen(now, 7).unwrap();
        assert_eq!((ticket.reopen_count, ticket.resolved_at, ticket.first_resolved_at), (1, None, Some(now)));
    }

    #[test]
    fn changing_hands_is_counted_but_the_first_assignment_is_not() {
        let mut ticket = ticket();
        let now = ticket.created_at;
        ticket.assign(&engineer(1), now).unwrap();
        assert_eq!(ticket.reassign_count, 0);
        ticket.assign(&engineer(2), now).unwrap();
        assert_eq!(ticket.reassign_count, 1);
    }

    #[test]
    fn a_ticket_cannot_go_up_in_itself_or_in_a_closed_one() {
        let mut ticket = ticket();
        let itself = ticket.clone();
        assert!(matches!(ticket.merge_into(&itself, itself.created_at), Err(TicketError::BadMergeTarget)));
    }
}
