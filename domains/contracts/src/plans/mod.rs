//! Maintenance plans: planned upkeep of a product's, a contract's or single devices, by time, by meter, or both.
//!
//! The plan says what is due ([`ahead`]); the tickets are made by a later domain, which claims each job first
//! ([`claim`]), so that a plan, a device and a day have one ticket at most. When the ticket is solved or given up, the
//! plan hears of it ([`settled`]) and counts on from there.

mod api;
mod model;
mod reach;

pub use api::{MaintenancePlanChange, NewMaintenancePlan, PlanDevicePath, PlanPath, PlanStateChange};
pub use model::{
    MaintenancePlan, MaintenanceState, MeterRhythm, PlanDevice, PlanScope, PlannedPriority, PlannedTicket, PlannedType,
};
pub(crate) use reach::plan_device;
pub use reach::{DueJob, PlanWork, WorkloadMonth, ahead, claim, devices_of, of_device, settled, ticket_made, workload};

/// The kind of the job that makes tickets of what is due; a domain above handles it.
pub const MAINTENANCE_JOB: &str = "maintenance.ahead";
