//! Pages for colleagues that read across domains: search, intake, and everything about a customer or a device.

mod customer;
mod device;
mod device_file;
mod full;
mod lookup;
mod reach;
mod search;

use authz::{
    Access::{Needs, SignedIn},
    permissions as p,
};
use http_api::Routes;
use kernel::Uuid;
use schemars::JsonSchema;
use serde::Deserialize;

pub use customer::CustomerOverview;
pub use device::{DeviceOverview, PartReplaced};
pub use device_file::{DeviceCounts, DeviceFile, DeviceLink, DevicePlan};
pub use full::{
    Complaints, CustomerCounts, CustomerDevice, CustomerFile, CustomerFull, CustomerLink, CustomerMessage,
    CustomerSurveys, CustomerVisits, MonthOfAnswers, OpenMoney,
};
pub use lookup::{Found, LookUp};
pub use reach::CoveredDevice;
pub use search::{Group, Hit, Hits, Rebuilding};

/// `{id}` of a record.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct IdPath {
    /// The record.
    pub id: Uuid,
}

/// What somebody typed.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Typed {
    /// A number, telephone, serial number, name or words.
    #[schemars(length(min = 1, max = 200))]
    pub q: String,
}

/// The operations.
pub fn routes() -> Routes {
    Routes::new("desk")
        .get(
            "/api/v1/search",
            SignedIn,
            "search",
            "Find anything by number, telephone, serial number or words",
            search::handle,
        )
        .describe(
            "Exact numbers first, then titles, then words, the newer of equals; typing errors are forgiven when little \
             fits. Only what the caller may see is found and counted. A new record is found within two seconds.",
        )
        .post(
            "/api/v1/search/rebuild",
            Needs(p::JOBS_MANAGE),
            "rebuildSearch",
            "Index everything of the company afresh, in the background",
            search::rebuild,
        )
        .get(
            "/api/v1/intake/lookup",
            Needs(p::CUSTOMERS_READ),
            "lookUpCaller",
            "Who is calling, what they own, and what is open",
            lookup::handle,
        )
        .get(
            "/api/v1/customers/{id}/overview",
            Needs(p::CUSTOMERS_READ),
            "getCustomerOverview",
            "Everything about a customer on one page",
            customer::handle,
        )
        .get(
            "/api/v1/customers/{id}/full",
            Needs(p::CUSTOMERS_READ),
            "getCustomerFull",
            "The whole customer in one answer",
            full::handle,
        )
        .describe("Lists are cut; `counts` says how much there is. What the caller may not see is empty or null.")
        .get(
            "/api/v1/devices/{id}/overview",
            Needs(p::DEVICES_READ),
            "getDeviceOverview",
            "Everything about a device on one page",
            device::handle,
        )
        .get(
            "/api/v1/devices/{id}/full",
            Needs(p::DEVICES_READ),
            "getDeviceFile",
            "The whole file of a device in one answer",
            device_file::handle,
        )
        .describe("Lists are cut; `counts` says how much there is. What the caller may not see is empty or null.")
}
