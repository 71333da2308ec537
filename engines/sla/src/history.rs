//! The events of a case read once: which policy applied when, what it waited for, and which clocks began and ended.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Case, Fact, Metric, PauseCause, Policy, ServiceLevels};

/// What started a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StartCause {
    /// The case was created.
    Created,
    /// The customer wrote.
    CustomerWrote,
}

/// What ended a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EndCause {
    /// We answered the customer.
    Replied,
    /// Somebody was on site.
    Arrived,
    /// The case was solved.
    Resolved,
    /// The case was given up.
    Cancelled,
}

impl EndCause {
    /// Whether it is what the metric waits for.
    pub(crate) const fn meets(self, metric: Metric) -> bool {
        match metric {
            Metric::Response | Metric::NextReply => matches!(self, Self::Replied | Self::Resolved),
            Metric::Arrival => matches!(self, Self::Arrived),
            Metric::Resolution => matches!(self, Self::Resolved),
        }
    }
}

/// From when a policy applied, until the next span.
#[derive(Debug)]
pub(crate) struct Span<'a> {
    pub from: i64,
    pub policy: Option<&'a Policy>,
}

/// A time in which the case waited; whether a clock stands still meanwhile is for its policy to say.
#[derive(Debug)]
pub(crate) struct Wait {
    pub from: i64,
    pub to: Option<i64>,
    pub cause: PauseCause,
}

/// One clock from its start.
#[derive(Debug)]
pub(crate) struct Round {
    pub metric: Metric,
    pub number: u32,
    pub from: i64,
    pub start: StartCause,
    pub end: Option<(i64, EndCause)>,
}

#[derive(Debug)]
pub(crate) struct History<'a> {
    pub spans: Vec<Span<'a>>,
    pub waits: Vec<Wait>,
    pub rounds: Vec<Round>,
}

impl<'a> History<'a> {
    /// What had happened by `now`; later events are not looked at.
    pub fn read(levels: &'a ServiceLevels, case: &Case, now: i64) -> Self {
        let mut reader = Reader::new(levels, case);
        let mut events: Vec<(i64, &Fact)> =
            case.events.iter().map(|event| (event.at.max(case.created_at), &event.fact)).collect();
        events.sort_by_key(|&(at, _)| at);
        for (at, fact) in events.into_iter().filter(|&(at, _)| at <= now) {
            reader.take(at, fact);
        }
        reader.finish()
    }
}

struct Reader<'a> {
    levels: &'a ServiceLevels,
    fields: Map<String, Value>,
    status: Option<(i64, PauseCause)>,
    holds: BTreeMap<String, (i64, String)>,
    /// Since when the case is resolved or cancelled.
    ended: Option<(i64, EndCause)>,
    history: History<'a>,
}

impl<'a> Reader<'a> {
    fn new(levels: &'a ServiceLevels, case: &Case) -> Self {
        let from = case.created_at;
        let spans = vec![Span { from, policy: levels.policy_for(&case.fields) }];
        let rounds = [Metric::Response, Metric::Arrival, Metric::Resolution]
            .map(|metric| Round { metric, number: 1, from, start: StartCause::Created, end: None })
            .into();
        let history = History { spans, waits: Vec::new(), rounds };
        Self { levels, fields: case.fields.clone(), status: None, holds: BTreeMap::new(), ended: None, history }
    }

    fn take(&mut self, at: i64, fact: &Fact) {
        match fact {
            Fact::Replied => self.end([Metric::Response, Metric::NextReply], at, EndCause::Replied),
            Fact::CustomerWrote => self.customer_wrote(at),
            Fact::Arrived => self.end([Metric::Arrival], at, EndCause::Arrived),
            Fact::Resolved => {
                self.end([Metric::Response, Metric::NextReply], at, EndCause::Resolved);
                self.ended.get_or_insert((at, EndCause::Resolved));
            }
            Fact::Cancelled => {
                self.ended.get_or_insert((at, EndCause::Cancelled));
            }
            Fact::Reopened => {
                if let Some((from, how)) = self.ended.take() {
                    self.history.waits.push(Wait { from, to: Some(at), cause: PauseCause::Ended { how } });
                }
            }
            Fact::StatusChanged { status, category, reason } => {
                let cause =
                    PauseCause::Status { status: status.clone(), category: category.clone(), reason: reason.clone() };
                if let Some((from, cause)) = self.status.replace((at, cause)) {
                    self.history.waits.push(Wait { from, to: Some(at), cause });
                }
            }
            Fact::HoldStarted { hold, reason } => {
                self.end_hold(hold, Some(at));
                self.holds.insert(hold.clone(), (at, reason.clone()));
            }
            Fact::HoldEnded { hold } => self.end_hold(hold, Some(at)),
            Fact::FieldsChanged { fields } => self.fields_changed(at, fields),
        }
    }

    /// Ends open clocks, unless the case is over already.
    fn end<const N: usize>(&mut self, metrics: [Metric; N], at: i64, how: EndCause) {
        if self.ended.is_some() {
            return;
        }
        for round in self.history.rounds.iter_mut().filter(|round| metrics.contains(&round.metric)) {
            round.end.get_or_insert((at, how));
        }
    }

    fn customer_wrote(&mut self, at: i64) {
        let replies = |round: &&Round| matches!(round.metric, Metric::Response | Metric::NextReply);
        let waiting = self.history.rounds.iter().filter(replies).any(|round| round.end.is_none());
        if waiting || self.ended.is_some() {
            return;
        }
        let earlier = self.history.rounds.iter().filter(|round| round.metric == Metric::NextReply).count();
        let number = u32::try_from(earlier + 1).unwrap_or(u32::MAX);
        let round = Round { metric: Metric::NextReply, number, from: at, start: StartCause::CustomerWrote, end: None };
        self.history.rounds.push(round);
    }

    fn end_hold(&mut self, hold: &str, to: Option<i64>) {
        if let Some((from, reason)) = self.holds.remove(hold) {
            let cause = PauseCause::Hold { hold: hold.to_owned(), reason };
            self.history.waits.push(Wait { from, to, cause });
        }
    }

    fn fields_changed(&mut self, at: i64, changed: &Map<String, Value>) {
        self.fields.extend(changed.iter().map(|(id, value)| (id.clone(), value.clone())));
        let policy = self.levels.policy_for(&self.fields);
        let spans = &mut self.history.spans;
        // Of several changes in one instant the last one counts; a policy that still applies begins no new span.
        if spans.last().is_some_and(|span| span.from == at) {
            spans.pop();
        }
        let before = spans.last().map(|span| span.policy.map(|policy| &policy.id));
        if before != Some(policy.map(|policy| &policy.id)) {
            spans.push(Span { from: at, policy });
        }
    }

    fn finish(mut self) -> History<'a> {
        if let Some((from, cause)) = self.status.take() {
            self.history.waits.push(Wait { from, to: None, cause });
        }
        for hold in self.holds.keys().cloned().collect::<Vec<_>>() {
            self.end_hold(&hold, None);
        }
        if let Some(end) = self.ended {
            for round in &mut self.history.rounds {
                round.end.get_or_insert(end);
            }
        }
        self.history
    }
}
