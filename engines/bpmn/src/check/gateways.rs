//! Gateways: kinds that run, and what must stand behind an event-based one.

use super::events::kind;
use crate::outline::{GATEWAYS, Outline};
use crate::problem::Problems;

pub(super) fn check(outline: &Outline<'_>, problems: &mut Problems) {
    for node in outline.executable_nodes().filter(|node| GATEWAYS.contains(&outline.nodes[*node].tag)) {
        let drawn = &outline.nodes[node];
        let id = outline.id(drawn.element);
        let called = outline.called(node);
        sides(outline, node, problems);
        match drawn.tag {
            "complexGateway" => problems.refuse(
                id,
                "unsupported-complex-gateway",
                format!("{called} is a complex gateway, which is not run. Use inclusive, exclusive or parallel gateways instead."),
            ),
            "eventBasedGateway" => event_based(outline, node, problems),
            "parallelGateway" => {
                if drawn.outgoing.iter().any(|flow| outline.condition(*flow).is_some()) {
                    problems.warn(
                        id,
                        "condition-after-parallel",
                        format!("{called} takes all its flows, so their conditions are not looked at. Remove them, or use an inclusive gateway."),
                    );
                }
            }
            _ => {
                let open = |flow: &&usize| {
                    outline.condition(**flow).is_none()
                        && outline.attribute(drawn.element, "default") != outline.id(outline.flows[**flow].element)
                };
                if drawn.outgoing.len() > 1 && drawn.outgoing.iter().filter(open).count() > 0 {
                    problems.warn(
                        id,
                        "flow-without-condition",
                        format!("A flow out of {called} has no condition and is not the default, so it counts as true. Write a condition, or make it the default."),
                    );
                }
            }
        }
    }
}

fn sides(outline: &Outline<'_>, node: usize, problems: &mut Problems) {
    let drawn = &outline.nodes[node];
    let id = outline.id(drawn.element);
    let called = outline.called(node);
    let (incoming, outgoing) = (drawn.incoming.len(), drawn.outgoing.len());
    if incoming < 2 && outgoing < 2 && drawn.tag != "eventBasedGateway" {
        problems.refuse(
            id,
            "gateway-joins-nothing",
            format!("The gateway {called} has neither several flows leading to it nor several leaving it. Remove it, or add the missing flows."),
        );
    }
    let direction = outline.attribute(drawn.element, "gatewayDirection").unwrap_or("Unspecified");
    let fits = match direction {
        "Converging" => outgoing < 2,
        "Diverging" => incoming < 2,
        "Mixed" => incoming > 1 && outgoing > 1,
        _ => true,
    };
    if !fits {
        problems.refuse(
            id,
            "gateway-direction",
            format!("The gateway {called} is marked {direction}, which its {incoming} incoming and {outgoing} outgoing flows contradict. Change the mark or the flows."),
        );
    }
}

fn event_based(outline: &Outline<'_>, node: usize, problems: &mut Problems) {
    let drawn = &outline.nodes[node];
    let id = outline.id(drawn.element);
    let called = outline.called(node);
    if drawn.outgoing.len() < 2 {
        problems.refuse(
            id,
            "event-gateway-flows",
            format!("The event-based gateway {called} needs at least two flows to choose between. Add one."),
        );
    }
    if outline.flag(drawn.element, "instantiate", false)
        || outline.attribute(drawn.element, "eventGatewayType") == Some("Parallel")
    {
        problems.refuse(
            id,
            "unsupported-event-gateway",
            format!("{called} starts the process or waits for all its events, which is not run. Use start events, or a parallel gateway with catch events."),
        );
    }
    for flow in &drawn.outgoing {
        if outline.condition(*flow).is_some() {
            problems.refuse(
                outline.id(outline.flows[*flow].element),
                "event-gateway-condition",
                format!(
                    "A flow out of the event-based gateway {called} has a condition. Remove it; the event decides."
                ),
            );
        }
        let Some(target) = outline.flows[*flow].target else { continue };
        let behind = &outline.nodes[target];
        let right = match behind.tag {
            "receiveTask" => !behind_has_boundary(outline, target),
            "intermediateCatchEvent" => behind
                .definitions
                .iter()
                .all(|definition| matches!(kind(outline, *definition), "message" | "signal" | "timer" | "conditional")),
            _ => false,
        };
        if !right {
            problems.refuse(
                id,
                "event-gateway-target",
                format!(
                    "The event-based gateway {called} leads to {}, which is no message, signal, timer or condition catch event and no receive task without boundary events. Put such an event there.",
                    outline.called(target)
                ),
            );
        }
        if behind.incoming.len() > 1 {
            problems.refuse(
                outline.id(behind.element),
                "event-gateway-target",
                format!("{} stands behind an event-based gateway and has another incoming flow. Draw a second event for that flow.", outline.called(target)),
            );
        }
    }
}

fn behind_has_boundary(outline: &Outline<'_>, task: usize) -> bool {
    outline.bodies[outline.nodes[task].body]
        .nodes
        .iter()
        .any(|node| outline.nodes[*node].tag == "boundaryEvent" && outline.host(*node) == Some(task))
}
