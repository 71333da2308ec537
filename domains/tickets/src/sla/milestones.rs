//! Milestones as they fall due, and all open tickets anew when policies or calendars change: jobs, so that neither is lost with
//! a node; and what happens elsewhere that clocks care about.

use std::time::Duration;

use db::{Db, Query as _, Read, Tx};
use events::{Consumer, ConsumerError, Event, NewEvent};
use futures_util::future::BoxFuture;
use jobs::{Every, JobError, JobHandler, JobRun, NewJob, Recurring};
use kernel::{Context, TenantId, Timestamp, Uuid};
use serde::Deserialize;
use serde_json::json;
use sla::MilestoneKind;

use super::{
    ServiceLevels,
    clocks::{Kept, MILESTONE_JOB, anew, milestone_key},
    facts,
    notify::{Reached, tell},
};
use crate::{TicketError, store};

/// The kind of job that goes through the open tickets of a company after its policies or calendars changed.
const ANEW_JOB: &str = "tickets.sla_anew";
/// The kind of job that finds open tickets without clocks, such as those from before there were any.
const MISSING_JOB: &str = "tickets.sla_missing";
/// Tickets assessed in one transaction.
const BATCH: usize = 50;

/// The job that assesses all open tickets of the context's company anew, added by whatever changes policies or calendars.
pub fn all_anew(cx: &Context) -> db::Stmt<'static> {
    jobs::statement(cx, &NewJob::new(ANEW_JOB, json!({})).key("all").max_attempts(100))
}

/// How often tickets without clocks are looked for.
pub fn sla_recurring() -> Recurring {
    Recurring { kind: MISSING_JOB, every: Every::Interval(Duration::from_hours(1)) }
}

/// Tells of what is due for one ticket, once each, and waits for what comes next.
///
/// # Errors
/// [`TicketError::Stale`] when the ticket changed meanwhile: then it is to be looked at again.
pub async fn tell_due(tx: &mut Tx<'_>, ticket_id: Uuid) -> Result<(), TicketError> {
    let cx = tx.cx().clone();
    let (Some(ticket), Some(kept)) =
        (store::sla::whole(tx, ticket_id).await?, store::sla::clocks(tx, ticket_id).await?)
    else {
        return Ok(());
    };
    let levels = ServiceLevels::load(tx).await?;
    let case = facts::case_of(tx, &levels, &ticket, None).await?;
    let assessment = levels.assess(&case, cx.now());
    let mut told = kept.told.0.clone();
    let mut due: Vec<_> = assessment
        .clocks
        .iter()
        .flat_map(|clock| clock.milestones.iter().map(move |milestone| (clock, milestone)))
        .filter(|(clock, milestone)| milestone.reached && !kept.told.0.contains(&milestone_key(clock, &milestone.kind)))
        .collect();
    due.sort_by_key(|(_, milestone)| milestone.at);
    told.extend(due.iter().map(|(clock, milestone)| milestone_key(clock, &milestone.kind)));
    let mut newer = Kept::of(ticket_id, &assessment, told);
    newer.revision = kept.revision;
    // First of all, so that of two nodes only one goes on.
    if tx.execute(store::sla::replace_clocks(&cx, &newer)).await? == 0 {
        return Err(TicketError::Stale);
    }
    for (clock, milestone) in due {
        let Some(policy) = clock.policy.as_deref().and_then(|id| levels.policy(id)) else { continue };
        let Some(target) = policy.body.targets.get(&clock.metric) else { continue };
        let due_at = clock.due_at.map(Timestamp);
        let (kind, detail, recipients) = match &milestone.kind {
            MilestoneKind::Warning { percent } => {
                let warning = target.warnings.iter().find(|warning| warning.percent == *percent);
                let notify = warning.map_or(&[][..], |warning| &warning.notify);
                ("ticket.sla_warned", json!({ "percent": percent }), notify)
            }
            MilestoneKind::Breach => ("ticket.sla_breached", json!({}), &target.on_breach[..]),
            MilestoneKind::Escalation { level, .. } => {
                let rung = target.escalations.get(usize::from(*level).saturating_sub(1));
                let notify = rung.map_or(&[][..], |rung| &rung.notify);
                ("ticket.sla_escalated", json!({ "level": level }), notify)
            }
        };
        let mut data = json!({
            "metric": clock.metric,
            "round": clock.round,
            "due_at": due_at,
            "reached_at": milestone.at.map(Timestamp),
            "policy_id": policy.id,
            "policy": policy.body.name,
        });
        if let (Some(data), Some(detail)) = (data.as_object_mut(), detail.as_object()) {
            data.extend(detail.clone());
        }
        events::append(tx, NewEvent::new(kind, "ticket", ticket.id).label(&ticket.number).data(data)).await?;
        let name = policy.body.name.as_str();
        let reached = Reached { ticket: &ticket, policy: name, metric: clock.metric, kind: &milestone.kind, due_at };
        tell(tx, &reached, recipients).await?;
    }
    if newer.next_at.is_some() {
        tx.execute_all(newer.wait(&cx)).await?;
    }
    Ok(())
}

async fn in_its_zone(db: &Db, cx: &Context, tenant: TenantId) -> Result<Context, JobError> {
    identity::context_for_system(db, cx.world(), tenant).await.map_err(JobError::retry)
}

/// Fires milestones. Register it as a job handler.
#[derive(Debug, Clone, Copy, Default)]
pub struct SlaMilestones;

#[derive(Debug, Deserialize)]
struct OfTicket {
    ticket_id: Uuid,
}

impl JobHandler for SlaMilestones {
    fn kind(&self) -> &'static str {
        MILESTONE_JOB
    }

    fn run(&self, run: JobRun) -> BoxFuture<'_, Result<(), JobError>> {
        Box::pin(async move {
            let OfTicket { ticket_id } = run.parse()?;
            let cx = in_its_zone(&run.db, &run.cx, run.cx.tenant()).await?;
            run.finish(async move |tx: &mut Tx<'_>| {
                let mut tx = tx.with_context(&cx);
                tell_due(&mut tx, ticket_id).await.map_err(JobError::retry)
            })
            .await
        })
    }
}

/// Assesses all open tickets of a company anew. Register it as a job handler.
#[derive(Debug, Clone, Copy, Default)]
pub struct SlaAnew;

impl JobHandler for SlaAnew {
    fn kind(&self) -> &'static str {
        ANEW_JOB
    }

    fn run(&self, run: JobRun) -> BoxFuture<'_, Result<(), JobError>> {
        Box::pin(async move {
            let cx = in_its_zone(&run.db, &run.cx, run.cx.tenant()).await?;
            assess_all(&run.db, &cx, false).await.map_err(JobError::retry)
        })
    }
}

/// Gives clocks to open tickets that have none, of every company. Register it as a job handler.
#[derive(Debug, Clone, Copy, Default)]
pub struct SlaMissing;

impl JobHandler for SlaMissing {
    fn kind(&self) -> &'static str {
        MISSING_JOB
    }

    fn run(&self, run: JobRun) -> BoxFuture<'_, Result<(), JobError>> {
        Box::pin(async move {
            let mut failed = None;
            for tenant in identity::tenants(&run.db, run.cx.world()).await? {
                if tenant.status != identity::TenantStatus::Active {
                    continue;
                }
                let cx = in_its_zone(&run.db, &run.cx, TenantId(tenant.id)).await?;
                if let Err(error) = assess_all(&run.db, &cx, true).await {
                    tracing::warn!(%error, company = %tenant.slug, "open tickets got no clocks");
                    failed = Some(error);
                }
            }
            failed.map_or(Ok(()), |error| Err(JobError::retry(error)))
        })
    }
}

/// Goes through the open tickets of the context's company, those without clocks alone if `missing`. What is past by the new
/// reckoning is told to nobody.
pub async fn assess_all(db: &Db, cx: &Context, missing: bool) -> Result<(), TicketError> {
    let mut after = Uuid::nil();
    loop {
        // Looking for them holds nobody up, however many there are.
        let some: Vec<Uuid> =
            db.read(cx, async move |r: &mut Read<'_>| store::sla::open_after(r, after, missing, BATCH).await).await?;
        let Some(last) = some.last() else { return Ok(()) };
        after = *last;
        db.write(cx, async move |tx: &mut Tx<'_>| -> Result<(), TicketError> {
            let levels = ServiceLevels::load(tx).await?;
            for id in some {
                if let Some(ticket) = store::sla::whole(tx, id).await?.filter(|ticket| ticket.status.is_open()) {
                    anew(tx, &levels, &ticket, true).await?;
                }
            }
            Ok(())
        })
        .await?;
    }
}

/// Assesses tickets anew when an engineer arrives or a customer gets another level.
#[derive(Debug, Clone, Copy, Default)]
pub struct ClocksFollow;

impl Consumer for ClocksFollow {
    fn name(&self) -> &'static str {
        "tickets.clocks"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &["visit.checked_in", "customer.updated"]
    }

    fn handle<'a>(&'a self, tx: &'a mut Tx<'_>, event: &'a Event) -> BoxFuture<'a, Result<(), ConsumerError>> {
        Box::pin(async move {
            follow(tx, event).await.map_err(|error| match error {
                TicketError::Db(error) => error.into(),
                other => ConsumerError::failed(other),
            })
        })
    }
}

async fn follow(tx: &mut Tx<'_>, event: &Event) -> Result<(), TicketError> {
    let of_customer = event.kind == "customer.updated";
    if of_customer && event.data.get("level").is_none() && event.data.get("kind").is_none() {
        return Ok(());
    }
    let levels = ServiceLevels::load(tx).await?;
    let concerned = if of_customer {
        if !levels.ask_for_customer() {
            return Ok(());
        }
        store::sla::open_of_customer(tx, event.object_id).await?
    } else {
        let Some(("ticket", id)) = event.parent().filter(|_| levels.promise_arrival()) else { return Ok(()) };
        store::sla::whole(tx, id).await?.into_iter().collect()
    };
    for ticket in &concerned {
        anew(tx, &levels, ticket, false).await?;
    }
    Ok(())
}

/// Reads how a ticket's clocks stand.
pub async fn read(
    r: &mut Read<'_>,
    levels: &ServiceLevels,
    ticket: &crate::Ticket,
) -> Result<(sla::Assessment, Option<Kept>), TicketError> {
    let case = facts::case_of(r, levels, ticket, None).await?;
    let now = r.cx().now();
    Ok((levels.assess(&case, now), store::sla::clocks(r, ticket.id).await?))
}
