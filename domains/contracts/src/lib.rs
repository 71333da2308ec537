//! Warranty and service contracts, and the verdict whether a device is covered, with its reason.
//!
//! A device's factory warranty stands on the device; contracts add to it. [`judge`] is the pure rule, [`verdict`] and
//! [`verdict_for_device`] gather its facts.
//!
//! [`explained`] says why, step by step, and judges each component that has a term of its own.
//!
//! [`plans`] are planned upkeep: [`schedule`] is the pure rule when a job is due.
//!
//! Events: `contract.created`, `.updated`, `.archived`, `.restored`, also on the customer's timeline;
//! `maintenance_plan.created`, `.updated`, `.archived`, `.restored`, `.progress_noted`, and `maintenance.due` on the
//! device's timeline. Text search knows contracts by number, name, customer, note
//! and own fields that may be searched.

mod api;
mod error;
mod explain;
mod merging;
mod model;
mod ops;
pub mod plans;
mod reactions;
pub mod renewals;
pub mod schedule;
mod store;
pub mod table;
mod verdict;

use authz::{
    Access, Permission,
    permissions::{CONTRACTS_READ, CONTRACTS_UPDATE, DEVICES_READ},
};
use db::{DbError, Migration, Query};
use devices::{Device, DeviceStatus};
use http_api::Routes;
use kernel::{Timestamp, Uuid};
use objects::Date;
use products::EffectiveRule;

pub use api::{ContractChange, NewContract};
pub use error::ContractError;
pub use explain::{ComponentSource, ComponentVerdict, ExplainedVerdict, Grounds, Step, StepCode, explain};
pub use merging::CUSTOMER_ROWS;
pub use model::{Contract, ContractKind, ContractView, Covers};
pub use ops::{
    create::{insert, next_number},
    plans::insert as insert_plan,
};
pub use plans::{MaintenancePlan, MaintenanceState, NewMaintenancePlan};
pub use reactions::ContractSearch;
pub use store::of_customer::count_of_customer;
pub use verdict::{DeviceFacts, ReasonCode, Term, Verdict, judge};

/// The structure of this domain.
pub fn migrations() -> Vec<Migration> {
    vec![
        db::migration!("contracts", 1, "contracts", "../migrations/0001_contracts.sql"),
        db::migration!("contracts", 2, "maintenance", "../migrations/0002_maintenance.sql"),
        db::migration!("contracts", 3, "renewals", "../migrations/0003_renewals.sql"),
        db::migration!("contracts", 4, "own_fields", "../migrations/0004_own_fields.sql"),
        db::migration!(
            "contracts",
            5,
            "offered_ends",
            "../migrations/0005_offered_ends.sqlite.sql",
            "../migrations/0005_offered_ends.postgres.sql"
        ),
    ]
}

/// The operations of this domain.
pub fn routes() -> Routes {
    let read = Access::Needs(CONTRACTS_READ);
    let update = Access::Needs(CONTRACTS_UPDATE);
    Routes::new("contracts")
        .get("/api/v1/contracts", read, "listContracts", "List contracts", ops::list::handle)
        .describe("With `device_id` only those about this device.")
        .post("/api/v1/contracts", update, "createContract", "Create a contract", ops::create::handle)
        .get("/api/v1/contracts/{id}", read, "getContract", "Show a contract", ops::get::handle)
        .patch("/api/v1/contracts/{id}", update, "updateContract", "Change a contract", ops::update::handle)
        .post("/api/v1/contracts/{id}/archive", update, "archiveContract", "Put a contract away", ops::archive::handle)
        .describe("It covers nothing from then on.")
        .post("/api/v1/contracts/{id}/restore", update, "restoreContract", "Take a contract back", ops::restore::handle)
        .post(
            "/api/v1/contracts/{id}/reveal",
            read,
            "revealContractField",
            "Show one own field of personal data of a contract",
            ops::reveal::handle,
        )
        .describe("Every look is written down as the event `personal_data.revealed`.")
        .get(
            "/api/v1/contracts/{id}/timeline",
            read,
            "getContractTimeline",
            "Show what happened to a contract, newest first",
            ops::timeline::handle,
        )
        .get(
            "/api/v1/devices/{id}/warranty",
            Access::Needs(DEVICES_READ),
            "getDeviceWarranty",
            "Say whether a device is covered, and why",
            ops::warranty::handle,
        )
        .describe("`why` has the steps that led to it, in both languages; `components` those with terms of their own.")
        .merge(plan_routes())
}

/// The operations on maintenance plans.
fn plan_routes() -> Routes {
    let read = Access::Needs(CONTRACTS_READ);
    let update = Access::Needs(CONTRACTS_UPDATE);
    Routes::new("maintenance")
        .get("/api/v1/maintenance-plans", read, "listMaintenancePlans", "List maintenance plans", ops::plans::list)
        .post(
            "/api/v1/maintenance-plans",
            update,
            "createMaintenancePlan",
            "Plan upkeep of a product's, a contract's or single devices",
            ops::plans::create,
        )
        .describe("Tickets are made so many days ahead, once for a device and a day.")
        .get(
            "/api/v1/maintenance-plans/workload",
            read,
            "getMaintenanceWorkload",
            "Planned jobs and hours of the next months",
            ops::plans::workload,
        )
        .get("/api/v1/maintenance-plans/{id}", read, "getMaintenancePlan", "Show a maintenance plan", ops::plans::get)
        .patch(
            "/api/v1/maintenance-plans/{id}",
            update,
            "updateMaintenancePlan",
            "Change a maintenance plan",
            ops::plans::update,
        )
        .post(
            "/api/v1/maintenance-plans/{id}/archive",
            update,
            "archiveMaintenancePlan",
            "Put a maintenance plan away",
            ops::plans::archive,
        )
        .post(
            "/api/v1/maintenance-plans/{id}/restore",
            update,
            "restoreMaintenancePlan",
            "Take a maintenance plan back",
            ops::plans::restore,
        )
        .get(
            "/api/v1/maintenance-plans/{id}/timeline",
            read,
            "getMaintenancePlanTimeline",
            "Show what happened to a maintenance plan, newest first",
            ops::plans::history,
        )
        .get(
            "/api/v1/maintenance-plans/{id}/devices",
            read,
            "listMaintenancePlanDevices",
            "A plan's devices: last done, next due",
            ops::plans::devices,
        )
        .put(
            "/api/v1/maintenance-plans/{id}/devices/{device_id}",
            update,
            "noteMaintenanceDone",
            "Say when the job was last done on a device",
            ops::plans::note_done,
        )
}

/// The contract with this id, archived or not, whoever asks.
pub async fn get(q: &mut impl Query, id: Uuid) -> Result<Option<Contract>, DbError> {
    let mut found = store::find(q, id).await?;
    own_fields(q, found.as_mut_slice()).await?;
    Ok(found)
}

/// What the caller may see of the contracts' own fields.
pub(crate) async fn own_fields(q: &mut impl Query, contracts: &mut [Contract]) -> Result<(), DbError> {
    objects::shown(q, "contract", contracts.iter_mut().map(|contract| &mut contract.ext.0).collect()).await
}

/// The contract with this id if the caller's `permission` reaches it; [`ContractError::NotFound`] otherwise.
pub async fn reached(q: &mut impl Query, permission: Permission, id: Uuid) -> Result<Contract, ContractError> {
    let mut found = store::reached(q, permission, id).await?;
    own_fields(q, std::slice::from_mut(&mut found)).await?;
    Ok(found)
}

/// A customer's contracts in use within the caller's reach, the one that ends last first.
pub async fn of_customer(q: &mut impl Query, customer_id: Uuid, limit: usize) -> Result<Vec<Contract>, DbError> {
    let mut found = store::of_customer::of_customer(q, customer_id, limit).await?;
    own_fields(q, &mut found).await?;
    Ok(found)
}

/// The contracts with these ids, archived or not, in no order; ids that do not exist are left out.
pub async fn by_ids(q: &mut impl Query, ids: &[Uuid]) -> Result<Vec<Contract>, DbError> {
    let mut found: Vec<Contract> = objects::by_ids(q, &store::LISTING.list, ids).await?;
    own_fields(q, &mut found).await?;
    Ok(found)
}

/// The contracts in use about this device, the one that ends last first; at most 200.
pub async fn of_device(q: &mut impl Query, device_id: Uuid) -> Result<Vec<Contract>, DbError> {
    let mut found = store::of_device(q, device_id).await?;
    own_fields(q, &mut found).await?;
    Ok(found)
}

/// Whether the device is covered on this day.
pub async fn verdict(q: &mut impl Query, device: &Device, on: Date) -> Result<Verdict, DbError> {
    let months = match device.warranty_ends_on {
        Some(_) => None,
        None => rule_of(q, device).await?.1.months(),
    };
    let terms = terms_of(q, device.id).await?;
    Ok(judge(Some(facts(device, months)), &terms, on))
}

/// Whether the device is covered on this day, with the steps that led to it and the verdict on each component.
pub async fn explained(q: &mut impl Query, device: &Device, on: Date) -> Result<ExplainedVerdict, DbError> {
    let (product, rule) = rule_of(q, device).await?;
    let terms = terms_of(q, device.id).await?;
    let parts = devices::parts(q, device.id).await?;
    let verdict = judge(Some(facts(device, rule.months())), &terms, on);
    let grounds = Grounds { device, product: product.as_deref(), rule: &rule, terms: &terms, parts: &parts };
    Ok(explain(verdict, &grounds))
}

fn facts(device: &Device, product_months: Option<i32>) -> DeviceFacts {
    DeviceFacts {
        scrapped: device.status == DeviceStatus::Scrapped,
        starts_on: device.warranty_starts_on,
        ends_on: device.warranty_ends_on,
        product_months,
    }
}

/// What the device's product is called, and how its warranty counts.
async fn rule_of(q: &mut impl Query, device: &Device) -> Result<(Option<String>, EffectiveRule), DbError> {
    let product = match device.product_id {
        Some(id) => products::get(q, id).await?,
        None => None,
    };
    let Some(product) = product else { return Ok((None, EffectiveRule::default())) };
    let rule = products::warranty_of(q, &product).await?;
    Ok((Some(product.name), rule))
}

async fn terms_of(q: &mut impl Query, device_id: Uuid) -> Result<Vec<Term>, DbError> {
    Ok(store::of_device(q, device_id).await?.into_iter().map(Term::from).collect())
}

/// Whether the device with this id is covered at this instant, by the calendar of the context's time zone.
pub async fn verdict_for_device(q: &mut impl Query, device_id: Uuid, at: Timestamp) -> Result<Verdict, DbError> {
    let on = Date::of(at, q.cx().zone());
    match devices::get(q, device_id).await? {
        Some(device) => verdict(q, &device, on).await,
        None => Ok(judge(None, &[], on)),
    }
}

impl From<Contract> for Term {
    fn from(contract: Contract) -> Self {
        Self {
            contract_id: contract.id,
            number: contract.number,
            kind: contract.kind,
            starts_on: contract.starts_on,
            ends_on: contract.ends_on,
            covers: contract.covers.0,
        }
    }
}
