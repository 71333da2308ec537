//! Everything about a device on one page: owner, place, cover, repairs and the parts replaced.

use authz::{allows, permissions as p};
use axum::extract::State;
use contracts::Contract;
use customers::{Customer, Site};
use db::{Read, list::Fragment};
use http_api::{App, Caller, Json, Path, Problem};
use inventory::PartUse;
use products::Product;
use schemars::JsonSchema;
use serde::Serialize;
use tickets::Ticket;

use super::{
    IdPath,
    reach::{CoveredDevice, covered, tickets_where},
    search::customer,
};

/// Tickets shown at most.
const MOST_TICKETS: usize = 50;

/// A part that was used on the device.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PartReplaced {
    /// The ticket it was used for.
    pub ticket_number: String,
    /// The use.
    #[serde(flatten)]
    pub part_use: PartUse,
}

/// A device with everything around it; what the caller may not see is empty.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DeviceOverview {
    /// The device with its cover today.
    pub device: CoveredDevice,
    /// What it is.
    pub product: Option<Product>,
    /// Whose it is.
    pub customer: Option<Customer>,
    /// Where it stands.
    pub site: Option<Site>,
    /// Contracts about it, the one that ends last first.
    pub contracts: Vec<Contract>,
    /// Tickets, the newest first.
    pub tickets: Vec<Ticket>,
    /// How many of these are being worked on.
    pub open_tickets: usize,
    /// Parts used on it, the newest ticket first.
    pub parts: Vec<PartReplaced>,
}

/// Shows a device.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(IdPath { id }): Path<IdPath>,
) -> Result<Json<DeviceOverview>, Problem> {
    let reach = cx.clone();
    let read = async move |r: &mut Read<'_>| -> Result<DeviceOverview, Problem> {
        let device = devices::reached(r, p::DEVICES_READ, id).await?;
        let product = match device.product_id {
            Some(id) if allows(&reach, p::PRODUCTS_READ) => products::get(r, id).await?,
            _ => None,
        };
        let owner = match device.customer_id {
            Some(id) if allows(&reach, p::CUSTOMERS_READ) => customer(r, id).await?,
            _ => None,
        };
        let site = match device.site_id {
            Some(id) if owner.is_some() => customers::site(r, id).await?,
            _ => None,
        };
        let contracts = if allows(&reach, p::CONTRACTS_READ) { contracts::of_device(r, id).await? } else { Vec::new() };
        let tickets = tickets_where(r, Fragment::new("device_id = $1", vec![id.into()]), MOST_TICKETS).await?;
        let mut parts = Vec::new();
        if allows(&reach, p::PARTS_READ) {
            for ticket in &tickets {
                let uses = inventory::uses_of_ticket(r, ticket.id).await?;
                parts.extend(
                    uses.into_iter().map(|part_use| PartReplaced { ticket_number: ticket.number.clone(), part_use }),
                );
            }
        }
        Ok(DeviceOverview {
            device: covered(r, device).await?,
            open_tickets: tickets.iter().filter(|ticket| ticket.status.is_open()).count(),
            product,
            customer: owner,
            site,
            contracts,
            tickets,
            parts,
        })
    };
    Ok(Json(app.db().read(&cx, read).await?))
}
