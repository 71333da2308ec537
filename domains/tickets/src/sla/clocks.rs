//! The copy of a ticket's clocks beside it, its due times, and the job that waits for the next milestone: all made anew
//! whenever something happens that clocks care about, in the same transaction.

use db::{Json, Query as _, Stmt, Tx};
use events::NewEvent;
use jobs::NewJob;
use kernel::{Context, Timestamp, Uuid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sla::{Assessment, Clock, Metric, MilestoneKind, State};

use super::{
    ServiceLevels,
    facts::{self, Pending},
};
use crate::{
    TicketError,
    model::{Status, Ticket},
    store,
};

/// The kind of job that waits for a ticket's next milestone.
pub const MILESTONE_JOB: &str = "tickets.sla_milestone";

/// Tries of such a job: with pauses of up to an hour, days.
const TRIES: u32 = 100;

/// What is kept of one clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeptClock {
    /// What is measured.
    pub metric: Metric,
    /// 1 for the first.
    pub round: u32,
    /// How it stood.
    pub state: State,
    /// When its time is up; none while it stands still.
    pub due_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// The copy of a ticket's clocks.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The ticket.
    pub ticket_id: Uuid,
    /// Rises with every change.
    pub revision: i64,
    /// The policy that applies.
    pub policy_id: Option<Uuid>,
    /// When the next milestone is due that nobody was told of.
    pub next_at: Option<Timestamp>,
    /// The clocks.
    pub clocks: Json<Vec<KeptClock>>,
    /// Milestones that people were told of, or that were past before they counted.
    pub told: Json<Vec<String>>,
}

db::record!(Kept { ticket_id, revision, policy_id, next_at, clocks, told });

/// The name of a milestone among those of its ticket. A warning of another policy is another warning; a breach stays one.
pub fn milestone_key(clock: &Clock, kind: &MilestoneKind) -> String {
    let (metric, round) = (clock.metric.name(), clock.round);
    let policy = clock.policy.as_deref().unwrap_or_default();
    match kind {
        MilestoneKind::Warning { percent } => format!("{metric}/{round}/warning/{percent}/{policy}"),
        MilestoneKind::Breach => format!("{metric}/{round}/breach"),
        MilestoneKind::Escalation { level, .. } => format!("{metric}/{round}/escalation/{level}/{policy}"),
    }
}

impl Kept {
    /// A copy of an assessment, knowing what people were told before.
    pub fn of(ticket_id: Uuid, assessment: &Assessment, told: Vec<String>) -> Self {
        let clocks = assessment.clocks.iter().map(|clock| KeptClock {
            metric: clock.metric,
            round: clock.round,
            state: clock.state,
            due_at: clock.due_at.map(Timestamp),
            ended_at: clock.ended_at.map(Timestamp),
        });
        let mut kept = Self {
            ticket_id,
            revision: 1,
            policy_id: assessment.policy.as_deref().and_then(|id| id.parse().ok()),
            next_at: None,
            clocks: Json(clocks.collect()),
            told: Json(told),
        };
        kept.look_ahead(assessment);
        kept
    }

    /// Finds the next milestone that nobody was told of.
    pub fn look_ahead(&mut self, assessment: &Assessment) {
        let ahead = assessment.clocks.iter().flat_map(|clock| {
            let untold = clock
                .milestones
                .iter()
                .filter(|milestone| !self.told.0.contains(&milestone_key(clock, &milestone.kind)));
            untold.filter_map(|milestone| milestone.at)
        });
        self.next_at = ahead.min().map(Timestamp);
    }

    /// Takes what is past for told.
    fn keep_silent(&mut self, assessment: &Assessment) {
        for clock in &assessment.clocks {
            for milestone in clock.milestones.iter().filter(|milestone| milestone.reached) {
                let key = milestone_key(clock, &milestone.kind);
                if !self.told.0.contains(&key) {
                    self.told.0.push(key);
                }
            }
        }
        self.look_ahead(assessment);
    }

    /// The statements that have a job wait for the next milestone.
    pub fn wait(&self, cx: &Context) -> Vec<Stmt<'static>> {
        let key = self.ticket_id.to_string();
        match self.next_at {
            Some(at) => {
                let job = NewJob::new(MILESTONE_JOB, json!({ "ticket_id": self.ticket_id }));
                vec![jobs::reschedule_statement(cx, &job.key(key).at(at).max_attempts(TRIES))]
            }
            None => jobs::cancel_statements(cx, MILESTONE_JOB, &key).into(),
        }
    }
}

/// Sets the due times that stand in the ticket's row. While a clock stands still its due time keeps its last value.
fn set_due(assessment: &Assessment, ticket: &mut Ticket) {
    let due = |metric: Metric, before: Option<Timestamp>| {
        let clock = assessment.current(metric).filter(|clock| clock.target_micros.is_some())?;
        clock.due_at.map(Timestamp).or(before)
    };
    ticket.response_due_at = due(Metric::Response, ticket.response_due_at);
    ticket.resolution_due_at = due(Metric::Resolution, ticket.resolution_due_at);
}

/// Sets the due times of a ticket that comes in now; answers what is to be stored with it.
pub async fn begin(
    tx: &mut Tx<'_>,
    levels: &ServiceLevels,
    ticket: &mut Ticket,
) -> Result<Vec<Stmt<'static>>, TicketError> {
    let cx = tx.cx().clone();
    let case = facts::beginning(tx, levels, ticket).await?;
    let assessment = levels.assess(&case, ticket.created_at);
    set_due(&assessment, ticket);
    let kept = Kept::of(ticket.id, &assessment, Vec::new());
    let mut stmts = vec![store::sla::put_clocks(&cx, &kept)];
    if kept.next_at.is_some() {
        stmts.extend(kept.wait(&cx));
    }
    Ok(stmts)
}

/// Sets due times, and whether a solution came in time, for a change that is about to be stored; answers what is to be stored
/// with it.
pub async fn settle(
    tx: &mut Tx<'_>,
    levels: &ServiceLevels,
    before: &Ticket,
    after: &mut Ticket,
    pending: Pending,
) -> Result<Vec<Stmt<'static>>, TicketError> {
    let cx = tx.cx().clone();
    let case = facts::case_of(tx, levels, after, Some(pending)).await?;
    let assessment = levels.assess(&case, cx.now());
    set_due(&assessment, after);
    if after.status == Status::Resolved && before.status != Status::Resolved {
        after.sla_met = match assessment.current(Metric::Resolution).map(|clock| clock.state) {
            Some(State::Met) => Some(true),
            Some(State::Breached) => Some(false),
            _ => None,
        };
    }
    stored(tx, after.id, &assessment, false).await
}

async fn stored(
    tx: &mut Tx<'_>,
    ticket_id: Uuid,
    assessment: &Assessment,
    silent: bool,
) -> Result<Vec<Stmt<'static>>, TicketError> {
    let cx = tx.cx().clone();
    let before = store::sla::clocks(tx, ticket_id).await?;
    let told = before.as_ref().map(|kept| kept.told.0.clone()).unwrap_or_default();
    let mut kept = Kept::of(ticket_id, assessment, told);
    // Nobody is told today what went wrong before anybody watched it.
    if silent || before.is_none() {
        kept.keep_silent(assessment);
    }
    let mut stmts = vec![store::sla::put_clocks(&cx, &kept)];
    if before.is_none_or(|before| before.next_at != kept.next_at) {
        stmts.extend(kept.wait(&cx));
    }
    Ok(stmts)
}

/// Assesses an open ticket anew after something that is no change of its own row. `silent`: what is past by the new reckoning
/// is told to nobody, because nothing happened but a change of the rules.
pub async fn anew(tx: &mut Tx<'_>, levels: &ServiceLevels, before: &Ticket, silent: bool) -> Result<(), TicketError> {
    if before.definitions.0.is_some() {
        return Ok(());
    }
    let cx = tx.cx().clone();
    let case = facts::case_of(tx, levels, before, None).await?;
    let assessment = levels.assess(&case, cx.now());
    let mut after = before.clone();
    if before.status.is_open() {
        set_due(&assessment, &mut after);
    }
    let mut stmts = stored(tx, before.id, &assessment, silent).await?;
    if after != *before {
        let data = events::changes(before, &after);
        after.version = before.version + 1;
        after.updated_at = cx.now();
        store::update(tx, before, &after).await?;
        let event = NewEvent::new("ticket.sla_recomputed", "ticket", after.id).label(&after.number).data(data);
        stmts.push(events::statement(&cx, &event));
    }
    tx.execute_all(stmts).await?;
    Ok(())
}
