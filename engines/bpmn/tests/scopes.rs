//! Cancelling, errors, escalations, event sub-processes, termination, compensation.

mod support;

use bpmn::language::Plain;
use bpmn::state::Status;
use bpmn::{Command, Delivery};
use serde_json::json;
use support::{MINUTE, World, draw};

#[test]
fn an_interrupting_event_cancels_everything_inside_first() {
    let called = draw("child", "start s\nuser deep\nend e\ns -> deep\ndeep -> e");
    let file = draw(
        "p",
        "start s\nsub outer {\nstart s2\nand g\nuser a\non r of a stays timer R/PT1M\nscript rs log R\nend re\ncall c child\nend e2\nend e3\ns2 -> g\ng -> a\ng -> c\na -> e2\nr -> rs\nrs -> re\nc -> e3\n}\non stop of outer message stop\nscript x log STOPPED\nend e\nend e4\ns -> outer\nouter -> e\nstop -> x\nx -> e4",
    );
    let mut world = World::start_files(&Plain, &[&called, &file], "p", json!({}));
    assert_eq!(world.tasks().len(), 2);
    world.advance(MINUTE);
    assert_eq!(world.message("stop"), Delivery::Correlated);
    assert!(world.done());
    assert_eq!(world.log(), ["R", "STOPPED"]);
    assert!(world.tasks().is_empty());
    world.advance(60 * MINUTE);
    assert_eq!(world.log().len(), 2);
    let child = world.engine.instances().find(|(_, live)| live.parent.is_some()).unwrap().1;
    assert_eq!(child.state.status, Status::Cancelled);
    assert_eq!(world.engine.next_due(), None);
}

#[test]
fn completing_what_was_cancelled_is_refused_and_changes_nothing() {
    let mut world = World::with(
        "start s\nuser u\non b of u signal stop\nuser v\nend e\nend e2\ns -> u\nu -> e\nb -> v\nv -> e2",
        json!({"x": 1}),
    );
    let task = world.state().open_tasks().next().unwrap().0;
    world.signal("stop");
    let before = world.state().clone();
    assert!(!world.tell(Command::CompleteTask { task, variables: support::variables(json!({"x": 2})) }));
    assert_eq!(*world.state(), before);
}

#[test]
fn the_innermost_handler_of_the_code_wins() {
    let lines = |code: &str| {
        format!(
            "start s\nsub o {{\nstart s2\nsub i {{\nstart s3\nscript t throw {code}\nend e3\ns3 -> t\nt -> e3\n}}\non ix of i error X\nscript hx log INNER_X\nend e4\nend e2\ns2 -> i\ni -> e2\nix -> hx\nhx -> e4\n}}\non any of o error\non oy of o error Y\nscript ha log OUTER_ANY\nscript hy log OUTER_Y\nend e\nend e5\nend e6\ns -> o\no -> e\nany -> ha\nha -> e5\noy -> hy\nhy -> e6"
        )
    };
    for (code, log) in [("X", "INNER_X"), ("Y", "OUTER_Y"), ("Z", "OUTER_ANY")] {
        let world = World::of(&lines(code));
        assert!(world.done());
        assert_eq!(world.log(), [log]);
    }
}

#[test]
fn an_error_that_nobody_catches_ends_the_instance() {
    let mut world = World::of(
        "start s\nand g\nuser u\nuser v\nscript t throw BAD\nend e\nend e2\ns -> g\ng -> u\ng -> v\nu -> t\nt -> e\nv -> e2",
    );
    world.complete("u");
    assert_eq!(world.state().status, Status::Failed { code: "BAD".into() });
    assert!(world.tasks().is_empty());
}

#[test]
fn errors_and_escalations_cross_call_activities() {
    let child = draw(
        "child",
        "start s\nuser u\nthrow t escalation HELP\nscript a log ON\nend e error BAD\ns -> u\nu -> t\nt -> a\na -> e",
    );
    let caller = |stays: &str| {
        draw(
            "p",
            &format!(
                "start s\ncall c child\non h of c {stays}escalation HELP\non b of c error BAD\nscript x log HELPED\nscript y log FAILED\nend e\nend e2\nend e3\ns -> c\nc -> e\nh -> x\nx -> e2\nb -> y\ny -> e3"
            ),
        )
    };
    let mut world = World::start_files(&Plain, &[&child, &caller("stays ")], "p", json!({}));
    world.complete("u");
    assert!(world.done());
    let mut log = world.log();
    log.sort_unstable();
    assert_eq!(log, ["FAILED", "HELPED", "ON"]);
    // An interrupting handler ends the called process; its thrower does not go on.
    let mut world = World::start_files(&Plain, &[&child, &caller("")], "p", json!({}));
    world.complete("u");
    assert!(world.done());
    assert_eq!(world.log(), ["HELPED"]);
}

#[test]
fn a_signal_that_ends_its_own_thrower_stops_it() {
    let world = World::of(
        "start s\nsub p1 {\nstart s2\nthrow t signal out\nscript a log NOT\nend e2\ns2 -> t\nt -> a\na -> e2\n}\non b of p1 signal out\nscript x log OUT\nend e\nend e3\ns -> p1\np1 -> e\nb -> x\nx -> e3",
    );
    assert!(world.done());
    assert_eq!(world.log(), ["OUT"]);
}

#[test]
fn an_uncaught_escalation_has_no_effect() {
    let world = World::of("start s\nthrow t escalation HELP\nscript a log A\nend e\ns -> t\nt -> a\na -> e");
    assert!(world.done());
    assert_eq!(world.log(), ["A"]);
}

#[test]
fn an_interrupting_event_sub_process_replaces_the_flow_and_its_scope_goes_on() {
    let mut world = World::of(
        "start s\nsub p1 {\nstart s2\nuser u\nend e2\ns2 -> u\nu -> e2\neventsub x {\nstart s3 timer PT1H\nuser v\nend e3\ns3 -> v\nv -> e3\n}\n}\nscript a log AFTER\nend e\ns -> p1\np1 -> a\na -> e",
    );
    world.advance(60 * MINUTE);
    assert_eq!(world.tasks(), ["v"]);
    assert!(world.log().is_empty());
    world.complete("v");
    assert_eq!(world.log(), ["AFTER"]);
    assert!(world.done());
}

#[test]
fn a_standing_event_sub_process_runs_again_and_keeps_its_scope_open() {
    let mut world = World::of(
        "start s\nuser u\nend e\ns -> u\nu -> e\neventsub x {\nstart s3 stays message note\nuser v\nend e3\ns3 -> v\nv -> e3\n}",
    );
    world.message("note");
    world.message("note");
    assert_eq!(world.tasks(), ["u", "v", "v"]);
    world.complete("u");
    assert!(!world.done());
    world.complete("v");
    world.complete("v");
    assert!(world.done());
    assert_eq!(world.message("note"), Delivery::Unmatched);
}

#[test]
fn terminate_ends_its_own_scope_only() {
    let mut world = World::of(
        "start s\nand g\nuser out\nsub p1 {\nstart s2\nand g2\nuser in\nend t terminate\nend e2\ns2 -> g2\ng2 -> in\ng2 -> t\nin -> e2\n}\nscript a log AFTER\nend e\nend e3\ns -> g\ng -> out\ng -> p1\nout -> e\np1 -> a\na -> e3",
    );
    assert_eq!(world.tasks(), ["out"]);
    assert_eq!(world.log(), ["AFTER"]);
    world.complete("out");
    assert!(world.done());
}

#[test]
fn compensation_runs_handlers_in_reverse_and_the_thrower_waits() {
    let mut world = World::of(
        "start s\nscript a log A\non ca of a compensate ua\nundo ua log UA\nsub p1 {\nstart s2\nscript b log B\non cb of b compensate ub\nraw <userTask id=\"ub\" isForCompensation=\"true\"/>\nend e2\ns2 -> b\nb -> e2\n}\nscript c log C\nthrow t compensate\nscript z log Z\nend e\ns -> a\na -> p1\np1 -> c\nc -> t\nt -> z\nz -> e",
    );
    assert_eq!(world.log(), ["A", "B", "C"]);
    assert_eq!(world.tasks(), ["ub"]);
    world.complete("ub");
    assert_eq!(world.log(), ["A", "B", "C", "UA", "Z"]);
    assert!(world.done());
}

#[test]
fn compensation_of_one_activity_leaves_the_others_alone() {
    let world = World::of(
        "start s\nscript a log A\non ca of a compensate ua\nundo ua log UA\nscript b log B\non cb of b compensate ub\nundo ub log UB\nthrow t undoes a\nthrow again undoes a\nend e\ns -> a\na -> b\nb -> t\nt -> again\nagain -> e",
    );
    assert_eq!(world.log(), ["A", "B", "UA"]);
    assert!(world.done());
}

#[test]
fn a_cancelled_transaction_undoes_its_work_and_leaves_by_its_cancel_event() {
    let world = World::of(
        "start s\ntransaction t {\nstart s2\nand g\nscript a log A\non ca of a compensate ua\nundo ua log UA\nuser u\nend no cancel\nend e2\ns2 -> g\ng -> a\ng -> u\na -> no\nu -> e2\n}\non c of t cancel\nscript x log CANCELLED\nend e\nend e3\ns -> t\nt -> e\nc -> x\nx -> e3",
    );
    assert_eq!(world.log(), ["A", "UA", "CANCELLED"]);
    assert!(world.tasks().is_empty());
    assert!(world.done());
}

#[test]
fn a_failed_script_stops_and_is_tried_again() {
    let mut world = World::of("start s\nuser u\nscript t fail\nscript a log A\nend e\ns -> u\nu -> t\nt -> a\na -> e");
    world.complete("u");
    let (element, code) = world.incident().unwrap();
    assert_eq!(code, "script-failed");
    world.tell(Command::Retry { element });
    let (element, _) = world.incident().unwrap();
    assert!(world.tell(Command::Skip { element, flow: None }));
    assert_eq!(world.log(), ["A"]);
    assert!(world.done());
}

#[test]
fn a_process_that_is_not_there_is_an_incident_of_its_caller() {
    let mut world = World::of("start s\ncall c missing\nend e\ns -> c\nc -> e");
    let (element, _) = world.incident().unwrap();
    let child = support::compile(&draw("missing", "start s\nend e\ns -> e")).unwrap();
    world.engine.deploy(&child);
    world.tell(Command::Retry { element });
    assert!(world.done());
}

#[test]
fn an_escalation_from_its_own_handler_goes_further_out() {
    let world = World::of(
        "start s\nsub p1 {\nstart s2\nthrow t escalation HELP\nend e2\ns2 -> t\nt -> e2\neventsub x {\nstart s3 stays escalation HELP\nscript a log INNER\nthrow u escalation HELP\nend e3\ns3 -> a\na -> u\nu -> e3\n}\n}\non b of p1 stays escalation HELP\nscript o log OUTER\nend e\nend e4\ns -> p1\np1 -> e\nb -> o\no -> e4",
    );
    assert_eq!(world.log(), ["INNER", "OUTER"]);
    assert!(world.done());
}
