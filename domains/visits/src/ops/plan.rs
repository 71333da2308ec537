//! Planning a visit by hand.

use authz::permissions::TICKETS_ASSIGN;
use axum::extract::State;
use db::Tx;
use http_api::{App, Body, Caller, Created, IdempotencyKey, Path, Problem};
use kernel::Uuid;
use objects::Numbers;
use tickets::{Action, Assignment};

use crate::{
    VisitError,
    api::{PlanVisit, TicketPath, checked_span},
    model::Visit,
    own_fields, plan,
};

/// Plans a visit; a ticket that nobody has yet is given to the engineer.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(TicketPath { id }): Path<TicketPath>,
    key: IdempotencyKey,
    Body(body): Body<PlanVisit>,
) -> Result<Created<Visit>, Problem> {
    checked_span(body.starts_at, body.ends_at).map_err(VisitError::from)?;
    let number = plan::number(app.db(), &cx).await?;
    let numbers = if body.ext.is_some() { objects::numbers(app.db(), &cx, "visit").await? } else { Numbers::new() };
    let new = body.clone();
    app.create(&cx, key, &(id, &body), "planVisit", async move |tx: &mut Tx<'_>| {
        let mut visit = save(tx, id, number, new, &numbers).await?;
        own_fields(tx, std::slice::from_mut(&mut visit)).await?;
        Ok::<_, VisitError>(visit)
    })
    .await
}

async fn save(
    tx: &mut Tx<'_>,
    ticket_id: Uuid,
    number: String,
    body: PlanVisit,
    numbers: &Numbers,
) -> Result<Visit, VisitError> {
    let mut ticket = tickets::within_reach(tx, ticket_id, TICKETS_ASSIGN).await?;
    if !ticket.status.is_open() {
        return Err(VisitError::TicketOver(ticket.status));
    }
    let engineer = workforce::get(tx, body.engineer_id).await?.ok_or(VisitError::EngineerUnavailable)?;
    if ticket.engineer_id.is_none() {
        let to = Assignment { engineer_id: engineer.id, user_id: engineer.user_id, team_id: engineer.team_id };
        ticket = tickets::act(tx, ticket, Action::Assign(to)).await?;
    }
    plan::plan_with(tx, number, &ticket, &engineer, (body.starts_at, body.ends_at), body.ext, numbers).await
}

#[cfg(test)]
mod tests {
    use authz::permissions::{TICKETS_READ, VISITS_READ};
    use kernel::Scope;
    use objects::testing::person;
    use serde_json::json;

    use super::*;
    use crate::testing::{self, Stage};

    testkit::both! {
        testing::migrations(), |t| a_planned_visit_assigns_the_ticket_and_tells_the_engineer {
            let stage = Stage::new(t).await;
            let agent = person(&t.cx, 1, &[(TICKETS_ASSIGN, Scope::All), (TICKETS_READ, Scope::All), (VISITS_READ, Scope::All)]);
            let api = testing::api(t);
            let path = format!("/api/v1/tickets/{}/visits", stage.ticket.id);
            let body = json!({
                "engineer_id": stage.engineer.id, "starts_at": "2026-03-02T01:00:00Z", "ends_at": "2026-03-02T02:30:00Z"
            });
            let made = api.post(&agent, &path, body.clone()).await.ok(201);
            assert_eq!(made.json["number"], "V-2026-000001");
            assert_eq!(made.json["status"], "planned");
            assert_eq!(made.json["checklist"][0]["id"], "safety");
            let ticket = stage.ticket_now(t).await;
            assert_eq!((ticket.status, ticket.engineer_id), (tickets::Status::Assigned, Some(stage.engineer.id)));
            assert_eq!(testing::notices(t).await, ["planned"]);
            let mut wrong = body.clone();
            wrong["ends_at"] = json!("2026-03-02T01:00:00Z");
            let refused = api.post(&agent, &path, wrong).await;
            assert_eq!(refused.errors(), ["/ends_at before_start"]);
            let mut wrong = body;
            wrong["engineer_id"] = json!(Uuid::from_u128(99));
            api.post(&agent, &path, wrong).await.refused(409, "engineer_unavailable");
        }
    }
}
