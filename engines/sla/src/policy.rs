//! Policies: what is promised, to which cases, in whose working time.

use std::collections::BTreeMap;

use calendar::MINUTE;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Until the first reply.
    Response,
    /// Until the next reply, each time the customer wrote.
    NextReply,
    /// Until somebody is on site.
    Arrival,
    /// Until the case is resolved.
    Resolution,
}

impl Metric {
    /// All of them, in the order in which they are listed.
    pub const ALL: [Self; 4] = [Self::Response, Self::NextReply, Self::Arrival, Self::Resolution];

    /// The name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Response => "response",
            Self::NextReply => "next_reply",
            Self::Arrival => "arrival",
            Self::Resolution => "resolution",
        }
    }
}

/// One policy. The first whose condition holds applies to a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Its id, unlike that of any other.
    pub id: String,
    /// To which cases it applies: a condition tree of `rules` over fields of the case; `{"all":[]}` for all.
    pub when: Value,
    /// The id of the calendar that counts, where a target names no other.
    pub calendar: String,
    /// What is promised; a metric that is not here is not promised.
    pub targets: BTreeMap<Metric, Target>,
    /// What makes the clocks stand still.
    #[serde(default)]
    pub pauses: Vec<PauseRule>,
}

/// One promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Working minutes, 1 to [`crate::MAX_MINUTES`].
    pub minutes: u32,
    /// The id of the calendar that counts, if not the policy's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
    /// At which percentages of the target people are warned, 1 to 99 each.
    #[serde(default)]
    pub warn_percent: Vec<u16>,
    /// The ladder: level 1 is the first.
    #[serde(default)]
    pub escalations: Vec<Escalation>,
}

/// One level of the escalation ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Escalation {
    /// How much of the target must be used.
    pub when: EscalationWhen,
    /// The id of what is to be done then.
    pub action: String,
}

/// How much of the target must be used, in the working time of its own calendar.
///
/// As JSON: `{"percent":80}`, `{"minutes_before":30}` or `{"minutes_after":60}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EscalationWhen {
    /// Percent of the target, 1 to [`crate::MAX_PERCENT`].
    Percent(u16),
    /// Working minutes before the breach, fewer than the target has.
    MinutesBefore(u32),
    /// Working minutes after the breach, 0 to [`crate::MAX_MINUTES`].
    MinutesAfter(u32),
}

/// When clocks stand still: while the case is in one of the statuses or categories (or in any, when both lists are empty)
/// and for one of the reasons (or for any, when that list is empty). A hold has no status, so only rules that name neither
/// statuses nor categories see it. Pauses that overlap count once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PauseRule {
    /// Ids of statuses.
    #[serde(default)]
    pub statuses: Vec<String>,
    /// Categories of statuses, such as `waiting`.
    #[serde(default)]
    pub categories: Vec<String>,
    /// Why the case waits, such as `customer`.
    #[serde(default)]
    pub reasons: Vec<String>,
    /// The metrics whose clocks stand still; all when empty.
    #[serde(default)]
    pub metrics: Vec<Metric>,
}

impl Target {
    /// The target in microseconds.
    pub const fn micros(&self) -> i64 {
        self.minutes as i64 * MINUTE
    }

    /// A share of the target in microseconds; exact, since a minute has a hundred times 600,000 of them.
    pub(crate) const fn percent_micros(&self, percent: u16) -> i64 {
        self.minutes as i64 * percent as i64 * (MINUTE / 100)
    }
}

impl EscalationWhen {
    /// The working time that must be used, in microseconds.
    pub(crate) const fn micros(self, target: &Target) -> i64 {
        match self {
            Self::Percent(percent) => target.percent_micros(percent),
            Self::MinutesBefore(minutes) => target.micros() - minutes as i64 * MINUTE,
            Self::MinutesAfter(minutes) => target.micros() + minutes as i64 * MINUTE,
        }
    }
}

impl PauseRule {
    /// Whether it makes the clock of this metric stand still.
    pub(crate) fn stops(&self, metric: Metric, status: Option<(&str, &str)>, reason: Option<&str>) -> bool {
        let has = |list: &[String], value: &str| list.iter().any(|entry| entry == value);
        let anywhere = self.statuses.is_empty() && self.categories.is_empty();
        let in_status =
            anywhere || status.is_some_and(|(id, category)| has(&self.statuses, id) || has(&self.categories, category));
        let for_reason = self.reasons.is_empty() || reason.is_some_and(|reason| has(&self.reasons, reason));
        let metric = self.metrics.is_empty() || self.metrics.contains(&metric);
        in_status && for_reason && metric
    }
}
