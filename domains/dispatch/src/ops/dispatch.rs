//! Sending an engineer of the dispatcher's choice.

use authz::permissions::TICKETS_ASSIGN;
use axum::extract::State;
use db::Tx;
use http_api::{App, Body, Caller, IfMatch, Path, Problem, Versioned};
use kernel::{Timestamp, Uuid};
use objects::Checks;
use tickets::TicketError;

use crate::{
    DispatchError,
    api::{DispatchTicket, Dispatched, TicketPath},
    assign, gather, store,
};

const MINUTE: i64 = 60_000_000;
/// The longest visit, in minutes.
const LONGEST_MINUTES: i64 = 7 * 24 * 60;

/// Sends the engineer, at the time given or recommended.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(TicketPath { id }): Path<TicketPath>,
    version: IfMatch,
    Body(body): Body<DispatchTicket>,
) -> Result<Versioned<Dispatched>, Problem> {
    let body = checked(body)?;
    let number = visits::number(app.db(), &cx).await?;
    let version = version.version();
    let send = async move |tx: &mut Tx<'_>| send(tx, id, version, number, body).await;
    Ok(Versioned(app.db().write(&cx, send).await?))
}

fn checked(mut body: DispatchTicket) -> Result<DispatchTicket, DispatchError> {
    let mut checks = Checks::new();
    body.override_reason = checks.text("/override_reason", body.override_reason.take());
    if body.override_reason.as_ref().is_some_and(|reason| reason.chars().count() > 2_000) {
        checks.refuse("/override_reason", "too_long", "Use at most 2,000 characters.");
    }
    match (body.starts_at, body.ends_at) {
        (None, Some(_)) => checks.refuse("/starts_at", "required", "Say when they are to begin as well."),
        (Some(from), Some(to)) if to <= from => {
            checks.refuse("/ends_at", "before_start", "The end must lie after the start.");
        }
        (Some(from), Some(to)) if (to - from) / MINUTE > LONGEST_MINUTES => {
            checks.refuse("/ends_at", "too_long", "A visit takes at most seven days; plan several.");
        }
        _ => {}
    }
    checks.finish()?;
    Ok(body)
}

async fn send(
    tx: &mut Tx<'_>,
    id: Uuid,
    version: i64,
    number: String,
    body: DispatchTicket,
) -> Result<Dispatched, DispatchError> {
    store::take_turn(tx).await?;
    let ticket = tickets::within_reach(tx, id, TICKETS_ASSIGN).await?;
    if ticket.version != version {
        return Err(TicketError::Stale.into());
    }
    let all = gather::recommendations(tx, &ticket, None).await?;
    let choice = assign::of_engineer(all, body.engineer_id)?;
    let span = match (body.starts_at, body.ends_at) {
        (Some(from), Some(to)) => (from, to),
        (Some(from), None) => (from, Timestamp(from.0 + gather::usual_minutes(ticket.kind) * MINUTE)),
        _ => choice.starts_at.zip(choice.ends_at).ok_or(DispatchError::TimeNeeded)?,
    };
    assign::send(tx, ticket, choice, span, number, ("hand", body.override_reason)).await
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;
    use http_api::http::Method;
    use serde_json::json;

    use super::*;
    use crate::testing::{self, Stage};

    testkit::both! {
        testing::migrations(), |t| a_dispatcher_may_overrule_the_list_and_send_somebody_else_later {
            let stage = Stage::new(t).await;
            let (api, dispatcher) = (testing::api(t), testing::dispatcher(t));
            let path = format!("/api/v1/tickets/{}/dispatch", stage.ticket.id);
            let post = async |version: &str, body| api.send(&dispatcher, Method::POST, &path, &[("if-match", version)], Some(body)).await;
            let body = json!({
                "engineer_id": stage.novice.id, "starts_at": "2026-03-02T02:00:00Z", "override_reason": "客户指定"
            });
            let sent = post("\"1\"", body).await.ok(200).json;
            assert_eq!((sent["rank"].clone(), sent["excluded"][0]["code"].clone()), (json!(null), json!("missing_skill")));
            assert_eq!(sent["visit"]["ends_at"], "2026-03-02T03:30:00Z");
            let again = post("\"2\"", json!({ "engineer_id": stage.near.id })).await.ok(200).json;
            assert_eq!(again["ticket"]["reassign_count"], 1);
            let visits = testing::visits_of(t, stage.ticket.id).await;
            let statuses: Vec<_> = visits.iter().map(|visit| visit.status.as_str()).collect();
            assert_eq!(statuses.iter().filter(|status| **status == "cancelled").count(), 1, "{statuses:?}");
            let wrong = json!({ "engineer_id": stage.near.id, "ends_at": "2026-03-02T03:00:00Z" });
            assert_eq!(post("\"3\"", wrong).await.errors(), ["/starts_at required"]);
            post("\"3\"", json!({ "engineer_id": Uuid::from_u128(9) })).await.refused(409, "engineer_unavailable");
            api.post(&dispatcher, &path, json!({ "engineer_id": stage.near.id })).await.refused(428, "precondition_required");
        }

        testing::migrations(), |t| two_dispatchers_at_once_send_one_engineer {
            let stage = Stage::new(t).await;
            let (api, dispatcher) = (testing::api(t), testing::dispatcher(t));
            let path = format!("/api/v1/tickets/{}/dispatch", stage.ticket.id);
            let calls = [stage.near.id, stage.far.id].map(|id| {
                let body = json!({ "engineer_id": id });
                api.send(&dispatcher, Method::POST, &path, &[("if-match", "\"1\"")], Some(body))
            });
            let mut statuses: Vec<u16> = join_all(calls).await.iter().map(|reply| reply.status).collect();
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 412]);
            assert_eq!(testing::visits_of(t, stage.ticket.id).await.len(), 1);
        }
    }
}
