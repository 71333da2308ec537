//! Cases as people know them, with the answers worked out by hand.

#![allow(clippy::unwrap_used, reason = "the whole file is a test")]

use std::collections::BTreeMap;
use std::sync::Arc;

use calendar::{Calendar, DayKind, Holidays, MINUTE, MONDAY_TO_FRIDAY};
use jiff::Timestamp;
use rules::FieldType;
use serde_json::{Value, json};
use sla::{
    CalendarHistory, Case, Clock, Fact, Metric, MilestoneKind, PauseCause, Policy, ServiceCalendar, ServiceLevels,
    SlaError, State, Step,
};

const HOUR: i64 = 60 * MINUTE;

/// An instant of Shanghai.
fn at(local: &str) -> i64 {
    format!("{local}:00+08:00").parse::<Timestamp>().unwrap().as_microsecond()
}

fn office() -> Calendar {
    Calendar::working_hours("Asia/Shanghai", &MONDAY_TO_FRIDAY, 9 * 60, 18 * 60)
}

/// `office` with the Chinese holidays, and `always`.
fn calendars() -> BTreeMap<String, CalendarHistory> {
    let holidays = Arc::new(Holidays::china().unwrap());
    let office = office().with_holidays(&holidays, 2024..=2030).compile().unwrap();
    let always = Calendar::always_open("Asia/Shanghai").compile().unwrap();
    BTreeMap::from([
        ("office".into(), CalendarHistory::new(ServiceCalendar::with_holidays(office, holidays))),
        ("always".into(), CalendarHistory::new(ServiceCalendar::new(always))),
    ])
}

fn types() -> BTreeMap<String, FieldType> {
    BTreeMap::from([
        ("priority".into(), FieldType::Choice),
        ("customer.level".into(), FieldType::Choice),
        ("contract".into(), FieldType::Text),
        ("due_at".into(), FieldType::Time),
    ])
}

fn checked(policies: Value) -> Result<ServiceLevels, SlaError> {
    let policies: Vec<Policy> = serde_json::from_value(policies).unwrap();
    ServiceLevels::new(policies, calendars(), &types())
}

/// Critical cases around the clock; the rest in office hours, standing still while the customer is waited for.
fn levels() -> ServiceLevels {
    let is = |priority: &str| json!({"field": "priority", "op": "eq", "value": priority});
    let pauses = json!([{"categories": ["waiting"], "reasons": ["customer"], "metrics": ["resolution", "arrival"]}]);
    checked(json!([
        {
            "id": "critical", "when": is("critical"), "calendar": "always",
            "targets": {"response": {"minutes": 30}, "resolution": {"minutes": 240}}, "pauses": pauses
        },
        {
            "id": "usual", "when": {"all": []}, "calendar": "office",
            "targets": {
                "response": {"minutes": 120},
                "next_reply": {"minutes": 60},
                "arrival": {"minutes": 540},
                "resolution": {
                    "minutes": 480, "warn_percent": [50, 75],
                    "escalations": [
                        {"when": {"minutes_before": 60}, "action": "tell_team"},
                        {"when": {"percent": 100}, "action": "tell_head"},
                        {"when": {"minutes_after": 240}, "action": "tell_director"}
                    ]
                }
            },
            "pauses": pauses
        }
    ]))
    .unwrap()
}

fn clock(case: &Case, metric: Metric, now: &str) -> Clock {
    levels().assess(case, at(now)).current(metric).unwrap().clone()
}

#[test]
fn spring_festival_is_skipped_by_name_and_its_worked_saturday_counts() {
    // Friday 2026-02-13 17:00; Saturday the 14th is worked, then nine days off.
    let clock = clock(&Case::new(at("2026-02-13T17:00")), Metric::Resolution, "2026-02-13T17:30");
    assert_eq!(clock.due_at, Some(at("2026-02-14T16:00")));
    let later = self::clock(&Case::new(at("2026-02-14T17:00")), Metric::Resolution, "2026-02-14T17:30");
    assert_eq!(later.due_at, Some(at("2026-02-24T16:00")));
    let adjusted = |step: &Step| match step {
        Step::AdjustedWorkday { date, name, open_micros } => {
            Some((date.clone(), name.clone().unwrap().zh, open_micros / HOUR))
        }
        _ => None,
    };
    let steps: Vec<_> = later.explanation.iter().filter_map(adjusted).collect();
    assert_eq!(steps, [("2026-02-14".to_owned(), "春节".to_owned(), 9)]);
    let closed =
        |step: &&Step| matches!(step, Step::Holiday { name: Some(name), provisional: false, .. } if name.zh == "春节");
    // Of the nine days off, three fall on weekends, which are closed anyway.
    assert_eq!(later.explanation.iter().filter(closed).count(), 6);
    assert_eq!(later.explanation.last(), Some(&Step::Due { at: at("2026-02-24T16:00") }));
}

#[test]
fn a_deadline_in_a_year_without_a_list_says_so() {
    let holidays = Holidays::china().unwrap();
    assert_eq!(holidays.day(jiff::civil::date(2027, 1, 1)).kind, DayKind::Holiday);
    let clock = clock(&Case::new(at("2026-12-31T17:00")), Metric::Resolution, "2026-12-31T17:00");
    assert_eq!(clock.due_at, Some(at("2027-01-04T16:00")));
    assert!(clock.explanation.contains(&Step::YearWithoutList { calendar: "office".into(), year: 2027 }));
    let provisional =
        |step: &Step| matches!(step, Step::Holiday { date, provisional: true, .. } if date == "2027-01-01");
    assert!(clock.explanation.iter().any(provisional));
}

#[test]
fn waiting_for_the_customer_extends_the_deadline_and_waiting_for_parts_does_not() {
    let waits = |reason| {
        Case::new(at("2026-03-02T09:00"))
            .with(at("2026-03-02T10:00"), Fact::status("waiting", "waiting", Some(reason)))
            .with(at("2026-03-02T12:30"), Fact::status("working", "open", None))
    };
    let parts = clock(&waits("parts"), Metric::Resolution, "2026-03-02T11:00");
    assert_eq!((parts.state, parts.due_at), (State::Running, Some(at("2026-03-02T17:00"))));

    let paused = clock(&waits("customer"), Metric::Resolution, "2026-03-02T11:00");
    assert_eq!((paused.state, paused.due_at), (State::Paused, None));
    assert_eq!(paused.paused_since, Some(at("2026-03-02T10:00")));
    assert_eq!((paused.elapsed_minutes(), paused.remaining_minutes()), (60, Some(420)));
    assert_eq!(paused.explanation.last(), Some(&Step::Held { remaining_micros: 7 * HOUR }));
    assert_eq!(paused.next(), None);

    let resumed = clock(&waits("customer"), Metric::Resolution, "2026-03-02T13:00");
    assert_eq!(resumed.due_at, Some(at("2026-03-03T10:30")));
    let because =
        PauseCause::Status { status: "waiting".into(), category: "waiting".into(), reason: Some("customer".into()) };
    assert_eq!(
        resumed.explanation,
        [
            Step::Started { at: at("2026-03-02T09:00"), because: sla::StartCause::Created },
            Step::PolicyApplied {
                at: at("2026-03-02T09:00"),
                policy: "usual".into(),
                target_minutes: 480,
                calendar: "office".into(),
                used_micros: 0
            },
            Step::Paused {
                from: at("2026-03-02T10:00"),
                to: Some(at("2026-03-02T12:30")),
                because: vec![because],
                extended_by_micros: 150 * MINUTE
            },
            Step::Counted {
                from: at("2026-03-02T09:00"),
                to: at("2026-03-03T10:30"),
                calendar: "office".into(),
                counted_micros: 8 * HOUR
            },
            Step::Due { at: at("2026-03-03T10:30") },
        ]
    );
    // The same case's response clock never stood still.
    let response = clock(&waits("customer"), Metric::Response, "2026-03-02T10:30");
    assert_eq!((response.state, response.due_at), (State::Running, Some(at("2026-03-02T11:00"))));
}

#[test]
fn warnings_and_the_ladder_have_their_times_and_come_in_order() {
    let clock = clock(&Case::new(at("2026-03-02T09:00")), Metric::Resolution, "2026-03-02T15:30");
    let milestones: Vec<(Option<i64>, bool)> =
        clock.milestones.iter().map(|milestone| (milestone.at, milestone.reached)).collect();
    let expected = [
        ("2026-03-02T13:00", true),  // 50 %
        ("2026-03-02T15:00", true),  // 75 %
        ("2026-03-02T16:00", false), // an hour before
        ("2026-03-02T17:00", false), // the breach
        ("2026-03-02T17:00", false), // 100 %
        ("2026-03-03T12:00", false), // four working hours after
    ];
    assert_eq!(milestones, expected.map(|(time, reached)| (Some(at(time)), reached)));
    let next = clock.next().unwrap();
    assert_eq!(next.kind, MilestoneKind::Escalation { level: 1, action: "tell_team".into() });
}

#[test]
fn a_raised_priority_keeps_the_time_used_and_may_be_too_late_at_once() {
    let raised = |time: &str| {
        Case::new(at("2026-03-02T09:00"))
            .with_field("priority", "low")
            .with(at(time), Fact::field("priority", "critical"))
    };
    // Three of eight office hours are used when four hours around the clock are promised: one is left.
    let in_time = clock(&raised("2026-03-02T12:00"), Metric::Resolution, "2026-03-02T12:00");
    assert_eq!(in_time.due_at, Some(at("2026-03-02T13:00")));
    assert_eq!((in_time.policy.as_deref(), in_time.calendar.as_deref()), (Some("critical"), Some("always")));
    // Five were used: the target was reached at 13:00, which is found out at 14:00.
    let late = clock(&raised("2026-03-02T14:00"), Metric::Resolution, "2026-03-02T14:00");
    assert_eq!((late.state, late.due_at), (State::Breached, Some(at("2026-03-02T13:00"))));
    assert_eq!(late.breached_at, Some(at("2026-03-02T14:00")));
    assert_eq!(late.remaining_minutes(), Some(-60));
    // Nobody is promised an arrival any more.
    let arrival = clock(&raised("2026-03-02T14:00"), Metric::Arrival, "2026-03-02T15:00");
    assert_eq!((arrival.state, arrival.due_at), (State::NotApplicable, None));
}

#[test]
fn new_opening_hours_count_from_when_they_are_in_force() {
    let mut calendars = calendars();
    let longer = Calendar::working_hours("Asia/Shanghai", &MONDAY_TO_FRIDAY, 9 * 60, 21 * 60).compile().unwrap();
    let office = calendars.remove("office").unwrap();
    calendars.insert("office".into(), office.changed_at(at("2026-03-03T00:00"), ServiceCalendar::new(longer)));
    let policies = levels().policies().cloned().collect();
    let levels = ServiceLevels::new(policies, calendars, &types()).unwrap();
    let assessment = levels.assess(&Case::new(at("2026-03-02T17:00")), at("2026-03-02T17:00"));
    // One hour on Monday until 18:00, seven on Tuesday from 9:00: the same by both, unless the day is long.
    assert_eq!(assessment.current(Metric::Resolution).unwrap().due_at, Some(at("2026-03-03T16:00")));
    let arrival = levels
        .assess(&Case::new(at("2026-03-02T17:00")).with(at("2026-03-02T17:00"), Fact::Replied), at("2026-03-02T17:00"));
    let clock = arrival.current(Metric::Arrival).unwrap();
    assert_eq!(clock.due_at, Some(at("2026-03-03T17:00")));
    let changed = Step::CalendarChanged { at: at("2026-03-03T00:00"), calendar: "office".into(), used_micros: HOUR };
    assert!(clock.explanation.contains(&changed));
    // Nine hours of Monday are all that is promised, so the change comes after the due time.
    let morning = levels.assess(&Case::new(at("2026-03-02T09:00")), at("2026-03-02T09:00"));
    let clock = morning.current(Metric::Arrival).unwrap();
    assert_eq!(clock.due_at, Some(at("2026-03-02T18:00")));
    assert!(!clock.explanation.iter().any(|step| matches!(step, Step::CalendarChanged { .. })));
}

#[test]
fn what_changes_with_the_end_of_a_clock_or_after_it_is_too_late_for_it() {
    let resolved = Case::new(at("2026-03-02T09:00")).with(at("2026-03-02T15:00"), Fact::Resolved);
    for time in ["2026-03-02T15:00", "2026-03-02T15:01"] {
        let raised = resolved.clone().with(at(time), Fact::field("priority", "critical"));
        let clock = clock(&raised, Metric::Resolution, "2026-03-03T09:00");
        assert_eq!((clock.state, clock.policy.as_deref()), (State::Met, Some("usual")));
        assert_eq!(levels().assess(&raised, at(time)).policy.as_deref(), Some("critical"));
    }
    // What is known in the instant of creation counts from the start.
    let case = Case::new(at("2026-03-02T09:00")).with(at("2026-03-02T09:00"), Fact::field("priority", "critical"));
    assert_eq!(clock(&case, Metric::Resolution, "2026-03-02T09:00").due_at, Some(at("2026-03-02T13:00")));
}

#[test]
fn each_message_that_waits_for_an_answer_has_a_clock_of_its_own() {
    let case = Case::new(at("2026-03-02T09:00"))
        .with(at("2026-03-02T09:10"), Fact::CustomerWrote) // before the first reply: the response clock runs anyway
        .with(at("2026-03-02T09:30"), Fact::Replied)
        .with(at("2026-03-02T10:00"), Fact::CustomerWrote)
        .with(at("2026-03-02T10:40"), Fact::CustomerWrote) // still the same wait
        .with(at("2026-03-02T10:50"), Fact::Replied)
        .with(at("2026-03-02T14:00"), Fact::CustomerWrote);
    let assessment = levels().assess(&case, at("2026-03-02T15:00"));
    let replies: Vec<_> = assessment.clocks.iter().filter(|clock| clock.metric == Metric::NextReply).collect();
    assert_eq!(replies.len(), 2);
    assert_eq!((replies[0].state, replies[0].elapsed_minutes()), (State::Met, 50));
    assert_eq!((replies[1].round, replies[1].state), (2, State::Breached));
    assert_eq!(replies[1].due_at, Some(at("2026-03-02T15:00")));
    assert_eq!(assessment.current(Metric::Response).unwrap().state, State::Met);
}

#[test]
fn a_reopened_case_runs_on_and_a_cancelled_one_owes_nothing() {
    let resolved = Case::new(at("2026-03-02T09:00")).with(at("2026-03-02T12:00"), Fact::Resolved);
    let met = clock(&resolved, Metric::Resolution, "2026-03-05T12:00");
    assert_eq!((met.state, met.elapsed_minutes()), (State::Met, 180));
    assert!(met.milestones.is_empty());
    assert_eq!(clock(&resolved, Metric::Arrival, "2026-03-05T12:00").state, State::NotApplicable);
    assert_eq!(
        clock(&resolved, Metric::Response, "2026-03-05T12:00").state,
        State::Breached,
        "three hours, two promised"
    );

    let reopened = resolved.with(at("2026-03-04T10:00"), Fact::Reopened);
    let running = clock(&reopened, Metric::Resolution, "2026-03-04T11:00");
    assert_eq!((running.state, running.elapsed_minutes()), (State::Running, 240));
    assert_eq!(running.due_at, Some(at("2026-03-04T15:00")));

    let cancelled = reopened.with(at("2026-03-04T12:00"), Fact::Cancelled);
    assert_eq!(clock(&cancelled, Metric::Resolution, "2026-03-09T11:00").state, State::NotApplicable);
}

#[test]
fn a_clock_is_met_at_its_due_time_and_breached_from_then_on() {
    let case = Case::new(at("2026-03-02T17:00"));
    let due = at("2026-03-03T10:00");
    let just = case.clone().with(due, Fact::Replied);
    assert_eq!(levels().assess(&just, due).current(Metric::Response).unwrap().state, State::Met);
    let late = case.clone().with(due + 1, Fact::Replied);
    assert_eq!(levels().assess(&late, due + 1).current(Metric::Response).unwrap().state, State::Breached);
    assert_eq!(levels().assess(&case, due).current(Metric::Response).unwrap().state, State::Breached);
    assert_eq!(levels().assess(&case, due - 1).current(Metric::Response).unwrap().state, State::Running);
}

#[test]
fn before_it_exists_a_case_has_no_clocks_and_without_a_policy_nothing_is_promised() {
    let case = Case::new(at("2026-03-02T09:00"));
    assert!(levels().assess(&case, at("2026-03-02T08:59")).clocks.is_empty());
    let none = ServiceLevels::new(Vec::new(), BTreeMap::new(), &types()).unwrap();
    let assessment = none.assess(&case, at("2026-03-02T10:00"));
    assert_eq!((assessment.policy.as_ref(), assessment.next_at()), (None, None));
    assert!(assessment.clocks.iter().all(|clock| clock.state == State::NotApplicable && clock.elapsed_micros == 0));
}

#[test]
fn policies_and_events_are_json() {
    let event: sla::Event =
        serde_json::from_value(json!({"at": 5, "fact": "hold_started", "hold": "h", "reason": "parts"})).unwrap();
    assert_eq!(event.fact, Fact::HoldStarted { hold: "h".into(), reason: "parts".into() });
    let clock = clock(&Case::new(at("2026-03-02T09:00")), Metric::Response, "2026-03-02T09:00");
    let json = serde_json::to_value(&clock).unwrap();
    assert_eq!(json["state"], "running");
    assert_eq!(json["explanation"][0], json!({"code": "started", "at": at("2026-03-02T09:00"), "because": "created"}));
    assert_eq!(json["milestones"][0]["kind"], "breach");
    let unknown = json!({"id": "x", "when": {"all": []}, "calendar": "office", "targets": {}, "pause": []});
    assert!(serde_json::from_value::<Policy>(unknown).is_err());
    assert!(schemars_schema().contains("minutes_before"));
}

fn schemars_schema() -> String {
    serde_json::to_string(&schemars::schema_for!(Policy)).unwrap()
}

#[test]
fn a_wrong_policy_is_refused_with_the_place() {
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut policy = json!({
            "id": "a", "when": {"all": []}, "calendar": "office",
            "targets": {"response": {"minutes": 60, "warn_percent": [50], "escalations": [{"when": {"percent": 80}, "action": "x"}]}},
            "pauses": [{"statuses": ["waiting"]}]
        });
        change(&mut policy);
        checked(json!([policy])).unwrap_err().pointer()
    };
    let response =
        |key: &'static str, value: Value| move |policy: &mut Value| policy["targets"]["response"][key] = value.clone();
    assert_eq!(refused(&|policy| policy["when"] = json!({"field": "colour", "op": "is_empty"})), "/0/when/field");
    let relative = json!({"field": "due_at", "op": "lt", "value": {"now": "PT2H"}});
    assert_eq!(refused(&|policy| policy["when"] = relative.clone()), "/0/when");
    assert_eq!(refused(&|policy| policy["calendar"] = json!("night")), "/0/calendar");
    assert_eq!(refused(&response("calendar", json!("night"))), "/0/targets/response/calendar");
    assert_eq!(refused(&response("minutes", json!(0))), "/0/targets/response/minutes");
    assert_eq!(refused(&response("warn_percent", json!([10, 100]))), "/0/targets/response/warn_percent/1");
    assert_eq!(refused(&response("warn_percent", json!(vec![1; 21]))), "/0/targets/response/warn_percent");
    let level = |when: Value| response("escalations", json!([{"when": when, "action": "x"}]));
    assert_eq!(refused(&level(json!({"percent": 0}))), "/0/targets/response/escalations/0/when/percent");
    assert_eq!(refused(&level(json!({"minutes_before": 60}))), "/0/targets/response/escalations/0/when/minutes_before");
    assert_eq!(
        refused(&level(json!({"minutes_after": 500_001}))),
        "/0/targets/response/escalations/0/when/minutes_after"
    );
    assert_eq!(refused(&|policy| policy["pauses"] = json!([{"metrics": ["response"]}])), "/0/pauses/0");
    let policy = json!({"id": "a", "when": {"all": []}, "calendar": "office", "targets": {}});
    assert_eq!(checked(json!([policy, policy])).unwrap_err().pointer(), "/1/id");
}
