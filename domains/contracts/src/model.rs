//! Contracts as they stand in the database and in the API.

use db::Json;
use http_api::{HasLocation, HasVersion};
use kernel::{Timestamp, Uuid};
use objects::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

db::choice! {
    /// What a contract promises.
    pub enum ContractKind {
        /// A warranty beyond the factory's: what is covered costs nothing.
        Warranty = "warranty",
        /// Upkeep and repair against a fee.
        Service = "service",
    }
}

/// What costs the customer nothing while the contract runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Covers {
    /// Working time.
    pub labour: bool,
    /// Spare parts.
    pub parts: bool,
    /// The way there.
    pub travel: bool,
}

impl Covers {
    /// Labour, parts and travel.
    pub const EVERYTHING: Self = Self { labour: true, parts: true, travel: true };

    /// How many of the three are covered.
    pub(crate) fn count(self) -> usize {
        [self.labour, self.parts, self.travel].into_iter().filter(|covered| *covered).count()
    }
}

/// A warranty extension or a service contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Contract {
    /// The contract's id.
    pub id: Uuid,
    /// Rises with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was put away; it covers nothing from then on.
    pub archived_at: Option<Timestamp>,
    /// Its number, unique in the company.
    pub number: String,
    /// With whom it was made.
    pub customer_id: Uuid,
    /// What it is called.
    pub name: String,
    /// What it promises.
    pub kind: ContractKind,
    /// Its first day.
    pub starts_on: Date,
    /// Its last day, included.
    pub ends_on: Date,
    /// What costs the customer nothing.
    pub covers: Json<Covers>,
    /// Within how many minutes somebody answers, if it says so.
    pub response_minutes: Option<i32>,
    /// The devices it is about.
    pub device_ids: Json<Vec<Uuid>>,
    /// Whatever colleagues should know.
    pub note: Option<String>,
    /// The user who created the record.
    pub created_by: Option<Uuid>,
    /// Values of the company's own fields, by field id.
    pub ext: Json<serde_json::Map<String, serde_json::Value>>,
}

db::record!(Contract {
    id,
    version,
    created_at,
    updated_at,
    archived_at,
    number,
    customer_id,
    name,
    kind,
    starts_on,
    ends_on,
    covers,
    response_minutes,
    device_ids,
    note,
    created_by,
    ext,
});

/// A contract with its customer's name, as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ContractView {
    /// The contract.
    #[serde(flatten)]
    pub contract: Contract,
    /// What the customer is called.
    pub customer_name: Option<String>,
}

impl HasVersion for ContractView {
    fn version(&self) -> i64 {
        self.contract.version
    }
}

impl HasLocation for ContractView {
    fn location(&self) -> String {
        format!("/api/v1/contracts/{}", self.contract.id)
    }
}
