//! Which ticket a link opens, and under which name its holder acts.

use channels::Link;
use db::Query;
use http_api::{Problem, http::StatusCode};
use kernel::{Actor, Context};
use tickets::Ticket;

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
