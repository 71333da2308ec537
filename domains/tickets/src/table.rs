//! Tickets as rows of a table: what import, export and bulk changes call, by the same rules as the operations.

use authz::permissions::{TICKETS_CLOSE, TICKETS_READ, TICKETS_UPDATE};
use db::{Query, Tx, list::ListPage};
use http_api::{ListParams, Problem, scope_condition};
use kernel::Uuid;
use objects::{Numbers, listing};

use crate::{
    Action, ServiceLevels, Ticket, TicketError, UpdateTicket,
    act::{SCOPE, act, load},
    api::CreateTicket,
    ops::{create::open_with, list::LISTING},
    store,
};

/// A page of the tickets that the caller sees.
pub async fn page(q: &mut impl Query, params: &ListParams) -> Result<ListPage<Ticket>, Problem> {
    let scope = scope_condition(q.cx(), TICKETS_READ, &SCOPE);
    let mut page: ListPage<Ticket> = listing::page_with_own(q, &LISTING, "ticket", params, vec![scope]).await?;
    store::own_fields(q, &mut page.page.items).await?;
    Ok(page)
}

/// Opens a ticket; its number, and `numbers` of own fields, were taken before.
pub async fn create(
    tx: &mut Tx<'_>,
    new: CreateTicket,
    number: String,
    numbers: &Numbers,
) -> Result<Ticket, TicketError> {
    let levels = ServiceLevels::load(tx).await?;
    open_with(tx, &levels, number, new, numbers).await
}

/// Changes a ticket that has this version and that the caller may change.
pub async fn update(tx: &mut Tx<'_>, id: Uuid, version: i64, body: UpdateTicket) -> Result<Ticket, TicketError> {
    let before = load(tx, id, version, TICKETS_UPDATE).await?;
    crate::ops::update::update(tx, before, body).await
}

/// Cancels a ticket of this version: tickets are never put away.
pub async fn cancel(tx: &mut Tx<'_>, id: Uuid, version: i64, reason: String) -> Result<Ticket, TicketError> {
    let before = load(tx, id, version, TICKETS_CLOSE).await?;
    act(tx, before, Action::Cancel { reason }).await
}
