//! Clocks against the plainest oracle there is: walk through the minutes one by one, with what is true in each.

#![allow(clippy::unwrap_used, reason = "the whole file is a test")]

use std::collections::{BTreeMap, BTreeSet};

use calendar::{Calendar, Interval, MINUTE};
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil::Date};
use proptest::prelude::*;
use rules::FieldType;
use sla::{
    Assessment, CalendarHistory, Case, Clock, Escalation, EscalationWhen, Fact, Metric, MilestoneKind, PauseRule,
    Policy, ServiceCalendar, ServiceLevels, State, Step, Target,
};

/// Zones with even clocks, clocks that jump by an hour or half an hour, and odd offsets.
const ZONES: [&str; 6] =
    ["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns"];

/// Instants around which clocks change in one or more of those zones, in minutes.
const NEAR: [i64; 5] = [
    1_774_731_600 / 60, // 2026-03-28T21:00Z, the night before Europe's spring change
    1_792_864_800 / 60, // 2026-10-24T18:00Z, the night before Europe's autumn change
    1_772_928_000 / 60, // 2026-03-08, North America
    1_793_433_600 / 60, // 2026-10-31, North America
    1_775_224_800 / 60, // 2026-04-03, Lord Howe Island
];

const DAYS: i64 = 6;
const MINUTES: usize = DAYS as usize * 1440;
const PRIORITIES: [&str; 4] = ["critical", "high", "low", "unknown"];
const CALENDARS: [&str; 2] = ["one", "two"];
const CATEGORIES: [&str; 3] = ["open", "waiting", "frozen"];
const REASONS: [&str; 3] = ["customer", "parts", "access"];

/// All that is drawn; times are minutes after `start`, which itself is in minutes since 1970.
#[derive(Debug, Clone)]
struct World {
    start: i64,
    /// For each of [`CALENDARS`] its first version and the later ones.
    calendars: Vec<(Calendar, Vec<(usize, Calendar)>)>,
    /// For each of the first three of [`PRIORITIES`]; for the last there is none.
    policies: Vec<Policy>,
    priority: usize,
    events: Vec<(usize, Fact)>,
    now: usize,
}

impl World {
    fn at(&self, minute: usize) -> i64 {
        (self.start + i64::try_from(minute).unwrap()) * MINUTE
    }

    fn levels(&self) -> Option<ServiceLevels> {
        let mut calendars = BTreeMap::new();
        for (id, (first, later)) in CALENDARS.iter().zip(&self.calendars) {
            let mut history = CalendarHistory::new(ServiceCalendar::new(first.compile().ok()?));
            for (minute, version) in later {
                history = history.changed_at(self.at(*minute), ServiceCalendar::new(version.compile().ok()?));
            }
            calendars.insert((*id).to_owned(), history);
        }
        let types = BTreeMap::from([("priority".to_owned(), FieldType::Choice)]);
        Some(ServiceLevels::new(self.policies.clone(), calendars, &types).unwrap())
    }

    fn case(&self) -> Case {
        let case = Case::new(self.at(0)).with_field("priority", PRIORITIES[self.priority]);
        self.events.iter().fold(case, |case, (minute, fact)| case.with(self.at(*minute), fact.clone()))
    }

    /// Whether each minute is open: by calendar, by version.
    fn open_minutes(&self) -> Vec<Vec<Vec<bool>>> {
        let minutes = |calendar: &Calendar| -> Vec<bool> {
            let zone = TimeZone::get(&calendar.zone).unwrap();
            (0..MINUTES).map(|minute| is_open(calendar, &zone, self.at(minute))).collect()
        };
        self.calendars
            .iter()
            .map(|(first, later)| {
                std::iter::once(first).chain(later.iter().map(|(_, version)| version)).map(minutes).collect()
            })
            .collect()
    }

    fn version(&self, calendar: usize, minute: usize) -> usize {
        self.calendars[calendar].1.iter().filter(|(from, _)| *from <= minute).count()
    }
}

fn is_open(calendar: &Calendar, zone: &TimeZone, at: i64) -> bool {
    let local = zone.to_datetime(Timestamp::from_microsecond(at).unwrap());
    let weekday = usize::try_from(local.date().weekday().to_monday_zero_offset()).unwrap();
    let hours = calendar.exceptions.get(&local.date()).unwrap_or(&calendar.week[weekday]);
    let minute = u16::try_from(i16::from(local.hour()) * 60 + i16::from(local.minute())).unwrap();
    hours.iter().any(|hours| hours.from_minute <= minute && minute < hours.to_minute)
}

/// What is true of the case in one minute, after all that happened at its beginning.
#[derive(Debug, Clone, Default)]
struct Now {
    priority: usize,
    status: Option<(String, String, Option<String>)>,
    holds: BTreeMap<String, String>,
    ended: bool,
}

#[derive(Debug, Clone)]
struct OracleClock {
    metric: Metric,
    start: usize,
    end: Option<(usize, bool)>,
}

struct Oracle<'a> {
    world: &'a World,
    open: Vec<Vec<Vec<bool>>>,
    /// By minute; what holds at `now` goes on.
    states: Vec<Now>,
    clocks: Vec<OracleClock>,
}

impl<'a> Oracle<'a> {
    fn new(world: &'a World) -> Self {
        let mut events: Vec<&(usize, Fact)> = world.events.iter().filter(|(minute, _)| *minute <= world.now).collect();
        events.sort_by_key(|(minute, _)| *minute);
        let mut now = Now { priority: world.priority, ..Now::default() };
        let clock = |metric, start| OracleClock { metric, start, end: None };
        let mut clocks = vec![clock(Metric::Response, 0), clock(Metric::Arrival, 0), clock(Metric::Resolution, 0)];
        let mut over = None;
        let mut states = Vec::with_capacity(MINUTES);
        let mut next = events.iter().peekable();
        for minute in 0..MINUTES {
            while let Some((_, fact)) = next.next_if(|(at, _)| *at == minute) {
                let mut end = |metrics: &[Metric]| {
                    for clock in
                        clocks.iter_mut().filter(|clock| metrics.contains(&clock.metric) && clock.end.is_none())
                    {
                        clock.end = Some((minute, true));
                    }
                };
                match fact {
                    Fact::Replied if !now.ended => end(&[Metric::Response, Metric::NextReply]),
                    Fact::Arrived if !now.ended => end(&[Metric::Arrival]),
                    Fact::CustomerWrote if !now.ended => {
                        let answered = |clock: &OracleClock| clock.end.is_some() || !is_reply(clock.metric);
                        if clocks.iter().all(answered) {
                            clocks.push(OracleClock { metric: Metric::NextReply, start: minute, end: None });
                        }
                    }
                    Fact::Resolved if !now.ended => {
                        end(&[Metric::Response, Metric::NextReply]);
                        now.ended = true;
                        over = Some((minute, true));
                    }
                    Fact::Cancelled if !now.ended => {
                        now.ended = true;
                        over = Some((minute, false));
                    }
                    Fact::Reopened => now.ended = false,
                    Fact::StatusChanged { status, category, reason } => {
                        now.status = Some((status.clone(), category.clone(), reason.clone()));
                    }
                    Fact::HoldStarted { hold, reason } => {
                        now.holds.insert(hold.clone(), reason.clone());
                    }
                    Fact::HoldEnded { hold } => {
                        now.holds.remove(hold);
                    }
                    Fact::FieldsChanged { fields } => {
                        let name = fields["priority"].as_str().unwrap();
                        now.priority = PRIORITIES.iter().position(|priority| *priority == name).unwrap();
                    }
                    _ => {}
                }
            }
            states.push(now.clone());
        }
        if let (true, Some((minute, resolved))) = (now.ended, over) {
            for clock in clocks.iter_mut().filter(|clock| clock.end.is_none()) {
                clock.end = Some((minute, resolved && clock.metric == Metric::Resolution));
            }
        }
        Self { world, open: world.open_minutes(), states, clocks }
    }

    fn target(&self, clock: &OracleClock, priority: usize) -> Option<(&'a Policy, &'a Target)> {
        let policy = self.world.policies.get(priority)?;
        Some((policy, policy.targets.get(&clock.metric)?))
    }

    /// The rules of the last minute that still counts: now's, or those before the end.
    fn last_minute(clock: &OracleClock) -> usize {
        clock.end.map_or(MINUTES - 1, |(end, _)| end.saturating_sub(1).max(clock.start))
    }

    fn paused(&self, clock: &OracleClock, minute: usize) -> bool {
        let now = &self.states[minute];
        let Some((policy, _)) = self.target(clock, now.priority) else { return false };
        let applies = |rule: &PauseRule| {
            let about = rule.metrics.is_empty() || rule.metrics.contains(&clock.metric);
            let reasoned = |reason: &str| rule.reasons.is_empty() || rule.reasons.iter().any(|one| one == reason);
            let by_status = now.status.as_ref().is_some_and(|(status, category, reason)| {
                let anywhere = rule.statuses.is_empty() && rule.categories.is_empty();
                (anywhere || rule.statuses.contains(status) || rule.categories.contains(category))
                    && (rule.reasons.is_empty() || reason.as_deref().is_some_and(reasoned))
            });
            let by_hold = rule.statuses.is_empty()
                && rule.categories.is_empty()
                && now.holds.values().any(|reason| reasoned(reason));
            about && (by_status || by_hold)
        };
        now.ended || policy.pauses.iter().any(applies)
    }

    /// Whether work goes on in a minute, and whether the clock counts it.
    fn minute(&self, clock: &OracleClock, minute: usize) -> (bool, bool) {
        let frozen = clock.end.is_some_and(|(end, _)| minute >= end);
        let rules = if frozen { Self::last_minute(clock) } else { minute };
        let Some((policy, target)) = self.target(clock, self.states[rules].priority) else { return (false, false) };
        let id = target.calendar.as_ref().unwrap_or(&policy.calendar);
        let calendar = CALENDARS.iter().position(|one| one == id).unwrap();
        let open = self.open[calendar][self.world.version(calendar, rules)][minute];
        (open, open && (frozen || !self.paused(clock, minute)))
    }

    /// The working minutes used at the beginning of each minute since the start; the last is after the last minute.
    fn used(&self, clock: &OracleClock) -> Vec<i64> {
        let mut used = vec![0; clock.start + 1];
        for minute in clock.start..MINUTES {
            used.push(used[minute] + i64::from(self.minute(clock, minute).1));
        }
        used
    }
}

fn is_reply(metric: Metric) -> bool {
    matches!(metric, Metric::Response | Metric::NextReply)
}

fn hours() -> impl Strategy<Value = Vec<Interval>> {
    prop_oneof![
        1 => Just(Vec::new()),
        3 => Just(vec![Interval::new(540, 1080)]),
        1 => Just(vec![Interval::ALL_DAY]),
        2 => proptest::collection::btree_set(0u16..=1440, 2..=6).prop_map(|edges: BTreeSet<u16>| {
            let edges: Vec<u16> = edges.into_iter().collect();
            edges.chunks_exact(2).map(|pair| Interval::new(pair[0], pair[1])).collect()
        }),
    ]
}

fn calendars(start: i64) -> impl Strategy<Value = Calendar> {
    let exceptions = proptest::collection::btree_map(-1..=DAYS, hours(), 0..3);
    (proptest::sample::select(&ZONES[..]), proptest::array::uniform7(hours()), exceptions).prop_map(
        move |(zone, week, exceptions)| {
            let first: Date = TimeZone::UTC.to_datetime(Timestamp::from_second(start * 60).unwrap()).date();
            let exceptions = exceptions
                .into_iter()
                .map(|(day, hours)| (first.checked_add(jiff::Span::new().days(day)).unwrap(), hours))
                .collect();
            Calendar { zone: zone.to_owned(), week, exceptions }
        },
    )
}

fn some_of(words: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    proptest::sample::subsequence(words, 0..=2).prop_map(|words| words.into_iter().map(str::to_owned).collect())
}

fn pause_rules() -> impl Strategy<Value = PauseRule> {
    let metrics = proptest::sample::subsequence(&Metric::ALL[..], 0..=3);
    (some_of(&CATEGORIES), some_of(&CATEGORIES), some_of(&REASONS), metrics)
        .prop_map(|(statuses, categories, reasons, metrics)| PauseRule { statuses, categories, reasons, metrics })
        .prop_filter("names something", |rule| {
            !(rule.statuses.is_empty() && rule.categories.is_empty() && rule.reasons.is_empty())
        })
}

fn targets() -> impl Strategy<Value = Target> {
    let escalations = prop_oneof![
        (1u16..300).prop_map(EscalationWhen::Percent),
        (0u32..40).prop_map(EscalationWhen::MinutesBefore),
        (0u32..900).prop_map(EscalationWhen::MinutesAfter),
    ]
    .prop_map(|when| Escalation { when, action: "tell".into() });
    (
        41u32..2500,
        proptest::option::of(proptest::sample::select(&CALENDARS[..])),
        proptest::collection::vec(1u16..100, 0..3),
        proptest::collection::vec(escalations, 0..3),
    )
        .prop_map(|(minutes, calendar, warn_percent, escalations)| Target {
            minutes,
            calendar: calendar.map(str::to_owned),
            warn_percent,
            escalations,
        })
}

fn policies(priority: &'static str) -> impl Strategy<Value = Policy> {
    (
        proptest::sample::select(&CALENDARS[..]),
        proptest::collection::btree_map(proptest::sample::select(&Metric::ALL[..]), targets(), 2..=4),
        proptest::collection::vec(pause_rules(), 0..3),
    )
        .prop_map(move |(calendar, targets, pauses)| Policy {
            id: priority.to_owned(),
            when: serde_json::json!({"field": "priority", "op": "eq", "value": priority}),
            calendar: calendar.to_owned(),
            targets,
            pauses,
        })
}

fn facts() -> impl Strategy<Value = Fact> {
    let holds = proptest::sample::select(&["h1", "h2"][..]);
    let reasons = proptest::sample::select(&REASONS[..]);
    prop_oneof![
        2 => Just(Fact::Replied),
        2 => Just(Fact::CustomerWrote),
        1 => Just(Fact::Arrived),
        1 => Just(Fact::Resolved),
        1 => Just(Fact::Reopened),
        1 => proptest::bool::weighted(0.3).prop_map(|cancelled| if cancelled { Fact::Cancelled } else { Fact::Reopened }),
        6 => (proptest::sample::select(&CATEGORIES[..]), proptest::option::of(reasons.clone()))
            .prop_map(|(category, reason)| Fact::status(category, category, reason)),
        3 => (holds.clone(), reasons)
            .prop_map(|(hold, reason)| Fact::HoldStarted { hold: hold.into(), reason: reason.into() }),
        2 => holds.prop_map(|hold| Fact::HoldEnded { hold: hold.into() }),
        4 => proptest::sample::select(&PRIORITIES[..]).prop_map(|priority| Fact::field("priority", priority)),
    ]
}

/// Minutes in the first half; often the same ones, so that several things happen at once.
fn moments() -> impl Strategy<Value = usize> {
    prop_oneof![0..MINUTES / 2, (0..12usize).prop_map(|part| part * MINUTES / 24)]
}

fn worlds() -> impl Strategy<Value = World> {
    let start = (proptest::sample::select(&NEAR[..]), -2 * 1440..1440i64).prop_map(|(near, minutes)| near + minutes);
    start.prop_flat_map(|start| {
        let later = proptest::collection::btree_map(moments().prop_map(|minute| minute + 1), calendars(start), 0..2)
            .prop_map(|later| later.into_iter().collect());
        (
            proptest::collection::vec((calendars(start), later), CALENDARS.len()),
            (policies(PRIORITIES[0]), policies(PRIORITIES[1]), policies(PRIORITIES[2])),
            0..PRIORITIES.len(),
            proptest::collection::vec((moments(), facts()), 0..10),
            0..MINUTES * 2 / 3,
        )
            .prop_map(move |(calendars, (one, two, three), priority, events, now)| {
                let policies = vec![one, two, three];
                World { start, calendars, policies, priority, events, now }
            })
    })
}

fn counted(clock: &Clock) -> i64 {
    let counted = |step: &Step| if let Step::Counted { counted_micros, .. } = step { *counted_micros } else { 0 };
    clock.explanation.iter().map(counted).sum()
}

fn extended(clock: &Clock) -> i64 {
    let extended =
        |step: &Step| if let Step::Paused { extended_by_micros, .. } = step { *extended_by_micros } else { 0 };
    clock.explanation.iter().map(extended).sum()
}

fn by_metric(assessment: &Assessment) -> BTreeMap<Metric, Vec<&Clock>> {
    let mut by_metric: BTreeMap<Metric, Vec<&Clock>> = BTreeMap::new();
    for clock in &assessment.clocks {
        by_metric.entry(clock.metric).or_default().push(clock);
    }
    by_metric
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn clocks_are_what_walking_each_minute_gives(world in worlds()) {
        let levels = world.levels();
        prop_assume!(levels.is_some());
        let oracle = Oracle::new(&world);
        let assessment = levels.unwrap().assess(&world.case(), world.at(world.now));
        let clocks = by_metric(&assessment);
        prop_assert_eq!(clocks.values().map(Vec::len).sum::<usize>(), oracle.clocks.len());
        let mut rounds: BTreeMap<Metric, usize> = BTreeMap::new();
        for expected in &oracle.clocks {
            let round = rounds.entry(expected.metric).or_default();
            let clock = clocks[&expected.metric][*round];
            *round += 1;
            prop_assert_eq!(clock.round as usize, *round);
            prop_assert_eq!(clock.started_at, world.at(expected.start));
            prop_assert_eq!(clock.ended_at, expected.end.map(|(end, _)| world.at(end)));

            let used = oracle.used(expected);
            let until = expected.end.map_or(world.now, |(end, _)| end);
            prop_assert_eq!(clock.elapsed_micros, used[until] * MINUTE);

            let current = oracle.states[Oracle::last_minute(expected)].priority;
            let Some((policy, target)) = oracle.target(expected, current) else {
                prop_assert_eq!(clock.state, State::NotApplicable);
                prop_assert_eq!(clock.due_at, None);
                prop_assert_eq!(counted(clock), clock.elapsed_micros);
                continue;
            };
            prop_assert_eq!(clock.policy.as_ref(), Some(&policy.id));

            // The first minute by which enough is used, no earlier than `since`.
            let reach = |amount: i64| (expected.start..=MINUTES).find(|&minute| used[minute] >= amount);
            let due = reach(i64::from(target.minutes));
            match due {
                Some(minute) => prop_assert_eq!(clock.due_at, Some(world.at(minute))),
                None => prop_assert!(clock.due_at.is_none_or(|due| due > world.at(MINUTES))),
            }
            let last = Oracle::last_minute(expected);
            let same = |minute: &usize| oracle.states[*minute].priority == current;
            let since = (expected.start..=last.min(until.max(expected.start))).rev().take_while(same).last().unwrap();
            let reached = |minute: usize| expected.end.map_or(minute <= world.now, |(end, _)| minute < end);
            let breached = due.map(|minute| minute.max(since)).filter(|&minute| reached(minute));
            prop_assert_eq!(clock.breached_at, breached.map(|minute| world.at(minute)));

            let paused = expected.end.is_none() && oracle.paused(expected, world.now);
            let stood = (expected.start..=world.now).rev().take_while(|&minute| oracle.paused(expected, minute)).last();
            prop_assert_eq!(clock.paused_since, stood.filter(|_| paused).map(|minute| world.at(minute)));
            let state = match expected.end {
                _ if breached.is_some() => State::Breached,
                Some((_, true)) => State::Met,
                Some((_, false)) => State::NotApplicable,
                None if paused => State::Paused,
                None => State::Running,
            };
            prop_assert_eq!(clock.state, state);

            // Amounts in hundredths of a minute, so that percentages are whole.
            let amounts = target.warn_percent.iter().map(|&percent| i64::from(target.minutes) * i64::from(percent));
            let ladder = target.escalations.iter().map(|escalation| match escalation.when {
                EscalationWhen::Percent(percent) => i64::from(target.minutes) * i64::from(percent),
                EscalationWhen::MinutesBefore(minutes) => i64::from(target.minutes - minutes) * 100,
                EscalationWhen::MinutesAfter(minutes) => i64::from(target.minutes + minutes) * 100,
            });
            let mut amounts: Vec<i64> = amounts.chain(ladder).chain([i64::from(target.minutes) * 100]).collect();
            amounts.sort_unstable();
            let mut milestones = clock.milestones.iter();
            for amount in amounts {
                // The minute in which it is reached, and how far into that minute.
                let minute = (expected.start..MINUTES).find(|&minute| used[minute + 1] * 100 >= amount);
                let at = minute.map(|minute| {
                    (world.at(minute) + (amount - used[minute] * 100) * (MINUTE / 100)).max(world.at(since))
                });
                let passed = |at: i64| expected.end.map_or(at <= world.at(world.now), |(end, _)| at < world.at(end));
                if expected.end.is_some() && !at.is_some_and(passed) {
                    continue;
                }
                let milestone = milestones.next().unwrap();
                prop_assert_eq!(milestone.reached, at.is_some_and(passed));
                match at {
                    Some(at) => prop_assert_eq!(milestone.at, Some(at)),
                    None => prop_assert!(milestone.at.is_none_or(|at| at > world.at(MINUTES))),
                }
            }
            prop_assert!(milestones.next().is_none());

            // The explanation adds up.
            prop_assert_eq!(counted(clock), clock.due_at.map_or(clock.elapsed_micros, |_| i64::from(target.minutes) * MINUTE));
            if clock.due_at.is_none() || due.is_some() {
                let window = due.unwrap_or(until);
                let lost = (expected.start..window)
                    .map(|minute| oracle.minute(expected, minute))
                    .filter(|&(open, counts)| open && !counts)
                    .count();
                prop_assert_eq!(extended(clock), i64::try_from(lost).unwrap() * MINUTE);
            }
        }
    }

    #[test]
    fn a_due_time_is_the_instant_at_which_the_target_is_used(world in worlds(), shift in 0..MINUTE) {
        let levels = world.levels();
        prop_assume!(levels.is_some());
        let levels = levels.unwrap();
        let mut case = world.case();
        case.created_at -= shift;
        for (index, event) in case.events.iter_mut().enumerate() {
            event.at += shift * i64::try_from(index).unwrap() / 3;
        }
        let last = case.events.iter().map(|event| event.at).max().unwrap_or(case.created_at);
        let assessment = levels.assess(&case, last);
        for clock in assessment.clocks.iter().filter(|clock| clock.ended_at.is_none()) {
            for milestone in clock.milestones.iter().filter(|milestone| !milestone.reached) {
                let Some(at) = milestone.at else { continue };
                let then = levels.assess(&case, at);
                let find = |assessment: &Assessment| {
                    assessment.clocks.iter().find(|one| (one.metric, one.round) == (clock.metric, clock.round)).unwrap().clone()
                };
                let (on_time, just_before) = (find(&then), find(&levels.assess(&case, at - 1)));
                prop_assert_eq!(on_time.elapsed_micros, just_before.elapsed_micros + 1);
                prop_assert_eq!(on_time.due_at, clock.due_at);
                if milestone.kind == MilestoneKind::Breach {
                    prop_assert_eq!(on_time.remaining_micros(), Some(0));
                    prop_assert_eq!(on_time.state, State::Breached);
                    prop_assert_eq!(just_before.state, State::Running);
                }
            }
        }
        if let Some(next) = assessment.next_at() {
            prop_assert!(next > last);
        }
    }

    #[test]
    fn what_comes_later_does_not_change_what_was(world in worlds()) {
        let levels = world.levels();
        prop_assume!(levels.is_some());
        let (levels, case, now) = (levels.unwrap(), world.case(), world.at(world.now));
        let mut past = case.clone();
        past.events.retain(|event| event.at <= now);
        prop_assert_eq!(levels.assess(&case, now), levels.assess(&past, now));
        let json = serde_json::to_value(levels.assess(&case, now)).unwrap();
        prop_assert_eq!(serde_json::from_value::<Assessment>(json).unwrap(), levels.assess(&case, now));
    }
}
