//! One box for everything: exact numbers first, then words, within what the caller may see.

use authz::{Permission, allows, permissions as p};
use axum::extract::State;
use customers::CustomerError;
use db::{Query as Queries, Read};
use devices::DeviceError;
use http_api::{App, Caller, Json, Problem, Query};
use kernel::{Scope, Uuid};
use objects::{among, phone_digits};
use schemars::JsonSchema;
use serde::Serialize;
use tickets::Ticket;

use super::{Typed, reach::tickets_where};

/// Hits of one kind of object at most.
const EACH: usize = 8;

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Hit {
    /// The kind of object: `ticket`, `customer`, `device`, `contract`, `product`, `part` or `engineer`.
    pub object: &'static str,
    /// Which one.
    pub id: Uuid,
    /// One line that tells it from others.
    pub title: String,
    /// One more line.
    pub subtitle: Option<String>,
    /// True when the number, telephone or serial number was exactly this.
    pub exact: bool,
}

/// What was found, the best first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Hits {
    /// The hits.
    pub items: Vec<Hit>,
}

fn ticket_hit(ticket: Ticket, exact: bool) -> Hit {
    let who = ticket.contact_name.or(ticket.address);
    Hit { object: "ticket", id: ticket.id, title: format!("{} {}", ticket.number, ticket.title), subtitle: who, exact }
}

fn customer_hit(customer: customers::Customer, exact: bool) -> Hit {
    Hit { object: "customer", id: customer.id, title: customer.name, subtitle: customer.phone, exact }
}

fn device_hit(device: devices::DeviceView, exact: bool) -> Hit {
    let names = [device.device.model, device.product_name, device.customer_name];
    let names = names.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let subtitle = (!names.is_empty()).then_some(names);
    Hit { object: "device", id: device.device.id, title: device.device.serial_number, subtitle, exact }
}

/// The customer if the caller reaches it.
pub async fn customer(q: &mut impl Queries, id: Uuid) -> Result<Option<customers::Customer>, Problem> {
    match customers::reached(q, p::CUSTOMERS_READ, id).await {
        Ok(customer) => Ok(Some(customer)),
        Err(CustomerError::NotFound(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The device if the caller reaches it.
pub async fn device(q: &mut impl Queries, id: Uuid) -> Result<Option<devices::Device>, Problem> {
    match devices::reached(q, p::DEVICES_READ, id).await {
        Ok(device) => Ok(Some(device)),
        Err(DeviceError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Customers within reach with this telephone number.
pub async fn customers_by_phone(q: &mut impl Queries, text: &str) -> Result<Vec<customers::Customer>, Problem> {
    let Some(digits) = phone_digits(text) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for one in customers::by_phone(q, &digits).await? {
        found.extend(customer(q, one.id).await?);
    }
    Ok(found)
}

async fn exact(q: &mut impl Queries, text: &str) -> Result<Vec<Hit>, Problem> {
    let mut hits = Vec::new();
    if let Some(ticket) = tickets::by_number(q, &text.to_uppercase()).await? {
        let seen = tickets_where(q, among("id", &[ticket.id]), 1).await?;
        hits.extend(seen.into_iter().map(|ticket| ticket_hit(ticket, true)));
    }
    if allows(q.cx(), p::DEVICES_READ)
        && let Some(known) = devices::by_serial(q, text).await?
        && let Some(seen) = device(q, known.id).await?
    {
        hits.push(device_hit(devices::view(q, seen).await?, true));
    }
    if allows(q.cx(), p::CUSTOMERS_READ) {
        hits.extend(customers_by_phone(q, text).await?.into_iter().map(|customer| customer_hit(customer, true)));
    }
    Ok(hits)
}

/// Objects of which the permission alone decides whether they are seen.
const BY_PERMISSION: &[(&str, Permission)] = &[
    ("contract", p::CONTRACTS_READ),
    ("product", p::PRODUCTS_READ),
    ("part", p::PARTS_READ),
    ("engineer", p::ENGINEERS_READ),
];

async fn by_words(q: &mut impl Queries, text: &str) -> Result<Vec<Hit>, Problem> {
    let mut hits = Vec::new();
    if allows(q.cx(), p::TICKETS_READ) {
        // More than are shown, since some may lie outside the caller's reach.
        let ids = search::ids(q, "ticket", text, search::LARGEST).await?;
        let found = tickets_where(q, among("id", &ids), EACH).await?;
        hits.extend(found.into_iter().map(|ticket| ticket_hit(ticket, false)));
    }
    if allows(q.cx(), p::CUSTOMERS_READ) {
        for id in search::ids(q, "customer", text, EACH).await? {
            hits.extend(customer(q, id).await?.map(|customer| customer_hit(customer, false)));
        }
    }
    if allows(q.cx(), p::DEVICES_READ) {
        for id in search::ids(q, "device", text, EACH).await? {
            if let Some(seen) = device(q, id).await? {
                hits.push(device_hit(devices::view(q, seen).await?, false));
            }
        }
    }
    for (object, permission) in BY_PERMISSION {
        if q.cx().scope(permission.name()) == Some(Scope::All) {
            let found = search::hits(q, object, text, EACH).await?;
            hits.extend(found.into_iter().map(|hit| Hit {
                object,
                id: hit.object_id,
                title: hit.title,
                subtitle: None,
                exact: false,
            }));
        }
    }
    Ok(hits)
}

/// What was typed, trimmed; `None` when there is nothing to look for.
pub fn wanted(typed: &Typed) -> Result<Option<String>, Problem> {
    let text = typed.q.trim();
    if text.chars().count() > 200 || text.contains('\0') {
        return Err(Problem::bad_parameter("/query/q", "Search for at most 200 characters."));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// Finds.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Query(typed): Query<Typed>,
) -> Result<Json<Hits>, Problem> {
    let Some(text) = wanted(&typed)? else { return Ok(Json(Hits { items: Vec::new() })) };
    let read = async move |r: &mut Read<'_>| -> Result<Hits, Problem> {
        let mut items = exact(r, &text).await?;
        for hit in by_words(r, &text).await? {
            if !items.iter().any(|known| known.id == hit.id) {
                items.push(hit);
            }
        }
        Ok(Hits { items })
    };
    Ok(Json(app.db().read(&cx, read).await?))
}
