//! Data of activities and events: collections, inputs and outputs, and that both ends mean the same item.

use super::references::owner;
use crate::outline::{EVENTS, Outline};
use crate::problem::Problems;
use crate::xml::ElementId;

pub(super) fn check(outline: &Outline<'_>, problems: &mut Problems) {
    let document = outline.document;
    for (element, _) in document.elements() {
        match document.bpmn_name(element) {
            "dataInput" | "dataOutput" | "dataObject" => collection(outline, element, problems),
            "sendTask" => sets(outline, element, "inputSet", problems),
            "receiveTask" => {
                sets(outline, element, "outputSet", problems);
                let message = outline.referenced(element, "messageRef");
                same_items(outline, element, "dataOutput", message, problems);
            }
            "serviceTask" => {
                let operation = outline.referenced(element, "operationRef");
                let message = |name: &str| operation.and_then(|operation| outline.referenced(operation, name));
                same_items(outline, element, "dataInput", message("inMessageRef"), problems);
                same_items(outline, element, "dataOutput", message("outMessageRef"), problems);
            }
            "callActivity" => call(outline, element, problems),
            "ioBinding" => binding(outline, element, problems),
            "multiInstanceLoopCharacteristics" => items(outline, element, problems),
            "dataInputAssociation" => output_as_source(outline, element, problems),
            "inputSet" => input_set(outline, element, problems),
            "outputSet" => output_set(outline, element, problems),
            tag if EVENTS.contains(&tag) => event(outline, element, problems),
            _ => {}
        }
    }
}

fn refuse(outline: &Outline<'_>, element: ElementId, rule: &str, reason: &str, problems: &mut Problems) {
    problems.refuse(outline.id(element).or_else(|| owner(outline, element)), rule, reason);
}

fn item(outline: &Outline<'_>, element: ElementId) -> Option<ElementId> {
    outline.referenced(element, "itemSubjectRef").filter(|found| outline.document.is(*found, "itemDefinition"))
}

/// Whether two item definitions are one, or have the same structure.
fn same(outline: &Outline<'_>, first: ElementId, second: ElementId) -> bool {
    let structure = |item: ElementId| outline.attribute(item, "structureRef");
    first == second || structure(first).is_some() && structure(first) == structure(second)
}

fn collection(outline: &Outline<'_>, element: ElementId, problems: &mut Problems) {
    let Some(item) = item(outline, element) else { return };
    if outline.flag(element, "isCollection", false) != outline.flag(item, "isCollection", false) {
        refuse(
            outline,
            element,
            "data-collection",
            "isCollection of this data contradicts that of its item definition. Make them alike.",
            problems,
        );
    }
}

/// The element's own specification of inputs and outputs.
fn specification(outline: &Outline<'_>, element: ElementId) -> Option<ElementId> {
    outline.document.child_named(element, "ioSpecification")
}

fn sets(outline: &Outline<'_>, element: ElementId, name: &str, problems: &mut Problems) {
    let Some(specification) = specification(outline, element) else { return };
    if outline.document.children_named(specification, name).count() > 1 {
        refuse(
            outline,
            element,
            "message-data",
            &format!("This task has one message and so at most one {name}. Remove the others."),
            problems,
        );
    }
}

/// Inputs or outputs of a task hold what its message does.
fn same_items(
    outline: &Outline<'_>,
    element: ElementId,
    name: &str,
    message: Option<ElementId>,
    problems: &mut Problems,
) {
    let carried = message.and_then(|message| outline.referenced(message, "itemRef"));
    let (Some(specification), Some(carried)) = (specification(outline, element), carried) else { return };
    for data in outline.document.children_named(specification, name) {
        if item(outline, data).is_some_and(|held| !same(outline, held, carried)) {
            refuse(
                outline,
                element,
                "message-data",
                &format!("A {name} of this task is of another item than its message. Make them alike."),
                problems,
            );
        }
    }
}

/// Inputs and outputs of a call activity match those of the process it calls.
fn call(outline: &Outline<'_>, element: ElementId, problems: &mut Problems) {
    let Some(called) = outline.attribute(element, "calledElement").and_then(|name| outline.reference(name)) else {
        return;
    };
    let own = specification(outline, element);
    let theirs = specification(outline, called);
    // A call without any specification passes variables by name.
    if own.is_none() {
        return;
    }
    for name in ["dataInput", "dataOutput"] {
        let count =
            |found: Option<ElementId>| found.map_or(0, |found| outline.document.children_named(found, name).count());
        if count(own) != count(theirs) {
            refuse(
                outline,
                element,
                "call-data",
                &format!(
                    "This call has {} of kind {name}, the called element {}. Make them match one by one.",
                    count(own),
                    count(theirs)
                ),
                problems,
            );
        }
    }
}

fn binding(outline: &Outline<'_>, element: ElementId, problems: &mut Problems) {
    let Some(operation) = outline.referenced(element, "operationRef") else { return };
    for (data, message) in [("inputDataRef", "inMessageRef"), ("outputDataRef", "outMessageRef")] {
        let held = outline.referenced(element, data).and_then(|data| item(outline, data));
        let carried = outline.referenced(operation, message).and_then(|message| outline.referenced(message, "itemRef"));
        if let (Some(held), Some(carried)) = (held, carried)
            && !same(outline, held, carried)
        {
            refuse(
                outline,
                element,
                "message-data",
                &format!(
                    "The {data} of this binding is of another item than the message of its operation. Make them alike."
                ),
                problems,
            );
        }
    }
}

/// A single item is not itself a collection when the collection is of single ones.
fn items(outline: &Outline<'_>, many: ElementId, problems: &mut Problems) {
    for (reference, name) in [("loopDataInputRef", "inputDataItem"), ("loopDataOutputRef", "outputDataItem")] {
        let whole = outline.referenced(many, reference).and_then(|data| item(outline, data));
        let single = outline.document.child_named(many, name).and_then(|data| item(outline, data));
        let (Some(_), Some(single)) = (whole, single) else { continue };
        if outline.flag(single, "isCollection", false) {
            refuse(
                outline,
                many,
                "item-of-collection",
                &format!(
                    "The {name} is a collection itself instead of one item of it. Choose the item definition of a single one."
                ),
                problems,
            );
        }
    }
}

fn output_as_source(outline: &Outline<'_>, association: ElementId, problems: &mut Problems) {
    let document = outline.document;
    for source in document.children_named(association, "sourceRef") {
        let Some(found) = outline.reference(&document.text(source)).filter(|found| document.is(*found, "dataOutput"))
        else {
            continue;
        };
        let specification = document.element(found).parent;
        let around = specification.and_then(|parent| document.element(parent).parent);
        if around.is_some_and(|around| document.is(around, "process")) {
            refuse(
                outline,
                association,
                "process-output",
                "A data output of the process is where data leaves it and cannot be read from. Use a data object.",
                problems,
            );
        }
    }
}

fn listed(outline: &Outline<'_>, set: ElementId, name: &str) -> Vec<String> {
    outline.document.children_named(set, name).map(|child| outline.document.text(child)).collect()
}

fn input_set(outline: &Outline<'_>, set: ElementId, problems: &mut Problems) {
    within(outline, set, "whileExecutingInputRefs", "dataInputRefs", problems);
    pairs(outline, set, "outputSetRefs", "inputSetRefs", problems);
}

fn output_set(outline: &Outline<'_>, set: ElementId, problems: &mut Problems) {
    within(outline, set, "whileExecutingOutputRefs", "dataOutputRefs", problems);
    pairs(outline, set, "inputSetRefs", "outputSetRefs", problems);
}

fn within(outline: &Outline<'_>, set: ElementId, part: &str, whole: &str, problems: &mut Problems) {
    let all = listed(outline, set, whole);
    if listed(outline, set, part).iter().any(|name| !all.contains(name)) {
        refuse(
            outline,
            set,
            "data-set",
            &format!("What stands in {part} must also stand in {whole} of the same set. Add it there."),
            problems,
        );
    }
}

/// Sets that name each other do so from both sides.
fn pairs(outline: &Outline<'_>, set: ElementId, there: &str, back: &str, problems: &mut Problems) {
    for name in listed(outline, set, there) {
        let named_back = outline
            .reference(&name)
            .is_some_and(|other| listed(outline, other, back).iter().any(|name| outline.reference(name) == Some(set)));
        if !named_back {
            refuse(
                outline,
                set,
                "data-set",
                &format!(
                    "The {there} of this set names `{name}`, which does not name it back by {back}. Add it there."
                ),
                problems,
            );
        }
    }
}

/// An event's data belongs to its definitions one by one and is of the same item.
fn event(outline: &Outline<'_>, element: ElementId, problems: &mut Problems) {
    let document = outline.document;
    let data: Vec<ElementId> = document
        .children(element)
        .filter(|child| matches!(document.bpmn_name(*child), "dataInput" | "dataOutput"))
        .collect();
    let Some(node) = outline.node(element).filter(|_| !data.is_empty()) else { return };
    let carried: Vec<Option<ElementId>> = outline.nodes[node]
        .definitions
        .iter()
        .filter_map(|definition| carrier(outline, *definition))
        .map(|(definition, reference, structure)| {
            outline.referenced(definition, reference).and_then(|found| outline.referenced(found, structure))
        })
        .collect();
    if data.len() < carried.len() {
        refuse(
            outline,
            element,
            "event-data",
            "This event has fewer data inputs or outputs than definitions with data. Add one for each.",
            problems,
        );
    }
    for (held, carried) in data.iter().zip(carried) {
        if let (Some(held), Some(carried)) = (item(outline, *held), carried)
            && !same(outline, held, carried)
        {
            refuse(
                outline,
                element,
                "event-data",
                "The data of this event is of another item than its message, signal, error or escalation. Make them alike.",
                problems,
            );
        }
    }
}

/// For a definition with data: its reference, and the reference from there to the item.
fn carrier(outline: &Outline<'_>, definition: ElementId) -> Option<(ElementId, &'static str, &'static str)> {
    let (reference, structure) = match outline.document.bpmn_name(definition) {
        "messageEventDefinition" => ("messageRef", "itemRef"),
        "signalEventDefinition" => ("signalRef", "structureRef"),
        "errorEventDefinition" => ("errorRef", "structureRef"),
        "escalationEventDefinition" => ("escalationRef", "structureRef"),
        _ => return None,
    };
    Some((definition, reference, structure))
}
