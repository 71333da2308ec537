//! Ids and references: everything that is pointed at exists and is of the right kind.

use crate::outline::Outline;
use crate::problem::Problems;

pub(super) fn check(outline: &Outline<'_>, problems: &mut Problems) {
    if !outline.bodies.iter().any(|body| body.executable) {
        let process = outline.bodies.first().and_then(|body| outline.id(body.element));
        problems.refuse(
            process,
            "no-executable-process",
            "The file has no process that is marked executable. Mark the process to run with isExecutable=\"true\".",
        );
    }
    for repeated in &outline.repeated {
        problems.refuse(
            outline.id(*repeated),
            "repeated-id",
            format!("Two elements have the id `{}`. Give one of them another id.", outline.id(*repeated).unwrap_or("")),
        );
    }
    for body in outline.bodies.iter().filter(|body| body.executable && body.owner.is_none()) {
        if outline.id(body.element).is_none() {
            problems.refuse(None, "missing-id", "A process has no id. Give it one, so that it can be started.");
        }
    }
    for node in outline.executable_nodes() {
        let drawn = &outline.nodes[node];
        if outline.id(drawn.element).is_none_or(|id| id.trim().is_empty()) {
            problems.refuse(
                None,
                "missing-id",
                format!("A {} has no id, so no flow can lead to it. Give it an id.", drawn.tag),
            );
        }
        event_definition_references(outline, node, problems);
    }
}

fn event_definition_references(outline: &Outline<'_>, node: usize, problems: &mut Problems) {
    let document = outline.document;
    let element = outline.nodes[node].element;
    for child in document.children_named(element, "eventDefinitionRef") {
        let named = outline.reference(&document.text(child));
        let definition = named.filter(|named| document.bpmn_name(*named).ends_with("EventDefinition"));
        let at_the_top = definition.filter(|found| document.element(*found).parent == Some(document.root()));
        if at_the_top.is_none() {
            problems.refuse(
                outline.id(element),
                "broken-reference",
                format!(
                    "{} refers to the event definition `{}`, which does not stand at the top of the file. Choose one that does, or put the definition into the event.",
                    outline.called(node),
                    document.text(child)
                ),
            );
        }
    }
}
