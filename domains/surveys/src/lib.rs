//! CSAT and NPS by link, and the recovery task a low score opens.
//!
//! When a ticket is resolved or closed, [`Invitations`] begins its survey; the customer answers on the ticket's page
//! ([`answer`]), or a colleague writes down what they said. Satisfaction is asked from 1 to 5 and recommendation from 0
//! to 10; the last answer counts and may be changed for 24 hours. A satisfaction of [`LOW_CSAT`] or below, or a
//! recommendation of [`LOW_NPS`] or below, opens a recovery task that is due within 48 hours.
//!
//! Events, on the ticket's timeline: `survey.sent`, `survey.answered`, `recovery_task.opened`, `.updated`, `.completed`.

mod answers;
mod api;
mod error;
mod merging;
mod model;
mod ops;
mod reactions;
mod store;
pub mod table;
#[cfg(test)]
mod testing;

use authz::{Access::Needs, permissions as p};
use db::{DbError, Migration, Query};
use http_api::Routes;
use kernel::Uuid;

pub use answers::answer;
pub use api::Answer;
pub use error::SurveyError;
pub use merging::CUSTOMER_ROWS;
pub use model::{EDITABLE, LOW_CSAT, LOW_NPS, RECOVER_WITHIN, RecoveryTask, Survey, SurveyChannel, TaskStatus};
pub use reactions::Invitations;
pub use store::{of_customer, scores::scores_of_customer};

/// The operations.
pub fn routes() -> Routes {
    Routes::new("surveys")
        .get("/api/v1/surveys", Needs(p::SURVEYS_READ), "listSurveys", "List surveys", ops::list::handle)
        .post(
            "/api/v1/tickets/{id}/survey",
            Needs(p::TICKETS_UPDATE),
            "answerSurvey",
            "Write down what the customer said about a ticket",
            ops::answer::handle,
        )
        .get(
            "/api/v1/recovery-tasks",
            Needs(p::SURVEYS_READ),
            "listRecoveryTasks",
            "Customers to speak to after a low score",
            ops::tasks::handle,
        )
        .patch(
            "/api/v1/recovery-tasks/{id}",
            Needs(p::TICKETS_UPDATE),
            "updateRecoveryTask",
            "Give a recovery task to somebody, or another day",
            ops::update_task::handle,
        )
        .post(
            "/api/v1/recovery-tasks/{id}/complete",
            Needs(p::TICKETS_UPDATE),
            "completeRecoveryTask",
            "End a recovery task with what came of it",
            ops::complete_task::handle,
        )
}

/// The structure.
pub fn migrations() -> Vec<Migration> {
    vec![db::migration!("surveys", 1, "surveys", "../migrations/0001_surveys.sql")]
}

/// The newest survey of a ticket, answered or not.
pub async fn of_ticket(q: &mut impl Query, ticket_id: Uuid) -> Result<Option<Survey>, DbError> {
    store::newest_of(q, ticket_id).await
}
