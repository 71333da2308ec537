//! Intake: who is calling, what they own, and what is open, from whatever the caller says first.

use authz::{allows, permissions as p};
use axum::extract::State;
use customers::{Contact, Customer, Site};
use db::{Query as Queries, Read};
use http_api::{App, Caller, Json, Problem, Query};
use kernel::Uuid;
use schemars::JsonSchema;
use serde::Serialize;
use tickets::Ticket;

use super::{
    Typed,
    reach::{CoveredDevice, covered, devices_of, open_of, tickets_where},
    search::{customer, customers_by_phone, device, wanted},
};

/// Customers shown at most.
const MOST: usize = 5;
/// Devices shown of each at most; the one whose serial number was asked for comes first.
const MOST_DEVICES: usize = 20;
/// Open tickets shown of each at most.
const MOST_TICKETS: usize = 20;

/// A customer who may be calling.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Found {
    /// The customer; null for a device that belongs to nobody yet.
    pub customer: Option<Customer>,
    /// Whom to speak to.
    pub contacts: Vec<Contact>,
    /// Where their devices stand.
    pub sites: Vec<Site>,
    /// Their devices with cover.
    pub devices: Vec<CoveredDevice>,
    /// What is being worked on.
    pub open_tickets: Vec<Ticket>,
}

/// Who may be calling.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct LookUp {
    /// The most likely first.
    pub items: Vec<Found>,
    /// The device whose serial number it was.
    pub device_id: Option<Uuid>,
}

async fn found(q: &mut impl Queries, customer: Customer) -> Result<Found, Problem> {
    let id = customer.id;
    Ok(Found {
        contacts: customers::contacts(q, id).await?,
        sites: customers::sites(q, id).await?,
        devices: devices_of(q, id, MOST_DEVICES).await?,
        open_tickets: tickets_where(q, open_of("customer_id", id), MOST_TICKETS).await?,
        customer: Some(customer),
    })
}

/// The page's answer: telephone, then serial number, then name and words.
async fn look_up(q: &mut impl Queries, text: &str) -> Result<LookUp, Problem> {
    let mut owners = customers_by_phone(q, text).await?;
    let (mut items, mut device_id) = (Vec::new(), None);
    if allows(q.cx(), p::DEVICES_READ)
        && let Some(known) = devices::by_serial(q, text).await?
        && let Some(seen) = device(q, known.id).await?
    {
        device_id = Some(seen.id);
        let owner = match seen.customer_id {
            Some(id) => customer(q, id).await?,
            None => None,
        };
        let mut item = match owner {
            Some(owner) => found(q, owner).await?,
            None => Found {
                customer: None,
                contacts: Vec::new(),
                sites: Vec::new(),
                devices: Vec::new(),
                open_tickets: tickets_where(q, open_of("device_id", seen.id), MOST_TICKETS).await?,
            },
        };
        item.devices.retain(|one| one.device.device.id != seen.id);
        item.devices.insert(0, covered(q, seen).await?);
        items.push(item);
    }
    if owners.is_empty() && items.is_empty() {
        if let Some(named) = customers::by_name(q, text).await? {
            owners.extend(customer(q, named.id).await?);
        }
        for id in search::ids(q, "customer", text, MOST).await? {
            if !owners.iter().any(|known| known.id == id) {
                owners.extend(customer(q, id).await?);
            }
        }
    }
    for owner in owners.into_iter().take(MOST) {
        if !items.iter().any(|item| item.customer.as_ref().is_some_and(|known| known.id == owner.id)) {
            items.push(found(q, owner).await?);
        }
    }
    Ok(LookUp { items, device_id })
}

/// Looks a caller up.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Query(typed): Query<Typed>,
) -> Result<Json<LookUp>, Problem> {
    let Some(text) = wanted(&typed)? else { return Ok(Json(LookUp { items: Vec::new(), device_id: None })) };
    let read = async move |r: &mut Read<'_>| look_up(r, &text).await;
    Ok(Json(app.db().read(&cx, read).await?))
}
