//! Boundary events: attached to an activity of their own scope, with a trigger that makes sense there.

use super::events::{only, parallel_multiple};
use crate::outline::Outline;
use crate::problem::Problems;

pub(super) fn check(outline: &Outline<'_>, problems: &mut Problems) {
    for node in outline.executable_nodes().filter(|node| outline.nodes[*node].tag == "boundaryEvent") {
        attached(outline, node, problems);
        flows(outline, node, problems);
        triggers(outline, node, problems);
    }
}

fn attached(outline: &Outline<'_>, node: usize, problems: &mut Problems) {
    let id = outline.id(outline.nodes[node].element);
    let called = outline.called(node);
    let Some(host) = outline.host(node) else {
        problems.refuse(
            id,
            "boundary-not-on-activity",
            format!("The boundary event {called} is not attached to an activity of its own scope. Attach it to a task or sub-process."),
        );
        return;
    };
    if outline.is_event_sub_process(host) {
        problems.refuse(
            id,
            "boundary-not-on-activity",
            format!("The boundary event {called} is attached to an event sub-process, which has no border. Attach it to the sub-process around it."),
        );
    }
    if outline.defines(node, "cancelEventDefinition") && outline.nodes[host].tag != "transaction" {
        problems.refuse(
            id,
            "cancel-outside-transaction",
            format!("{called} catches a cancellation and is not attached to a transaction. Attach it to one, or use another event."),
        );
    }
}

fn flows(outline: &Outline<'_>, node: usize, problems: &mut Problems) {
    let drawn = &outline.nodes[node];
    let id = outline.id(drawn.element);
    let called = outline.called(node);
    let compensation = outline.defines(node, "compensateEventDefinition");
    if !drawn.incoming.is_empty() {
        problems.refuse(
            id,
            "flow-into-boundary",
            format!("A flow leads to the boundary event {called}. Remove it; its activity leads there."),
        );
    }
    if compensation && !drawn.outgoing.is_empty() {
        problems.refuse(
            id,
            "compensation-flow",
            format!("A sequence flow leaves the compensation event {called}. Remove it, and connect the handler by an association."),
        );
    }
    if !compensation && drawn.outgoing.is_empty() {
        problems.refuse(
            id,
            "leads-nowhere",
            format!("No flow leaves the boundary event {called}. Connect it to what is to happen then."),
        );
    }
    if compensation {
        match outline.compensation_handler(node) {
            None => problems.refuse(
                id,
                "compensation-handler",
                format!("The compensation event {called} has no handler. Connect it by an association to the activity that undoes the work."),
            ),
            Some(handler)
                if !outline.is_activity(handler)
                    || !outline.is_for_compensation(handler)
                    || outline.nodes[handler].body != drawn.body =>
            {
                problems.refuse(
                    id,
                    "compensation-handler",
                    format!(
                        "{}, the handler of {called}, must be an activity of the same scope that is marked as for compensation. Mark it so.",
                        outline.called(handler)
                    ),
                );
            }
            Some(_) => {}
        }
    }
}

fn triggers(outline: &Outline<'_>, node: usize, problems: &mut Problems) {
    let drawn = &outline.nodes[node];
    let id = outline.id(drawn.element);
    let called = outline.called(node);
    if drawn.definitions.is_empty() {
        problems.refuse(
            id,
            "event-without-trigger",
            format!("The boundary event {called} has no trigger. Give it a message, timer, error or another one."),
        );
    }
    only(
        outline,
        node,
        &["message", "timer", "escalation", "error", "cancel", "compensate", "conditional", "signal"],
        "a boundary event",
        problems,
    );
    let interrupting = outline.flag(drawn.element, "cancelActivity", true);
    for kind in ["error", "cancel"] {
        if !interrupting && outline.defines(node, &format!("{kind}EventDefinition")) {
            problems.refuse(
                id,
                "always-interrupting",
                format!(
                    "{called} is a {kind} event, which always interrupts its activity. Set cancelActivity to true."
                ),
            );
        }
    }
    if outline.defines(node, "compensateEventDefinition") && drawn.definitions.len() > 1 {
        problems.refuse(
            id,
            "compensation-not-alone",
            format!("{called} is for compensation and something else. Split it into two events."),
        );
    }
    if drawn.definitions.len() > 1 && outline.flag(drawn.element, "parallelMultiple", false) {
        parallel_multiple(outline, node, problems);
    }
}
