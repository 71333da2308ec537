//! Warranty and service contracts, and the verdict whether a device is covered, with its reason.
//!
//! A device's factory warranty stands on the device; contracts add to it. [`judge`] is the pure rule, [`verdict`] and
//! [`verdict_for_device`] gather its facts.
//!
//! Events: `contract.created`, `.updated`, `.archived`, `.restored`, also on the customer's timeline. Text search knows
//! contracts by number, name, customer and note.

mod api;
mod error;
mod model;
mod ops;
mod reactions;
mod store;
mod verdict;

use authz::{
    Access,
    permissions::{CONTRACTS_READ, CONTRACTS_UPDATE, DEVICES_READ},
};
use db::{DbError, Migration, Query};
use devices::{Device, DeviceStatus};
use http_api::Routes;
use kernel::{Timestamp, Uuid};
use objects::Date;

pub use api::{ContractChange, NewContract};
pub use error::ContractError;
pub use model::{Contract, ContractKind, ContractView, Covers};
pub use ops::create::{insert, next_number};
pub use reactions::ContractSearch;
pub use verdict::{DeviceFacts, ReasonCode, Term, Verdict, judge};

/// The structure of this domain.
pub fn migrations() -> Vec<Migration> {
    vec![db::migration!("contracts", 1, "contracts", "../migrations/0001_contracts.sql")]
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
}

/// The contract with this id, archived or not, whoever asks.
pub async fn get(q: &mut impl Query, id: Uuid) -> Result<Option<Contract>, DbError> {
    store::find(q, id).await
}

/// The contracts in use about this device, the one that ends last first; at most 200.
pub async fn of_device(q: &mut impl Query, device_id: Uuid) -> Result<Vec<Contract>, DbError> {
    store::of_device(q, device_id).await
}

/// Whether the device is covered on this day.
pub async fn verdict(q: &mut impl Query, device: &Device, on: Date) -> Result<Verdict, DbError> {
    let product_months = match device.product_id {
        Some(id) if device.warranty_ends_on.is_none() => {
            products::get(q, id).await?.and_then(|product| product.warranty_months)
        }
        _ => None,
    };
    let facts = DeviceFacts {
        scrapped: device.status == DeviceStatus::Scrapped,
        starts_on: device.warranty_starts_on,
        ends_on: device.warranty_ends_on,
        product_months,
    };
    let terms: Vec<Term> = store::of_device(q, device.id).await?.into_iter().map(Term::from).collect();
    Ok(judge(Some(facts), &terms, on))
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
