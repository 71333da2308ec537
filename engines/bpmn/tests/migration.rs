//! Running instances are taken to a new version whole, or not at all.
#![allow(clippy::unwrap_used)] // a test may fail where it stands

mod support;

use std::sync::Arc;

use bpmn::language::Plain;
use bpmn::model::Process;
use bpmn::state::{Instance, Variables};
use bpmn::{Command, Effect, Mapping, migrate, plan_migration, step};
use support::{MINUTE, compile, draw};

fn process(lines: &str) -> Arc<Process> {
    compile(&draw("p", lines)).unwrap_or_else(|refusals| panic!("{refusals:?}")).processes.remove(0)
}

fn started(process: &Process) -> Instance {
    let mut state = Instance::new("p", 1);
    step(process, &mut state, Command::Start { event: None, variables: Variables::new() }, 0, &Plain).unwrap();
    state
}

fn complete(process: &Process, state: &mut Instance) -> Vec<Effect> {
    let task = state.open_tasks().next().unwrap().0;
    step(process, state, Command::CompleteTask { task, variables: Variables::new() }, 0, &Plain).unwrap()
}

#[test]
fn what_is_active_goes_to_its_place_in_the_new_version() {
    let old = process("start s\nand g\nuser a\nuser b\nand j\nend e\ns -> g\ng -> a\ng -> b\na -> j\nb -> j\nj -> e");
    let new = process(
        "start s\nuser first\nand g\nuser a\nuser b2\non late of b2 stays timer PT1H\nscript x log LATE\nend f\nand j\nscript y log NEW\nend e\ns -> first\nfirst -> g\ng -> a\ng -> b2\nlate -> x\nx -> f\na -> j\nb2 -> j\nj -> y\ny -> e",
    );
    let mut state = started(&old);
    complete(&old, &mut state);
    let mapping = Mapping::from_iter([("b".to_owned(), "b2".to_owned())]);
    let before = state.clone();
    let plan = plan_migration(&old, &new, &state, &mapping);
    assert_eq!(state, before);
    assert!(plan.refusals.is_empty(), "{plan:?}");
    let (report, effects) = migrate(&old, &new, 2, &mut state, &mapping, 0, &Plain).unwrap();
    assert_eq!(report, plan);
    assert_eq!((report.moves[0].from.as_str(), report.moves[0].to.as_str()), ("b", "b2"));
    // The reminder that the new version adds runs from now on.
    assert!(matches!(effects[..], [Effect::SetTimer { due, .. }] if due == 60 * MINUTE));
    assert_eq!(state.version, 2);
    let effects = complete(&new, &mut state);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Log { text, .. } if text == "NEW")));
    assert!(!state.is_running());
}

#[test]
fn what_has_no_place_is_named_and_nothing_changes() {
    let old = process("start s\nsub o {\nstart s2\nuser a\nend e2\ns2 -> a\na -> e2\n}\nend e\ns -> o\no -> e");
    let mut state = started(&old);
    let before = state.clone();
    for (lines, rule) in [
        ("start s\nuser b\nend e\ns -> b\nb -> e", "not-mapped"),
        (
            "start s\nsub o {\nstart s2\nscript a log A\nend e2\ns2 -> a\na -> e2\n}\nend e\ns -> o\no -> e",
            "other-kind",
        ),
        (
            "start s\nuser a\nsub o {\nstart s2\nuser b\nend e2\ns2 -> b\nb -> e2\n}\nend e\ns -> a\na -> o\no -> e",
            "other-scope",
        ),
    ] {
        let report = migrate(&old, &process(lines), 2, &mut state, &Mapping::new(), 0, &Plain).unwrap_err();
        assert!(report.refusals.iter().any(|refusal| refusal.rule == rule), "{report:?}");
        assert_eq!(state, before);
    }
}

#[test]
fn an_event_that_is_gone_is_closed_and_one_that_waits_for_something_else_is_refused() {
    let old = process("start s\nuser u\non b of u message stop\nend e\nend f\ns -> u\nu -> e\nb -> f");
    let without = process("start s\nuser u\nend e\ns -> u\nu -> e");
    let mut state = started(&old);
    let other = process("start s\nuser u\non b of u message halt\nend e\nend f\ns -> u\nu -> e\nb -> f");
    let report = plan_migration(&old, &other, &state, &Mapping::new());
    assert_eq!(report.refusals[0].rule, "other-event");
    let (report, effects) = migrate(&old, &without, 2, &mut state, &Mapping::new(), 0, &Plain).unwrap();
    assert_eq!(report.closed, ["b"]);
    assert!(matches!(effects[..], [Effect::EndWait { .. }]));
    complete(&without, &mut state);
    assert!(!state.is_running());
}
