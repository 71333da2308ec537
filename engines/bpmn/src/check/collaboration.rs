//! Message flows between pools: from one partner to another, and between events and activities that can talk.

use crate::outline::{ACTIVITIES, EVENTS, Outline};
use crate::problem::Problems;
use crate::xml::ElementId;

pub(super) fn check(outline: &Outline<'_>, problems: &mut Problems) {
    let document = outline.document;
    for (element, content) in document.elements() {
        if document.bpmn_name(element) != "messageFlow" {
            continue;
        }
        let parent = content.parent.map_or("", |parent| document.bpmn_name(parent));
        if parent != "collaboration" {
            continue;
        }
        let id = outline.id(element);
        let end = |name: &str| outline.attribute(element, name).and_then(|name| outline.reference(name));
        let (source, target) = (end("sourceRef"), end("targetRef"));
        for (what, found) in [("begins", source), ("ends", target)] {
            let tag = found.map_or("", |found| document.bpmn_name(found));
            if !(tag == "participant" || EVENTS.contains(&tag) || ACTIVITIES.contains(&tag)) {
                problems.refuse(
                    id,
                    "message-flow-end",
                    format!("The message flow {what} at no pool, activity or event. Connect it to one, or remove it."),
                );
            }
        }
        let (Some(source), Some(target)) = (source, target) else { continue };
        if pool(outline, source).is_some() && pool(outline, source) == pool(outline, target) {
            problems.refuse(
                id,
                "message-flow-in-pool",
                "The message flow stays in one pool. Use a sequence flow, or connect it to another pool.",
            );
        }
        talks(outline, id, source, target, problems);
    }
}

/// The process an element belongs to; for a pool the one it stands for, or the pool itself.
fn pool(outline: &Outline<'_>, element: ElementId) -> Option<ElementId> {
    let document = outline.document;
    if document.bpmn_name(element) == "participant" {
        return outline.referenced(element, "processRef").or(Some(element));
    }
    let mut next = Some(element);
    while let Some(found) = next {
        if document.bpmn_name(found) == "process" {
            return Some(found);
        }
        next = document.element(found).parent;
    }
    None
}

/// Events at the ends of a message flow have a message and the right direction.
fn talks(outline: &Outline<'_>, id: Option<&str>, source: ElementId, target: ElementId, problems: &mut Problems) {
    let document = outline.document;
    let message =
        |event: ElementId| outline.node(event).is_some_and(|node| outline.defines(node, "messageEventDefinition"));
    let sends = match document.bpmn_name(source) {
        "startEvent" | "boundaryEvent" | "intermediateCatchEvent" => false,
        "endEvent" | "intermediateThrowEvent" => message(source),
        _ => true,
    };
    let receives = match document.bpmn_name(target) {
        "endEvent" | "intermediateThrowEvent" => false,
        "startEvent" | "boundaryEvent" | "intermediateCatchEvent" => message(target),
        _ => true,
    };
    if !sends {
        problems.refuse(id, "message-flow-event", "The event at which the message flow begins does not throw a message. Give it a message to throw, or connect another.");
    }
    if !receives {
        problems.refuse(id, "message-flow-event", "The event at which the message flow ends does not catch a message. Give it a message to catch, or connect another.");
    }
}
