//! Activities: quantities of tokens, repetition, and what they call.

use crate::outline::Outline;
use crate::problem::Problems;

pub(super) fn check(outline: &Outline<'_>, problems: &mut Problems) {
    for node in outline.executable_nodes().filter(|node| outline.is_activity(*node)) {
        quantities(outline, node, problems);
        repetition(outline, node, problems);
        let drawn = &outline.nodes[node];
        let id = outline.id(drawn.element);
        let called = outline.called(node);
        match drawn.tag {
            "adHocSubProcess" => problems.refuse(
                id,
                "unsupported-ad-hoc",
                format!(
                    "{called} is an ad-hoc sub-process, which is not run. Use a sub-process with parallel branches."
                ),
            ),
            "callActivity" => call(outline, node, problems),
            "receiveTask" if outline.reference_text(drawn.element, "messageRef").is_none() => problems.refuse(
                id,
                "missing-message",
                format!("{called} does not say which message it receives. Choose one."),
            ),
            "sendTask" | "receiveTask" => message(outline, node, problems),
            "scriptTask" if outline.document.child_named(drawn.element, "script").is_none() => {
                problems.refuse(
                    id,
                    "missing-script",
                    format!("{called} has no script. Write one, or use another kind of task."),
                );
            }
            _ => {}
        }
        if outline.is_event_sub_process(node) && outline.nodes[node].tag != "subProcess" {
            problems.refuse(
                id,
                "event-sub-process-kind",
                format!("{called} cannot be started by an event. Make it a plain sub-process."),
            );
        }
    }
}

fn quantities(outline: &Outline<'_>, node: usize, problems: &mut Problems) {
    let element = outline.nodes[node].element;
    for name in ["startQuantity", "completionQuantity"] {
        let Some(text) = outline.attribute(element, name) else { continue };
        let right = text.trim().parse::<u32>().is_ok_and(|quantity| (1..=1000).contains(&quantity));
        if !right {
            problems.refuse(
                outline.id(element),
                "token-quantity",
                format!(
                    "The {name} of {} is `{text}`. Write a number from 1 to 1000, or leave it out.",
                    outline.called(node)
                ),
            );
        }
    }
}

fn repetition(outline: &Outline<'_>, node: usize, problems: &mut Problems) {
    let document = outline.document;
    let element = outline.nodes[node].element;
    let many = document.child_named(element, "multiInstanceLoopCharacteristics");
    let standard = document.child_named(element, "standardLoopCharacteristics");
    if outline.is_event_sub_process(node) && (many.is_some() || standard.is_some()) {
        problems.refuse(
            outline.id(element),
            "repeated-event-sub-process",
            format!(
                "{} is started by its event each time and cannot repeat by itself. Remove the repetition.",
                outline.called(node)
            ),
        );
    }
    if many.is_some() && standard.is_some() {
        problems.refuse(
            outline.id(element),
            "two-repetitions",
            format!("{} is a loop and multi-instance at once. Keep one.", outline.called(node)),
        );
    }
    if let Some(many) = many
        && document.child_named(many, "loopCardinality").is_none()
        && document.child_named(many, "loopDataInputRef").is_none()
    {
        problems.refuse(
            outline.id(element),
            "missing-cardinality",
            format!("{} does not say how many items it has. Give it a number or a collection.", outline.called(node)),
        );
    }
}

fn call(outline: &Outline<'_>, node: usize, problems: &mut Problems) {
    let element = outline.nodes[node].element;
    let id = outline.id(element);
    let called = outline.called(node);
    let Some(name) = outline.attribute(element, "calledElement").filter(|name| !name.trim().is_empty()) else {
        problems.refuse(
            id,
            "missing-called-process",
            format!("{called} does not say which process it calls. Choose one."),
        );
        return;
    };
    let Some(target) = outline.reference(name) else { return };
    match outline.document.bpmn_name(target) {
        "process" => {
            let Some(body) = outline.bodies.iter().find(|body| body.element == target) else { return };
            let starts: Vec<&usize> =
                body.nodes.iter().filter(|node| outline.nodes[**node].tag == "startEvent").collect();
            if !starts.is_empty() && starts.iter().all(|start| !outline.nodes[**start].definitions.is_empty()) {
                problems.refuse(
                    id,
                    "called-process-start",
                    format!("{called} calls `{name}`, which starts by events only. Give that process a start event without a trigger."),
                );
            }
        }
        "globalTask" | "globalUserTask" | "globalScriptTask" | "globalManualTask" | "globalBusinessRuleTask" => {
            problems.refuse(
                id,
                "unsupported-global-task",
                format!("{called} calls the global task `{name}`, which is not run. Use a task, or call a process that holds it."),
            );
        }
        _ => problems.refuse(
            id,
            "broken-reference",
            format!("{called} calls `{name}`, which is no process. Choose a process."),
        ),
    }
}

fn message(outline: &Outline<'_>, node: usize, problems: &mut Problems) {
    let element = outline.nodes[node].element;
    let Some(name) = outline.reference_text(element, "messageRef") else { return };
    if !outline.reference(&name).is_some_and(|found| outline.document.is(found, "message")) {
        problems.refuse(
            outline.id(element),
            "broken-reference",
            format!(
                "{} names the message `{name}`, which the file does not have. Choose one it has.",
                outline.called(node)
            ),
        );
    }
}
