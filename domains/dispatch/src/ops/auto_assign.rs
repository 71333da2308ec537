//! Sending the first of the recommendations.

use authz::permissions::TICKETS_ASSIGN;
use axum::extract::State;
use db::Tx;
use http_api::{App, Caller, IfMatch, Path, Problem, Versioned};
use kernel::Uuid;
use tickets::TicketError;

use crate::{
    DispatchError,
    api::{Dispatched, TicketPath},
    assign, gather, store,
};

/// Sends whoever ranks first, at the time proposed.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(TicketPath { id }): Path<TicketPath>,
    version: IfMatch,
) -> Result<Versioned<Dispatched>, Problem> {
    let number = visits::number(app.db(), &cx).await?;
    let version = version.version();
    let send = async move |tx: &mut Tx<'_>| auto_assign(tx, id, version, number).await;
    Ok(Versioned(app.db().write(&cx, send).await?))
}

async fn auto_assign(tx: &mut Tx<'_>, id: Uuid, version: i64, number: String) -> Result<Dispatched, DispatchError> {
    store::take_turn(tx).await?;
    let ticket = tickets::within_reach(tx, id, TICKETS_ASSIGN).await?;
    if ticket.version != version {
        return Err(TicketError::Stale.into());
    }
    let first = gather::recommendations(tx, &ticket, None).await?.into_iter().next();
    let choice = first.filter(|one| one.rank == Some(1)).ok_or(DispatchError::Nobody)?;
    let span = choice.starts_at.zip(choice.ends_at).ok_or(DispatchError::Nobody)?;
    assign::send(tx, ticket, choice, span, number, ("auto", None)).await
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;
    use serde_json::json;

    use crate::testing::{self, Stage};

    testkit::both! {
        testing::migrations(), |t| the_first_is_sent_told_and_no_longer_free {
            let stage = Stage::new(t).await;
            let (api, dispatcher) = (testing::api(t), testing::dispatcher(t));
            let path = |ticket: &tickets::Ticket| format!("/api/v1/tickets/{}/auto-assign", ticket.id);
            let sent = api.act(&dispatcher, &path(&stage.ticket), 1).await.ok(200).json;
            assert_eq!((sent["ticket"]["status"].clone(), sent["visit"]["engineer_name"].clone()), (json!("assigned"), json!("近工")));
            assert_eq!(sent["ticket"]["engineer_id"], sent["visit"]["engineer_id"]);
            assert_eq!(testing::notices(t).await, 1);
            assert_eq!(testing::events_of(t, stage.ticket.id).await, ["dispatch.sent", "visit.planned", "ticket.assigned"]);
            // The next ticket gets another time, so nobody is in two places.
            let second = api.act(&dispatcher, &path(&stage.second), 1).await.ok(200).json;
            let span = |sent: &serde_json::Value| {
                (sent["visit"]["engineer_id"].clone(), sent["visit"]["starts_at"].as_str().unwrap().to_owned(), sent["visit"]["ends_at"].as_str().unwrap().to_owned())
            };
            let (a, b) = (span(&sent), span(&second));
            assert!(a.0 != b.0 || a.2 <= b.1 || b.2 <= a.1, "{a:?} {b:?}");
        }

        testing::migrations(), |t| of_two_dispatchers_at_once_one_sends_and_the_other_is_told {
            let stage = Stage::new(t).await;
            let (api, dispatcher) = (testing::api(t), testing::dispatcher(t));
            let path = format!("/api/v1/tickets/{}/auto-assign", stage.ticket.id);
            let replies = join_all((0..4).map(|_| api.act(&dispatcher, &path, 1))).await;
            let mut statuses: Vec<u16> = replies.iter().map(|reply| reply.status).collect();
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 412, 412, 412]);
            assert_eq!(testing::visits_of(t, stage.ticket.id).await.len(), 1);
        }

        testing::migrations(), |t| two_tickets_sent_at_once_never_put_one_engineer_in_two_places {
            let stage = Stage::new(t).await;
            let (api, dispatcher) = (testing::api(t), testing::dispatcher(t));
            let paths = [&stage.ticket, &stage.second].map(|ticket| format!("/api/v1/tickets/{}/auto-assign", ticket.id));
            let replies = join_all(paths.iter().map(|path| api.act(&dispatcher, path, 1))).await;
            assert!(replies.iter().all(|reply| reply.status == 200));
            let (a, b) = (testing::visits_of(t, stage.ticket.id).await, testing::visits_of(t, stage.second.id).await);
            let apart = a[0].ends_at <= b[0].starts_at || b[0].ends_at <= a[0].starts_at;
            assert!(a[0].engineer_id != b[0].engineer_id || apart, "{:?} {:?}", a[0], b[0]);
        }

        testing::migrations(), |t| when_nobody_can_go_nothing_changes {
            let stage = Stage::new(t).await;
            let (api, dispatcher) = (testing::api(t), testing::dispatcher(t));
            let rules = json!([{ "skill": "潜水", "min_level": 5 }]);
            let seen = testing::needs_version(t).await;
            let put = http_api::http::Method::PUT;
            api.send(&testing::manager(t), put, "/api/v1/skill-needs", &[("if-match", &seen)], Some(rules)).await.ok(200);
            let path = format!("/api/v1/tickets/{}/auto-assign", stage.ticket.id);
            api.act(&dispatcher, &path, 1).await.refused(409, "nobody_available");
            assert!(testing::visits_of(t, stage.ticket.id).await.is_empty());
        }
    }
}
