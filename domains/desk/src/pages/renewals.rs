//! What ends soon: factory warranties and contracts, with the device's age and what it cost, so that sales can offer to
//! go on. An offer is a lead, made once for each thing that ends.

use std::collections::{BTreeSet, HashMap};

use authz::{allows, permissions as p};
use axum::extract::State;
use contracts::Contract;
use db::{DbError, Query, Read, Tx};
use devices::Device;
use finance::DeviceCost;
use http_api::{App, Body, Caller, Created, IdempotencyKey, Json, Problem, Query as Params};
use kernel::{Timestamp, Uuid};
use objects::{Checks, Date, Invalid};
use orders::{NewOrder, NewOrderLine, OrderKind, OrderView};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::reach::sees_costs;

/// Days ahead when nobody says otherwise.
const USUAL_DAYS: i32 = 30;
/// Devices and contracts shown at most, each.
const MOST: usize = 200;
/// Days of a year.
const YEAR: i32 = 365;

db::choice! {
    /// What ends.
    pub enum RenewalKind {
        /// The factory warranty of a device that nothing else covers afterwards.
        Warranty = "warranty",
        /// A contract.
        Contract = "contract",
    }
}

/// Something that ends soon.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Renewal {
    /// What ends.
    pub kind: RenewalKind,
    /// The device whose warranty ends.
    pub device_id: Option<Uuid>,
    /// Its serial number.
    pub serial_number: Option<String>,
    /// What its product is called.
    pub product_name: Option<String>,
    /// The contract that ends.
    pub contract_id: Option<Uuid>,
    /// Its number.
    pub contract_number: Option<String>,
    /// What it is called.
    pub contract_name: Option<String>,
    /// Devices it is about: one, or those of the contract.
    pub devices: usize,
    /// The customer.
    pub customer_id: Option<Uuid>,
    /// What the customer is called.
    pub customer_name: Option<String>,
    /// The last day.
    pub ends_on: Date,
    /// Days until then; zero on the last day.
    pub days_left: i32,
    /// Full years since installation, or sale; of a contract the oldest device's.
    pub device_age_years: Option<i32>,
    /// Tickets of the last twelve months.
    pub tickets_12m: i64,
    /// What jobs of the last twelve months cost us, in minor units; null for whoever does not see costs.
    pub cost_12m_minor: Option<i64>,
    /// ISO 4217 code of that.
    pub currency: Option<String>,
    /// The lead that offers to go on, if there is one.
    pub offered_order_id: Option<Uuid>,
    /// Its number.
    pub offered_order_number: Option<String>,
}

/// How soon.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Soon {
    /// Days ahead, 1 to 365; 30 when absent.
    #[schemars(range(min = 1, max = 365))]
    within: Option<i32>,
}

/// Lists what ends soon, the soonest first.
pub(crate) async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    Params(soon): Params<Soon>,
) -> Result<Json<Vec<Renewal>>, Problem> {
    let within = soon.within.unwrap_or(USUAL_DAYS);
    if !(1..=YEAR).contains(&within) {
        return Err(Problem::bad_parameter("/query/within", "Ask for 1 to 365 days."));
    }
    Ok(Json(app.db().read(&cx, async move |r: &mut Read<'_>| ending(r, within).await).await?))
}

async fn ending(r: &mut Read<'_>, within: i32) -> Result<Vec<Renewal>, Problem> {
    let cx = r.cx().clone();
    let today = Date::today(&cx);
    let until = today.plus_days(within).unwrap_or(today);
    let contracts = contracts::ending(r, p::CONTRACTS_READ, (today, until), MOST).await?;
    let mut devices = Vec::new();
    if allows(&cx, p::DEVICES_READ) {
        for device in devices::warranty_ending(r, p::DEVICES_READ, (today, until), MOST).await? {
            let ends_on = device.warranty_ends_on;
            let goes_on = contracts::of_device(r, device.id).await?;
            if !goes_on.iter().any(|contract| Some(contract.ends_on) > ends_on && contract.starts_on <= until) {
                devices.push(device);
            }
        }
    }
    let mut ids: BTreeSet<Uuid> = devices.iter().map(|device| device.id).collect();
    ids.extend(contracts.iter().flat_map(|contract| contract.device_ids.0.iter().copied()));
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let facts = Facts::of(r, &ids).await?;
    let mut renewals: Vec<Renewal> = Vec::new();
    for device in devices {
        renewals.extend(facts.of_device(device, today));
    }
    for contract in contracts {
        renewals.push(facts.of_contract(contract, today));
    }
    name(r, &mut renewals).await?;
    renewals.sort_by(|a, b| a.ends_on.cmp(&b.ends_on).then_with(|| a.serial_number.cmp(&b.serial_number)));
    Ok(renewals)
}

/// What is known of the devices.
struct Facts {
    devices: HashMap<Uuid, Device>,
    tickets: HashMap<Uuid, i64>,
    costs: Option<HashMap<Uuid, DeviceCost>>,
}

impl Facts {
    async fn of(r: &mut Read<'_>, ids: &[Uuid]) -> Result<Self, DbError> {
        let cx = r.cx().clone();
        let since = Timestamp(cx.now().0 - i64::from(YEAR) * 86_400_000_000);
        let mut facts = Self { devices: HashMap::new(), tickets: HashMap::new(), costs: None };
        for some in ids.chunks(500) {
            let found = devices::by_ids(r, some).await?;
            facts.devices.extend(found.into_iter().map(|device| (device.id, device)));
            if allows(&cx, p::TICKETS_READ) {
                for (device, _, count) in tickets::counts_of_devices(r, some, since).await? {
                    *facts.tickets.entry(device).or_default() += count;
                }
            }
        }
        if sees_costs(&cx) {
            facts.costs = Some(finance::costs_of_devices(r, ids, since).await?);
        }
        Ok(facts)
    }

    fn age(&self, id: Uuid, today: Date) -> Option<i32> {
        let device = self.devices.get(&id)?;
        let began = device.installed_on.or(device.sold_on)?;
        Some(today.days_since(began).max(0) / YEAR)
    }

    fn cost(&self, ids: &[Uuid]) -> Option<i64> {
        let costs = self.costs.as_ref()?;
        Some(ids.iter().filter_map(|id| costs.get(id)).map(|cost| cost.total_minor).sum())
    }

    fn currency(&self) -> Option<String> {
        self.costs.as_ref()?.values().next().map(|cost| cost.currency.clone())
    }

    fn tickets(&self, ids: &[Uuid]) -> i64 {
        ids.iter().filter_map(|id| self.tickets.get(id)).sum()
    }

    fn of_device(&self, device: Device, today: Date) -> Option<Renewal> {
        let ends_on = device.warranty_ends_on?;
        Some(Renewal {
            kind: RenewalKind::Warranty,
            device_age_years: self.age(device.id, today),
            tickets_12m: self.tickets(&[device.id]),
            cost_12m_minor: self.cost(&[device.id]),
            currency: self.currency(),
            device_id: Some(device.id),
            serial_number: Some(device.serial_number),
            // The variant, until the product's name is looked up.
            product_name: device.model,
            contract_id: None,
            contract_number: None,
            contract_name: None,
            devices: 1,
            customer_id: device.customer_id,
            customer_name: None,
            ends_on,
            days_left: ends_on.days_since(today),
            offered_order_id: None,
            offered_order_number: None,
        })
    }

    fn of_contract(&self, contract: Contract, today: Date) -> Renewal {
        let ids = contract.device_ids.0;
        Renewal {
            kind: RenewalKind::Contract,
            device_id: None,
            serial_number: None,
            product_name: None,
            contract_id: Some(contract.id),
            contract_number: Some(contract.number),
            contract_name: Some(contract.name),
            devices: ids.len(),
            customer_id: Some(contract.customer_id),
            customer_name: None,
            ends_on: contract.ends_on,
            days_left: contract.ends_on.days_since(today),
            device_age_years: ids.iter().filter_map(|id| self.age(*id, today)).max(),
            tickets_12m: self.tickets(&ids),
            cost_12m_minor: self.cost(&ids),
            currency: self.currency(),
            offered_order_id: None,
            offered_order_number: None,
        }
    }
}

/// Fills in the names of customers and products, and the offers that were made.
async fn name(r: &mut Read<'_>, renewals: &mut [Renewal]) -> Result<(), DbError> {
    let cx = r.cx().clone();
    if allows(&cx, p::CUSTOMERS_READ) {
        let ids: Vec<Uuid> = renewals.iter().filter_map(|renewal| renewal.customer_id).collect();
        let found = customers::by_ids(r, &ids).await?;
        let names: HashMap<Uuid, String> = found.into_iter().map(|customer| (customer.id, customer.name)).collect();
        for renewal in renewals.iter_mut() {
            renewal.customer_name = renewal.customer_id.and_then(|id| names.get(&id).cloned());
        }
    }
    let ids: Vec<Uuid> = renewals.iter().filter_map(|renewal| renewal.device_id).collect();
    let devices = devices::by_ids(r, &ids).await?;
    let products: Vec<Uuid> = devices.iter().filter_map(|device| device.product_id).collect();
    let products = products::by_ids(r, &products).await?;
    let products: HashMap<Uuid, String> = products.into_iter().map(|product| (product.id, product.name)).collect();
    for renewal in renewals.iter_mut() {
        let device = devices.iter().find(|device| Some(device.id) == renewal.device_id);
        let product = device.and_then(|device| products.get(&device.product_id?).cloned());
        renewal.product_name = product.or(renewal.product_name.take());
        let reference = reference(renewal.device_id, renewal.contract_id, renewal.ends_on);
        if let Some(order) = contracts::renewals::offer(r, &reference).await? {
            renewal.offered_order_id = Some(order.order_id);
            renewal.offered_order_number = Some(order.order_number);
        }
    }
    Ok(())
}

/// What an offer is about: the thing and the day it ends, so that the next term can be offered again.
fn reference(device_id: Option<Uuid>, contract_id: Option<Uuid>, ends_on: Date) -> String {
    match (device_id, contract_id) {
        (Some(id), _) => format!("device:{id}:{ends_on}"),
        (None, Some(id)) => format!("contract:{id}:{ends_on}"),
        (None, None) => String::new(),
    }
}

/// What is to be offered anew: a device's warranty, or a contract.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Offer {
    /// The device whose warranty ends.
    device_id: Option<Uuid>,
    /// The contract that ends.
    contract_id: Option<Uuid>,
    /// The colleague who makes the offer; whoever asks when absent.
    assignee_id: Option<Uuid>,
    /// Whatever they should know, at most 2,000 characters.
    note: Option<String>,
}

/// Makes a lead of it, once; asking again answers the same lead.
pub(crate) async fn offer(
    State(app): State<App>,
    Caller(cx): Caller,
    key: IdempotencyKey,
    Body(body): Body<Offer>,
) -> Result<Created<OrderView>, Problem> {
    let wanted = body.clone();
    let number = orders::next_number(app.db(), &cx, OrderKind::Lead).await?;
    app.create(&cx, key, &body, "offerRenewal", async move |tx: &mut Tx<'_>| lead(tx, wanted, number).await).await
}

async fn lead(tx: &mut Tx<'_>, offer: Offer, number: String) -> Result<OrderView, Problem> {
    let (title, customer_id, device_ids, ends_on) = subject(tx, &offer).await?;
    let reference = reference(offer.device_id, offer.contract_id, ends_on);
    if let Some(known) = contracts::renewals::offer(tx, &reference).await?
        && let Some(order) = orders::get(tx, known.order_id).await?
    {
        return shown(tx, order).await;
    }
    let mut new = NewOrder::titled(OrderKind::Lead, customer_id, title.clone());
    new.number = Some(number);
    new.owner_id = offer.assignee_id.or_else(|| tx.cx().user_id());
    new.note = offer.note;
    let today = Date::today(tx.cx());
    new.due_on = Some(ends_on.max(today));
    new.lines =
        vec![NewOrderLine { product_id: None, text: title, quantity: None, unit_price_minor: None, device_ids }];
    let order = orders::insert(tx, new).await?;
    contracts::renewals::offered(tx, &reference, order.id, &order.number).await?;
    shown(tx, order).await
}

async fn shown(tx: &mut Tx<'_>, order: orders::Order) -> Result<OrderView, Problem> {
    let mut views = orders::views(tx, vec![order]).await?;
    views.pop().ok_or_else(|| Problem::not_found("order"))
}

/// What the lead is called, whose it is, which devices it is about, and what day is the last.
async fn subject(tx: &mut Tx<'_>, offer: &Offer) -> Result<(String, Uuid, Vec<Uuid>, Date), Problem> {
    let refused = |pointer: &str, code: &'static str, message: &str| -> Problem {
        let mut checks = Checks::new();
        checks.refuse(pointer, code, message);
        checks.finish().err().map_or_else(|| Problem::not_found("renewal"), |invalid: Invalid| invalid.into())
    };
    match (offer.device_id, offer.contract_id) {
        (Some(id), None) => {
            let device = devices::reached(tx, p::DEVICES_READ, id)
                .await
                .map_err(|_| refused("/device_id", "unknown", "There is no such device; choose one of the list."))?;
            let ends_on = device.warranty_ends_on.ok_or_else(|| {
                refused("/device_id", "no_warranty", "Nobody knows when this device's warranty ends; enter it first.")
            })?;
            let customer = device.customer_id.ok_or_else(|| {
                refused("/device_id", "no_customer", "The device belongs to nobody; enter its customer first.")
            })?;
            let title = format!("续保 (renewal)：{}，{ends_on}", device.serial_number);
            Ok((title, customer, vec![device.id], ends_on))
        }
        (None, Some(id)) => {
            let contract = contracts::reached(tx, p::CONTRACTS_READ, id).await.map_err(|_| {
                refused("/contract_id", "unknown", "There is no such contract; choose one of the list.")
            })?;
            let title = format!("续约 (renewal)：{} {}，{}", contract.number, contract.name, contract.ends_on);
            let devices = contract.device_ids.0.into_iter().take(500).collect();
            Ok((title.chars().take(200).collect(), contract.customer_id, devices, contract.ends_on))
        }
        _ => Err(refused("/device_id", "choose_one", "Name a device or a contract: one of the two.")),
    }
}
