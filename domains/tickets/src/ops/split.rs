//! A second matter in a ticket becomes a ticket of its own, for the same customer, place and device.

use authz::permissions;
use axum::extract::State;
use http_api::{App, Body, Caller, Created, IdempotencyKey, Path, Problem};

use crate::{
    ServiceLevelCache, TicketError,
    act::within_reach,
    api::{LONGEST_TEXT, LONGEST_TITLE, SplitTicket, TicketLink, TicketPath, optional_text, refuse, text},
    model::{LinkKind, Source, Ticket},
    ops::create::{number, save_new},
    sla::clocks,
    store,
};

/// The operation.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<TicketPath>,
    key: IdempotencyKey,
    Body(body): Body<SplitTicket>,
) -> Result<Created<Ticket>, Problem> {
    let mut errors = Vec::new();
    let title = text("/title", &body.title, LONGEST_TITLE, &mut errors);
    let description = optional_text("/description", Some(body.description.clone()), LONGEST_TEXT, &mut errors);
    refuse(errors)?;
    let levels = app.get::<ServiceLevelCache>().get(app.db(), &cx).await?;
    let number = number(app.db(), &cx).await?;
    let (kind, priority) = (body.kind, body.priority);
    app.create(&cx, key, &body, "splitTicket", async move |tx| {
        let cx = tx_context(tx);
        let origin = within_reach(tx, path.id, permissions::TICKETS_MERGE).await?;
        let mut ticket =
            Ticket::new(&cx, number, kind.unwrap_or(origin.kind), priority.unwrap_or(origin.priority), Source::Split);
        ticket.title = title;
        ticket.description = description.unwrap_or_default();
        ticket.split_from_id = Some(origin.id);
        ticket.customer_id = origin.customer_id;
        ticket.contact_id = origin.contact_id;
        ticket.contact_name.clone_from(&origin.contact_name);
        ticket.contact_phone.clone_from(&origin.contact_phone);
        ticket.site_id = origin.site_id;
        ticket.device_id = origin.device_id;
        ticket.address.clone_from(&origin.address);
        ticket.warranty = origin.warranty.clone();
        ticket.team_id = origin.team_id;
        ticket.region_id = origin.region_id;
        let clocks = clocks::begin(tx, &levels, &mut ticket).await?;
        save_new(tx, &ticket, Vec::new(), clocks).await?;
        let link = TicketLink {
            id: cx.new_id(),
            from_id: ticket.id,
            to_id: origin.id,
            kind: LinkKind::Related,
            created_at: cx.now(),
        };
        tx.execute(store::insert_link(&cx, &link)).await?;
        Ok::<_, TicketError>(ticket)
    })
    .await
}

fn tx_context(tx: &db::Tx<'_>) -> kernel::Context {
    use db::Query as _;
    tx.cx().clone()
}
