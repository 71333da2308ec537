//! The bodies of requests: what a new contract says, and what a change says.

use db::Json;
use kernel::Uuid;
use objects::{Change, Checks, Date, Invalid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Contract, ContractKind, Covers};

/// Devices of one contract at most.
const MOST_DEVICES: usize = 1_000;
/// Minutes of response time at most: a year.
const LONGEST_RESPONSE: i32 = 525_600;

/// Names one contract.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct ContractPath {
    /// The contract's id.
    pub id: Uuid,
}

/// A new contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewContract {
    /// Its number, unique in the company; the next one of the year, such as `C-2026-000017`, when absent.
    pub number: Option<String>,
    /// With whom it was made.
    pub customer_id: Uuid,
    /// What it is called, at most 200 characters.
    pub name: String,
    /// What it promises.
    pub kind: ContractKind,
    /// Its first day.
    pub starts_on: Date,
    /// Its last day, included.
    pub ends_on: Date,
    /// What costs the customer nothing; labour, parts and travel when absent.
    pub covers: Option<Covers>,
    /// Within how many minutes somebody answers, 1 to 525,600.
    pub response_minutes: Option<i32>,
    /// The devices it is about, at most 1,000.
    #[serde(default)]
    pub device_ids: Vec<Uuid>,
    /// Whatever colleagues should know, at most 20,000 characters.
    pub note: Option<String>,
    /// Values of the company's own fields, by field id; their rules apply when this is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ext: Option<serde_json::Map<String, serde_json::Value>>,
}

impl NewContract {
    /// The same, trimmed and checked; a device named twice stands once.
    pub(crate) fn checked(mut self, mut checks: Checks) -> Result<Self, Invalid> {
        match &self.number {
            Some(number) => self.number = Some(checks.code("/number", number)),
            None => checks.refuse("/number", "required", "Give the contract a number."),
        }
        checks.in_order(Some(self.starts_on), Some(self.ends_on), "/ends_on");
        checks.within("/response_minutes", self.response_minutes, 1..=LONGEST_RESPONSE);
        let mut device_ids: Vec<Uuid> = Vec::with_capacity(self.device_ids.len().min(MOST_DEVICES));
        let mut known = std::collections::HashSet::new();
        device_ids.extend(self.device_ids.iter().filter(|id| known.insert(**id)));
        if device_ids.len() > MOST_DEVICES {
            checks.refuse("/device_ids", "too_many", format!("Name at most {MOST_DEVICES} devices."));
        }
        let checked =
            Self { name: checks.name("/name", &self.name), note: checks.text("/note", self.note), device_ids, ..self };
        checks.finish().map(|()| checked)
    }
}

impl Contract {
    /// The record saying what `new` says; id, version, times and creator stay.
    pub(crate) fn with(&self, new: NewContract) -> Self {
        Self {
            number: new.number.unwrap_or_default(),
            customer_id: new.customer_id,
            name: new.name,
            kind: new.kind,
            starts_on: new.starts_on,
            ends_on: new.ends_on,
            covers: Json(new.covers.unwrap_or(Covers::EVERYTHING)),
            response_minutes: new.response_minutes,
            device_ids: Json(new.device_ids),
            note: new.note,
            ..self.clone()
        }
    }
}

impl From<Contract> for NewContract {
    fn from(contract: Contract) -> Self {
        Self {
            number: Some(contract.number),
            customer_id: contract.customer_id,
            name: contract.name,
            kind: contract.kind,
            starts_on: contract.starts_on,
            ends_on: contract.ends_on,
            covers: Some(contract.covers.0),
            response_minutes: contract.response_minutes,
            device_ids: contract.device_ids.0,
            note: contract.note,
            ext: None,
        }
    }
}

/// A change to a contract: what is not mentioned stays, `null` empties.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ContractChange {
    /// Its number.
    pub number: Change<String>,
    /// With whom it was made.
    pub customer_id: Change<Uuid>,
    /// What it is called.
    pub name: Change<String>,
    /// What it promises.
    pub kind: Change<ContractKind>,
    /// Its first day.
    pub starts_on: Change<Date>,
    /// Its last day, included.
    pub ends_on: Change<Date>,
    /// What costs the customer nothing.
    pub covers: Change<Covers>,
    /// Within how many minutes somebody answers.
    pub response_minutes: Change<i32>,
    /// The devices it is about; replaces all of them.
    pub device_ids: Change<Vec<Uuid>>,
    /// Whatever colleagues should know.
    pub note: Change<String>,
    /// Values of the company's own fields, by field id; fields that are not named stay, `null` empties one.
    pub ext: Option<serde_json::Map<String, serde_json::Value>>,
}

impl ContractChange {
    /// What the contract says after the change.
    pub(crate) fn apply(self, contract: &Contract) -> Result<NewContract, Invalid> {
        let (mut new, mut checks) = (NewContract::from(contract.clone()), Checks::new());
        self.number.apply(&mut new.number);
        self.customer_id.require(&mut new.customer_id, "/customer_id", &mut checks);
        self.name.require(&mut new.name, "/name", &mut checks);
        self.kind.require(&mut new.kind, "/kind", &mut checks);
        self.starts_on.require(&mut new.starts_on, "/starts_on", &mut checks);
        self.ends_on.require(&mut new.ends_on, "/ends_on", &mut checks);
        self.covers.apply(&mut new.covers);
        self.response_minutes.apply(&mut new.response_minutes);
        self.device_ids.or_default(&mut new.device_ids);
        self.note.apply(&mut new.note);
        new.checked(checks)
    }
}
