//! Checked policies with the calendars they name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use calendar::{Compiled, Holidays};
use rules::{Condition, Types};
use serde_json::{Map, Value};

use crate::{
    EscalationWhen, MAX_MILESTONES, MAX_MINUTES, MAX_PAUSE_RULES, MAX_PERCENT, MAX_POLICIES, Policy, SlaError, Target,
};

/// A calendar that counts, and the names of its holidays for explanations.
#[derive(Debug, Clone)]
pub struct ServiceCalendar {
    pub(crate) hours: Compiled,
    pub(crate) holidays: Option<Arc<Holidays>>,
}

impl ServiceCalendar {
    /// A calendar whose exceptions have no names.
    pub const fn new(hours: Compiled) -> Self {
        Self { hours, holidays: None }
    }

    /// A calendar made with [`calendar::Calendar::with_holidays`] from these.
    pub const fn with_holidays(hours: Compiled, holidays: Arc<Holidays>) -> Self {
        Self { hours, holidays: Some(holidays) }
    }
}

/// A calendar through its changes: each version counts from the instant it came into force until the next one does.
#[derive(Debug, Clone)]
pub struct CalendarHistory(BTreeMap<i64, ServiceCalendar>);

impl CalendarHistory {
    /// A calendar that was never changed, or whose changes are to count from the very beginning.
    pub fn new(first: ServiceCalendar) -> Self {
        Self(BTreeMap::from([(i64::MIN, first)]))
    }

    /// The calendar with another version in force from an instant on, microseconds UTC.
    #[must_use]
    pub fn changed_at(mut self, at: i64, version: ServiceCalendar) -> Self {
        self.0.insert(at, version);
        self
    }

    /// The version in force at an instant, and those that come into force after it and before `to`, each with the instant
    /// from which it counts there.
    pub(crate) fn versions(&self, from: i64, to: i64) -> impl Iterator<Item = (i64, &ServiceCalendar)> {
        let first = self.0.range(..=from).next_back().map(|(_, version)| (from, version));
        let later = self.0.iter().filter(move |&(&at, _)| from < at && at < to).map(|(&at, version)| (at, version));
        first.into_iter().chain(later)
    }
}

/// Policies that are known to be right, with all calendars they need; build it once and keep it.
#[derive(Debug, Clone)]
pub struct ServiceLevels {
    policies: Vec<(Policy, Condition)>,
    calendars: BTreeMap<String, CalendarHistory>,
}

impl ServiceLevels {
    /// Checks policies, in the order in which they are tried, against the calendars there are, by id, and the fields that
    /// their conditions may name.
    ///
    /// # Errors
    /// The first mistake, with a JSON pointer from the list of policies.
    pub fn new(
        policies: Vec<Policy>,
        calendars: BTreeMap<String, CalendarHistory>,
        types: &(impl Types + ?Sized),
    ) -> Result<Self, SlaError> {
        if policies.len() > MAX_POLICIES {
            return Err(SlaError::TooManyPolicies);
        }
        let mut ids = BTreeSet::new();
        let mut checked = Vec::with_capacity(policies.len());
        for (index, policy) in policies.into_iter().enumerate() {
            let pointer = format!("/{index}");
            if !ids.insert(policy.id.clone()) {
                return Err(SlaError::DuplicateId { pointer: pointer + "/id", id: policy.id });
            }
            let condition = check(&policy, &pointer, &calendars, types)?;
            checked.push((policy, condition));
        }
        Ok(Self { policies: checked, calendars })
    }

    /// The policies in order.
    pub fn policies(&self) -> impl Iterator<Item = &Policy> {
        self.policies.iter().map(|(policy, _)| policy)
    }

    /// The policy that applies to a case with these fields: the first whose condition holds.
    pub fn policy_for(&self, fields: &Map<String, Value>) -> Option<&Policy> {
        // No condition is relative to now, so any instant will do.
        self.policies.iter().find(|(_, condition)| rules::evaluate(condition, fields, 0)).map(|(policy, _)| policy)
    }

    pub(crate) fn calendar(&self, id: &str) -> Option<&CalendarHistory> {
        self.calendars.get(id)
    }
}

fn check(
    policy: &Policy,
    pointer: &str,
    calendars: &BTreeMap<String, CalendarHistory>,
    types: &(impl Types + ?Sized),
) -> Result<Condition, SlaError> {
    let known = |id: &String, pointer: String| {
        if calendars.contains_key(id) { Ok(()) } else { Err(SlaError::UnknownCalendar { pointer, id: id.clone() }) }
    };
    let when = || format!("{pointer}/when");
    let condition =
        Condition::parse(&policy.when, types).map_err(|source| SlaError::Condition { pointer: when(), source })?;
    if condition.depends_on_now() {
        return Err(SlaError::RelativeToNow { pointer: when() });
    }
    known(&policy.calendar, format!("{pointer}/calendar"))?;
    for (metric, target) in &policy.targets {
        let pointer = format!("{pointer}/targets/{}", metric.name());
        if let Some(id) = &target.calendar {
            known(id, format!("{pointer}/calendar"))?;
        }
        check_target(target, &pointer)?;
    }
    if policy.pauses.len() > MAX_PAUSE_RULES {
        return Err(SlaError::TooManyPauseRules { pointer: format!("{pointer}/pauses") });
    }
    for (index, rule) in policy.pauses.iter().enumerate() {
        if rule.statuses.is_empty() && rule.categories.is_empty() && rule.reasons.is_empty() {
            return Err(SlaError::EmptyPauseRule { pointer: format!("{pointer}/pauses/{index}") });
        }
    }
    Ok(condition)
}

fn check_target(target: &Target, pointer: &str) -> Result<(), SlaError> {
    if !(1..=MAX_MINUTES).contains(&target.minutes) {
        return Err(SlaError::Minutes { pointer: format!("{pointer}/minutes") });
    }
    if target.warn_percent.len() > MAX_MILESTONES {
        return Err(SlaError::TooManyMilestones { pointer: format!("{pointer}/warn_percent") });
    }
    if let Some(index) = target.warn_percent.iter().position(|percent| !(1..100).contains(percent)) {
        return Err(SlaError::Percent { pointer: format!("{pointer}/warn_percent/{index}") });
    }
    if target.escalations.len() > MAX_MILESTONES {
        return Err(SlaError::TooManyMilestones { pointer: format!("{pointer}/escalations") });
    }
    for (index, escalation) in target.escalations.iter().enumerate() {
        let pointer = format!("{pointer}/escalations/{index}/when");
        match escalation.when {
            EscalationWhen::Percent(percent) if !(1..=MAX_PERCENT).contains(&percent) => {
                return Err(SlaError::Percent { pointer: pointer + "/percent" });
            }
            EscalationWhen::MinutesBefore(minutes) if minutes >= target.minutes => {
                let pointer = pointer + "/minutes_before";
                return Err(SlaError::BeforeStart { pointer, target_minutes: target.minutes });
            }
            EscalationWhen::MinutesAfter(minutes) if minutes > MAX_MINUTES => {
                return Err(SlaError::Minutes { pointer: pointer + "/minutes_after" });
            }
            _ => {}
        }
    }
    Ok(())
}
