//! The visit: what is planned, what was done, and which state follows which.

use db::Json;
use kernel::{Context, Timestamp, Uuid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tickets::Ticket;
use workforce::Engineer;

use crate::VisitError;

/// Microseconds of a minute.
const MINUTE: i64 = 60_000_000;

db::choice! {
    /// Where a visit stands.
    pub enum VisitStatus {
        /// Given to an engineer who has not answered.
        Planned = "planned",
        /// The engineer has taken it.
        Accepted = "accepted",
        /// The engineer has given it back.
        Declined = "declined",
        /// On the way.
        Travelling = "travelling",
        /// At the customer's.
        OnSite = "on_site",
        /// Finished.
        Done = "done",
        /// Will not take place.
        Cancelled = "cancelled",
    }
}

db::choice! {
    /// What came of a visit.
    pub enum VisitResult {
        /// It works.
        Fixed = "fixed",
        /// It does not work and another visit would not help.
        NotFixed = "not_fixed",
        /// Parts must be brought.
        NeedsParts = "needs_parts",
        /// Somebody must come again.
        NeedsRevisit = "needs_revisit",
    }
}

db::choice! {
    /// When a photo was taken.
    pub enum PhotoKind {
        /// Before the work.
        Before = "before",
        /// After the work.
        After = "after",
        /// Anything else.
        Other = "other",
    }
}

db::choice! {
    /// How a customer signed.
    pub enum SignatureVia {
        /// On the engineer's phone.
        Device = "device",
        /// On their own, through a link.
        Link = "link",
    }
}

db::choice! {
    /// What time was spent on.
    pub enum TimeKind {
        /// Work at the customer's.
        Labour = "labour",
        /// On the way.
        Travel = "travel",
    }
}

impl VisitStatus {
    /// Whether it still lies ahead or goes on.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Planned | Self::Accepted | Self::Travelling | Self::OnSite)
    }

    /// How far the work has come. Given back and cancelled visits have come nowhere.
    const fn progress(self) -> u8 {
        match self {
            Self::Declined | Self::Cancelled | Self::Planned => 0,
            Self::Accepted => 1,
            Self::Travelling => 2,
            Self::OnSite => 3,
            Self::Done => 4,
        }
    }
}

/// A point of the checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChecklistEntry {
    /// Stable within the checklist.
    pub id: String,
    /// Chinese text.
    pub label_zh: String,
    /// English text.
    pub label_en: String,
    /// Must be ticked before the visit counts as complete.
    pub required: bool,
    /// Ticked.
    pub done: bool,
    /// What was found.
    pub note: Option<String>,
    /// When it was last ticked or unticked.
    pub done_at: Option<Timestamp>,
}

/// Time booked by the engineer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TimeEntry {
    /// The command that booked it.
    pub command_id: Uuid,
    /// What it was spent on.
    pub kind: TimeKind,
    /// How long.
    pub minutes: i64,
    /// In words.
    pub note: Option<String>,
    /// When it was booked.
    pub at: Timestamp,
    /// By whom.
    pub by_name: String,
}

/// A part used on the visit; price and cost stand with the booking in the inventory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PartLine {
    /// The booking.
    pub use_id: Uuid,
    /// The part.
    pub part_id: Uuid,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// How many.
    pub quantity: i64,
    /// Serial number of the piece.
    pub serial: Option<String>,
}

/// A photo with where and when it was taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Photo {
    /// The uploaded file.
    pub file_id: Uuid,
    /// Before, after, or anything else.
    pub kind: PhotoKind,
    /// When it was taken, corrected for the phone's clock.
    pub taken_at: Timestamp,
    /// Degrees north.
    pub lat: Option<f64>,
    /// Degrees east.
    pub lng: Option<f64>,
    /// Digest of the bytes, hexadecimal.
    pub sha256: String,
    /// By whom.
    pub by_name: String,
}

/// Something the engineer wrote down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VisitNote {
    /// The command that brought it.
    pub command_id: Uuid,
    /// The text.
    pub text: String,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by_name: String,
}

/// A customer's signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Signature {
    /// The picture of it.
    pub file_id: Uuid,
    /// Who signed.
    pub signer_name: String,
    /// When.
    pub signed_at: Timestamp,
    /// On which device.
    pub via: SignatureVia,
}

/// One engineer's way to one customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Visit {
    /// UUIDv7.
    pub id: Uuid,
    /// Rises with every change; the `ETag`.
    pub version: i64,
    /// The number people say, such as `V-2026-000123`.
    pub number: String,
    /// The ticket.
    pub ticket_id: Uuid,
    /// Its number.
    pub ticket_number: String,
    /// The customer.
    pub customer_id: Option<Uuid>,
    /// The device.
    pub device_id: Option<Uuid>,
    /// Who goes.
    pub engineer_id: Uuid,
    /// Their name.
    pub engineer_name: String,
    /// Their sign-in.
    pub assignee_id: Option<Uuid>,
    /// Sign-ins of those who had it before; what their phones still send is taken.
    #[serde(skip)]
    pub past_user_ids: Json<Vec<Uuid>>,
    /// The engineer's team.
    pub team_id: Option<Uuid>,
    /// The ticket's region.
    pub region_id: Option<Uuid>,
    /// Planned begin.
    pub starts_at: Timestamp,
    /// Planned end.
    pub ends_at: Timestamp,
    /// Where it stands.
    pub status: VisitStatus,
    /// When the engineer took it.
    pub accepted_at: Option<Timestamp>,
    /// When the engineer gave it back.
    pub declined_at: Option<Timestamp>,
    /// Why.
    pub decline_reason: Option<String>,
    /// When the engineer set out.
    pub departed_at: Option<Timestamp>,
    /// When the engineer arrived.
    pub checked_in_at: Option<Timestamp>,
    /// Degrees north of that place.
    pub checked_in_lat: Option<f64>,
    /// Degrees east of that place.
    pub checked_in_lng: Option<f64>,
    /// Who checked in.
    pub checked_in_by: Option<Uuid>,
    /// When the engineer left.
    pub checked_out_at: Option<Timestamp>,
    /// Degrees north of that place.
    pub checked_out_lat: Option<f64>,
    /// Degrees east of that place.
    pub checked_out_lng: Option<f64>,
    /// Who checked out.
    pub checked_out_by: Option<Uuid>,
    /// What is to be looked at.
    pub checklist: Json<Vec<ChecklistEntry>>,
    /// Time booked by hand.
    pub time_entries: Json<Vec<TimeEntry>>,
    /// Work, in minutes: what was booked, else from check-in to check-out.
    pub labour_minutes: i64,
    /// Way, in minutes: what was booked, else from departure to check-in.
    pub travel_minutes: i64,
    /// Parts used.
    pub parts_used: Json<Vec<PartLine>>,
    /// Notes, oldest first.
    pub notes: Json<Vec<VisitNote>>,
    /// Photos, oldest first.
    pub photos: Json<Vec<Photo>>,
    /// What came of it.
    pub result: Option<VisitResult>,
    /// In words.
    pub result_text: Option<String>,
    /// The cause found.
    pub cause_code: Option<String>,
    /// What was done.
    pub action_code: Option<String>,
    /// Who reported the result.
    pub result_by: Option<Uuid>,
    /// When.
    pub result_at: Option<Timestamp>,
    /// Whether the ticket is to be resolved once the visit is done and the fault fixed.
    pub resolve_ticket: bool,
    /// The customer's signature.
    pub signature: Json<Option<Signature>>,
    /// Why there is none.
    pub excused_reason: Option<String>,
    /// How far the phone's clock was off when it last mattered: what to add to its times, in seconds.
    pub clock_skew_seconds: Option<i64>,
    /// Why it was cancelled.
    pub cancel_reason: Option<String>,
    /// Who planned it.
    pub created_by: Option<Uuid>,
    /// Their name.
    pub created_by_name: String,
    /// When it was planned.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
    /// Values of the company's own fields, by field id.
    pub ext: Json<serde_json::Map<String, serde_json::Value>>,
}

db::record!(Visit {
    id,
    version,
    number,
    ticket_id,
    ticket_number,
    customer_id,
    device_id,
    engineer_id,
    engineer_name,
    assignee_id,
    past_user_ids,
    team_id,
    region_id,
    starts_at,
    ends_at,
    status,
    accepted_at,
    declined_at,
    decline_reason,
    departed_at,
    checked_in_at,
    checked_in_lat,
    checked_in_lng,
    checked_in_by,
    checked_out_at,
    checked_out_lat,
    checked_out_lng,
    checked_out_by,
    checklist,
    time_entries,
    labour_minutes,
    travel_minutes,
    parts_used,
    notes,
    photos,
    result,
    result_text,
    cause_code,
    action_code,
    result_by,
    result_at,
    resolve_ticket,
    signature,
    excused_reason,
    clock_skew_seconds,
    cancel_reason,
    created_by,
    created_by_name,
    created_at,
    updated_at,
    ext,
});

impl Visit {
    /// A visit to plan now, by the actor of `cx`.
    pub fn new(
        cx: &Context,
        number: String,
        ticket: &Ticket,
        engineer: &Engineer,
        (starts_at, ends_at): (Timestamp, Timestamp),
        checklist: Vec<ChecklistEntry>,
    ) -> Self {
        let now = cx.now();
        Self {
            id: cx.new_id(),
            version: 1,
            number,
            ticket_id: ticket.id,
            ticket_number: ticket.number.clone(),
            customer_id: ticket.customer_id,
            device_id: ticket.device_id,
            engineer_id: engineer.id,
            engineer_name: engineer.name.clone(),
            assignee_id: engineer.user_id,
            past_user_ids: Json(Vec::new()),
            team_id: engineer.team_id,
            region_id: ticket.region_id,
            starts_at,
            ends_at,
            status: VisitStatus::Planned,
            accepted_at: None,
            declined_at: None,
            decline_reason: None,
            departed_at: None,
            checked_in_at: None,
            checked_in_lat: None,
            checked_in_lng: None,
            checked_in_by: None,
            checked_out_at: None,
            checked_out_lat: None,
            checked_out_lng: None,
            checked_out_by: None,
            checklist: Json(checklist),
            time_entries: Json(Vec::new()),
            labour_minutes: 0,
            travel_minutes: 0,
            parts_used: Json(Vec::new()),
            notes: Json(Vec::new()),
            photos: Json(Vec::new()),
            result: None,
            result_text: None,
            cause_code: None,
            action_code: None,
            result_by: None,
            result_at: None,
            resolve_ticket: false,
            signature: Json(None),
            excused_reason: None,
            clock_skew_seconds: None,
            cancel_reason: None,
            created_by: cx.user_id(),
            created_by_name: cx.actor().name.clone(),
            created_at: now,
            updated_at: now,
            ext: Json(serde_json::Map::new()),
        }
    }

    /// Whether a customer's signature is there or was excused.
    pub const fn is_confirmed(&self) -> bool {
        self.signature.0.is_some() || self.excused_reason.is_some()
    }

    /// Whether `user_id` has or had it.
    pub fn belongs_to(&self, user_id: Uuid) -> bool {
        self.assignee_id == Some(user_id) || self.past_user_ids.0.contains(&user_id)
    }

    pub(crate) fn demand(&self, allowed: bool, action: &'static str) -> Result<(), VisitError> {
        if allowed { Ok(()) } else { Err(VisitError::NotPossible { action, status: self.status }) }
    }

    /// Another time, another engineer, or both; the engineer must answer again. Possible until they set out.
    pub fn replan(
        &mut self,
        engineer: Option<&Engineer>,
        (starts_at, ends_at): (Timestamp, Timestamp),
    ) -> Result<(), VisitError> {
        use VisitStatus::{Accepted, Declined, Planned};
        let other = engineer.filter(|engineer| engineer.id != self.engineer_id);
        if other.is_none() && (starts_at, ends_at) == (self.starts_at, self.ends_at) && self.status != Declined {
            return Ok(());
        }
        self.demand(matches!(self.status, Planned | Accepted | Declined), "replan")?;
        if let Some(engineer) = other {
            if let Some(user) = self.assignee_id.filter(|user| !self.past_user_ids.0.contains(user)) {
                self.past_user_ids.0.push(user);
            }
            self.engineer_id = engineer.id;
            self.engineer_name.clone_from(&engineer.name);
            self.assignee_id = engineer.user_id;
            self.team_id = engineer.team_id;
        }
        (self.starts_at, self.ends_at) = (starts_at, ends_at);
        self.status = Planned;
        self.accepted_at = None;
        self.declined_at = None;
        self.decline_reason = None;
        Ok(())
    }

    /// Calls it off. Possible until the engineer has arrived.
    pub fn cancel(&mut self, reason: String) -> Result<(), VisitError> {
        use VisitStatus::{Accepted, Declined, Planned, Travelling};
        self.demand(matches!(self.status, Planned | Accepted | Declined | Travelling), "cancel")?;
        self.status = VisitStatus::Cancelled;
        self.cancel_reason = Some(reason);
        Ok(())
    }

    /// A signature given elsewhere than on the engineer's phone, or an excuse of the office.
    pub fn confirm(&mut self, signature: Result<Signature, String>) -> Result<(), VisitError> {
        self.demand(matches!(self.status, VisitStatus::OnSite | VisitStatus::Done), "sign")?;
        match signature {
            Ok(signature) => {
                self.signature = Json(Some(signature));
                self.excused_reason = None;
            }
            Err(reason) => self.excused_reason = Some(reason),
        }
        Ok(())
    }

    /// Moves the status forward, never back.
    pub(crate) fn advance(&mut self, to: VisitStatus) {
        if to.progress() > self.status.progress() {
            self.status = to;
        }
    }

    /// Works the minutes out again from what was booked and from the clock.
    pub(crate) fn recount(&mut self) {
        let between = |from: Option<Timestamp>, to: Option<Timestamp>| match (from, to) {
            (Some(from), Some(to)) => ((to - from) / MINUTE).max(0),
            _ => 0,
        };
        let booked = |kind: TimeKind| {
            let mut entries = self.time_entries.0.iter().filter(|entry| entry.kind == kind).peekable();
            entries.peek().is_some().then(|| entries.map(|entry| entry.minutes).sum::<i64>())
        };
        let (labour, travel) = (booked(TimeKind::Labour), booked(TimeKind::Travel));
        self.labour_minutes = labour.unwrap_or_else(|| between(self.checked_in_at, self.checked_out_at));
        self.travel_minutes = travel.unwrap_or_else(|| between(self.departed_at, self.checked_in_at));
    }
}
