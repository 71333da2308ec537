//! Giving a ticket to an engineer without planning a visit.

use authz::permissions::TICKETS_ASSIGN;
use axum::extract::State;
use db::Tx;
use http_api::{App, Body, Caller, IfMatch, Path, Problem, Versioned};
use kernel::Uuid;
use tickets::{Action, Assignment, Ticket, TicketError};

use crate::{
    DispatchError,
    api::{AssignTicket, TicketPath},
};

/// Assigns; the engineer answers with accept or decline.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(TicketPath { id }): Path<TicketPath>,
    version: IfMatch,
    Body(body): Body<AssignTicket>,
) -> Result<Versioned<Ticket>, Problem> {
    let version = version.version();
    let give = async move |tx: &mut Tx<'_>| give(tx, id, version, body.engineer_id).await;
    Ok(Versioned(app.db().write(&cx, give).await?))
}

async fn give(tx: &mut Tx<'_>, id: Uuid, version: i64, engineer_id: Uuid) -> Result<Ticket, DispatchError> {
    let ticket = tickets::within_reach(tx, id, TICKETS_ASSIGN).await?;
    if ticket.version != version {
        return Err(TicketError::Stale.into());
    }
    let engineer = workforce::get(tx, engineer_id).await?.filter(workforce::Engineer::is_available);
    let engineer = engineer.ok_or(DispatchError::EngineerUnavailable)?;
    let to = Assignment { engineer_id: engineer.id, user_id: engineer.user_id, team_id: engineer.team_id };
    Ok(tickets::act(tx, ticket, Action::Assign(to)).await?)
}

#[cfg(test)]
mod tests {
    use http_api::http::Method;
    use serde_json::json;

    use super::*;
    use crate::testing::{self, Stage};

    testkit::both! {
        testing::migrations(), |t| a_ticket_goes_to_an_engineer_who_exists {
            let stage = Stage::new(t).await;
            let (api, dispatcher) = (testing::api(t), testing::dispatcher(t));
            let path = format!("/api/v1/tickets/{}/assign", stage.ticket.id);
            let post = async |version: &str, id: Uuid| {
                let body = json!({ "engineer_id": id });
                api.send(&dispatcher, Method::POST, &path, &[("if-match", version)], Some(body)).await
            };
            let given = post("\"1\"", stage.far.id).await.ok(200).json;
            assert_eq!((given["status"].clone(), given["engineer_id"].clone()), (json!("assigned"), json!(stage.far.id)));
            post("\"1\"", stage.near.id).await.refused(412, "stale");
            post("\"2\"", Uuid::from_u128(4)).await.refused(409, "engineer_unavailable");
            assert!(testing::visits_of(t, stage.ticket.id).await.is_empty());
        }
    }
}
