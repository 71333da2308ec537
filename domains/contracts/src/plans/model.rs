//! Maintenance plans as they stand in the database and in the API.

use db::Json;
use http_api::{HasLocation, HasVersion};
use kernel::{Timestamp, Uuid};
use objects::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schedule::{Due, Progress, Rhythm};

/// Which devices a plan is for: exactly one of the three.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanScope {
    /// Every device of this product that works.
    pub product_id: Option<Uuid>,
    /// Every device of this contract, as long as it runs.
    pub contract_id: Option<Uuid>,
    /// These devices, at most 1,000.
    #[serde(default)]
    pub device_ids: Vec<Uuid>,
}

/// How often by meter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MeterRhythm {
    /// The name of the meter on the devices.
    pub name: String,
    /// Every so many of its units; above zero.
    pub every: f64,
}

db::choice! {
    /// What kind of service a plan asks for.
    pub enum PlannedType {
        /// Upkeep.
        Maintain = "maintain",
        /// Exchange of wearing parts and other repairs.
        Repair = "repair",
    }
}

db::choice! {
    /// How urgent the tickets of a plan are.
    pub enum PlannedPriority {
        /// The law sets the day.
        Critical = "critical",
        /// Business suffers when it is late.
        High = "high",
        /// The usual case.
        Normal = "normal",
        /// Can wait.
        Low = "low",
    }
}

/// The ticket that a plan makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedTicket {
    /// Kind of service.
    #[serde(rename = "type")]
    pub kind: PlannedType,
    /// Urgency.
    pub priority: PlannedPriority,
    /// One line, at most 150 characters.
    pub title: String,
    /// What is to be done.
    pub description: Option<String>,
    /// Single points to check, at most 50.
    #[serde(default)]
    pub checklist: Vec<String>,
}

/// Planned upkeep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MaintenancePlan {
    /// The plan's id.
    pub id: Uuid,
    /// Rises with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was put away; it makes no tickets from then on.
    pub archived_at: Option<Timestamp>,
    /// What it is called.
    pub name: String,
    /// Which devices it is for.
    pub scope: Json<PlanScope>,
    /// Every so many days.
    pub every_days: Option<i32>,
    /// Every so many months.
    pub every_months: Option<i32>,
    /// Every so many units of a meter; with time and meter whichever comes first counts.
    pub meter: Json<Option<MeterRhythm>>,
    /// How many days ahead the ticket is made.
    pub lead_days: i32,
    /// How long one job takes, for the workload.
    pub minutes: i32,
    /// The ticket it makes.
    pub ticket: Json<PlannedTicket>,
    /// Its first day.
    pub starts_on: Date,
    /// Its last day.
    pub ends_on: Option<Date>,
    /// Whether it makes tickets.
    pub active: bool,
    /// Whatever colleagues should know.
    pub note: Option<String>,
    /// The user who created the record.
    pub created_by: Option<Uuid>,
}

db::record!(MaintenancePlan {
    id,
    version,
    created_at,
    updated_at,
    archived_at,
    name,
    scope,
    every_days,
    every_months,
    meter,
    lead_days,
    minutes,
    ticket,
    starts_on,
    ends_on,
    active,
    note,
    created_by,
});

impl MaintenancePlan {
    /// How often, within `until` when that is earlier than the plan's own end.
    pub(crate) fn rhythm(&self, until: Option<Date>) -> Rhythm {
        let ends_on = match (self.ends_on, until) {
            (Some(own), Some(until)) => Some(own.min(until)),
            (own, until) => own.or(until),
        };
        Rhythm {
            every_days: self.every_days,
            every_months: self.every_months,
            every_units: self.meter.0.as_ref().map(|meter| meter.every),
            starts_on: self.starts_on,
            ends_on,
        }
    }
}

impl HasVersion for MaintenancePlan {
    fn version(&self) -> i64 {
        self.version
    }
}

impl HasLocation for MaintenancePlan {
    fn location(&self) -> String {
        format!("/api/v1/maintenance-plans/{}", self.id)
    }
}

/// How far a plan has come with a device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MaintenanceState {
    /// The plan.
    pub plan_id: Uuid,
    /// The device.
    pub device_id: Uuid,
    /// When it was last done.
    pub last_done_on: Option<Date>,
    /// When it was last due.
    pub last_due_on: Option<Date>,
    /// What the meter showed when it was last done.
    pub last_meter: Option<f64>,
    /// The day of the job that has a ticket and is not done.
    pub open_due_on: Option<Date>,
    /// That ticket.
    pub open_ticket_id: Option<Uuid>,
}

db::record!(MaintenanceState {
    plan_id,
    device_id,
    last_done_on,
    last_due_on,
    last_meter,
    open_due_on,
    open_ticket_id,
});

impl MaintenanceState {
    /// Nothing done and nothing due.
    pub(crate) fn none(plan_id: Uuid, device_id: Uuid) -> Self {
        Self {
            plan_id,
            device_id,
            last_done_on: None,
            last_due_on: None,
            last_meter: None,
            open_due_on: None,
            open_ticket_id: None,
        }
    }

    /// What the next job counts from.
    pub(crate) fn progress(&self) -> Progress {
        Progress { anchor: self.last_done_on.max(self.last_due_on), meter: self.last_meter }
    }
}

/// A device of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlanDevice {
    /// How far the plan has come with it.
    #[serde(flatten)]
    pub state: MaintenanceState,
    /// Its serial number.
    pub serial_number: String,
    /// Whose it is.
    pub customer_id: Option<Uuid>,
    /// What it is due next for, unless a ticket is open.
    pub next_due: Option<Due>,
}

impl HasVersion for PlanDevice {
    fn version(&self) -> i64 {
        1
    }
}
