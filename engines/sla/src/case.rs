//! Cases: what happened, with times.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One case, such as a ticket, as its events tell it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// When it came in, microseconds UTC.
    pub created_at: i64,
    /// Its fields when it came in, by id, as conditions name them.
    #[serde(default)]
    pub fields: Map<String, Value>,
    /// What happened then. Events count in order of time; those of one instant in the order given; those before the case was
    /// created count as at its creation.
    #[serde(default)]
    pub events: Vec<Event>,
}

/// Something that happened to a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    /// When, microseconds UTC.
    pub at: i64,
    /// What.
    #[serde(flatten)]
    pub fact: Fact,
}

/// What can happen to a case, as far as clocks are concerned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// We answered the customer.
    Replied,
    /// The customer wrote and waits for an answer.
    CustomerWrote,
    /// Somebody is on site.
    Arrived,
    /// The case was solved.
    Resolved,
    /// The case was given up; nothing is owed any more.
    Cancelled,
    /// A resolved or cancelled case goes on.
    Reopened,
    /// The case has another status from now on.
    StatusChanged {
        /// Its id.
        status: String,
        /// What it means, such as `waiting`.
        category: String,
        /// Why the case is in it, such as `customer`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// The case waits for something besides its status; several holds may overlap.
    HoldStarted {
        /// Tells this hold from others of the case.
        hold: String,
        /// Why, such as `parts`.
        reason: String,
    },
    /// A hold is over.
    HoldEnded {
        /// Which.
        hold: String,
    },
    /// Fields have other values from now on: priority, type, contract … A null takes a value away.
    FieldsChanged {
        /// The new values by field id.
        fields: Map<String, Value>,
    },
}

impl Case {
    /// A case that came in and to which nothing happened yet.
    pub fn new(created_at: i64) -> Self {
        Self { created_at, fields: Map::new(), events: Vec::new() }
    }

    /// The case with one field as it was when it came in.
    #[must_use]
    pub fn with_field(mut self, id: impl Into<String>, value: impl Into<Value>) -> Self {
        self.fields.insert(id.into(), value.into());
        self
    }

    /// The case with one more event.
    #[must_use]
    pub fn with(mut self, at: i64, fact: Fact) -> Self {
        self.events.push(Event { at, fact });
        self
    }
}

impl Fact {
    /// A new status.
    pub fn status(status: impl Into<String>, category: impl Into<String>, reason: Option<&str>) -> Self {
        Self::StatusChanged { status: status.into(), category: category.into(), reason: reason.map(str::to_owned) }
    }

    /// A new value of one field.
    pub fn field(id: impl Into<String>, value: impl Into<Value>) -> Self {
        Self::FieldsChanged { fields: Map::from_iter([(id.into(), value.into())]) }
    }
}
