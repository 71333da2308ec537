//! What can be wrong with policies.

use rules::RuleError;

use crate::{MAX_MILESTONES, MAX_MINUTES, MAX_PAUSE_RULES, MAX_PERCENT, MAX_POLICIES};

/// Why policies can't be used. Pointers are JSON pointers from the list of policies.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SlaError {
    /// More policies than [`MAX_POLICIES`].
    #[error("there can be at most {MAX_POLICIES} policies")]
    TooManyPolicies,
    /// Two policies have the same id.
    #[error("{pointer}: another policy has the id `{id}` already")]
    DuplicateId {
        /// To the later of the two.
        pointer: String,
        /// The id.
        id: String,
    },
    /// The condition is wrong.
    #[error("{pointer}: {source}")]
    Condition {
        /// To the condition; the source has the pointer within.
        pointer: String,
        /// What is wrong with it.
        source: RuleError,
    },
    /// The condition looks at the time, but a policy is chosen when something happens to the case, not as time passes.
    #[error("{pointer}: a policy's condition can't be relative to now; name a field of the case")]
    RelativeToNow {
        /// To the condition.
        pointer: String,
    },
    /// No calendar has this id.
    #[error("{pointer}: there is no calendar `{id}`")]
    UnknownCalendar {
        /// To the calendar's id.
        pointer: String,
        /// The id.
        id: String,
    },
    /// A target of no minutes, or of more than [`MAX_MINUTES`].
    #[error("{pointer}: minutes must be from 1 to {MAX_MINUTES}")]
    Minutes {
        /// To the number.
        pointer: String,
    },
    /// A percentage that can't be waited for.
    #[error("{pointer}: a warning needs a percentage from 1 to 99, an escalation one from 1 to {MAX_PERCENT}")]
    Percent {
        /// To the number.
        pointer: String,
    },
    /// An escalation that would be due before the clock starts.
    #[error("{pointer}: that is before the clock starts; the target itself is {target_minutes} minutes")]
    BeforeStart {
        /// To the number of minutes.
        pointer: String,
        /// The target.
        target_minutes: u32,
    },
    /// More warnings or levels than [`MAX_MILESTONES`].
    #[error("{pointer}: a target can have at most {MAX_MILESTONES} warnings and as many escalation levels")]
    TooManyMilestones {
        /// To the list.
        pointer: String,
    },
    /// More pause rules than [`MAX_PAUSE_RULES`].
    #[error("{pointer}: a policy can have at most {MAX_PAUSE_RULES} pause rules")]
    TooManyPauseRules {
        /// To the list.
        pointer: String,
    },
    /// A pause rule without status, category or reason would never let the clock run.
    #[error("{pointer}: name at least one status, category or reason that pauses the clock")]
    EmptyPauseRule {
        /// To the rule.
        pointer: String,
    },
}

impl SlaError {
    /// JSON pointer to the wrong place, from the list of policies.
    pub fn pointer(&self) -> String {
        match self {
            Self::TooManyPolicies => String::new(),
            Self::Condition { pointer, source } => format!("{pointer}{}", source.pointer),
            Self::DuplicateId { pointer, .. }
            | Self::RelativeToNow { pointer }
            | Self::UnknownCalendar { pointer, .. }
            | Self::Minutes { pointer }
            | Self::Percent { pointer }
            | Self::BeforeStart { pointer, .. }
            | Self::TooManyMilestones { pointer }
            | Self::TooManyPauseRules { pointer }
            | Self::EmptyPauseRule { pointer } => pointer.clone(),
        }
    }
}
