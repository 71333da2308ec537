//! What ends soon: factory warranties and contracts, with the device's age and what it cost, so that sales can offer to
//! go on. An offer is a lead, made once for each thing that ends.

use std::collections::{BTreeSet, HashMap};

use authz::{allows, permissions as p};
use axum::extract::State;
use contracts::{
    Contract,
    renewals::{Ending, RenewalKind},
};
use db::{DbError, Query, Read, Tx, list::ListPage};
use devices::Device;
use http_api::{App, Body, Caller, Created, IdempotencyKey, Json, ListParams, Problem};
use kernel::{Context, Scope, Timestamp, Uuid};
use objects::{Checks, Date, Invalid};
use orders::{NewOrder, NewOrderLine, OrderKind, OrderView};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{DeviceCost, costs_of_devices};

/// Days of a year.
const YEAR: i32 = 365;

/// Something that ends soon.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Renewal {
    /// The id of the device or of the contract.
    pub id: Uuid,
    /// What ends.
    pub kind: RenewalKind,
    /// The device's serial number, or the contract's number and name.
    pub name: String,
    /// The device whose warranty ends.
    pub device_id: Option<Uuid>,
    /// Its serial number.
    pub serial_number: Option<String>,
    /// What the device is.
    pub product_id: Option<Uuid>,
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
    /// When the device was installed, or else sold; when the contract began.
    pub began_on: Option<Date>,
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
    /// Whether there is a lead that offers to go on.
    pub offered: bool,
    /// The lead.
    pub offered_order_id: Option<Uuid>,
    /// Its number.
    pub offered_order_number: Option<String>,
}

/// Lists what ends from today on, the soonest first unless another order is asked for.
pub(crate) async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<Renewal>>, Problem> {
    Ok(Json(app.db().read(&cx, async move |r: &mut Read<'_>| page(r, &params).await).await?))
}

/// A page of what ends from today on, as the caller sees it.
pub async fn page(q: &mut impl Query, params: &ListParams) -> Result<ListPage<Renewal>, Problem> {
    let today = Date::today(q.cx());
    let found = contracts::renewals::page(q, params, today).await?;
    let facts = Facts::of(q, &found.page.items).await?;
    Ok(found.map(|ending| facts.renewal(ending, today)))
}

/// Whether the caller sees what jobs cost: who sees part of the jobs only would be told the cost of others' jobs.
pub fn sees_costs(cx: &Context) -> bool {
    let everything = cx.scope(p::TICKETS_READ.name()) == Some(Scope::All);
    everything && allows(cx, p::PARTS_READ) && allows(cx, p::QUOTES_READ)
}

/// What is known of what a page names.
#[derive(Default)]
struct Facts {
    contracts: HashMap<Uuid, Contract>,
    devices: HashMap<Uuid, Device>,
    tickets: HashMap<Uuid, i64>,
    costs: Option<HashMap<Uuid, DeviceCost>>,
    customers: HashMap<Uuid, String>,
    products: HashMap<Uuid, String>,
}

impl Facts {
    async fn of(q: &mut impl Query, endings: &[Ending]) -> Result<Self, DbError> {
        let cx = q.cx().clone();
        let since = Timestamp(cx.now().0 - i64::from(YEAR) * 86_400_000_000);
        let mut facts = Self::default();
        let ids: Vec<Uuid> = endings.iter().filter_map(|ending| ending.contract_id).collect();
        let found = contracts::by_ids(q, &ids).await?;
        facts.contracts = found.into_iter().map(|contract| (contract.id, contract)).collect();
        let mut ids: BTreeSet<Uuid> = endings.iter().filter_map(|ending| ending.device_id).collect();
        ids.extend(facts.contracts.values().flat_map(|contract| contract.device_ids.0.iter().copied()));
        let ids: Vec<Uuid> = ids.into_iter().collect();
        for some in ids.chunks(500) {
            let found = devices::by_ids(q, some).await?;
            facts.devices.extend(found.into_iter().map(|device| (device.id, device)));
            if allows(&cx, p::TICKETS_READ) {
                for (device, _, count) in tickets::counts_of_devices(q, some, since).await? {
                    *facts.tickets.entry(device).or_default() += count;
                }
            }
        }
        if sees_costs(&cx) {
            facts.costs = Some(costs_of_devices(q, &ids, since).await?);
        }
        if allows(&cx, p::CUSTOMERS_READ) {
            let ids: Vec<Uuid> = endings.iter().filter_map(|ending| ending.customer_id).collect();
            let found = customers::by_ids(q, &ids).await?;
            facts.customers = found.into_iter().map(|customer| (customer.id, customer.name)).collect();
        }
        let ids: Vec<Uuid> = endings.iter().filter_map(|ending| ending.product_id).collect();
        let found = products::by_ids(q, &ids).await?;
        facts.products = found.into_iter().map(|product| (product.id, product.name)).collect();
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

    fn renewal(&self, ending: Ending, today: Date) -> Renewal {
        let contract = ending.contract_id.and_then(|id| self.contracts.get(&id));
        let device = ending.device_id.and_then(|id| self.devices.get(&id));
        let ids: Vec<Uuid> = match contract {
            Some(contract) => contract.device_ids.0.clone(),
            None => ending.device_id.into_iter().collect(),
        };
        // The variant stands in where there is no product.
        let product_name = ending.product_id.and_then(|id| self.products.get(&id).cloned());
        Renewal {
            id: ending.id,
            kind: ending.kind,
            name: ending.name,
            device_id: ending.device_id,
            serial_number: device.map(|device| device.serial_number.clone()),
            product_id: ending.product_id,
            product_name: product_name.or_else(|| device?.model.clone()),
            contract_id: ending.contract_id,
            contract_number: contract.map(|contract| contract.number.clone()),
            contract_name: contract.map(|contract| contract.name.clone()),
            devices: ids.len(),
            customer_id: ending.customer_id,
            customer_name: ending.customer_id.and_then(|id| self.customers.get(&id).cloned()),
            began_on: ending.began_on,
            ends_on: ending.ends_on,
            days_left: ending.ends_on.days_since(today),
            device_age_years: ids.iter().filter_map(|id| self.age(*id, today)).max(),
            tickets_12m: ids.iter().filter_map(|id| self.tickets.get(id)).sum(),
            cost_12m_minor: self.cost(&ids),
            currency: self.currency(),
            offered: ending.offered_order_id.is_some(),
            offered_order_id: ending.offered_order_id,
            offered_order_number: ending.offered_order_number,
        }
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
    let (kind, ended) = match offer.contract_id {
        Some(id) => (RenewalKind::Contract, id),
        None => (RenewalKind::Warranty, offer.device_id.unwrap_or_default()),
    };
    if let Some(known) = contracts::renewals::offer(tx, ended, ends_on).await?
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
    contracts::renewals::offered(tx, kind, (ended, ends_on), (order.id, &order.number)).await?;
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
