//! Fields of a ticket are changed; its stage moves only by actions.

use authz::permissions;
use axum::extract::State;
use db::{Json, Tx};
use http_api::{App, Body, Caller, FieldError, IfMatch, Path, Problem, Versioned};
use objects::Numbers;
use serde_json::{Map, Value};

use crate::{
    TicketError,
    act::{load, save, save_with},
    api::{LONGEST_TEXT, LONGEST_TITLE, TicketPath, UpdateTicket, optional_text, refuse, tags, text},
    model::Ticket,
    ops::create::match_records,
    store,
};

/// The operation.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<TicketPath>,
    version: IfMatch,
    Body(body): Body<UpdateTicket>,
) -> Result<Versioned<Ticket>, Problem> {
    let version = version.version();
    let ticket = app
        .db()
        .write(&cx, async move |tx| {
            let before = load(tx, path.id, version, permissions::TICKETS_UPDATE).await?;
            update(tx, before, body).await
        })
        .await?;
    Ok(Versioned(ticket))
}

pub(crate) async fn update(tx: &mut Tx<'_>, before: Ticket, body: UpdateTicket) -> Result<Ticket, TicketError> {
    let mut after = before.clone();
    let mut errors: Vec<FieldError> = Vec::new();
    if let Some(title) = &body.title {
        after.title = text("/title", title, LONGEST_TITLE, &mut errors);
    }
    if let Some(description) = body.description {
        let described = optional_text("/description", Some(description), LONGEST_TEXT, &mut errors);
        after.description = described.unwrap_or_default();
    }
    if let Some(labels) = body.tags {
        after.tags = Json(tags("/tags", labels, &mut errors));
    }
    for (field, given, place) in [
        ("/contact_name", body.contact_name, &mut after.contact_name),
        ("/contact_phone", body.contact_phone, &mut after.contact_phone),
        ("/address", body.address, &mut after.address),
        ("/problem_type", body.problem_type, &mut after.problem_type),
    ] {
        if given.is_mentioned() {
            given.apply(place);
            *place = optional_text(field, place.take(), 200, &mut errors);
        }
    }
    refuse(errors)?;
    after.kind = body.kind.unwrap_or(after.kind);
    body.customer_id.apply(&mut after.customer_id);
    body.contact_id.apply(&mut after.contact_id);
    body.site_id.apply(&mut after.site_id);
    body.device_id.apply(&mut after.device_id);
    body.team_id.apply(&mut after.team_id);
    let related =
        |ticket: &Ticket| (ticket.customer_id, ticket.contact_id, ticket.site_id, ticket.device_id, ticket.team_id);
    if related(&after) != related(&before) {
        if after.device_id != before.device_id {
            after.warranty = Json(None);
        }
        match_records(tx, &mut after, None).await?;
    }
    after.priority = body.priority.unwrap_or(after.priority);
    let Some(sent) = body.ext else {
        if after != before {
            save(tx, &before, &mut after, "ticket.updated", None, Vec::new()).await?;
        }
        return Ok(after);
    };
    let mut before = before;
    before.ext = Json(store::own_values(tx, before.id).await?);
    after.ext = before.ext.clone();
    let own = objects::settle_ext(tx, "ticket", before.id, Some(&before.ext.0), Some(sent), &Numbers::new()).await?;
    if own.changed {
        after.ext = Json(own.values.clone());
    }
    if after != before {
        save_with(tx, &before, &mut after, own).await?;
    }
    store::own_fields(tx, std::slice::from_mut(&mut after)).await?;
    Ok(after)
}

/// Sets own fields of a ticket as whoever fills a form in about it may: fields that are not named stay, whoever set them
/// meanwhile.
pub async fn fill_in(tx: &mut Tx<'_>, ticket: Ticket, ext: Map<String, Value>) -> Result<Ticket, TicketError> {
    update(tx, ticket, UpdateTicket { ext: Some(ext), ..UpdateTicket::default() }).await
}
