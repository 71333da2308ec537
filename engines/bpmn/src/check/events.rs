//! Events: which definitions may stand where, and that each names what it needs.

use crate::outline::Outline;
use crate::problem::Problems;
use crate::xml::ElementId;

pub(super) fn check(outline: &Outline<'_>, problems: &mut Problems) {
    for node in outline.executable_nodes() {
        match outline.nodes[node].tag {
            "startEvent" => start(outline, node, problems),
            "intermediateCatchEvent" => catch(outline, node, problems),
            "intermediateThrowEvent" => throw(outline, node, problems),
            "endEvent" => end(outline, node, problems),
            _ => {}
        }
        for definition in &outline.nodes[node].definitions {
            names(outline, node, *definition, problems);
        }
        link_ends(outline, node, problems);
    }
}

/// Refuses definitions that are not in `allowed`; `place` reads like “a start event of a process”.
pub(super) fn only(outline: &Outline<'_>, node: usize, allowed: &[&str], place: &str, problems: &mut Problems) {
    let drawn = &outline.nodes[node];
    for definition in &drawn.definitions {
        let kind = kind(outline, *definition);
        if !allowed.contains(&kind) {
            problems.refuse(
                outline.id(drawn.element),
                "event-not-allowed-here",
                format!(
                    "{} has a {kind} definition, which {place} cannot have. It can have: {}.",
                    outline.called(node),
                    if allowed.is_empty() { "none".to_owned() } else { allowed.join(", ") }
                ),
            );
        }
    }
}

/// `message` for a `messageEventDefinition`, and so on.
pub(super) fn kind<'a>(outline: &Outline<'a>, definition: ElementId) -> &'a str {
    outline.document.bpmn_name(definition).trim_end_matches("EventDefinition")
}

fn start(outline: &Outline<'_>, node: usize, problems: &mut Problems) {
    let drawn = &outline.nodes[node];
    let id = outline.id(drawn.element);
    let called = outline.called(node);
    match outline.bodies[drawn.body].owner {
        None => {
            only(outline, node, &["message", "timer", "conditional", "signal"], "a start event of a process", problems);
            if outline.defines(node, "conditionalEventDefinition") {
                problems.refuse(
                    id,
                    "unsupported-conditional-start",
                    format!("{called} starts a process by a condition, which has no variables to look at before there is an instance. Use a message, signal or timer."),
                );
            }
        }
        Some(owner) if outline.is_event_sub_process(owner) => {
            let allowed = ["message", "timer", "escalation", "error", "compensate", "conditional", "signal"];
            only(outline, node, &allowed, "the start event of an event sub-process", problems);
            if drawn.definitions.is_empty() {
                problems.refuse(
                    id,
                    "event-sub-process-start",
                    format!("{called} starts an event sub-process and has no trigger. Give it one, such as a message or a timer."),
                );
            }
            let interrupting = outline.flag(drawn.element, "isInterrupting", true);
            for kind in ["error", "compensate"] {
                if !interrupting && outline.defines(node, &format!("{kind}EventDefinition")) {
                    problems.refuse(
                        id,
                        "always-interrupting",
                        format!("{called} is a {kind} event, which always interrupts. Set isInterrupting to true."),
                    );
                }
            }
        }
        Some(_) => only(outline, node, &[], "the start event of an embedded sub-process", problems),
    }
    if drawn.definitions.len() > 1 && outline.flag(drawn.element, "parallelMultiple", false) {
        parallel_multiple(outline, node, problems);
    }
}

pub(super) fn parallel_multiple(outline: &Outline<'_>, node: usize, problems: &mut Problems) {
    problems.refuse(
        outline.id(outline.nodes[node].element),
        "unsupported-parallel-multiple",
        format!(
            "{} waits for several events together, which is run for intermediate catch events only. Use one of those behind a parallel gateway.",
            outline.called(node)
        ),
    );
}

fn catch(outline: &Outline<'_>, node: usize, problems: &mut Problems) {
    let drawn = &outline.nodes[node];
    let id = outline.id(drawn.element);
    let called = outline.called(node);
    only(
        outline,
        node,
        &["message", "timer", "signal", "conditional", "link"],
        "an intermediate catch event",
        problems,
    );
    if drawn.definitions.is_empty() {
        problems.refuse(
            id,
            "event-without-trigger",
            format!("{called} waits for nothing. Give it a message, signal, timer or condition."),
        );
    }
    if outline.defines(node, "linkEventDefinition") {
        if !drawn.incoming.is_empty() {
            problems.refuse(
                id,
                "link-flow",
                format!("A flow leads to the link target {called}. Remove it; the link leads there."),
            );
        }
        if drawn.definitions.len() > 1 {
            problems.refuse(
                id,
                "link-not-alone",
                format!("{called} is a link and something else. Split it into two events."),
            );
        }
    }
}

fn throw(outline: &Outline<'_>, node: usize, problems: &mut Problems) {
    let drawn = &outline.nodes[node];
    let id = outline.id(drawn.element);
    let called = outline.called(node);
    only(
        outline,
        node,
        &["message", "signal", "escalation", "compensate", "link"],
        "an intermediate throw event",
        problems,
    );
    if !outline.defines(node, "linkEventDefinition") {
        return;
    }
    if !drawn.outgoing.is_empty() {
        problems.refuse(id, "link-flow", format!("A flow leaves the link {called}. Remove it; the link leads on."));
    }
    if drawn.definitions.len() > 1 {
        problems.refuse(
            id,
            "link-not-alone",
            format!("{called} is a link and something else. Split it into two events."),
        );
    }
    let targets = outline.link_targets(node);
    if targets.len() != 1 {
        problems.refuse(
            id,
            "broken-link",
            format!(
                "The link {called} has {} catch events with its link name in the same scope. Give it exactly one.",
                if targets.is_empty() { "no".to_owned() } else { targets.len().to_string() }
            ),
        );
    }
}

/// `source` and `target` inside link definitions name each other's definitions.
fn link_ends(outline: &Outline<'_>, node: usize, problems: &mut Problems) {
    let document = outline.document;
    for definition in &outline.nodes[node].definitions {
        if kind(outline, *definition) != "link" {
            continue;
        }
        let id = outline.id(outline.nodes[node].element);
        let mut broken = |name: &str| {
            problems.refuse(
                id,
                "broken-link",
                format!(
                    "The {name} of the link {} is not a link that leads here in turn. Choose the matching link event.",
                    outline.called(node)
                ),
            );
        };
        for (name, back) in [("source", "target"), ("target", "source")] {
            for end in document.children_named(*definition, name) {
                let other = outline.reference(&document.text(end)).filter(|other| kind(outline, *other) == "link");
                let named_back = other.is_some_and(|other| {
                    let mut backs = document.children_named(other, back).peekable();
                    backs.peek().is_none()
                        || backs.any(|child| outline.reference(&document.text(child)) == Some(*definition))
                });
                if !named_back {
                    broken(name);
                }
            }
        }
    }
}

fn end(outline: &Outline<'_>, node: usize, problems: &mut Problems) {
    only(
        outline,
        node,
        &["message", "signal", "error", "escalation", "cancel", "compensate", "terminate"],
        "an end event",
        problems,
    );
    if outline.defines(node, "cancelEventDefinition") {
        let owner = outline.bodies[outline.nodes[node].body].owner;
        let transaction = owner.filter(|owner| outline.nodes[*owner].tag == "transaction");
        if transaction.is_none() {
            problems.refuse(
                outline.id(outline.nodes[node].element),
                "cancel-outside-transaction",
                format!(
                    "{} cancels a transaction and does not stand in one. Put it directly into a transaction, or use another end event.",
                    outline.called(node)
                ),
            );
        }
    }
}

/// A definition names its message, signal, error code, escalation code or condition.
fn names(outline: &Outline<'_>, node: usize, definition: ElementId, problems: &mut Problems) {
    let kind = kind(outline, definition);
    let throws = matches!(outline.nodes[node].tag, "intermediateThrowEvent" | "endEvent");
    let id = outline.id(outline.nodes[node].element);
    let called = outline.called(node);
    let reference = match kind {
        "message" | "signal" | "error" | "escalation" => format!("{kind}Ref"),
        "conditional" => {
            if outline.document.child_named(definition, "condition").is_none() {
                problems.refuse(
                    id,
                    "missing-condition",
                    format!("{called} waits for a condition and has none. Write one."),
                );
            }
            return;
        }
        _ => return,
    };
    let named = outline.reference_text(definition, &reference);
    let found = named.as_deref().and_then(|name| outline.reference(name));
    let right = found.filter(|found| outline.document.is(*found, kind));
    if named.is_some() && right.is_none() {
        problems.refuse(
            id,
            "broken-reference",
            format!(
                "{called} names the {kind} `{}`, which the file does not have. Choose one it has.",
                named.unwrap_or_default()
            ),
        );
        return;
    }
    let needed = throws || matches!(kind, "message" | "signal");
    if needed && right.is_none() {
        problems.refuse(
            id,
            &format!("missing-{kind}"),
            format!("{called} does not say which {kind} it is about. Choose one."),
        );
        return;
    }
    let code = right.and_then(|right| outline.attribute(right, &format!("{kind}Code")));
    if throws && matches!(kind, "error" | "escalation") && code.is_none_or(|code| code.trim().is_empty()) {
        problems.refuse(
            id,
            &format!("missing-{kind}-code"),
            format!("The {kind} that {called} throws has no code, so nothing could catch it by its code. Give the {kind} a code."),
        );
    }
}
