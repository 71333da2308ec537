//! Visits follow what people do to the ticket itself.

use db::Tx;
use events::{Consumer, ConsumerError, Event};
use futures_util::future::BoxFuture;
use kernel::Uuid;

use crate::{
    VisitError,
    model::VisitStatus,
    plan::{cancel_open, event},
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
            let before = before(event, "engineer_id");
            let outcome = match (event.kind.as_str(), before) {
                ("ticket.cancelled", _) => cancel_open(tx, event.object_id, None, "ticket cancelled").await.map(drop),
                ("ticket.merged", _) => cancel_open(tx, event.object_id, None, "ticket merged").await.map(drop),
                ("ticket.assigned" | "ticket.declined", Some(engineer)) => {
                    let reason = if event.kind == "ticket.declined" { "ticket declined" } else { "ticket reassigned" };
                    cancel_open(tx, event.object_id, Some(engineer), reason).await.map(drop)
                }
                ("ticket.accepted", _) => accept(tx, event.object_id).await,
                _ => Ok(()),
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
