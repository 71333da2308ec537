//! References outside of the flow: what names a message, interface, operation or data element names one that is there.

use crate::outline::{ACTIVITIES, EVENTS, Outline};
use crate::problem::Problems;
use crate::xml::ElementId;

/// Element, its reference, and what that must be.
const KINDS: &[(&str, &str, &[&str])] = &[
    ("message", "itemRef", &["itemDefinition"]),
    ("operation", "inMessageRef", &["message"]),
    ("operation", "outMessageRef", &["message"]),
    ("operation", "errorRef", &["error"]),
    ("participant", "interfaceRef", &["interface"]),
    ("participant", "processRef", &["process"]),
    (
        "process",
        "definitionalCollaborationRef",
        &["collaboration", "globalConversation", "choreography", "globalChoreographyTask"],
    ),
    ("messageFlow", "messageRef", &["message"]),
    ("sendTask", "operationRef", &["operation"]),
    ("receiveTask", "operationRef", &["operation"]),
    ("serviceTask", "operationRef", &["operation"]),
    ("messageEventDefinition", "operationRef", &["operation"]),
    ("dataInputAssociation", "sourceRef", ITEMS),
    ("dataInputAssociation", "targetRef", ITEMS),
    ("dataOutputAssociation", "sourceRef", ITEMS),
    ("dataOutputAssociation", "targetRef", ITEMS),
];

/// Elements that hold data.
const ITEMS: &[&str] =
    &["dataObject", "dataObjectReference", "dataStore", "dataStoreReference", "dataInput", "dataOutput", "property"];

pub(super) fn check(outline: &Outline<'_>, problems: &mut Problems) {
    let document = outline.document;
    for (element, _) in document.elements() {
        let tag = document.bpmn_name(element);
        for (_, reference, kinds) in KINDS.iter().filter(|(owner, _, _)| *owner == tag) {
            for name in named(outline, element, reference) {
                let found = outline.reference(&name);
                // A prefix may lead into another file, which is not at hand here.
                let elsewhere = found.is_none() && name.contains(':');
                if !elsewhere && !found.is_some_and(|found| kinds.contains(&document.bpmn_name(found))) {
                    problems.refuse(
                        outline.id(element).or_else(|| owner(outline, element)),
                        "broken-reference",
                        format!(
                            "The {reference} of this {tag} names `{name}`, which is no {}. Choose one.",
                            kinds.join(" or ")
                        ),
                    );
                }
            }
        }
        texts(outline, element, tag, problems);
        roles(outline, element, tag, problems);
        properties(outline, element, tag, problems);
    }
}

/// Everything a reference names: it may stand as an attribute or in several child elements.
fn named(outline: &Outline<'_>, element: ElementId, reference: &str) -> Vec<String> {
    let document = outline.document;
    let attribute = document.element(element).attribute(reference).map(|text| text.trim().to_owned());
    let children = document.children_named(element, reference).map(|child| document.text(child));
    attribute.into_iter().chain(children).filter(|name| !name.is_empty()).collect()
}

/// The nearest element around with an id.
pub(super) fn owner<'a>(outline: &Outline<'a>, element: ElementId) -> Option<&'a str> {
    let mut around = outline.document.element(element).parent;
    while let Some(found) = around {
        if let Some(id) = outline.id(found) {
            return Some(id);
        }
        around = outline.document.element(found).parent;
    }
    None
}

/// Formats are media types, methods are URIs, transformations say something.
fn texts(outline: &Outline<'_>, element: ElementId, tag: &str, problems: &mut Problems) {
    let id = outline.id(element).or_else(|| owner(outline, element));
    if let ("documentation" | "textAnnotation", Some(format)) = (tag, outline.attribute(element, "textFormat"))
        && !is_media_type(format)
    {
        problems.refuse(
            id,
            "text-format",
            format!("The textFormat `{format}` is no media type. Write one such as text/plain."),
        );
    }
    if let ("transaction", Some(method)) = (tag, outline.attribute(element, "method"))
        && !(method.starts_with("##") || method.contains(':'))
    {
        problems.refuse(
            id,
            "transaction-method",
            format!("The method `{method}` of the transaction is no URI. Write one, or leave it out."),
        );
    }
    if tag == "transformation" && outline.document.text(element).is_empty() {
        problems.refuse(
            id,
            "empty-transformation",
            "The transformation of this data association is empty. Write one, or remove it.",
        );
    }
    if tag == "dataState" && outline.attribute(element, "name").is_none_or(|name| name.trim().is_empty()) {
        problems.refuse(id, "data-state-name", "A data state has no name. Give it one.");
    }
}

fn is_media_type(text: &str) -> bool {
    let parts: Vec<&str> = text.split(';').next().unwrap_or_default().trim().split('/').collect();
    matches!(parts[..], [kind, name] if !kind.is_empty() && !name.is_empty() && !text.trim().contains(char::is_whitespace))
}

/// Who does a task: by a reference with parameters, or by an expression.
fn roles(outline: &Outline<'_>, element: ElementId, tag: &str, problems: &mut Problems) {
    if !matches!(tag, "resourceRole" | "performer" | "humanPerformer" | "potentialOwner") {
        return;
    }
    let document = outline.document;
    let id = outline.id(element).or_else(|| owner(outline, element));
    let reference = document.child_named(element, "resourceRef").is_some();
    let has = |name: &str| document.child_named(element, name).is_some();
    if reference && has("resourceAssignmentExpression") {
        problems.refuse(id, "resource-role", "This role names a resource and an expression. Keep one of them.");
    }
    if !reference && has("resourceParameterBinding") {
        problems.refuse(
            id,
            "resource-role",
            "This role has parameters and no resource they belong to. Name the resource.",
        );
    }
}

fn properties(outline: &Outline<'_>, element: ElementId, tag: &str, problems: &mut Problems) {
    if tag != "property" {
        return;
    }
    let around = outline.document.element(element).parent.map_or("", |parent| outline.document.bpmn_name(parent));
    if !(around == "process" || EVENTS.contains(&around) || ACTIVITIES.contains(&around)) {
        problems.refuse(
            outline.id(element),
            "property-place",
            "A property belongs to a process, an activity or an event. Move it into one.",
        );
    }
}
