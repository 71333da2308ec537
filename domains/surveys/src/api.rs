//! Bodies of operations on surveys and recovery tasks.

use kernel::{Timestamp, Uuid};
use objects::{Change, Checks};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::SurveyError;

/// Characters of a comment at most.
const LONGEST_COMMENT: usize = 2_000;

/// `{id}` of a ticket or a task.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct IdPath {
    /// The record.
    pub id: Uuid,
}

/// What a customer says. What is absent stays as it was; at least one thing must be said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Answer {
    /// Satisfaction, 1 (not at all) to 5 (very).
    #[schemars(range(min = 1, max = 5))]
    pub csat: Option<i64>,
    /// Recommendation, 0 (never) to 10 (surely).
    #[schemars(range(min = 0, max = 10))]
    pub nps: Option<i64>,
    /// In their own words.
    #[schemars(length(max = 2000))]
    pub comment: Option<String>,
}

impl Answer {
    /// The same, checked and trimmed.
    pub(crate) fn checked(mut self) -> Result<Self, SurveyError> {
        let mut checks = Checks::new();
        if self.csat.is_some_and(|score| !(1..=5).contains(&score)) {
            checks.refuse("/csat", "out_of_range", "Choose a whole number from 1 to 5.");
        }
        if self.nps.is_some_and(|score| !(0..=10).contains(&score)) {
            checks.refuse("/nps", "out_of_range", "Choose a whole number from 0 to 10.");
        }
        if self.comment.as_ref().is_some_and(|text| text.chars().count() > LONGEST_COMMENT) {
            checks.refuse("/comment", "too_long", format!("Use at most {LONGEST_COMMENT} characters."));
        }
        self.comment = checks.text("/comment", self.comment.take());
        if self == Self::default() {
            checks.refuse("/csat", "required", "Give a score or a comment.");
        }
        checks.finish()?;
        Ok(self)
    }
}

/// Change a recovery task; absent fields stay.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct UpdateTask {
    /// The user who does it; `null` gives it back.
    pub assignee_id: Change<Uuid>,
    /// When it should be done.
    pub due_at: Change<Timestamp>,
}

/// What came of a recovery task.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompleteTask {
    /// In words people read later.
    #[schemars(length(min = 1, max = 2000))]
    pub result: String,
}
