//! Scopes: what may stand in a process or sub-process, how it begins, and that everything in it can be reached.

use crate::outline::Outline;
use crate::problem::Problems;

const CHOREOGRAPHY: &[&str] = &["choreographyTask", "subChoreography", "callChoreography"];

pub(super) fn check(outline: &Outline<'_>, problems: &mut Problems) {
    for index in 0..outline.bodies.len() {
        if !outline.bodies[index].executable {
            continue;
        }
        choreography(outline, index, problems);
        starts(outline, index, problems);
        connected(outline, index, problems);
    }
}

fn choreography(outline: &Outline<'_>, body: usize, problems: &mut Problems) {
    for child in outline.document.children(outline.bodies[body].element) {
        let tag = outline.document.bpmn_name(child);
        if CHOREOGRAPHY.contains(&tag) {
            problems.refuse(
                outline.id(child),
                "choreography-in-process",
                format!("A {tag} describes a talk between partners and cannot stand in a process. Use a task, or move it to a choreography."),
            );
        }
    }
}

fn starts(outline: &Outline<'_>, body: usize, problems: &mut Problems) {
    let drawn = &outline.bodies[body];
    let starts: Vec<usize> =
        drawn.nodes.iter().copied().filter(|node| outline.nodes[*node].tag == "startEvent").collect();
    let ends = drawn.nodes.iter().any(|node| outline.nodes[*node].tag == "endEvent");
    let plain = starts.iter().filter(|node| outline.nodes[**node].definitions.is_empty()).count();
    let id = outline.id(drawn.element);
    if plain > 1 {
        problems.refuse(
            id,
            "several-plain-starts",
            "There are several start events without a trigger, so it is open where to begin. Keep one of them.",
        );
    }
    if ends && starts.is_empty() && drawn.owner.is_none_or(|owner| outline.nodes[owner].tag != "adHocSubProcess") {
        problems.refuse(
            id,
            "end-without-start",
            "There is an end event and no start event. Add a start event, or leave out both.",
        );
    }
    if drawn.nodes.is_empty() && drawn.owner.is_none() {
        problems.refuse(id, "empty-process", "The process is empty. Draw at least one task in it.");
    }
    if let Some(owner) = drawn.owner
        && outline.is_event_sub_process(owner)
        && starts.len() != 1
    {
        problems.refuse(
            id,
            "event-sub-process-start",
            "An event sub-process begins with exactly one start event that has a trigger. Give it that one.",
        );
    }
}

/// Where there is a start event everything is reached by a flow; where there is an end event everything leads on.
fn connected(outline: &Outline<'_>, body: usize, problems: &mut Problems) {
    let nodes = &outline.bodies[body].nodes;
    let has = |tag: &str| nodes.iter().any(|node| outline.nodes[*node].tag == tag);
    let (start, end) = (has("startEvent"), has("endEvent"));
    for node in nodes.iter().copied() {
        let drawn = &outline.nodes[node];
        let id = outline.id(drawn.element);
        let apart = outline.is_for_compensation(node) || outline.is_event_sub_process(node);
        let link = outline.defines(node, "linkEventDefinition");
        let catch_link = link && drawn.tag == "intermediateCatchEvent";
        let throw_link = link && drawn.tag == "intermediateThrowEvent";
        let intermediate = drawn.tag.starts_with("intermediate");
        let begins = matches!(drawn.tag, "startEvent" | "boundaryEvent")
            || (drawn.tag == "receiveTask" && outline.flag(drawn.element, "instantiate", false));
        if (start || intermediate) && drawn.incoming.is_empty() && !apart && !catch_link && !begins {
            problems.refuse(
                id,
                "not-reached",
                format!("No flow leads to {}. Connect it, or remove it.", outline.called(node)),
            );
        }
        let ends = matches!(drawn.tag, "endEvent" | "boundaryEvent");
        if (end || intermediate) && drawn.outgoing.is_empty() && !apart && !throw_link && !ends {
            problems.refuse(
                id,
                "leads-nowhere",
                format!("No flow leaves {}. Connect it to what comes next, or to an end event.", outline.called(node)),
            );
        }
    }
}
