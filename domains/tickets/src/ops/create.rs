//! A ticket comes in: customer and device matched, warranty judged, due times set, everything in one commit.

use axum::extract::State;
use db::{Db, DbError, Json, Query as _, Stmt, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, Created, FieldError, IdempotencyKey, Problem};
use kernel::{ActorKind, Context, Uuid};
use objects::Numbers;
use serde_json::json;

use crate::{
    ServiceLevelCache, ServiceLevels, TicketError,
    api::{Attachment, CreateTicket, LONGEST_TEXT, LONGEST_TITLE, optional_text, refuse, tags, text},
    model::{Source, Ticket, Warranty},
    sla::clocks,
    store,
};

/// The operation.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    key: IdempotencyKey,
    Body(body): Body<CreateTicket>,
) -> Result<Created<Ticket>, Problem> {
    let input = check(body.clone())?;
    let levels = app.get::<ServiceLevelCache>().get(app.db(), &cx).await?;
    let number = number(app.db(), &cx).await?;
    let numbers = if input.ext.is_some() { objects::numbers(app.db(), &cx, "ticket").await? } else { Numbers::new() };
    app.create(&cx, key, &body, "createTicket", async move |tx| open_with(tx, &levels, number, input, &numbers).await)
        .await
}

/// The next ticket number of the year in the tenant's zone: `T-2026-000123`.
pub async fn number(db: &Db, cx: &Context) -> Result<String, DbError> {
    let zone = jiff::tz::TimeZone::get(cx.zone()).unwrap_or(jiff::tz::TimeZone::UTC);
    let year = zone.to_datetime(cx.now().to_jiff()).year();
    let next = db.next_number(cx, &format!("T-{year}")).await?;
    Ok(format!("T-{year}-{next:06}"))
}

/// Trims and checks what needs no database.
fn check(mut input: CreateTicket) -> Result<CreateTicket, TicketError> {
    let mut errors = Vec::new();
    input.title = text("/title", &input.title, LONGEST_TITLE, &mut errors);
    let described = optional_text("/description", Some(input.description), LONGEST_TEXT, &mut errors);
    input.description = described.unwrap_or_default();
    input.contact_name = optional_text("/contact_name", input.contact_name, 200, &mut errors);
    input.contact_phone = optional_text("/contact_phone", input.contact_phone, 200, &mut errors);
    input.serial_number = optional_text("/serial_number", input.serial_number, 200, &mut errors);
    input.address = optional_text("/address", input.address, 200, &mut errors);
    input.problem_type = optional_text("/problem_type", input.problem_type, 200, &mut errors);
    input.external_ref = optional_text("/external_ref", input.external_ref, 200, &mut errors);
    input.tags = tags("/tags", input.tags, &mut errors);
    if input.file_ids.len() > 20 {
        errors.push(FieldError::new("/file_ids", "too_many", "Attach at most 20 files at once."));
    }
    refuse(errors)?;
    Ok(input)
}

/// Opens a ticket inside the caller's transaction. `number` is taken before, so that creations never wait
/// for each other's commit.
pub async fn open(
    tx: &mut Tx<'_>,
    levels: &ServiceLevels,
    number: String,
    input: CreateTicket,
) -> Result<Ticket, TicketError> {
    open_with(tx, levels, number, input, &Numbers::new()).await
}

/// The same with own fields, whose numbers were taken before.
pub async fn open_with(
    tx: &mut Tx<'_>,
    levels: &ServiceLevels,
    number: String,
    input: CreateTicket,
    numbers: &Numbers,
) -> Result<Ticket, TicketError> {
    let input = check(input)?;
    let cx = tx.cx().clone();
    let usual = if cx.actor().kind == ActorKind::ApiKey { Source::Api } else { Source::Staff };
    let mut ticket = Ticket::new(&cx, number, input.kind, input.priority, input.source.unwrap_or(usual));
    ticket.title = input.title;
    ticket.description = input.description;
    ticket.customer_id = input.customer_id;
    ticket.contact_id = input.contact_id;
    ticket.contact_name = input.contact_name;
    ticket.contact_phone = input.contact_phone;
    ticket.site_id = input.site_id;
    ticket.device_id = input.device_id;
    ticket.address = input.address;
    ticket.problem_type = input.problem_type;
    ticket.tags = Json(input.tags);
    ticket.team_id = input.team_id;
    ticket.external_ref = input.external_ref;
    match_records(tx, &mut ticket, input.serial_number.as_deref()).await?;
    let attachments = attachments(tx, &ticket, &input.file_ids).await?;
    let own = objects::settle_ext(tx, "ticket", ticket.id, None, input.ext, numbers).await?;
    ticket.ext = Json(own.values);
    let clocks = clocks::begin(tx, levels, &mut ticket).await?;
    save_new(tx, &ticket, attachments, clocks).await?;
    tx.execute_all(own.statements).await?;
    store::own_fields(tx, std::slice::from_mut(&mut ticket)).await?;
    Ok(ticket)
}

/// Finds customer, contact, place and device, fills in what one tells of the other, and judges the warranty.
pub async fn match_records(tx: &mut Tx<'_>, ticket: &mut Ticket, serial: Option<&str>) -> Result<(), TicketError> {
    let mut errors = Vec::new();
    let unknown = |pointer: &str, what: &str| {
        FieldError::new(pointer, "unknown", format!("There is no such {what}; it may have been removed."))
    };
    let device = match (ticket.device_id, serial) {
        (Some(id), _) => devices::get(tx, id).await?,
        (None, Some(serial)) => devices::by_serial(tx, serial).await?,
        (None, None) => None,
    };
    match &device {
        Some(device) => {
            ticket.device_id = Some(device.id);
            ticket.customer_id = ticket.customer_id.or(device.customer_id);
            ticket.site_id = ticket.site_id.or(device.site_id);
            ticket.region_id = ticket.region_id.or(device.region_id);
        }
        None if ticket.device_id.is_some() => errors.push(unknown("/device_id", "device")),
        None if serial.is_some() => errors.push(FieldError::new(
            "/serial_number",
            "unknown",
            "No device has this serial number. Check the plate, or leave it empty and describe the device.",
        )),
        None => {}
    }
    if let Some(id) = ticket.customer_id {
        match customers::get(tx, id).await? {
            Some(customer) => {
                ticket.region_id = ticket.region_id.or(customer.region_id);
                ticket.contact_phone = ticket.contact_phone.take().or(customer.phone);
            }
            None => errors.push(unknown("/customer_id", "customer")),
        }
    }
    if let Some(id) = ticket.contact_id {
        match customers::contact(tx, id).await? {
            Some(contact) => {
                ticket.customer_id = ticket.customer_id.or(Some(contact.customer_id));
                ticket.contact_name = ticket.contact_name.take().or(Some(contact.name));
                ticket.contact_phone = contact.phone.or(ticket.contact_phone.take());
            }
            None => errors.push(unknown("/contact_id", "contact")),
        }
    }
    if let Some(id) = ticket.site_id {
        match customers::site(tx, id).await? {
            Some(site) => {
                ticket.region_id = ticket.region_id.or(site.region_id);
                ticket.address =
                    ticket.address.take().or_else(|| Some(site.address.0.line()).filter(|line| !line.is_empty()));
            }
            None => errors.push(unknown("/site_id", "site")),
        }
    }
    if let Some(id) = ticket.team_id
        && identity::team(tx, id).await?.is_none()
    {
        errors.push(unknown("/team_id", "team"));
    }
    refuse(errors)?;
    if let Some(device) = device {
        let verdict = contracts::verdict_for_device(tx, device.id, ticket.created_at).await?;
        ticket.warranty = Json(Some(Warranty {
            in_warranty: verdict.in_warranty,
            reason_code: verdict.reason_code.to_string(),
            until: verdict.until.map(|day| day.to_string()),
            contract_id: verdict.contract_id,
        }));
    }
    Ok(())
}

async fn attachments(tx: &mut Tx<'_>, ticket: &Ticket, file_ids: &[Uuid]) -> Result<Vec<Attachment>, TicketError> {
    let mut found = Vec::new();
    for (index, id) in file_ids.iter().enumerate() {
        let Some(file) = files::get(tx, *id).await? else {
            let pointer = format!("/file_ids/{index}");
            return Err(TicketError::field(&pointer, "unknown", "There is no such file; upload it again."));
        };
        found.push(Attachment {
            id: tx.cx().new_id(),
            ticket_id: ticket.id,
            file_id: file.id,
            name: file.name,
            media_type: file.media_type,
            size: file.size,
            created_by_name: tx.cx().actor().name.clone(),
            created_at: tx.cx().now(),
        });
    }
    Ok(found)
}

/// Writes a new ticket with its event, its creator as follower, its files and its clocks, in one round trip.
pub async fn save_new(
    tx: &mut Tx<'_>,
    ticket: &Ticket,
    attachments: Vec<Attachment>,
    clocks: Vec<Stmt<'static>>,
) -> Result<(), TicketError> {
    let cx = tx.cx().clone();
    let event = NewEvent::new("ticket.created", "ticket", ticket.id).label(&ticket.number).data(json!({
        "title": ticket.title,
        "type": ticket.kind,
        "priority": ticket.priority,
        "source": ticket.source,
        "customer_id": ticket.customer_id,
        "device_id": ticket.device_id,
    }));
    let mut stmts: Vec<Stmt<'_>> = vec![store::insert(&cx, ticket), events::statement(&cx, &event)];
    if let Some(user_id) = cx.user_id() {
        stmts.push(store::follow(&cx, ticket.id, user_id));
    }
    stmts.extend(attachments.iter().map(|attachment| store::insert_attachment(&cx, attachment)));
    stmts.extend(clocks);
    tx.execute_all(stmts).await?;
    Ok(())
}
