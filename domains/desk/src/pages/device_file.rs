//! The whole file of a device in one answer: what it is, where it stands, what is in it, its cover with reasons, contracts,
//! plans, jobs, what it cost so far, and its history. The number of statements does not grow with the number of jobs.

use authz::{allows, permissions as p};
use axum::extract::State;
use contracts::{Contract, ExplainedVerdict, plans::PlanDevice};
use customers::{Customer, Site};
use db::{
    Query as _, Read,
    list::{Fragment, ListPage},
};
use devices::{DevicePart, DeviceView, Meter, ShownDocument};
use events::Event;
use finance::DeviceCost;
use http_api::{App, Caller, Json, Path, Problem};
use kernel::{Timestamp, Uuid};
use objects::{Date, TimelineParams};
use products::Product;
use schemars::JsonSchema;
use serde::Serialize;
use tickets::{Ticket, TicketType};
use visits::Visit;

use super::{IdPath, reach::tickets_where, search::customer};

/// Tickets and visits shown at most.
const MOST: usize = 20;

/// Another device, as much as a link shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DeviceLink {
    /// Which one.
    pub id: Uuid,
    /// Its serial number.
    pub serial_number: String,
    /// The variant.
    pub model: Option<String>,
    /// Whether it works.
    pub status: devices::DeviceStatus,
}

impl From<devices::Device> for DeviceLink {
    fn from(device: devices::Device) -> Self {
        Self { id: device.id, serial_number: device.serial_number, model: device.model, status: device.status }
    }
}

/// A plan that reaches the device.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DevicePlan {
    /// What it is called.
    pub name: String,
    /// How far it has come with the device, and what is due next.
    #[serde(flatten)]
    pub device: PlanDevice,
}

/// How much there is; null where the caller may not look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct DeviceCounts {
    /// Tickets.
    pub tickets: Option<i64>,
    /// Repairs among them.
    pub repairs: Option<i64>,
    /// Upkeep among them.
    pub maintenances: Option<i64>,
    /// Parts that were used on it, in pieces.
    pub parts_replaced: Option<i64>,
}

/// A device's whole file; what the caller may not see is empty or null.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DeviceFile {
    /// The device.
    pub device: DeviceView,
    /// What it is.
    pub product: Option<Product>,
    /// Whose it is.
    pub customer: Option<Customer>,
    /// Where it stands.
    pub site: Option<Site>,
    /// The device it is a component of.
    pub parent: Option<DeviceLink>,
    /// Its components.
    pub components: Vec<DeviceLink>,
    /// Parts built in, those still in first.
    pub parts: Vec<DevicePart>,
    /// Meters with their latest reading.
    pub meters: Vec<Meter>,
    /// Its own documents and its product's.
    pub documents: Vec<ShownDocument>,
    /// Whether it is covered today, and why.
    pub warranty: ExplainedVerdict,
    /// Contracts about it, the one that ends last first.
    pub contracts: Vec<Contract>,
    /// Maintenance plans that reach it.
    pub plans: Vec<DevicePlan>,
    /// The newest 20 tickets.
    pub tickets: Vec<Ticket>,
    /// The latest 20 visits.
    pub visits: Vec<Visit>,
    /// How much there is.
    pub counts: DeviceCounts,
    /// What it cost us so far; null for whoever does not see costs.
    pub cost_so_far: Option<DeviceCost>,
    /// The first page of its history, the newest first.
    pub timeline: ListPage<Event>,
}

/// Shows the whole file.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(IdPath { id }): Path<IdPath>,
) -> Result<Json<DeviceFile>, Problem> {
    Ok(Json(app.db().read(&cx, async move |r: &mut Read<'_>| file(r, id).await).await?))
}

async fn file(r: &mut Read<'_>, id: Uuid) -> Result<DeviceFile, Problem> {
    let cx = r.cx().clone();
    let device = devices::reached(r, p::DEVICES_READ, id).await?;
    let product = match device.product_id {
        Some(id) if allows(&cx, p::PRODUCTS_READ) => products::get(r, id).await?,
        _ => None,
    };
    let owner = match device.customer_id {
        Some(id) if allows(&cx, p::CUSTOMERS_READ) => customer(r, id).await?,
        _ => None,
    };
    let site = match device.site_id {
        Some(id) if owner.is_some() => customers::site(r, id).await?,
        _ => None,
    };
    let parent = match device.parent_id {
        // What lies outside the caller's reach is not there for them.
        Some(id) => devices::reached(r, p::DEVICES_READ, id).await.ok().map(DeviceLink::from),
        None => None,
    };
    let components = devices::components(r, id).await?.into_iter().map(DeviceLink::from).collect();
    let warranty = contracts::explained(r, &device, Date::today(&cx)).await?;
    let (mut of_contract, mut plans) = (Vec::new(), Vec::new());
    if allows(&cx, p::CONTRACTS_READ) {
        of_contract = contracts::of_device(r, id).await?;
        let reaching = contracts::plans::of_device(r, &device).await?;
        plans.extend(reaching.into_iter().map(|(plan, device)| DevicePlan { name: plan.name, device }));
    }
    let tickets = tickets_where(r, Fragment::new("device_id = $1", vec![id.into()]), MOST).await?;
    let visits = if allows(&cx, p::VISITS_READ) { visits::of_device(r, id, MOST).await? } else { Vec::new() };
    let mut counts = DeviceCounts::default();
    if allows(&cx, p::TICKETS_READ) {
        let found = tickets::counts_of_devices(r, &[id], Timestamp(0)).await?;
        let of = |kind: Option<TicketType>| {
            Some(found.iter().filter(|(_, one, _)| kind.is_none_or(|kind| kind == *one)).map(|(_, _, n)| n).sum())
        };
        counts.tickets = of(None);
        counts.repairs = of(Some(TicketType::Repair));
        counts.maintenances = of(Some(TicketType::Maintain));
    }
    let mut cost_so_far = None;
    if finance::sees_costs(&cx) {
        cost_so_far = finance::costs_of_devices(r, &[id], Timestamp(0)).await?.remove(&id);
        counts.parts_replaced = cost_so_far.as_ref().map(|cost| cost.pieces);
    }
    let (parts, meters) = (devices::parts(r, id).await?, devices::meters(r, id).await?);
    let documents = devices::documents(r, &device).await?;
    let timeline = objects::timeline(r, "device", id, &TimelineParams::default()).await?;
    Ok(DeviceFile {
        device: devices::view(r, device).await?,
        product,
        customer: owner,
        site,
        parent,
        components,
        parts,
        meters,
        documents,
        warranty,
        contracts: of_contract,
        plans,
        tickets,
        visits,
        counts,
        cost_so_far,
        timeline,
    })
}
