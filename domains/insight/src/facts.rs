//! What the KPIs know of a ticket: a few columns, read once for a period and a reach.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
    sync::Arc,
};

use db::{FromRow, Json, RowRef};
use kernel::{Timestamp, Uuid};
use tickets::{Priority, Source, StatusCategory, TicketType};

/// A stretch in which the clock stood still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// From, in µs.
    pub from: i64,
    /// To, in µs; `None` while it lasts.
    pub to: Option<i64>,
}

/// A ticket as the KPIs see it.
#[derive(Debug, Clone)]
pub struct Fact {
    /// The ticket.
    pub id: Uuid,
    /// Creation.
    pub created_at: Timestamp,
    /// Kind of service.
    pub kind: TicketType,
    /// Urgency.
    pub priority: Priority,
    /// How it came in.
    pub source: Source,
    /// Where it stands.
    pub category: StatusCategory,
    /// The engineer.
    pub engineer_id: Option<Uuid>,
    /// The team.
    pub team_id: Option<Uuid>,
    /// First effective answer.
    pub first_response_at: Option<Timestamp>,
    /// Solution.
    pub resolved_at: Option<Timestamp>,
    /// Solved at least once.
    pub first_resolved_at: Option<Timestamp>,
    /// Close.
    pub closed_at: Option<Timestamp>,
    /// Solution due.
    pub resolution_due_at: Option<Timestamp>,
    /// Reopened at least once.
    pub reopened: bool,
    /// Solved in time, once that is known.
    pub sla_met: Option<bool>,
    /// Solved at first contact, once that is known.
    pub first_contact: Option<bool>,
    /// Went up in another ticket.
    pub merged: bool,
    /// Definitions an import used.
    pub definitions: Option<BTreeMap<String, String>>,
    /// Pauses that stop the clock.
    pub pauses: Box<[Pause]>,
    /// Satisfaction, 1 to 5.
    pub csat: Option<u8>,
    /// Recommendation, 0 to 10.
    pub nps: Option<u8>,
}

/// The columns of [`Fact`], in order.
pub const COLUMNS: &str = "id, created_at, kind, priority, source, status_category, engineer_id, team_id,
    first_response_at, resolved_at, first_resolved_at, closed_at, resolution_due_at, reopen_count, sla_met,
    first_contact, merged_into_id, definitions";

impl FromRow for Fact {
    fn from_row(row: &RowRef<'_>) -> Result<Self, db::DbError> {
        let merged: Option<Uuid> = row.get(16)?;
        let definitions: Json<Option<BTreeMap<String, String>>> = row.get(17)?;
        let reopened: i64 = row.get(13)?;
        Ok(Self {
            id: row.get(0)?,
            created_at: row.get(1)?,
            kind: row.get(2)?,
            priority: row.get(3)?,
            source: row.get(4)?,
            category: row.get(5)?,
            engineer_id: row.get(6)?,
            team_id: row.get(7)?,
            first_response_at: row.get(8)?,
            resolved_at: row.get(9)?,
            first_resolved_at: row.get(10)?,
            closed_at: row.get(11)?,
            resolution_due_at: row.get(12)?,
            reopened: reopened > 0,
            sla_met: row.get(14)?,
            first_contact: row.get(15)?,
            merged: merged.is_some(),
            definitions: definitions.0,
            pauses: Box::default(),
            csat: None,
            nps: None,
        })
    }
}

/// Facts with what is needed to group and judge them.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The tickets, by creation and id.
    pub rows: Vec<Fact>,
    /// What holds for all of them.
    pub company: Company,
}

/// What the figures of a company need beside its tickets.
#[derive(Debug, Clone)]
pub struct Company {
    /// Team names.
    pub teams: HashMap<Uuid, String>,
    /// Working hours.
    pub calendar: Arc<calendar::Compiled>,
    /// Their name, shown beside figures.
    pub calendar_name: String,
    /// The zone of months, weeks and days.
    pub zone: jiff::tz::TimeZone,
}

/// The facts of one period at one moment.
#[derive(Debug, Clone)]
pub struct View {
    facts: Arc<Facts>,
    range: Range<usize>,
    /// The moment of reading, for what is still running.
    pub now: Timestamp,
}

impl View {
    /// The tickets created in `[from, to)`, as seen `now`.
    pub fn new(facts: Arc<Facts>, from: Option<Timestamp>, to: Option<Timestamp>, now: Timestamp) -> Self {
        let place = |at: Timestamp| facts.rows.partition_point(|fact| fact.created_at < at);
        let start = from.map_or(0, place);
        let end = to.map_or(facts.rows.len(), place).max(start);
        Self { facts, range: start..end, now }
    }

    /// The tickets, by creation and id.
    pub fn rows(&self) -> &[Fact] {
        self.facts.rows.get(self.range.clone()).unwrap_or_default()
    }

    /// What holds for all of them.
    pub fn company(&self) -> &Company {
        &self.facts.company
    }
}

#[cfg(test)]
pub mod testing {
    //! Facts without a database.

    use super::{Fact, StatusCategory};
    use kernel::{Timestamp, Uuid};
    use tickets::{Priority, Source, TicketType};

    /// An ordinary repair nobody has worked on.
    pub fn fact(id: Uuid, created_at: Timestamp) -> Fact {
        Fact {
            id,
            created_at,
            kind: TicketType::Repair,
            priority: Priority::Normal,
            source: Source::Staff,
            category: StatusCategory::New,
            engineer_id: None,
            team_id: None,
            first_response_at: None,
            resolved_at: None,
            first_resolved_at: None,
            closed_at: None,
            resolution_due_at: None,
            reopened: false,
            sla_met: None,
            first_contact: None,
            merged: false,
            definitions: None,
            pauses: Box::default(),
            csat: None,
            nps: None,
        }
    }
}
