//! Which devices a plan reaches, what is due of them, and how far they have come.

use std::collections::{BTreeMap, HashMap};

use db::{DbError, Query, Tx};
use devices::{Device, DeviceStatus};
use events::NewEvent;
use kernel::Uuid;
use objects::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::model::{MaintenancePlan, MaintenanceState, PlanDevice};
use crate::{
    schedule::{Due, Trend, jobs_until, next_due, trend},
    store::{self, plans},
};

/// Devices read at once.
const BATCH: i64 = 500;
/// Readings of a meter that tell its trend at most.
const READINGS: i64 = 60;
/// Devices of one plan looked at in a forecast at most.
const MOST_FORECAST: usize = 5_000;
/// Jobs of one device in a forecast at most.
const MOST_JOBS: usize = 400;

/// A job that wants its ticket.
#[derive(Debug, Clone)]
pub struct DueJob {
    /// The plan.
    pub plan: MaintenancePlan,
    /// The device.
    pub device: Device,
    /// When it is due, and by what.
    pub due: Due,
}

/// The devices of a plan that work, by id, from behind `after`, and the day after which the plan does not reach them
/// any more; at most 500.
pub async fn devices_of(
    q: &mut impl Query,
    plan: &MaintenancePlan,
    after: Uuid,
) -> Result<(Vec<Device>, Option<Date>), DbError> {
    let scope = &plan.scope.0;
    if let Some(product_id) = scope.product_id {
        return Ok((devices::working_of_product(q, product_id, after, BATCH).await?, None));
    }
    let (mut ids, until) = match scope.contract_id {
        Some(id) => match store::find(q, id).await?.filter(|contract| contract.archived_at.is_none()) {
            Some(contract) => (contract.device_ids.0, Some(contract.ends_on)),
            None => return Ok((Vec::new(), None)),
        },
        None => (scope.device_ids.clone(), None),
    };
    ids.retain(|id| *id > after);
    ids.sort_unstable();
    // Those that are left out below must not end the walk: there is more as long as there are ids.
    let mut found = Vec::new();
    for batch in ids.chunks(BATCH as usize) {
        let some = devices::by_ids(q, batch).await?;
        found.extend(
            some.into_iter().filter(|device| device.archived_at.is_none() && device.status == DeviceStatus::InService),
        );
        if !found.is_empty() {
            break;
        }
    }
    found.sort_by_key(|device| device.id);
    Ok((found, until))
}

/// How the plan's meter moves on a device.
async fn trend_of(q: &mut impl Query, plan: &MaintenancePlan, device_id: Uuid) -> Result<Option<Trend>, DbError> {
    let Some(meter) = &plan.meter.0 else { return Ok(None) };
    let Some((_, readings)) = devices::meter_named(q, device_id, &meter.name, READINGS).await? else { return Ok(None) };
    let zone = q.cx().zone().to_owned();
    let days: Vec<(Date, f64, bool)> =
        readings.iter().map(|reading| (Date::of(reading.at, &zone), reading.value, reading.reset)).collect();
    Ok(trend(&days))
}

async fn states(
    q: &mut impl Query,
    plan_id: Uuid,
    devices: &[Device],
) -> Result<HashMap<Uuid, MaintenanceState>, DbError> {
    let ids: Vec<Uuid> = devices.iter().map(|device| device.id).collect();
    let known = plans::states(q, plan_id, &ids).await?;
    Ok(known.into_iter().map(|state| (state.device_id, state)).collect())
}

/// What is to get a ticket by today, of every plan that makes tickets; at most `most`, which a later call goes on from
/// once these are claimed.
pub async fn ahead(q: &mut impl Query, most: usize) -> Result<Vec<DueJob>, DbError> {
    let today = Date::today(q.cx());
    let mut jobs = Vec::new();
    for plan in plans::active(q).await? {
        let Some(horizon) = today.plus_days(plan.lead_days) else { continue };
        let mut after = Uuid::nil();
        loop {
            let (devices, until) = devices_of(q, &plan, after).await?;
            let Some(last) = devices.last() else { break };
            after = last.id;
            let states = states(q, plan.id, &devices).await?;
            for device in devices {
                let state = states.get(&device.id);
                if state.is_some_and(|state| state.open_due_on.is_some()) {
                    continue;
                }
                let progress = state.map(MaintenanceState::progress).unwrap_or_default();
                let trend = trend_of(q, &plan, device.id).await?;
                let Some(due) = next_due(&plan.rhythm(until), &progress, trend.as_ref()) else { continue };
                if due.on <= horizon {
                    jobs.push(DueJob { plan: plan.clone(), device, due });
                    if jobs.len() >= most {
                        return Ok(jobs);
                    }
                }
            }
        }
    }
    Ok(jobs)
}

/// Claims a job before its ticket is made, with its event; false when it has been claimed already, or another job of the
/// plan is open on the device.
pub async fn claim(tx: &mut Tx<'_>, job: &DueJob) -> Result<bool, DbError> {
    let cx = tx.cx().clone();
    if !plans::claim(tx, job.plan.id, job.device.id, job.due.on).await? {
        return Ok(false);
    }
    let told = NewEvent::new("maintenance.due", "maintenance_plan", job.plan.id)
        .label(job.plan.name.as_str())
        .data(json!({ "due_on": job.due.on, "by": job.due.by, "serial_number": job.device.serial_number }))
        .parent("device", job.device.id);
    tx.execute(events::statement(&cx, &told)).await?;
    Ok(true)
}

/// Notes the ticket of a claimed job.
pub async fn ticket_made(tx: &mut Tx<'_>, job: &DueJob, ticket_id: Uuid) -> Result<(), DbError> {
    plans::ticket_made(tx, job.plan.id, job.device.id, job.due.on, ticket_id).await
}

/// The ticket of a job is solved on this day, or was given up (`None`): the plan counts on from there. Nothing happens
/// for a ticket that no plan made, or that was settled before.
pub async fn settled(tx: &mut Tx<'_>, ticket_id: Uuid, done_on: Option<Date>) -> Result<(), DbError> {
    let Some((plan_id, device_id, due_on)) = plans::open_job(tx, ticket_id).await? else { return Ok(()) };
    let mut meter = None;
    if done_on.is_some()
        && let Some(plan) = plans::find(tx, plan_id).await?
        && let Some(rhythm) = &plan.meter.0
        && let Some((of_device, _)) = devices::meter_named(tx, device_id, &rhythm.name, 1).await?
    {
        meter = of_device.last_value;
    }
    plans::settle(tx, (plan_id, device_id, due_on), ticket_id, done_on, meter).await
}

/// The plans that reach a device, with how far they have come.
pub async fn of_device(q: &mut impl Query, device: &Device) -> Result<Vec<(MaintenancePlan, PlanDevice)>, DbError> {
    let contracts: HashMap<Uuid, Date> =
        store::of_device(q, device.id).await?.into_iter().map(|contract| (contract.id, contract.ends_on)).collect();
    let mut found = Vec::new();
    for plan in plans::active(q).await? {
        let scope = &plan.scope.0;
        let of_contract = scope.contract_id.and_then(|id| contracts.get(&id).copied());
        let by_product = scope.product_id.is_some() && scope.product_id == device.product_id;
        if by_product || of_contract.is_some() || scope.device_ids.contains(&device.id) {
            let state = plans::states(q, plan.id, &[device.id]).await?.pop();
            let shown = plan_device(q, &plan, device, state, of_contract).await?;
            found.push((plan, shown));
        }
    }
    Ok(found)
}

/// A device of a plan with what is due next.
pub(crate) async fn plan_device(
    q: &mut impl Query,
    plan: &MaintenancePlan,
    device: &Device,
    state: Option<MaintenanceState>,
    until: Option<Date>,
) -> Result<PlanDevice, DbError> {
    let state = state.unwrap_or_else(|| MaintenanceState::none(plan.id, device.id));
    let next = if state.open_due_on.is_some() {
        None
    } else {
        let trend = trend_of(q, plan, device.id).await?;
        next_due(&plan.rhythm(until), &state.progress(), trend.as_ref())
    };
    Ok(PlanDevice {
        serial_number: device.serial_number.clone(),
        customer_id: device.customer_id,
        next_due: next,
        state,
    })
}

/// The work of one plan in a month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlanWork {
    /// The plan.
    pub plan_id: Uuid,
    /// What it is called.
    pub name: String,
    /// Jobs.
    pub jobs: usize,
    /// Hours they take.
    pub hours: f64,
}

/// The work of a month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WorkloadMonth {
    /// `YYYY-MM`.
    pub month: String,
    /// Jobs of all plans.
    pub jobs: usize,
    /// Hours they take.
    pub hours: f64,
    /// The same by plan, the most work first.
    pub plans: Vec<PlanWork>,
}

/// The work of the next months, this one included, as if every job were done on its day. Of each plan at most 5,000
/// devices are looked at.
pub async fn workload(q: &mut impl Query, months: i32) -> Result<Vec<WorkloadMonth>, DbError> {
    let today = Date::today(q.cx());
    let names: Vec<String> = (0..months).filter_map(|ahead| today.plus_months(ahead).map(Date::month)).collect();
    // The last day of the last month: one before the first of the month after it.
    let first = names.first().and_then(|month| format!("{month}-01").parse::<Date>().ok());
    let Some(until) = first.and_then(|first| first.last_of_months(months)) else { return Ok(Vec::new()) };
    let mut counts: BTreeMap<(String, Uuid), usize> = BTreeMap::new();
    let active = plans::active(q).await?;
    for plan in &active {
        let (mut after, mut seen) = (Uuid::nil(), 0);
        loop {
            let (devices, reaches_until) = devices_of(q, plan, after).await?;
            let Some(last) = devices.last() else { break };
            after = last.id;
            seen += devices.len();
            let states = states(q, plan.id, &devices).await?;
            for device in &devices {
                let mut progress = states.get(&device.id).map(MaintenanceState::progress).unwrap_or_default();
                if let Some(open) = states.get(&device.id).and_then(|state| state.open_due_on) {
                    // A job that has its ticket is work of the month it is due in, or of this one when it is late.
                    *counts.entry((open.max(today).month(), plan.id)).or_default() += 1;
                    progress.anchor = progress.anchor.max(Some(open));
                }
                let trend = trend_of(q, plan, device.id).await?;
                for due in jobs_until(&plan.rhythm(reaches_until), progress, trend.as_ref(), until, MOST_JOBS) {
                    *counts.entry((due.on.max(today).month(), plan.id)).or_default() += 1;
                }
            }
            if seen >= MOST_FORECAST {
                break;
            }
        }
    }
    let hours = |plan: &MaintenancePlan, jobs: usize| jobs as f64 * f64::from(plan.minutes) / 60.0;
    let month = |month: String| {
        let mut of_month: Vec<PlanWork> = active
            .iter()
            .filter_map(|plan| {
                let jobs = *counts.get(&(month.clone(), plan.id))?;
                Some(PlanWork { plan_id: plan.id, name: plan.name.clone(), jobs, hours: hours(plan, jobs) })
            })
            .collect();
        of_month.sort_by(|a, b| b.hours.total_cmp(&a.hours).then_with(|| a.name.cmp(&b.name)));
        WorkloadMonth {
            month,
            jobs: of_month.iter().map(|work| work.jobs).sum(),
            hours: of_month.iter().map(|work| work.hours).sum(),
            plans: of_month,
        }
    };
    Ok(names.into_iter().map(month).collect())
}
