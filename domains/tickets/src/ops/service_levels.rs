//! How a ticket's promises stand, and why they are due when they are.

use std::collections::BTreeMap;

use authz::permissions;
use axum::extract::State;
use db::Read;
use http_api::{App, Caller, Json, Path, Problem};
use kernel::{Timestamp, Uuid};
use schemars::JsonSchema;
use serde::Serialize;
use sla::{Metric, MilestoneKind, State as ClockState, Step};

use crate::{
    ServiceLevels, TicketError,
    act::within_reach,
    api::TicketPath,
    sla::{clocks::milestone_key, milestones},
};

/// How a ticket's promises stand.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct TicketServiceLevels {
    /// When this holds.
    pub now: Timestamp,
    /// The policy that applies.
    pub policy_id: Option<Uuid>,
    /// The clocks, by metric and round.
    pub clocks: Vec<TicketClock>,
    /// Names of the policies and calendars that explanations mention, by id.
    pub names: BTreeMap<String, String>,
}

/// One promise.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct TicketClock {
    /// What is measured.
    pub metric: Metric,
    /// 1 for the first.
    pub round: u32,
    /// How it stands.
    pub state: ClockState,
    /// The policy.
    pub policy_id: Option<Uuid>,
    /// When it started.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Since when it stands still.
    pub paused_since: Option<Timestamp>,
    /// What is promised, in minutes of working time.
    pub target_minutes: Option<i64>,
    /// What is used, in whole minutes of working time.
    pub elapsed_minutes: i64,
    /// What is left, in minutes of working time; below zero when more was used.
    pub remaining_minutes: Option<i64>,
    /// When the time is up; none while the clock stands still.
    pub due_at: Option<Timestamp>,
    /// Since when the promise is broken.
    pub breached_at: Option<Timestamp>,
    /// Warnings, the breach and escalations, in order of time.
    pub milestones: Vec<TicketMilestone>,
    /// Why it is due then, step by step; instants in microseconds since 1970, durations in microseconds of working time.
    pub explanation: Vec<Step>,
}

/// A point on the way.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct TicketMilestone {
    /// Which.
    #[serde(flatten)]
    pub kind: MilestoneKind,
    /// When; none while the clock stands still.
    pub at: Option<Timestamp>,
    /// Whether that is now or past.
    pub reached: bool,
    /// Whether it is settled: people were told, or it was past before it counted.
    pub told: bool,
}

/// The operation.
pub async fn read(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<TicketPath>,
) -> Result<Json<TicketServiceLevels>, Problem> {
    let found = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<_, TicketError> {
            let ticket = within_reach(r, path.id, permissions::TICKETS_READ).await?;
            // What another system promised is not ours to explain.
            if ticket.definitions.0.is_some() {
                return Ok(None);
            }
            let levels = ServiceLevels::load(r).await?;
            let (assessment, kept) = milestones::read(r, &levels, &ticket).await?;
            Ok(Some((levels, assessment, kept)))
        })
        .await?;
    let Some((levels, assessment, kept)) = found else {
        let nothing =
            TicketServiceLevels { now: cx.now(), policy_id: None, clocks: Vec::new(), names: BTreeMap::new() };
        return Ok(Json(nothing));
    };
    let told = kept.map(|kept| kept.told.0).unwrap_or_default();
    let mut names = BTreeMap::new();
    let mut clocks = Vec::new();
    for clock in assessment.clocks {
        for step in &clock.explanation {
            name_of(&levels, step, &mut names);
        }
        let milestones = clock.milestones.iter().map(|milestone| TicketMilestone {
            kind: milestone.kind.clone(),
            at: milestone.at.map(Timestamp),
            reached: milestone.reached,
            told: told.contains(&milestone_key(&clock, &milestone.kind)),
        });
        clocks.push(TicketClock {
            metric: clock.metric,
            round: clock.round,
            state: clock.state,
            policy_id: clock.policy.as_deref().and_then(|id| id.parse().ok()),
            started_at: Timestamp(clock.started_at),
            ended_at: clock.ended_at.map(Timestamp),
            paused_since: clock.paused_since.map(Timestamp),
            target_minutes: clock.target_micros.map(|micros| micros / calendar::MINUTE),
            elapsed_minutes: clock.elapsed_minutes(),
            remaining_minutes: clock.remaining_minutes(),
            due_at: clock.due_at.map(Timestamp),
            breached_at: clock.breached_at.map(Timestamp),
            milestones: milestones.collect(),
            explanation: clock.explanation.clone(),
        });
    }
    let policy_id = assessment.policy.as_deref().and_then(|id| id.parse().ok());
    if let Some(policy) = assessment.policy.as_deref().and_then(|id| levels.policy(id)) {
        names.insert(policy.id.to_string(), policy.body.name.clone());
    }
    Ok(Json(TicketServiceLevels { now: Timestamp(assessment.now), policy_id, clocks, names }))
}

/// Remembers the names of what a step mentions.
fn name_of(levels: &ServiceLevels, step: &Step, names: &mut BTreeMap<String, String>) {
    let (policy, calendar) = match step {
        Step::PolicyApplied { policy, calendar, .. } => (Some(policy), Some(calendar)),
        Step::NoTarget { policy, .. } => (policy.as_ref(), None),
        Step::CalendarChanged { calendar, .. }
        | Step::YearWithoutList { calendar, .. }
        | Step::Counted { calendar, .. } => (None, Some(calendar)),
        _ => (None, None),
    };
    if let Some((id, policy)) = policy.and_then(|id| Some((id, levels.policy(id)?))) {
        names.insert(id.clone(), policy.body.name.clone());
    }
    if let Some((id, name)) = calendar.and_then(|id| Some((id, levels.calendar_name(id)?))) {
        names.insert(id.clone(), name.to_owned());
    }
}
