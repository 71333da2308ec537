//! Tickets of planned upkeep: made ahead of the day they are due, once for a plan, a device and a day; and what the plan
//! hears when they are solved or given up.

use std::time::Duration;

use contracts::plans::{self, DueJob, MAINTENANCE_JOB, PlannedPriority, PlannedType};
use db::{Db, DbError, Read, Tx};
use events::{Consumer, ConsumerError, Event};
use futures_util::future::BoxFuture;
use jobs::{Every, JobError, JobHandler, JobRun, Recurring};
use kernel::{Context, TenantId};
use objects::Date;

use crate::{
    ServiceLevels, TicketError,
    api::CreateTicket,
    model::{Priority, Source, TicketType},
    ops::create::{number, open},
};

/// Tickets made in one transaction.
const BATCH: usize = 50;
/// Tickets made in one run for one company; the rest comes with the next run.
const MOST: usize = 2_000;
/// How often it is looked what is due.
const EVERY: Duration = Duration::from_hours(1);

/// Makes tickets of what maintenance plans say is due. Runs for every company by itself, and at once for one whose plans
/// changed. Register it as a job handler.
#[derive(Debug, Clone, Copy, Default)]
pub struct MaintenanceAhead;

/// How often it runs.
pub fn maintenance_recurring() -> Recurring {
    Recurring { kind: MAINTENANCE_JOB, every: Every::Interval(EVERY) }
}

impl JobHandler for MaintenanceAhead {
    fn kind(&self) -> &'static str {
        MAINTENANCE_JOB
    }

    fn run(&self, run: JobRun) -> BoxFuture<'_, Result<(), JobError>> {
        Box::pin(async move {
            if run.cx.tenant() != TenantId::SYSTEM {
                let cx = in_its_zone(&run.db, &run.cx, run.cx.tenant()).await?;
                return make_due(&run.db, &cx).await.map(drop).map_err(JobError::retry);
            }
            let mut failed = None;
            for tenant in identity::tenants(&run.db, run.cx.world()).await? {
                if tenant.status != identity::TenantStatus::Active {
                    continue;
                }
                let cx = in_its_zone(&run.db, &run.cx, TenantId(tenant.id)).await?;
                // One company's trouble is not the others'.
                if let Err(error) = make_due(&run.db, &cx).await {
                    tracing::warn!(%error, company = %tenant.slug, "planned upkeep got no tickets");
                    failed = Some(error);
                }
            }
            failed.map_or(Ok(()), |error| Err(JobError::retry(error)))
        })
    }
}

async fn in_its_zone(db: &Db, cx: &Context, tenant: TenantId) -> Result<Context, JobError> {
    identity::context_for_system(db, cx.world(), tenant).await.map_err(JobError::retry)
}

/// Makes the tickets that are due in the context's company; answers how many.
pub async fn make_due(db: &Db, cx: &Context) -> Result<usize, TicketError> {
    let mut made = 0;
    while made < MOST {
        let jobs = db.read(cx, async |r: &mut Read<'_>| -> Result<_, DbError> { plans::ahead(r, BATCH).await }).await?;
        if jobs.is_empty() {
            break;
        }
        let mut numbered = Vec::with_capacity(jobs.len());
        for job in jobs {
            numbered.push((number(db, cx).await?, job));
        }
        let opened = db
            .write(cx, async move |tx: &mut Tx<'_>| -> Result<usize, TicketError> {
                let levels = ServiceLevels::load(tx).await?;
                let mut opened = 0;
                for (number, job) in numbered {
                    opened += usize::from(make(tx, &levels, number, &job).await?);
                }
                Ok(opened)
            })
            .await?;
        made += opened;
        if opened == 0 {
            break;
        }
    }
    Ok(made)
}

/// Makes one ticket, unless somebody has.
async fn make(tx: &mut Tx<'_>, levels: &ServiceLevels, number: String, job: &DueJob) -> Result<bool, TicketError> {
    if !plans::claim(tx, job).await? {
        return Ok(false);
    }
    let ticket = open(tx, levels, number, wanted(job)).await?;
    plans::ticket_made(tx, job, ticket.id).await?;
    Ok(true)
}

/// What the ticket of a job says.
fn wanted(job: &DueJob) -> CreateTicket {
    let planned = &job.plan.ticket.0;
    let mut lines: Vec<String> = planned.description.iter().cloned().collect();
    lines.push(format!("计划日期 (due on)：{}", job.due.on));
    lines.push(format!("保养计划 (plan)：{}", job.plan.name));
    lines.extend(planned.checklist.iter().enumerate().map(|(at, point)| format!("{}. {point}", at + 1)));
    CreateTicket {
        title: format!("{} {}", planned.title, job.device.serial_number).chars().take(200).collect(),
        description: lines.join("\n"),
        kind: match planned.kind {
            PlannedType::Maintain => TicketType::Maintain,
            PlannedType::Repair => TicketType::Repair,
        },
        priority: match planned.priority {
            PlannedPriority::Critical => Priority::Critical,
            PlannedPriority::High => Priority::High,
            PlannedPriority::Normal => Priority::Normal,
            PlannedPriority::Low => Priority::Low,
        },
        source: Some(Source::Plan),
        customer_id: None,
        contact_id: None,
        contact_name: None,
        contact_phone: None,
        site_id: None,
        device_id: Some(job.device.id),
        serial_number: None,
        address: None,
        problem_type: None,
        tags: Vec::new(),
        team_id: job.device.team_id,
        external_ref: None,
        file_ids: Vec::new(),
        ext: None,
    }
}

/// Tells maintenance plans when their tickets are solved or given up.
#[derive(Debug, Clone, Copy, Default)]
pub struct MaintenanceFollows;

impl Consumer for MaintenanceFollows {
    fn name(&self) -> &'static str {
        "tickets.maintenance_follows"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &["ticket.resolved", "ticket.closed", "ticket.cancelled", "ticket.merged"]
    }

    fn handle<'a>(&'a self, tx: &'a mut Tx<'_>, event: &'a Event) -> BoxFuture<'a, Result<(), ConsumerError>> {
        Box::pin(async move {
            let done = matches!(event.kind.as_str(), "ticket.resolved" | "ticket.closed");
            let on = done.then(|| Date::of(event.at, db::Query::cx(tx).zone()));
            plans::settled(tx, event.object_id, on).await?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use contracts::{
        NewMaintenancePlan,
        plans::{PlanScope, PlannedTicket},
    };
    use db::Query as _;
    use devices::NewDevice;
    use events::Consumers;
    use jobs::Workers;

    use super::*;
    use crate::{Action, Solution, Ticket, act, model::Status};

    fn migrations() -> Vec<db::Migration> {
        [
            events::migrations(),
            jobs::migrations(),
            search::migrations(),
            http_api::migrations(),
            identity::migrations(),
            objects::migrations(),
            files::migrations(),
            customers::migrations(),
            products::migrations(),
            devices::migrations(),
            contracts::migrations(),
            channels::migrations(),
            crate::migrations(),
        ]
        .concat()
    }

    /// A company with a plan: two devices, every month, ten days ahead.
    async fn planned(t: &testkit::TestDb) -> Context {
        let new = identity::NewTenant::new("ours", "甲");
        let tenant = identity::create_tenant(&t.db, &t.world, new).await.unwrap();
        let cx = identity::context_for_system(&t.db, &t.world, TenantId(tenant.id)).await.unwrap();
        t.db.write(&cx, async |tx: &mut Tx<'_>| -> Result<(), TicketError> {
            let mut device_ids = Vec::new();
            for serial_number in ["A", "B"] {
                let new = NewDevice { serial_number: serial_number.to_owned(), ..NewDevice::default() };
                device_ids.push(devices::insert(tx, new).await.unwrap().id);
            }
            let plan = NewMaintenancePlan {
                name: "月度保养".to_owned(),
                scope: PlanScope { device_ids, ..PlanScope::default() },
                every_days: None,
                every_months: Some(1),
                meter: None,
                lead_days: Some(10),
                minutes: None,
                ticket: PlannedTicket {
                    kind: PlannedType::Maintain,
                    priority: PlannedPriority::Low,
                    title: "月度保养".to_owned(),
                    description: Some("按规程保养。".to_owned()),
                    checklist: vec!["润滑导轨".to_owned()],
                },
                starts_on: "2026-03-05".parse().unwrap(),
                ends_on: None,
                active: None,
                note: None,
            };
            contracts::insert_plan(tx, plan).await.unwrap();
            Ok(())
        })
        .await
        .unwrap();
        cx
    }

    async fn all(t: &testkit::TestDb, cx: &Context) -> Vec<Ticket> {
        let text = format!("select {} from tickets where tenant_id = $1 order by number", Ticket::COLUMNS);
        let tenant = cx.tenant();
        t.db.read(cx, async move |r: &mut Read<'_>| r.all(db::stmt!(text, tenant)).await)
            .await
            .map_err(|e: DbError| e)
            .unwrap()
    }

    testkit::both! {
        migrations(), |t| a_plan_makes_each_ticket_once_however_often_the_job_runs {
            let cx = planned(t).await;
            let workers = Workers::new(t.db.clone(), t.world.clone()).add(Arc::new(MaintenanceAhead));
            assert_eq!(workers.drain().await.unwrap(), 1, "creating the plan asks for its tickets");
            let made = all(t, &cx).await;
            let titles: Vec<&str> = made.iter().map(|ticket| ticket.title.as_str()).collect();
            assert_eq!(titles, ["月度保养 A", "月度保养 B"]);
            assert_eq!((made[0].kind, made[0].priority, made[0].source), (TicketType::Maintain, Priority::Low, Source::Plan));
            assert_eq!(made[0].description, "按规程保养。\n计划日期 (due on)：2026-03-05\n保养计划 (plan)：月度保养\n1. 润滑导轨");
            assert!(made[0].device_id.is_some());
            assert_eq!(make_due(&t.db, &cx).await.unwrap(), 0);
            let (one, two) = tokio::join!(make_due(&t.db, &cx), make_due(&t.db, &cx));
            assert_eq!((one.unwrap(), two.unwrap(), all(t, &cx).await.len()), (0, 0, 2));
        }

        migrations(), |t| a_solved_ticket_moves_the_plan_on_and_one_given_up_is_skipped {
            let cx = planned(t).await;
            assert_eq!(make_due(&t.db, &cx).await.unwrap(), 2);
            let mut made = all(t, &cx).await.into_iter();
            let (first, second) = (made.next().unwrap(), made.next().unwrap());
            let devices = (first.device_id.unwrap(), second.device_id.unwrap());
            t.db.write(&cx, async move |tx: &mut Tx<'_>| -> Result<(), TicketError> {
                let solved = Solution { resolution: "已保养".to_owned(), cause_code: None, action_code: None };
                let resolved = act(tx, first, Action::Resolve(solved)).await?;
                assert_eq!(resolved.status, Status::Resolved);
                act(tx, second, Action::Cancel { reason: "停用".to_owned() }).await?;
                Ok(())
            })
            .await
            .unwrap();
            let consumers = Consumers::new(t.db.clone(), t.world.clone()).add(Arc::new(MaintenanceFollows));
            consumers.settle().await.unwrap();
            let next = t.db.read(&cx, async move |r: &mut Read<'_>| -> Result<_, DbError> {
                let mut next = Vec::new();
                for id in [devices.0, devices.1] {
                    let device = devices::get(r, id).await?.unwrap();
                    let (_, shown) = plans::of_device(r, &device).await?.remove(0);
                    next.push((shown.state.last_done_on.map(|day| day.to_string()), shown.next_due.unwrap().on.to_string()));
                }
                Ok(next)
            }).await.unwrap();
            assert_eq!(next, [
                (Some("2026-03-02".to_owned()), "2026-04-05".to_owned()),
                (None, "2026-04-05".to_owned()),
            ]);
            assert_eq!(make_due(&t.db, &cx).await.unwrap(), 0);
        }
    }
}
