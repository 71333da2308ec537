//! Which ticket a link opens, and for which tickets a colleague may make one.

use authz::Permission;
use channels::{Link, LinkTarget, TicketReach};
use db::{Db, DbError, Query, Read};
use futures_util::future::BoxFuture;
use http_api::{Problem, http::StatusCode};
use kernel::{Actor, Context, Uuid};
use tickets::{Ticket, TicketError};

/// Merged tickets followed at most.
const HOPS: usize = 5;

/// The link behind the caller and its ticket; when that went up in another one, the other one.
pub async fn linked(q: &mut impl Query) -> Result<(Link, Ticket), Problem> {
    let link = channels::current_link(q).await?;
    let gone = || Problem::new(StatusCode::GONE, "ticket_gone", "The request behind this link no longer exists.");
    let mut ticket = tickets::get(q, link.ticket_id).await?.ok_or_else(gone)?;
    for _ in 0..HOPS {
        let Some(id) = ticket.merged_into_id else { break };
        ticket = tickets::get(q, id).await?.ok_or_else(gone)?;
    }
    Ok((link, ticket))
}

/// The caller under the name they give.
pub fn named(cx: &Context, name: &str) -> Context {
    cx.with_actor(Actor { name: name.to_owned(), ..cx.actor().clone() })
}

/// Tickets for which links may be made; register it as `Arc<dyn channels::TicketReach>`.
#[derive(Debug, Clone, Copy, Default)]
pub struct LinkTickets;

impl TicketReach for LinkTickets {
    fn reach<'a>(
        &'a self,
        db: &'a Db,
        cx: &'a Context,
        ticket_id: Uuid,
        permission: Permission,
    ) -> BoxFuture<'a, Result<Option<LinkTarget>, DbError>> {
        Box::pin(async move {
            let find = async move |r: &mut Read<'_>| tickets::within_reach(r, ticket_id, permission).await;
            match db.read(cx, find).await {
                Ok(ticket) => Ok(Some(LinkTarget { customer_id: ticket.customer_id })),
                Err(TicketError::NotFound) => Ok(None),
                Err(TicketError::Db(error)) => Err(error),
                Err(other) => Err(DbError::Internal(other.to_string())),
            }
        })
    }
}
