//! Timers, messages, signals, conditions, multi-instance activities, versions.

mod support;

use std::time::Instant;

use bpmn::language::{Plain, Surroundings, Visible};
use bpmn::{Command, Delivery, Engine, Message};
use serde_json::{Value, json};
use support::{MINUTE, SECOND, World, compile, draw, variables};

#[test]
fn an_event_based_gateway_has_one_winner() {
    let lines = "start s\nevents g\ncatch m message paid\ncatch t timer PT1H\nscript a log PAID\nscript b log LATE\nend e\ns -> g\ng -> m\ng -> t\nm -> a\nt -> b\na -> e\nb -> e";
    let mut world = World::of(lines);
    assert_eq!(world.message("paid"), Delivery::Correlated);
    world.advance(120 * MINUTE);
    assert_eq!(world.log(), ["PAID"]);
    let mut world = World::of(lines);
    world.advance(60 * MINUTE);
    assert_eq!(world.message("paid"), Delivery::Unmatched);
    assert_eq!(world.log(), ["LATE"]);
}

#[test]
fn a_cycle_reminds_on_its_grid_and_an_outage_counts_once() {
    let lines = "start s\nuser u\non r of u stays timer R3/PT10M\nscript a log R\nend e\nend e2\ns -> u\nu -> e\nr -> a\na -> e2";
    let mut world = World::of(lines);
    assert!(world.engine.jump_to(35 * MINUTE));
    assert_eq!(world.log(), ["R"]);
    world.advance(5 * MINUTE);
    assert_eq!(world.log(), ["R", "R"]);
    world.advance(600 * MINUTE);
    assert_eq!(world.log(), ["R", "R", "R"]);
    world.complete("u");
    assert!(world.done());
}

#[test]
fn a_timer_is_not_fired_before_it_is_due() {
    let mut world = World::of("start s\ncatch t timer PT1H\nend e\ns -> t\nt -> e");
    let wait = *world.state().waits.keys().next().unwrap();
    assert!(!world.tell(Command::FireTimer { wait }));
    world.advance(60 * MINUTE);
    assert!(world.done());
    assert!(!world.tell(Command::FireTimer { wait }));
}

struct Orders;
impl Surroundings for Orders {
    fn message_key(&self, _: &str, variables: &Visible<'_>) -> Result<Option<Value>, String> {
        Ok(variables.get("order").cloned())
    }
    fn working_time(&self, calendar: &str, from: i64, duration: &str) -> Result<i64, String> {
        assert_eq!((calendar, duration), ("office", "PT1H"));
        Ok(from + 1000 * MINUTE)
    }
}

#[test]
fn messages_find_their_key_are_kept_for_a_while_and_taken_once() {
    let file =
        draw("p", "start s\nuser u\ncatch c message paid\nscript a log {order}\nend e\ns -> u\nu -> c\nc -> a\na -> e");
    let mut engine = Engine::new(&Orders, 0);
    engine.deploy(&compile(&file).unwrap());
    let paid = |key: &str, id: &str| Message {
        name: "paid".into(),
        key: Some(key.into()),
        keep: 10 * SECOND,
        id: Some(id.into()),
        ..Message::default()
    };
    assert_eq!(engine.message(paid("A", "1")), Delivery::Buffered);
    assert_eq!(engine.message(paid("A", "1")), Delivery::Duplicate);
    assert_eq!(engine.message(paid("B", "2")), Delivery::Buffered);
    let first = engine.start("p", variables(json!({"order": "A"}))).unwrap();
    let second = engine.start("p", variables(json!({"order": "A"}))).unwrap();
    engine.settle();
    for instance in [first, second] {
        let task = engine.instance(instance).unwrap().state.open_tasks().next().unwrap().0;
        engine.command(instance, Command::CompleteTask { task, variables: variables(json!({})) }).unwrap();
        engine.settle();
    }
    assert!(!engine.instance(first).unwrap().state.is_running());
    assert!(engine.instance(second).unwrap().state.is_running());
    engine.advance_to(60 * SECOND);
    assert_eq!(engine.message(paid("A", "1")), Delivery::Duplicate);
    assert_eq!(engine.message(Message { keep: 0, ..paid("C", "3") }), Delivery::Unmatched);
    assert_eq!(engine.message(paid("A", "4")), Delivery::Correlated);
    assert!(!engine.instance(second).unwrap().state.is_running());
}

#[test]
fn a_message_or_signal_starts_the_latest_version() {
    let old = draw("p", "start s message go\nscript a log OLD\nend e\ns -> a\na -> e");
    let new = draw("p", "start s message go\nscript a log NEW\nend e\ns -> a\na -> e");
    let other = draw("q", "start s signal all\nscript a log Q\nend e\ns -> a\na -> e");
    let mut engine = Engine::new(&Plain, 0);
    for file in [&old, &new, &other] {
        engine.deploy(&compile(file).unwrap());
    }
    assert_eq!(engine.message(Message { name: "go".into(), ..Message::default() }), Delivery::Correlated);
    engine.signal("all", &variables(json!({})));
    engine.settle();
    assert_eq!(engine.log().iter().map(|line| line.text.as_str()).collect::<Vec<_>>(), ["NEW", "Q"]);
    assert!(engine.start("p", variables(json!({}))).is_err());
}

#[test]
fn a_receive_task_can_start_a_process() {
    let file = "<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" id=\"d\"><message id=\"m\" name=\"go\"/><process id=\"p\" isExecutable=\"true\"><receiveTask id=\"r\" messageRef=\"m\" instantiate=\"true\"/><scriptTask id=\"a\"><script>log A</script></scriptTask><sequenceFlow id=\"f\" sourceRef=\"r\" targetRef=\"a\"/></process></definitions>";
    let mut engine = Engine::new(&Plain, 0);
    engine.deploy(&compile(file).unwrap());
    assert_eq!(engine.message(Message { name: "go".into(), ..Message::default() }), Delivery::Correlated);
    engine.settle();
    assert_eq!(engine.log().len(), 1);
}

#[test]
fn timers_start_processes_and_a_new_version_takes_over() {
    let file = |line: &str| draw("p", &format!("start s timer R/PT1H\nscript a log {line}\nend e\ns -> a\na -> e"));
    let mut engine = Engine::new(&Plain, 0);
    engine.deploy(&compile(&file("ONE")).unwrap());
    engine.advance_to(150 * MINUTE);
    engine.deploy(&compile(&file("TWO")).unwrap());
    engine.advance_to(211 * MINUTE);
    assert_eq!(engine.log().iter().map(|line| line.text.as_str()).collect::<Vec<_>>(), ["ONE", "ONE", "TWO"]);
}

#[test]
fn a_running_instance_keeps_its_version() {
    let file = |line: &str| draw("p", &format!("start s\nuser u\nscript a log {line}\nend e\ns -> u\nu -> a\na -> e"));
    let mut world = World::start(&file("ONE"), "p", json!({}));
    world.engine.deploy(&compile(&file("TWO")).unwrap());
    world.engine.start("p", variables(json!({}))).unwrap();
    world.engine.settle();
    world.complete("u");
    world.complete("u");
    assert_eq!(world.log(), ["ONE", "TWO"]);
}

#[test]
fn working_time_comes_from_the_calendar_the_timer_names() {
    let file = draw(
        "p",
        "start s\nraw <intermediateCatchEvent id=\"c\"><timerEventDefinition xmlns:own=\"urn:aftersail:bpmn:1\" own:calendar=\"office\"><timeDuration>PT1H</timeDuration></timerEventDefinition></intermediateCatchEvent>\nend e\ns -> c\nc -> e",
    );
    let world = World::start_in(&Orders, &file, "p", json!({}));
    assert_eq!(world.engine.next_due(), Some(1000 * MINUTE));
}

#[test]
fn a_condition_happens_at_once_and_again_only_after_it_was_false() {
    let lines = "start s\nuser u\non b of u stays condition n > 5\nscript a log HIGH\nend e\nend e2\ns -> u\nu -> e\nb -> a\na -> e2";
    let mut world = World::with(lines, json!({"n": 9}));
    assert_eq!(world.log(), ["HIGH"]);
    let mut set = |n: i64| world.tell(Command::SetVariables { variables: variables(json!({ "n": n })) });
    set(10);
    set(1);
    set(7);
    assert_eq!(world.log(), ["HIGH", "HIGH"]);
}

const THREE: &str =
    "<multiInstanceLoopCharacteristics><loopCardinality>n</loopCardinality></multiInstanceLoopCharacteristics>";

#[test]
fn items_are_fixed_on_entry_and_none_is_done_at_once() {
    let lines = format!("start s\nuser u {THREE}\nscript a log DONE\nend e\ns -> u\nu -> a\na -> e");
    assert_eq!(World::with(&lines, json!({"n": 0})).log(), ["DONE"]);
    let mut world = World::with(&lines, json!({"n": 3}));
    world.complete_with("u", json!({"n": 9}));
    assert_eq!(world.tasks().len(), 2);
    assert_eq!(World::with(&lines, json!({"n": -1})).incident().unwrap().1, "invalid-cardinality");
    assert_eq!(World::with(&lines, json!({"n": "x"})).incident().unwrap().1, "invalid-cardinality");
}

#[test]
fn results_keep_the_order_of_their_items_and_a_condition_ends_early() {
    let many = "<ioSpecification><dataInput id=\"in\"/><dataOutput id=\"out\"/></ioSpecification><dataInputAssociation><sourceRef>items</sourceRef><targetRef>in</targetRef></dataInputAssociation><dataOutputAssociation><sourceRef>out</sourceRef><targetRef>results</targetRef></dataOutputAssociation><multiInstanceLoopCharacteristics><loopDataInputRef>in</loopDataInputRef><loopDataOutputRef>out</loopDataOutputRef><inputDataItem id=\"i\" name=\"item\"/><outputDataItem id=\"o\" name=\"result\"/><completionCondition>numberOfCompletedInstances >= 2</completionCondition></multiInstanceLoopCharacteristics>";
    let lines = format!(
        "raw <dataObject id=\"items\"/><dataObject id=\"results\"/>\nstart s\nuser u {many}\nend e\ns -> u\nu -> e"
    );
    let mut world = World::with(&lines, json!({"items": ["a", "b", "c"]}));
    let tasks: Vec<u64> = world.state().open_tasks().map(|(key, _)| key).collect();
    for (task, result) in [(tasks[2], "third"), (tasks[0], "first")] {
        world.tell(Command::CompleteTask { task, variables: variables(json!({ "result": result })) });
    }
    assert!(world.done());
    assert_eq!(world.state().variables["results"], json!(["first", null, "third"]));
    assert!(!world.state().variables.contains_key("result"));
}

#[test]
fn five_thousand_items_take_no_more_than_five_thousand_times_one() {
    let lines = format!(
        "start s\nsub u {THREE}{{\nstart s2\nscript x set y = loopCounter\nend e2\ns2 -> x\nx -> e2\n}}\nend e\ns -> u\nu -> e"
    );
    let file = draw("p", &lines);
    let model = compile(&file).unwrap();
    let run = |n: u32| {
        let begun = Instant::now();
        let mut engine = Engine::new(&Plain, 0);
        engine.deploy(&model);
        engine.start("p", variables(json!({ "n": n }))).unwrap();
        engine.settle();
        assert!(engine.instances().all(|(_, live)| !live.state.is_running()));
        begun.elapsed()
    };
    run(500);
    let (small, large) = (run(2_000), run(20_000));
    assert!(large < small * 60, "{small:?} for 2,000, {large:?} for 20,000");
}

#[test]
fn a_sequence_of_items_runs_one_after_the_other() {
    let lines = "start s\nuser u <multiInstanceLoopCharacteristics isSequential=\"true\"><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>\nend e\ns -> u\nu -> e";
    let mut world = World::of(lines);
    for _ in 0..3 {
        assert_eq!(world.tasks(), ["u"]);
        world.complete("u");
    }
    assert!(world.done());
}

#[test]
fn a_loop_tests_before_or_after_and_ends_at_its_maximum() {
    let run = |attributes: &str, n: i64| {
        let lines = format!(
            "start s\nscript a log A; set n = n + 1<standardLoopCharacteristics {attributes}><loopCondition>n &lt; 3</loopCondition></standardLoopCharacteristics>\nend e\ns -> a\na -> e"
        );
        World::with(&lines, json!({ "n": n })).log().len()
    };
    assert_eq!(run("", 5), 1);
    assert_eq!(run("testBefore=\"true\"", 5), 0);
    assert_eq!(run("", 0), 3);
    assert_eq!(run("loopMaximum=\"2\"", 0), 2);
}

#[test]
fn called_processes_get_a_copy_and_give_back_what_is_named() {
    let child = draw("child", "start s\nscript a set y = x + 1; set z = 5\nend e\ns -> a\na -> e");
    let caller = draw(
        "p",
        "raw <dataObject id=\"result\"/>\nstart s\ncall c child <ioSpecification><dataOutput id=\"out\" name=\"y\"/></ioSpecification><dataOutputAssociation><sourceRef>out</sourceRef><targetRef>result</targetRef></dataOutputAssociation>\nend e\ns -> c\nc -> e",
    );
    let world = World::start_files(&Plain, &[&child, &caller], "p", json!({"x": 1}));
    assert_eq!(Value::Object(world.state().variables.clone()), json!({"x": 1, "result": 2}));
}

#[test]
fn jobs_are_done_outside_and_may_fail_or_throw() {
    let lines =
        "start s\nservice j\non b of j error NO\nscript a log REFUSED\nend e\nend e2\ns -> j\nj -> e\nb -> a\na -> e2";
    let mut world = World::of(lines);
    let [(_, job)] = world.engine.open_jobs()[..] else { panic!("one job") };
    world.tell(Command::FailJob { job, message: "no route".into() });
    assert_eq!(world.incident().unwrap().1, "job-failed");
    assert!(!world.tell(Command::CompleteJob { job, variables: variables(json!({})) }));
    world.tell(Command::Retry { element: job });
    world.tell(Command::ThrowError { element: job, code: "NO".into() });
    assert_eq!(world.log(), ["REFUSED"]);
    assert!(world.done() && world.engine.open_jobs().is_empty());
}

struct Closed(std::cell::Cell<bool>);
impl Surroundings for Closed {
    fn working_time(&self, _: &str, from: i64, _: &str) -> Result<i64, String> {
        if self.0.get() { Err("the calendar is being changed".into()) } else { Ok(from + MINUTE) }
    }
}

#[test]
fn boundary_events_that_cannot_open_all_open_together_when_it_is_tried_again() {
    let timer = "<timerEventDefinition xmlns:own=\"urn:aftersail:bpmn:1\" own:calendar=\"office\"><timeDuration>PT1H</timeDuration></timerEventDefinition>";
    let file = draw(
        "p",
        &format!(
            "start s\nuser u\non m of u message stop\nraw <boundaryEvent id=\"t\" attachedToRef=\"u\">{timer}</boundaryEvent>\nend e\nend f\nend g\ns -> u\nu -> e\nm -> f\nt -> g"
        ),
    );
    let closed: &'static Closed = Box::leak(Box::new(Closed(true.into())));
    let mut world = World::start_in(closed, &file, "p", json!({}));
    let (element, code) = world.incident().unwrap();
    assert_eq!(code, "timer-failed");
    assert!(world.state().waits.is_empty() && world.tasks().is_empty());
    closed.0.set(false);
    world.tell(Command::Retry { element });
    assert_eq!(world.state().waits.len(), 2);
    world.advance(MINUTE);
    assert!(world.done());
}
