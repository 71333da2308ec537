//! How many steps a second: `cargo run --release -p bpmn --example steps`.
#![allow(clippy::unwrap_used)] // a measurement may fail where it stands

use std::time::Instant;

use bpmn::language::Plain;
use bpmn::model::Process;
use bpmn::state::{Instance, Variables};
use bpmn::{Command, Naming, check, step, xml::Document};
use bpmn_conformance::Dialect;

const REPAIR: &str = r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:x">
<process id="repair" isExecutable="true">
<startEvent id="s"/><scriptTask id="a"><script>set n = n + 1</script></scriptTask>
<exclusiveGateway id="g" default="g_u"/><userTask id="u"/><userTask id="v"/>
<boundaryEvent id="t" attachedToRef="u"><timerEventDefinition><timeDuration>PT2H</timeDuration></timerEventDefinition></boundaryEvent>
<exclusiveGateway id="m"/><parallelGateway id="f"/><task id="x"/><task id="y"/><parallelGateway id="j"/><endEvent id="e"/><endEvent id="e2"/>
<sequenceFlow id="s_a" sourceRef="s" targetRef="a"/><sequenceFlow id="a_g" sourceRef="a" targetRef="g"/>
<sequenceFlow id="g_u" sourceRef="g" targetRef="u"/>
<sequenceFlow id="g_v" sourceRef="g" targetRef="v"><conditionExpression>n > 10</conditionExpression></sequenceFlow>
<sequenceFlow id="t_e" sourceRef="t" targetRef="e2"/><sequenceFlow id="u_m" sourceRef="u" targetRef="m"/>
<sequenceFlow id="v_m" sourceRef="v" targetRef="m"/><sequenceFlow id="m_f" sourceRef="m" targetRef="f"/><sequenceFlow id="f_x" sourceRef="f" targetRef="x"/>
<sequenceFlow id="f_y" sourceRef="f" targetRef="y"/><sequenceFlow id="x_j" sourceRef="x" targetRef="j"/>
<sequenceFlow id="y_j" sourceRef="y" targetRef="j"/><sequenceFlow id="j_e" sourceRef="j" targetRef="e"/>
</process></definitions>"#;

const MANY: &str = r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:x">
<process id="many" isExecutable="true"><userTask id="u">
<multiInstanceLoopCharacteristics><loopCardinality>n</loopCardinality></multiInstanceLoopCharacteristics>
</userTask></process></definitions>"#;

fn process(file: &str) -> std::sync::Arc<Process> {
    let checked = check(&Document::read(file.as_bytes()).unwrap(), Dialect::Plain.language(), Naming::ByName);
    checked.model.unwrap().processes.remove(0)
}

fn start(process: &Process, n: u32) -> Instance {
    let mut state = Instance::new(&process.id, 1);
    let variables = Variables::from_iter([("n".to_owned(), n.into())]);
    step(process, &mut state, Command::Start { event: None, variables }, 0, &Plain).unwrap();
    state
}

fn complete(process: &Process, state: &mut Instance, task: u64) {
    step(process, state, Command::CompleteTask { task, variables: Variables::new() }, 1, &Plain).unwrap();
}

fn main() {
    let repair = process(REPAIR);
    const INSTANCES: u32 = 200_000;
    let begun = Instant::now();
    for n in 0..INSTANCES {
        let mut state = start(&repair, n % 20);
        let task = state.open_tasks().next().unwrap().0;
        complete(&repair, &mut state, task);
        assert!(!state.is_running());
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!("{:.0} steps/s (start, then a task completed; {INSTANCES} instances)", f64::from(2 * INSTANCES) / seconds);

    let many = process(MANY);
    for n in [500, 5_000, 50_000] {
        let begun = Instant::now();
        let mut state = start(&many, n);
        let tasks: Vec<u64> = state.open_tasks().map(|(key, _)| key).collect();
        for task in tasks {
            complete(&many, &mut state, task);
        }
        assert!(!state.is_running());
        println!("{n} items: {:.0} completions/s", f64::from(n) / begun.elapsed().as_secs_f64());
    }
}
