//! The bodies of requests about maintenance plans.

use std::collections::HashSet;

use db::Json;
use kernel::Uuid;
use objects::{Change, Checks, Date, Invalid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::model::{MaintenancePlan, MeterRhythm, PlanScope, PlannedTicket};

/// Devices named one by one at most.
const MOST_DEVICES: usize = 1_000;
/// Points of a checklist at most.
const MOST_POINTS: usize = 50;
/// Characters of a planned ticket's title at most, so that the device's number fits behind it.
const LONGEST_TITLE: usize = 150;

/// Names one plan.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct PlanPath {
    /// The plan's id.
    pub id: Uuid,
}

/// Names a device of a plan.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct PlanDevicePath {
    /// The plan's id.
    pub id: Uuid,
    /// The device's id.
    pub device_id: Uuid,
}

/// A new plan. At least one of `every_days`, `every_months` and `meter` must be there; the earliest counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMaintenancePlan {
    /// What it is called, at most 200 characters.
    pub name: String,
    /// Which devices it is for.
    pub scope: PlanScope,
    /// Every so many days, 1 to 3,650.
    pub every_days: Option<i32>,
    /// Every so many months, 1 to 120.
    pub every_months: Option<i32>,
    /// Every so many units of a meter.
    pub meter: Option<MeterRhythm>,
    /// How many days ahead the ticket is made, 0 to 365; 7 when absent.
    pub lead_days: Option<i32>,
    /// How long one job takes, 1 to 10,080 minutes; 60 when absent.
    pub minutes: Option<i32>,
    /// The ticket it makes.
    pub ticket: PlannedTicket,
    /// Its first day; by time the first job is due on it.
    pub starts_on: Date,
    /// Its last day.
    pub ends_on: Option<Date>,
    /// Whether it makes tickets; it does when absent.
    pub active: Option<bool>,
    /// Whatever colleagues should know, at most 20,000 characters.
    pub note: Option<String>,
}

impl NewMaintenancePlan {
    /// The same, trimmed and checked.
    pub(crate) fn checked(mut self, mut checks: Checks) -> Result<Self, Invalid> {
        checks.within("/every_days", self.every_days, 1..=3_650);
        checks.within("/every_months", self.every_months, 1..=120);
        checks.within("/lead_days", self.lead_days, 0..=365);
        checks.within("/minutes", self.minutes, 1..=10_080);
        checks.in_order(Some(self.starts_on), self.ends_on, "/ends_on");
        if self.every_days.is_none() && self.every_months.is_none() && self.meter.is_none() {
            checks.refuse("/every_months", "required", "Say how often: every so many days or months, or by a meter.");
        }
        if let Some(meter) = &mut self.meter {
            meter.name = checks.name("/meter/name", &meter.name);
            if !(meter.every > 0.0 && meter.every <= 1e9) {
                checks.refuse("/meter/every", "out_of_range", "Use a number above 0, at most 1000000000.");
            }
        }
        let mut known = HashSet::new();
        self.scope.device_ids.retain(|id| known.insert(*id));
        if self.scope.device_ids.len() > MOST_DEVICES {
            checks.refuse("/scope/device_ids", "too_many", format!("Name at most {MOST_DEVICES} devices."));
        }
        let named =
            [self.scope.product_id.is_some(), self.scope.contract_id.is_some(), !self.scope.device_ids.is_empty()];
        if named.into_iter().filter(|named| *named).count() != 1 {
            checks.refuse("/scope", "choose_one", "Name a product, a contract, or devices: one of the three.");
        }
        self.ticket.title = checks.name("/ticket/title", &self.ticket.title);
        if self.ticket.title.chars().count() > LONGEST_TITLE {
            checks.refuse("/ticket/title", "too_long", format!("Use at most {LONGEST_TITLE} characters."));
        }
        self.ticket.description = checks.line("/ticket/description", self.ticket.description);
        if self.ticket.checklist.len() > MOST_POINTS {
            checks.refuse("/ticket/checklist", "too_many", format!("Name at most {MOST_POINTS} points."));
            self.ticket.checklist.truncate(MOST_POINTS);
        }
        for (index, point) in self.ticket.checklist.iter_mut().enumerate() {
            *point = checks.name(&format!("/ticket/checklist/{index}"), point);
        }
        let checked = Self { name: checks.name("/name", &self.name), note: checks.text("/note", self.note), ..self };
        checks.finish().map(|()| checked)
    }
}

impl MaintenancePlan {
    /// The record saying what `new` says; id, version, times and creator stay.
    pub(crate) fn with(&self, new: NewMaintenancePlan) -> Self {
        Self {
            name: new.name,
            scope: Json(new.scope),
            every_days: new.every_days,
            every_months: new.every_months,
            meter: Json(new.meter),
            lead_days: new.lead_days.unwrap_or(7),
            minutes: new.minutes.unwrap_or(60),
            ticket: Json(new.ticket),
            starts_on: new.starts_on,
            ends_on: new.ends_on,
            active: new.active.unwrap_or(true),
            note: new.note,
            ..self.clone()
        }
    }
}

impl From<MaintenancePlan> for NewMaintenancePlan {
    fn from(plan: MaintenancePlan) -> Self {
        Self {
            name: plan.name,
            scope: plan.scope.0,
            every_days: plan.every_days,
            every_months: plan.every_months,
            meter: plan.meter.0,
            lead_days: Some(plan.lead_days),
            minutes: Some(plan.minutes),
            ticket: plan.ticket.0,
            starts_on: plan.starts_on,
            ends_on: plan.ends_on,
            active: Some(plan.active),
            note: plan.note,
        }
    }
}

/// A change to a plan: what is not mentioned stays, `null` empties.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MaintenancePlanChange {
    /// What it is called.
    pub name: Change<String>,
    /// Which devices it is for.
    pub scope: Change<PlanScope>,
    /// Every so many days.
    pub every_days: Change<i32>,
    /// Every so many months.
    pub every_months: Change<i32>,
    /// Every so many units of a meter.
    pub meter: Change<MeterRhythm>,
    /// How many days ahead the ticket is made.
    pub lead_days: Change<i32>,
    /// How long one job takes.
    pub minutes: Change<i32>,
    /// The ticket it makes.
    pub ticket: Change<PlannedTicket>,
    /// Its first day.
    pub starts_on: Change<Date>,
    /// Its last day.
    pub ends_on: Change<Date>,
    /// Whether it makes tickets.
    pub active: Change<bool>,
    /// Whatever colleagues should know.
    pub note: Change<String>,
}

impl MaintenancePlanChange {
    /// What the plan says after the change.
    pub(crate) fn apply(self, plan: &MaintenancePlan) -> Result<NewMaintenancePlan, Invalid> {
        let (mut new, mut checks) = (NewMaintenancePlan::from(plan.clone()), Checks::new());
        self.name.require(&mut new.name, "/name", &mut checks);
        self.scope.require(&mut new.scope, "/scope", &mut checks);
        self.every_days.apply(&mut new.every_days);
        self.every_months.apply(&mut new.every_months);
        self.meter.apply(&mut new.meter);
        self.lead_days.apply(&mut new.lead_days);
        self.minutes.apply(&mut new.minutes);
        self.ticket.require(&mut new.ticket, "/ticket", &mut checks);
        self.starts_on.require(&mut new.starts_on, "/starts_on", &mut checks);
        self.ends_on.apply(&mut new.ends_on);
        self.active.apply(&mut new.active);
        self.note.apply(&mut new.note);
        new.checked(checks)
    }
}

/// When the job was last done on a device, as papers say; what is not mentioned stays.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PlanStateChange {
    /// The day.
    pub last_done_on: Change<Date>,
    /// What the meter showed then.
    pub last_meter: Change<f64>,
}
