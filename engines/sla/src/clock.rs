//! How each promise stands at an instant.

use calendar::MINUTE;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::explain::explain;
use crate::history::{History, Round};
use crate::timeline::{Reach, Timeline};
use crate::{Case, Metric, ServiceLevels, Step, Target};

/// How a clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Time is being used, if only in working hours.
    Running,
    /// It stands still for a reason.
    Paused,
    /// What was promised came by the due time.
    Met,
    /// The due time passed before.
    Breached,
    /// Nothing is promised, or nothing is owed any more.
    NotApplicable,
}

/// One clock of a case: a metric, and for `next_reply` a round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Clock {
    /// What is measured.
    pub metric: Metric,
    /// 1 for the first.
    pub round: u32,
    /// How it stands.
    pub state: State,
    /// The policy that applies, or applied when the clock ended.
    pub policy: Option<String>,
    /// The calendar that counts; `None` when nothing is promised.
    pub calendar: Option<String>,
    /// When it started, microseconds UTC.
    pub started_at: i64,
    /// When it ended, met or not; `None` while it is open.
    pub ended_at: Option<i64>,
    /// Since when it stands still; `None` while it runs and once it ended.
    pub paused_since: Option<i64>,
    /// The promise, in microseconds of working time.
    pub target_micros: Option<i64>,
    /// Working time used until now or until the end, in microseconds.
    pub elapsed_micros: i64,
    /// When the target is used up, microseconds UTC. `None` while a pause keeps it open, when nothing is promised, and
    /// when the calendar does not get there within [`calendar::SEARCH_YEARS`].
    pub due_at: Option<i64>,
    /// From when the promise counted as broken, microseconds UTC: the due time, or the later change that brought it into
    /// the past.
    pub breached_at: Option<i64>,
    /// What is reached on the way, in order of time; once the clock ended only what was reached before.
    pub milestones: Vec<Milestone>,
    /// Why the deadline is what it is, in order.
    pub explanation: Vec<Step>,
}

/// A point that a clock reaches when an amount of working time is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Milestone {
    /// Which.
    #[serde(flatten)]
    pub kind: MilestoneKind,
    /// When, microseconds UTC; `None` while a pause keeps it open.
    pub at: Option<i64>,
    /// Whether that is now or past.
    pub reached: bool,
}

/// What is reached.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum MilestoneKind {
    /// People are to be warned.
    Warning {
        /// Percent of the target that is used.
        percent: u16,
    },
    /// The target is used up.
    Breach,
    /// A level of the ladder.
    Escalation {
        /// 1 for the first.
        level: u16,
        /// The id of what is to be done.
        action: String,
    },
}

/// How all promises to one case stand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Assessment {
    /// The instant it holds for, microseconds UTC.
    pub now: i64,
    /// The policy that applies to the case.
    pub policy: Option<String>,
    /// By metric and round; empty before the case was created. `next_reply` has a clock for each time that the customer
    /// waited, so none at first.
    pub clocks: Vec<Clock>,
}

impl Clock {
    /// [`Self::elapsed_micros`] in whole minutes, rounded down.
    pub const fn elapsed_minutes(&self) -> i64 {
        self.elapsed_micros / MINUTE
    }

    /// Working time that is left, in microseconds; below zero when more was used than promised.
    pub fn remaining_micros(&self) -> Option<i64> {
        self.target_micros.map(|target| target - self.elapsed_micros)
    }

    /// Working time that is left, in whole minutes, rounded towards the breach.
    pub fn remaining_minutes(&self) -> Option<i64> {
        self.remaining_micros().map(|micros| micros.div_euclid(MINUTE))
    }

    /// The next milestone that has a time.
    pub fn next(&self) -> Option<&Milestone> {
        self.milestones.iter().find(|milestone| !milestone.reached && milestone.at.is_some())
    }
}

impl Assessment {
    /// The latest clock of a metric; `None` when there was none yet, which is as good as not applicable.
    pub fn current(&self, metric: Metric) -> Option<&Clock> {
        self.clocks.iter().rev().find(|clock| clock.metric == metric)
    }

    /// When the next milestone of any clock is due, microseconds UTC: the instant for a timer.
    pub fn next_at(&self) -> Option<i64> {
        self.clocks.iter().filter_map(|clock| clock.next()?.at).min()
    }
}

impl ServiceLevels {
    /// How the promises to a case stand at an instant, microseconds UTC. Events after it are not looked at.
    pub fn assess(&self, case: &Case, now: i64) -> Assessment {
        if now < case.created_at {
            return Assessment { now, policy: None, clocks: Vec::new() };
        }
        let history = History::read(self, case, now);
        let mut clocks: Vec<Clock> =
            history.rounds.iter().map(|round| clock(round, &Timeline::new(self, &history, round), now)).collect();
        clocks.sort_by_key(|clock| (clock.metric, clock.round));
        let policy = history.spans.last().and_then(|span| span.policy).map(|policy| policy.id.clone());
        Assessment { now, policy, clocks }
    }
}

fn clock(round: &Round, timeline: &Timeline<'_>, now: i64) -> Clock {
    let until = round.end.map_or(now, |(at, _)| at);
    let current = timeline.current();
    let counting = current.and_then(|piece| piece.counting.as_ref());
    let due = counting.map_or(Reach::Held, |counting| timeline.reach(counting.target.micros()));
    let milestones = counting.map_or_else(Vec::new, |counting| milestones(counting.target, round, timeline, now));
    let breached_at = milestones
        .iter()
        .find(|milestone| milestone.kind == MilestoneKind::Breach && milestone.reached)
        .and_then(|milestone| milestone.at);
    let paused_since = if round.end.is_none() { timeline.paused_since(now) } else { None };
    let state = match round.end {
        _ if counting.is_none() => State::NotApplicable,
        _ if breached_at.is_some() => State::Breached,
        Some((_, how)) if how.meets(round.metric) => State::Met,
        Some(_) => State::NotApplicable,
        None if paused_since.is_some() => State::Paused,
        None => State::Running,
    };
    Clock {
        metric: round.metric,
        round: round.number,
        state,
        policy: current.and_then(|piece| piece.policy).map(|policy| policy.id.clone()),
        calendar: counting.map(|counting| counting.calendar_id.to_owned()),
        started_at: round.from,
        ended_at: round.end.map(|(at, _)| at),
        paused_since,
        target_micros: counting.map(|counting| counting.target.micros()),
        elapsed_micros: timeline.used(until),
        due_at: due.at(),
        breached_at,
        milestones,
        explanation: explain(round, timeline, due, breached_at, now),
    }
}

/// Warnings, the breach and escalations, by time.
fn milestones(target: &Target, round: &Round, timeline: &Timeline<'_>, now: i64) -> Vec<Milestone> {
    let warnings =
        target.warn_percent.iter().map(|&percent| (target.percent_micros(percent), MilestoneKind::Warning { percent }));
    let escalations = (1..).zip(&target.escalations).map(|(level, escalation)| {
        let kind = MilestoneKind::Escalation { level, action: escalation.action.clone() };
        (escalation.when.micros(target), kind)
    });
    let mut amounts: Vec<(i64, MilestoneKind)> =
        warnings.chain([(target.micros(), MilestoneKind::Breach)]).chain(escalations).collect();
    amounts.sort_by_key(|&(amount, _)| amount);
    let since = timeline.policy_since();
    let reached = |at: i64| round.end.map_or(at <= now, |(end, _)| at < end);
    amounts
        .into_iter()
        .map(|(amount, kind)| {
            let at = timeline.reach(amount).at().map(|at| at.max(since));
            Milestone { kind, at, reached: at.is_some_and(reached) }
        })
        .filter(|milestone| round.end.is_none() || milestone.reached)
        .collect()
}
