//! The survey of a ticket, and the task that a low score opens.

use std::time::Duration;

use http_api::{HasLocation, HasVersion};
use kernel::{Context, Timestamp, Uuid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tickets::Ticket;

/// A satisfaction of this or below is low.
pub const LOW_CSAT: i64 = 2;
/// A recommendation of this or below is low; those who give it are counted as detractors.
pub const LOW_NPS: i64 = 6;
/// How long after the first answer it may still be changed.
pub const EDITABLE: Duration = Duration::from_hours(24);
/// How long after a low score somebody should have spoken to the customer.
pub const RECOVER_WITHIN: Duration = Duration::from_hours(48);

db::choice! {
    /// How an answer came in.
    pub enum SurveyChannel {
        /// The customer answered behind a link.
        Link = "link",
        /// A colleague asked and wrote it down.
        Staff = "staff",
    }
}

db::choice! {
    /// Whether a task waits.
    pub enum TaskStatus {
        /// Somebody should speak to the customer.
        Open = "open",
        /// Somebody has.
        Done = "done",
    }
}

/// What a customer was asked about a ticket, and what they said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Survey {
    /// UUIDv7.
    pub id: Uuid,
    /// Rises with every change; the `ETag`.
    pub version: i64,
    /// The ticket it asks about.
    pub ticket_id: Uuid,
    /// Its number.
    pub ticket_number: String,
    /// The customer.
    pub customer_id: Option<Uuid>,
    /// When the customer was invited by message; absent when there was no way to.
    pub sent_at: Option<Timestamp>,
    /// When it was first answered.
    pub answered_at: Option<Timestamp>,
    /// Satisfaction, 1 (not at all) to 5 (very).
    pub csat: Option<i64>,
    /// Recommendation, 0 (never) to 10 (surely).
    pub nps: Option<i64>,
    /// In the customer's words.
    pub comment: Option<String>,
    /// How the answer came in.
    pub channel: Option<SurveyChannel>,
    /// When the survey began.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

db::record!(Survey {
    id,
    version,
    ticket_id,
    ticket_number,
    customer_id,
    sent_at,
    answered_at,
    csat,
    nps,
    comment,
    channel,
    created_at,
    updated_at,
});

impl HasVersion for Survey {
    fn version(&self) -> i64 {
        self.version
    }
}

impl Survey {
    /// A survey that begins now.
    pub fn new(cx: &Context, ticket: &Ticket) -> Self {
        let now = cx.now();
        Self {
            id: cx.new_id(),
            version: 1,
            ticket_id: ticket.id,
            ticket_number: ticket.number.clone(),
            customer_id: ticket.customer_id,
            sent_at: None,
            answered_at: None,
            csat: None,
            nps: None,
            comment: None,
            channel: None,
            created_at: now,
            updated_at: now,
        }
    }

    /// Whether it may be answered, or its answer still be changed.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.answered_at.is_none_or(|at| now <= at.plus(EDITABLE))
    }

    /// Whether somebody should speak to the customer: satisfaction at most [`LOW_CSAT`], or recommendation at most
    /// [`LOW_NPS`].
    pub fn is_low(&self) -> bool {
        self.csat.is_some_and(|score| score <= LOW_CSAT) || self.nps.is_some_and(|score| score <= LOW_NPS)
    }
}

/// Somebody should speak to a customer who gave a low score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RecoveryTask {
    /// UUIDv7.
    pub id: Uuid,
    /// Rises with every change; the `ETag`.
    pub version: i64,
    /// The ticket.
    pub ticket_id: Uuid,
    /// Its number.
    pub ticket_number: String,
    /// The survey with the low score.
    pub survey_id: Uuid,
    /// One line.
    pub title: String,
    /// The user who does it.
    pub assignee_id: Option<Uuid>,
    /// Their name.
    pub assignee_name: Option<String>,
    /// Whether it waits.
    pub status: TaskStatus,
    /// What came of it.
    pub result: Option<String>,
    /// When it should be done.
    pub due_at: Timestamp,
    /// When it was done.
    pub completed_at: Option<Timestamp>,
    /// Who did it.
    pub completed_by_name: Option<String>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

db::record!(RecoveryTask {
    id,
    version,
    ticket_id,
    ticket_number,
    survey_id,
    title,
    assignee_id,
    assignee_name,
    status,
    result,
    due_at,
    completed_at,
    completed_by_name,
    created_at,
    updated_at,
});

impl HasVersion for RecoveryTask {
    fn version(&self) -> i64 {
        self.version
    }
}

impl HasLocation for RecoveryTask {
    fn location(&self) -> String {
        format!("/api/v1/recovery-tasks/{}", self.id)
    }
}

impl RecoveryTask {
    /// A task about a survey with a low score. The title speaks the language of most who read it and names both scores.
    pub fn new(cx: &Context, survey: &Survey) -> Self {
        let now = cx.now();
        let score = |score: Option<i64>| score.map_or_else(|| "—".to_owned(), |score| score.to_string());
        Self {
            id: cx.new_id(),
            version: 1,
            ticket_id: survey.ticket_id,
            ticket_number: survey.ticket_number.clone(),
            survey_id: survey.id,
            title: format!(
                "低分回访 {} · CSAT {} · NPS {}",
                survey.ticket_number,
                score(survey.csat),
                score(survey.nps)
            ),
            assignee_id: None,
            assignee_name: None,
            status: TaskStatus::Open,
            result: None,
            due_at: now.plus(RECOVER_WITHIN),
            completed_at: None,
            completed_by_name: None,
            created_at: now,
            updated_at: now,
        }
    }
}
