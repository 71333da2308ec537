//! Sequence flows: both ends in the same scope, on nodes that may have them, and default flows that are one's own.

use crate::outline::Outline;
use crate::problem::Problems;

pub(super) fn check(outline: &Outline<'_>, problems: &mut Problems) {
    for flow in outline.executable_flows() {
        ends(outline, flow, problems);
    }
    for node in outline.executable_nodes() {
        sides(outline, node, problems);
        default_flow(outline, node, problems);
    }
}

fn ends(outline: &Outline<'_>, flow: usize, problems: &mut Problems) {
    let drawn = &outline.flows[flow];
    let id = outline.id(drawn.element);
    if id.is_none() {
        problems.refuse(None, "missing-id", "A sequence flow has no id. Give it one.");
    }
    for (name, what, found) in [("sourceRef", "begins", drawn.source), ("targetRef", "ends", drawn.target)] {
        let Some(node) = found else {
            let named = outline.attribute(drawn.element, name).unwrap_or_default();
            problems.refuse(
                id,
                "broken-flow",
                format!(
                    "The flow {what} at `{named}`, which is no event, activity or gateway. Connect it to one, or remove it."
                ),
            );
            continue;
        };
        if outline.nodes[node].body != drawn.body {
            problems.refuse(
                id,
                "flow-across-scopes",
                format!(
                    "The flow {what} at {}, in another scope. A sequence flow must not cross the border of a sub-process or process; end it inside and go on from the sub-process itself.",
                    outline.called(node)
                ),
            );
        }
    }
}

fn sides(outline: &Outline<'_>, node: usize, problems: &mut Problems) {
    let drawn = &outline.nodes[node];
    let id = outline.id(drawn.element);
    let called = outline.called(node);
    if outline.is_event_sub_process(node) && !(drawn.incoming.is_empty() && drawn.outgoing.is_empty()) {
        problems.refuse(
            id,
            "event-sub-process-flow",
            format!("{called} is started by its event, so no flow leads to or from it. Remove the flow, or make it a plain sub-process."),
        );
    }
    if drawn.tag == "startEvent" && !drawn.incoming.is_empty() {
        problems.refuse(
            id,
            "flow-into-start",
            format!("A flow leads to the start event {called}. Lead it to what follows instead."),
        );
    }
    if drawn.tag == "endEvent" && !drawn.outgoing.is_empty() {
        problems.refuse(
            id,
            "flow-out-of-end",
            format!("A flow leaves the end event {called}. Remove it, or use an intermediate event."),
        );
    }
    if outline.is_for_compensation(node)
        && !outline.is_event_sub_process(node)
        && !(drawn.incoming.is_empty() && drawn.outgoing.is_empty())
    {
        problems.refuse(
            id,
            "compensation-flow",
            format!("{called} is a compensation handler, so no sequence flow leads to or from it. Remove the flow; an association connects it."),
        );
    }
    let conditions = drawn.outgoing.iter().any(|flow| outline.condition(*flow).is_some());
    if conditions
        && matches!(drawn.tag, "startEvent" | "intermediateCatchEvent" | "intermediateThrowEvent" | "boundaryEvent")
    {
        problems.refuse(
            id,
            "condition-after-event",
            format!(
                "A flow out of the event {called} has a condition. Put an exclusive or inclusive gateway behind it."
            ),
        );
    }
}

fn default_flow(outline: &Outline<'_>, node: usize, problems: &mut Problems) {
    let drawn = &outline.nodes[node];
    let id = outline.id(drawn.element);
    let called = outline.called(node);
    let splits =
        outline.is_activity(node) || matches!(drawn.tag, "exclusiveGateway" | "inclusiveGateway" | "complexGateway");
    let Some(default) = outline.attribute(drawn.element, "default") else {
        let all_conditional =
            !drawn.outgoing.is_empty() && drawn.outgoing.iter().all(|flow| outline.condition(*flow).is_some());
        if splits && all_conditional {
            problems.warn(
                id,
                "gateway-without-default",
                format!("All flows out of {called} have conditions and none is the default. Where none is true the instance stops with an incident; mark one as default."),
            );
        }
        return;
    };
    if !splits {
        problems.refuse(
            id,
            "default-flow",
            format!("{called} takes all its flows, so none can be the default. Remove the default."),
        );
        return;
    }
    let own = outline
        .reference(default)
        .and_then(|element| drawn.outgoing.iter().copied().find(|flow| outline.flows[*flow].element == element));
    match own {
        None => problems.refuse(
            id,
            "default-flow",
            format!("The default flow `{default}` of {called} is none of its own outgoing flows. Choose one of them."),
        ),
        Some(flow) if outline.condition(flow).is_some() => problems.refuse(
            id,
            "default-flow",
            format!("The default flow `{default}` of {called} has a condition. Remove the condition; it is taken when no other is true."),
        ),
        Some(_) => {}
    }
}
