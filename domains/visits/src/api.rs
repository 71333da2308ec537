//! Bodies and paths of operations on visits.

use http_api::{HasLocation, HasVersion};
use kernel::{Timestamp, Uuid};
use objects::{Checks, Invalid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tickets::TicketType;

use crate::{checklist::ChecklistItem, conflict::Decision, model::Visit};

/// The longest visit, in microseconds: a week.
const LONGEST: i64 = 7 * 86_400_000_000;

impl HasVersion for Visit {
    fn version(&self) -> i64 {
        self.version
    }
}

impl HasLocation for Visit {
    fn location(&self) -> String {
        format!("/api/v1/visits/{}", self.id)
    }
}

/// `{id}` of a visit.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct VisitPath {
    /// The visit.
    pub id: Uuid,
}

/// `{id}` of a ticket.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct TicketPath {
    /// The ticket.
    pub id: Uuid,
}

/// `{id}` of a conflict.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct ConflictPath {
    /// The conflict.
    pub id: Uuid,
}

/// `{type}` of a checklist.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct ChecklistPath {
    /// The kind of service.
    #[serde(rename = "type")]
    pub ticket_type: TicketType,
}

/// Which visits; what is absent does not restrict.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
pub struct VisitFilter {
    /// A day in the company's time zone, such as 2026-03-02.
    pub day: Option<String>,
    /// One engineer's.
    pub engineer_id: Option<Uuid>,
    /// One ticket's.
    pub ticket_id: Option<Uuid>,
}

/// Plan a visit.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanVisit {
    /// Who goes.
    pub engineer_id: Uuid,
    /// Planned begin.
    pub starts_at: Timestamp,
    /// Planned end.
    pub ends_at: Timestamp,
    /// Values of the company's own fields, by field id; their rules apply when this is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ext: Option<serde_json::Map<String, serde_json::Value>>,
}

/// Plan a visit anew; absent fields stay.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReplanVisit {
    /// Who goes.
    pub engineer_id: Option<Uuid>,
    /// Planned begin.
    pub starts_at: Option<Timestamp>,
    /// Planned end.
    pub ends_at: Option<Timestamp>,
    /// Values of the company's own fields, by field id; fields that are not named stay, `null` empties one.
    pub ext: Option<serde_json::Map<String, serde_json::Value>>,
}

impl ReplanVisit {
    /// Whether it says anything of who goes and when.
    pub(crate) const fn is_plan(&self) -> bool {
        self.engineer_id.is_some() || self.starts_at.is_some() || self.ends_at.is_some()
    }
}

/// Call a visit off, or excuse a signature.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelVisit {
    /// Why, in words people read later.
    #[schemars(length(min = 1, max = 2000))]
    pub reason: String,
}

/// Decide on a step.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveConflict {
    /// Whether it counts.
    pub decision: Decision,
}

/// Set a checklist.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PutChecklist {
    /// What is to be looked at, in order.
    #[schemars(length(max = 100))]
    pub items: Vec<ChecklistItem>,
}

/// A reason that people gave, trimmed.
pub fn checked_reason(reason: &str) -> Result<String, Invalid> {
    let mut checks = Checks::new();
    let text = checks.text("/reason", Some(reason.to_owned())).unwrap_or_default();
    if text.is_empty() {
        checks.refuse("/reason", "required", "Say why.");
    } else if text.chars().count() > 2_000 {
        checks.refuse("/reason", "too_long", "Use at most 2,000 characters.");
    }
    checks.finish()?;
    Ok(text)
}

/// A span that a visit can take.
pub fn checked_span(starts_at: Timestamp, ends_at: Timestamp) -> Result<(Timestamp, Timestamp), Invalid> {
    let mut checks = Checks::new();
    if ends_at <= starts_at {
        checks.refuse("/ends_at", "before_start", "The end must lie after the start.");
    } else if ends_at - starts_at > LONGEST {
        checks.refuse("/ends_at", "too_long", "A visit takes at most seven days; plan several.");
    }
    checks.finish()?;
    Ok((starts_at, ends_at))
}
