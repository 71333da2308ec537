//! Somebody before a device reports a fault: it becomes a ticket, and they get a link to follow it.

use axum::extract::State;
use channels::NewLink;
use db::{DbError, Read, Tx};
use forms::{Channel, Map};
use http_api::{App, Body, IdempotencyKey, Json, Meta, Path, Problem, checked_text};
use kernel::{Context, Uuid};
use objects::{Checks, Numbers, form_to_fill};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tickets::{CreateTicket, Priority, ServiceLevelCache, Source, TicketType};

use super::{
    QrPath,
    device::{Scan, scanned},
    message::own_files,
};

/// Characters of a title made from the description.
const TITLE: usize = 40;

/// A fault.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportFault {
    /// One line; the beginning of the description when absent.
    #[serde(default)]
    #[schemars(length(max = 200))]
    pub title: Option<String>,
    /// What is wrong.
    #[schemars(length(min = 1, max = 20000))]
    pub description: String,
    /// Who to ask for.
    #[schemars(length(min = 1, max = 200))]
    pub contact_name: String,
    /// Where to call back.
    #[schemars(length(min = 1, max = 60))]
    pub contact_phone: String,
    /// Files uploaded for this device.
    #[serde(default)]
    #[schemars(length(max = 10))]
    pub file_ids: Vec<Uuid>,
    /// What the device's page asked for in `form`, by field id; `$form` and `$form_version` say with which form it was
    /// filled in, the one in use when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ext: Option<Map>,
}

/// What became of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reported {
    /// The ticket's number.
    pub number: String,
    /// Where to follow it; whoever knows the address may.
    pub tracking_url: String,
}

/// What is kept for a repetition: never the link, which opens without a password.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Opened {
    ticket_id: Uuid,
    customer_id: Option<Uuid>,
    number: String,
}

/// Opens a ticket for the device.
pub async fn handle(
    State(app): State<App>,
    Meta(request): Meta,
    Path(path): Path<QrPath>,
    key: IdempotencyKey,
    Body(body): Body<ReportFault>,
) -> Result<Json<Reported>, Problem> {
    let mut errors = Vec::new();
    let name = checked_text("/contact_name", &body.contact_name, 200, &mut errors);
    if body.description.trim().is_empty() {
        checked_text("/description", &body.description, 20_000, &mut errors);
    }
    let mut checks = Checks::new();
    let phone = checks.phone("/contact_phone", Some(body.contact_phone.clone()));
    if phone.is_none() {
        checks.refuse("/contact_phone", "required", "This may not be empty.");
    }
    if let Err(invalid) = checks.finish() {
        errors.extend(invalid.0);
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let Scan { cx, device, .. } = scanned(&app, request, &path.qr_token, Some(&name)).await?;
    let levels = app.get::<ServiceLevelCache>().get(app.db(), &cx).await?;
    let number = tickets::number(app.db(), &cx).await?;
    let ext = filled_in(&app, &cx, body.ext.clone()).await?;
    let numbers = if ext.is_some() { objects::numbers(app.db(), &cx, "ticket").await? } else { Numbers::new() };
    let title = body.title.clone().filter(|title| !title.trim().is_empty()).unwrap_or_else(|| {
        let line = body.description.trim().lines().next().unwrap_or_default();
        line.chars().take(TITLE).collect()
    });
    let input = CreateTicket {
        title,
        kind: TicketType::Repair,
        priority: Priority::Normal,
        description: body.description.clone(),
        source: Some(Source::Qr),
        customer_id: None,
        contact_id: None,
        contact_name: Some(name),
        contact_phone: phone,
        site_id: None,
        device_id: Some(device.id),
        serial_number: None,
        address: device.place.clone().filter(|_| device.site_id.is_none()),
        problem_type: None,
        tags: Vec::new(),
        team_id: device.team_id,
        external_ref: None,
        ext,
        file_ids: body.file_ids.clone(),
    };
    let open = async move |tx: &mut Tx<'_>| -> Result<Opened, Problem> {
        own_files(tx, &input.file_ids).await?;
        let ticket = tickets::open_with(tx, &levels, number, input, &numbers).await?;
        Ok(Opened { ticket_id: ticket.id, customer_id: ticket.customer_id, number: ticket.number })
    };
    let opened = app.once(&cx, key, &body, "reportPublicFault", open).await?;
    let link = NewLink::track(opened.ticket_id, opened.customer_id);
    let issue = async move |tx: &mut Tx<'_>| -> Result<_, DbError> { channels::issue_link(tx, link).await };
    let issued = app.db().write(&cx, issue).await?;
    let tracking_url = channels::address(&app.settings().public_url, &issued.token);
    Ok(Json(Reported { number: opened.number, tracking_url }))
}

/// What was filled in, with the form in use where none is named: what that form demands must be there, whoever sends it.
async fn filled_in(app: &App, cx: &Context, sent: Option<Map>) -> Result<Option<Map>, Problem> {
    if sent.as_ref().is_some_and(|sent| sent.contains_key("$form")) {
        return Ok(sent);
    }
    let read = async |r: &mut Read<'_>| form_to_fill(r, "ticket", Channel::Customer).await;
    let Some(form) = app.db().read(cx, read).await?.and_then(|offered| offered.form) else { return Ok(sent) };
    let mut filled = sent.unwrap_or_default();
    filled.insert("$form".to_owned(), form.id.into());
    Ok(Some(filled))
}
