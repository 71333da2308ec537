//! Splits and joins.

mod support;

use serde_json::json;
use support::{World, draw, refused};

#[test]
fn an_exclusive_gateway_takes_the_first_true_flow_and_stops_without_one() {
    let lines = "start s\nxor g\nscript a log A\nscript b log B\nend e\ns -> g\ng -> a if n > 1\ng -> b if n > 0\na -> e\nb -> e";
    assert_eq!(World::with(lines, json!({"n": 2})).log(), ["A"]);
    assert_eq!(World::with(lines, json!({"n": 1})).log(), ["B"]);
    let mut world = World::with(lines, json!({"n": 0}));
    let (element, code) = world.incident().unwrap();
    assert_eq!(code, "no-true-flow");
    world.tell(bpmn::Command::SetVariables { variables: support::variables(json!({"n": 5})) });
    assert!(world.tell(bpmn::Command::Retry { element }));
    assert!(world.done());
    assert_eq!(world.log(), ["A"]);
}

#[test]
fn an_operator_may_choose_the_flow_that_no_condition_chose() {
    let lines = "start s\nxor g\nscript a log A\nscript b log B\nend e\ns -> g\ng -> a if n > 1\ng -> b if n > 0\na -> e\nb -> e";
    let mut world = World::with(lines, json!({}));
    let (element, _) = world.incident().unwrap();
    assert!(!world.tell(bpmn::Command::Skip { element, flow: None }));
    let flow = world.engine.latest("p").unwrap().0.find_flow("g_b");
    assert!(world.tell(bpmn::Command::Skip { element, flow }));
    assert!(world.done());
    assert_eq!(world.log(), ["B"]);
}

#[test]
fn a_parallel_join_takes_one_token_from_each_flow_and_extra_ones_wait() {
    let mut world = World::of(
        "start s\nand g\nuser a\nuser b\nuser c\nxor m\nand j\nscript x log J\nend e\ns -> g\ng -> a\ng -> b\ng -> c\na -> m\nb -> m\nm -> j\nc -> j\nj -> x\nx -> e",
    );
    world.complete("a");
    world.complete("b");
    assert!(world.log().is_empty());
    world.complete("c");
    assert_eq!(world.log(), ["J"]);
    assert!(!world.done());
}

#[test]
fn an_inclusive_join_waits_for_what_can_still_come_and_no_longer() {
    let lines = "start s\nor g\nuser a\nuser b\nuser c\nxor d default d_e2\nor j\nscript x log J\nend e\nend e2\ns -> g\ng -> a if n > 0\ng -> b if n > 1\ng -> c if n > 2\na -> j\nb -> j\nc -> d\nd -> j if go\nd -> e2\nj -> x\nx -> e";
    let mut world = World::with(lines, json!({"n": 3, "go": false}));
    world.complete("a");
    world.complete("b");
    assert!(world.log().is_empty());
    // The last token that could come dies at an end event.
    world.complete("c");
    assert_eq!(world.log(), ["J"]);
    assert!(world.done());

    let mut world = World::with(lines, json!({"n": 1}));
    world.complete("a");
    assert!(world.done());
}

#[test]
fn a_boundary_event_counts_as_a_way_to_the_join_while_its_activity_is_active() {
    let mut world = World::of(
        "start s\nand g\nuser a\nuser b\non t of b message late\nend e2\nor j\nscript x log J\nend e\ns -> g\ng -> a\ng -> b\na -> j\nb -> e2\nt -> j\nj -> x\nx -> e",
    );
    world.complete("a");
    assert!(world.log().is_empty());
    world.complete("b");
    assert_eq!(world.log(), ["J"]);
}

#[test]
fn rounds_of_a_loop_do_not_mix() {
    let world = World::with(
        "start s\nxor m\nor g\nscript a log A; set n = n + 1\nscript b log B\nor j\nxor again default again_e\nend e\ns -> m\nm -> g\ng -> a if true\ng -> b if true\na -> j\nb -> j\nj -> again\nagain -> m if n < 3\nagain -> e",
        json!({"n": 0}),
    );
    assert!(world.done());
    assert_eq!(world.log().len(), 6);
}

#[test]
fn joins_that_could_wait_for_each_other_are_refused() {
    let file = draw(
        "p",
        "start s\nand g\nuser a\nuser b\nor j\nor k\nand x\nand y\nend e\nend f\ns -> g\ng -> a\ng -> b\na -> j\nb -> k\nj -> x\nk -> y\nx -> k\nx -> e\ny -> j\ny -> f",
    );
    assert_eq!(refused(&file), ["mutual-inclusive-joins"]);
    // One behind the other is no harm.
    let file = draw(
        "p",
        "start s\nor g\nuser a\nuser b\nor j\nor h\nuser c\nuser d\nor k\nend e\ns -> g\ng -> a if true\ng -> b if true\na -> j\nb -> j\nj -> h\nh -> c if true\nh -> d if true\nc -> k\nd -> k\nk -> e",
    );
    assert!(refused(&file).is_empty());
}

#[test]
fn an_activity_takes_unconditional_flows_and_its_default_when_no_condition_holds() {
    let lines = "start s\nraw <task id=\"t\" default=\"t_c\"/>\nscript a log A\nscript b log B\nscript c log C\nend e\ns -> t\nt -> a\nt -> b if n > 1\nt -> c\na -> e\nb -> e\nc -> e";
    let mut both = World::with(lines, json!({"n": 2})).log().join("");
    assert_eq!(both, "AB");
    both = World::with(lines, json!({"n": 0})).log().join("");
    assert_eq!(both, "AC");
}

#[test]
fn tokens_are_counted_where_an_activity_asks_for_several() {
    let world = World::of(
        "start s\nraw <task id=\"a\" completionQuantity=\"3\"/>\nraw <scriptTask id=\"b\" startQuantity=\"2\"><script>log B</script></scriptTask>\nend e\ns -> a\na -> b\nb -> e",
    );
    assert_eq!(world.log(), ["B"]);
    assert!(world.state().is_running());
}

#[test]
fn a_flow_that_never_waits_stops_at_an_incident() {
    let world =
        World::of("start s\nxor m\ntask t\nend e\nxor x default x_m\ns -> m\nm -> t\nt -> x\nx -> m\nx -> e if false");
    assert_eq!(world.incident().unwrap().1, "endless-flow");
}

#[test]
fn a_link_goes_on_at_its_catch_event() {
    let world = World::of("start s\nthrow t link far\ncatch c link far\nscript a log A\nend e\ns -> t\nc -> a\na -> e");
    assert!(world.done());
    assert_eq!(world.log(), ["A"]);
}
