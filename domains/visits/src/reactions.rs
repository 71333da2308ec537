//! Visits follow what people do to the ticket itself.

use db::Tx;
use events::{Consumer, ConsumerError, Event};
use futures_util::future::BoxFuture;
use kernel::Uuid;

use crate::{
    VisitError,
    model::{Visit, VisitStatus},
    plan::{cancel_those, event},
    store,
};

/// Calls visits off when their ticket is given up, merged, given back or given to somebody else, and takes an
/// acceptance of the ticket as one of its visits.
#[derive(Debug, Clone, Copy, Default)]
pub struct FollowTickets;

impl Consumer for FollowTickets {
    fn name(&self) -> &'static str {
        "visits.follow_tickets"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &["ticket.cancelled", "ticket.merged", "ticket.assigned", "ticket.declined", "ticket.accepted"]
    }

    fn handle<'a>(&'a self, tx: &'a mut Tx<'_>, event: &'a Event) -> BoxFuture<'a, Result<(), ConsumerError>> {
        Box::pin(async move {
            let outcome = match event.kind.as_str() {
                "ticket.accepted" => accept(tx, event.object_id).await,
                "ticket.cancelled" => call_off(tx, event, None, "工单已取消 (ticket cancelled)").await,
                "ticket.merged" => call_off(tx, event, None, "工单已合并 (ticket merged)").await,
                kind => match before(event, "engineer_id") {
                    Some(engineer) if kind == "ticket.declined" => {
                        call_off(tx, event, Some(engineer), "工程师已退回工单 (ticket given back)").await
                    }
                    Some(engineer) => call_off(tx, event, Some(engineer), "工单已改派 (ticket reassigned)").await,
                    None => Ok(()),
                },
            };
            outcome.map_err(|error| match error {
                VisitError::Db(error) => error.into(),
                other => ConsumerError::failed(other),
            })
        })
    }
}

/// Whom a field named before the change.
fn before(event: &Event, field: &str) -> Option<Uuid> {
    event.data.get(field)?.get("from")?.as_str()?.parse().ok()
}

/// Calls off what was planned when it happened; what was planned since then stands.
async fn call_off(tx: &mut Tx<'_>, event: &Event, engineer_id: Option<Uuid>, reason: &str) -> Result<(), VisitError> {
    let chosen = |visit: &Visit| {
        visit.created_at <= event.at && engineer_id.is_none_or(|engineer| engineer == visit.engineer_id)
    };
    cancel_those(tx, event.object_id, reason, chosen).await.map(drop)
}

/// The engineer took the ticket, so they took its visits.
async fn accept(tx: &mut Tx<'_>, ticket_id: Uuid) -> Result<(), VisitError> {
    let Some(ticket) = tickets::get(tx, ticket_id).await? else { return Ok(()) };
    for before in store::of_ticket(tx, ticket_id).await? {
        if before.status == VisitStatus::Planned && Some(before.engineer_id) == ticket.engineer_id {
            let mut after = before.clone();
            after.status = VisitStatus::Accepted;
            after.accepted_at = ticket.first_response_at.or(Some(ticket.updated_at));
            store::update(tx, &before, &mut after).await?;
            events::append(tx, event(&after, "visit.accepted", events::changes(&before, &after))).await?;
        }
    }
    Ok(())
}
