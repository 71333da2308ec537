//! Bodies and answers of dispatch.

use kernel::{Timestamp, Uuid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tickets::Ticket;
use visits::Visit;
use workforce::{Engineer, EngineerStatus, Skill};

use crate::model::Reason;

/// `{id}` of a ticket.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct TicketPath {
    /// The ticket.
    pub id: Uuid,
}

/// Send an engineer of one's choice.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DispatchTicket {
    /// Who goes.
    pub engineer_id: Uuid,
    /// When; the recommended time when absent.
    #[serde(default)]
    pub starts_at: Option<Timestamp>,
    /// Until when; by the usual length of such work when absent.
    #[serde(default)]
    pub ends_at: Option<Timestamp>,
    /// Why not the first of the recommendations.
    #[serde(default)]
    #[schemars(length(max = 2000))]
    pub override_reason: Option<String>,
}

/// Give to an engineer without planning a visit.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignTicket {
    /// The engineer.
    pub engineer_id: Uuid,
}

/// Which day.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
pub struct BoardParams {
    /// A day in the company's time zone, such as 2026-03-02; today when absent.
    pub date: Option<String>,
}

/// An engineer as dispatch shows them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EngineerBrief {
    /// The engineer.
    pub id: Uuid,
    /// Their name.
    pub name: String,
    /// Where to call.
    pub phone: Option<String>,
    /// Whether they can be sent.
    pub status: EngineerStatus,
    /// What they can do.
    pub skills: Vec<Skill>,
    /// Their region.
    pub region_id: Option<Uuid>,
    /// Their team.
    pub team_id: Option<Uuid>,
    /// Degrees north of where they start from.
    pub home_lat: Option<f64>,
    /// Degrees east of where they start from.
    pub home_lng: Option<f64>,
}

impl From<&Engineer> for EngineerBrief {
    fn from(engineer: &Engineer) -> Self {
        Self {
            id: engineer.id,
            name: engineer.name.clone(),
            phone: engineer.phone.clone(),
            status: engineer.status,
            skills: engineer.skills.0.clone(),
            region_id: engineer.region_id,
            team_id: engineer.team_id,
            home_lat: engineer.home_lat,
            home_lng: engineer.home_lng,
        }
    }
}

/// Somebody who should, or cannot, go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Recommendation {
    /// The engineer.
    pub engineer: EngineerBrief,
    /// 1 is best; absent for those who cannot go.
    pub rank: Option<i64>,
    /// Minutes, the sum of the reasons' `score_minutes`; fewer are better.
    pub score: Option<i64>,
    /// Proposed begin.
    pub starts_at: Option<Timestamp>,
    /// Proposed end.
    pub ends_at: Option<Timestamp>,
    /// The parts of the score.
    pub reasons: Vec<Reason>,
    /// Everything that speaks against them; empty for those who can go.
    pub excluded: Vec<Reason>,
}

/// Who was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Dispatched {
    /// The ticket as it is now.
    pub ticket: Ticket,
    /// The visit that was planned.
    pub visit: Visit,
    /// The engineer's place among the recommendations; absent when rules spoke against them.
    pub rank: Option<i64>,
    /// Their score.
    pub score: Option<i64>,
    /// The parts of it.
    pub reasons: Vec<Reason>,
    /// What spoke against them.
    pub excluded: Vec<Reason>,
}

impl http_api::HasVersion for Dispatched {
    fn version(&self) -> i64 {
        self.ticket.version
    }
}

/// Hours in which an engineer works on the day shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OpenHours {
    /// From.
    pub from: Timestamp,
    /// Until.
    pub to: Timestamp,
}

/// An engineer's day.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct BoardRow {
    /// The engineer.
    pub engineer: EngineerBrief,
    /// When they work.
    pub hours: Vec<OpenHours>,
    /// Their visits, by start.
    pub visits: Vec<Visit>,
    /// Minutes of those visits.
    pub planned_minutes: i64,
    /// Their open tickets.
    pub open_tickets: i64,
}

/// A day of dispatch.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Board {
    /// The day, `YYYY-MM-DD`.
    pub date: String,
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub to: Timestamp,
    /// Engineers by name.
    pub engineers: Vec<BoardRow>,
    /// Open tickets that nobody has, the most urgent first; at most 200.
    pub unassigned: Vec<Ticket>,
}
