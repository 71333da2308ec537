//! A model's flow graph as drawn: nodes, flows and scopes found in the XML, nothing judged yet.

use std::collections::HashMap;

use crate::xml::{Document, ElementId};

/// The flow graph of a whole file.
pub(crate) struct Outline<'a> {
    pub document: &'a Document,
    /// Elements by id; of two with the same id the first.
    pub ids: HashMap<&'a str, ElementId>,
    /// Elements whose id another element already has.
    pub repeated: Vec<ElementId>,
    pub bodies: Vec<DrawnBody>,
    pub nodes: Vec<DrawnNode<'a>>,
    pub flows: Vec<DrawnFlow>,
    node_of: HashMap<ElementId, usize>,
}

/// A process or sub-process: what contains nodes and flows.
pub(crate) struct DrawnBody {
    pub element: ElementId,
    /// The sub-process as a node of its own scope; none for a process.
    pub owner: Option<usize>,
    pub nodes: Vec<usize>,
    /// Index of the body of the process around it.
    pub process: usize,
    /// Whether that process is meant to be executed.
    pub executable: bool,
}

/// An event, activity or gateway.
pub(crate) struct DrawnNode<'a> {
    pub element: ElementId,
    /// The element's name, such as `userTask`.
    pub tag: &'a str,
    pub body: usize,
    /// The body inside, for sub-processes.
    pub inner: Option<usize>,
    pub incoming: Vec<usize>,
    pub outgoing: Vec<usize>,
    /// Event definitions, those named by reference included.
    pub definitions: Vec<ElementId>,
}

/// A sequence flow; its ends are none when they name no node.
pub(crate) struct DrawnFlow {
    pub element: ElementId,
    pub body: usize,
    pub source: Option<usize>,
    pub target: Option<usize>,
}

pub(crate) const EVENTS: &[&str] =
    &["startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"];
pub(crate) const ACTIVITIES: &[&str] = &[
    "task",
    "userTask",
    "serviceTask",
    "scriptTask",
    "sendTask",
    "receiveTask",
    "manualTask",
    "businessRuleTask",
    "subProcess",
    "transaction",
    "adHocSubProcess",
    "callActivity",
];
pub(crate) const GATEWAYS: &[&str] =
    &["exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway"];
const SUB_PROCESSES: &[&str] = &["subProcess", "transaction", "adHocSubProcess"];

impl<'a> Outline<'a> {
    pub fn of(document: &'a Document) -> Self {
        let mut outline = Self {
            document,
            ids: HashMap::new(),
            repeated: Vec::new(),
            bodies: Vec::new(),
            nodes: Vec::new(),
            flows: Vec::new(),
            node_of: HashMap::new(),
        };
        for (element, content) in document.elements() {
            let Some(id) = content.attribute("id").filter(|_| content.namespace == crate::xml::Namespace::Bpmn) else {
                continue;
            };
            if outline.ids.contains_key(id) {
                outline.repeated.push(element);
            } else {
                outline.ids.insert(id, element);
            }
        }
        for process in document.children_named(document.root(), "process").collect::<Vec<_>>() {
            let executable = document.element(process).attribute("isExecutable") == Some("true");
            let index = outline.bodies.len();
            outline.body(process, None, index, executable);
        }
        outline.connect();
        outline
    }

    /// Reads one scope; nesting is bounded by the document's.
    fn body(&mut self, element: ElementId, owner: Option<usize>, process: usize, executable: bool) -> usize {
        let index = self.bodies.len();
        self.bodies.push(DrawnBody { element, owner, nodes: Vec::new(), process, executable });
        let document = self.document;
        for child in document.children(element) {
            let tag = document.bpmn_name(child);
            if tag == "sequenceFlow" {
                self.flows.push(DrawnFlow { element: child, body: index, source: None, target: None });
            } else if EVENTS.contains(&tag) || ACTIVITIES.contains(&tag) || GATEWAYS.contains(&tag) {
                let node = self.nodes.len();
                self.nodes.push(DrawnNode {
                    element: child,
                    tag,
                    body: index,
                    inner: None,
                    incoming: Vec::new(),
                    outgoing: Vec::new(),
                    definitions: self.definitions(child),
                });
                self.node_of.insert(child, node);
                self.bodies[index].nodes.push(node);
                if SUB_PROCESSES.contains(&tag) {
                    let inner = self.body(child, Some(node), process, executable);
                    self.nodes[node].inner = Some(inner);
                }
            }
        }
        index
    }

    fn definitions(&self, event: ElementId) -> Vec<ElementId> {
        let document = self.document;
        let mut found = Vec::new();
        for child in document.children(event) {
            let tag = document.bpmn_name(child);
            if tag.ends_with("EventDefinition") {
                found.push(child);
            } else if tag == "eventDefinitionRef"
                && let Some(definition) = self.reference(&document.text(child))
                && document.bpmn_name(definition).ends_with("EventDefinition")
            {
                found.push(definition);
            }
        }
        found
    }

    fn connect(&mut self) {
        for index in 0..self.flows.len() {
            let element = self.flows[index].element;
            let end = |name: &str| {
                self.document
                    .element(element)
                    .attribute(name)
                    .and_then(|id| self.reference(id))
                    .and_then(|id| self.node_of.get(&id).copied())
            };
            let (source, target) = (end("sourceRef"), end("targetRef"));
            self.flows[index].source = source;
            self.flows[index].target = target;
            if let Some(source) = source {
                self.nodes[source].outgoing.push(index);
            }
            if let Some(target) = target {
                self.nodes[target].incoming.push(index);
            }
        }
    }

    /// The element that a reference names, with or without a namespace prefix.
    pub fn reference(&self, name: &str) -> Option<ElementId> {
        let name = name.trim();
        self.ids.get(name).or_else(|| name.split_once(':').and_then(|(_, local)| self.ids.get(local))).copied()
    }

    /// The element that an attribute or child element of this name refers to.
    pub fn referenced(&self, element: ElementId, name: &str) -> Option<ElementId> {
        self.reference(&self.reference_text(element, name)?)
    }

    /// The text of a reference, given as an attribute or as a child element.
    pub fn reference_text(&self, element: ElementId, name: &str) -> Option<String> {
        let document = self.document;
        document
            .element(element)
            .attribute(name)
            .map(str::to_owned)
            .or_else(|| document.child_named(element, name).map(|child| document.text(child)))
            .filter(|text| !text.trim().is_empty())
    }

    /// The node drawn as this element.
    pub fn node(&self, element: ElementId) -> Option<usize> {
        self.node_of.get(&element).copied()
    }

    pub fn id(&self, element: ElementId) -> Option<&'a str> {
        self.document.element(element).attribute("id")
    }

    pub fn attribute(&self, element: ElementId, name: &str) -> Option<&'a str> {
        self.document.element(element).attribute(name)
    }

    /// An attribute that is true or false, with the standard's value when it is not written.
    pub fn flag(&self, element: ElementId, name: &str, otherwise: bool) -> bool {
        self.attribute(element, name).map_or(otherwise, |value| matches!(value.trim(), "true" | "1"))
    }

    /// A node as people know it: its name if it has one, else its id.
    pub fn called(&self, node: usize) -> String {
        let element = self.nodes[node].element;
        let name = self.attribute(element, "name").unwrap_or_default().trim();
        if name.is_empty() { format!("`{}`", self.id(element).unwrap_or("?")) } else { format!("“{name}”") }
    }

    pub fn is_event_sub_process(&self, node: usize) -> bool {
        SUB_PROCESSES.contains(&self.nodes[node].tag) && self.flag(self.nodes[node].element, "triggeredByEvent", false)
    }

    pub fn is_activity(&self, node: usize) -> bool {
        ACTIVITIES.contains(&self.nodes[node].tag)
    }

    pub fn is_for_compensation(&self, node: usize) -> bool {
        self.flag(self.nodes[node].element, "isForCompensation", false)
    }

    pub fn defines(&self, node: usize, definition: &str) -> bool {
        self.nodes[node].definitions.iter().any(|element| self.document.bpmn_name(*element) == definition)
    }

    /// The activity a boundary event is attached to, if it is one of the same scope.
    pub fn host(&self, boundary: usize) -> Option<usize> {
        let host = self.node(self.referenced(self.nodes[boundary].element, "attachedToRef")?)?;
        (self.is_activity(host) && self.nodes[host].body == self.nodes[boundary].body).then_some(host)
    }

    /// Nodes of processes that are meant to be executed.
    pub fn executable_nodes(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.nodes.len()).filter(|node| self.bodies[self.nodes[*node].body].executable)
    }

    /// Flows of processes that are meant to be executed.
    pub fn executable_flows(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.flows.len()).filter(|flow| self.bodies[self.flows[*flow].body].executable)
    }

    pub fn condition(&self, flow: usize) -> Option<ElementId> {
        self.document.child_named(self.flows[flow].element, "conditionExpression")
    }

    /// The activity that undoes what a compensation boundary event is attached to.
    pub fn compensation_handler(&self, boundary: usize) -> Option<usize> {
        let id = self.id(self.nodes[boundary].element)?;
        self.document
            .elements()
            .filter(|(element, _)| self.document.bpmn_name(*element) == "association")
            .filter(|(_, association)| association.attribute("sourceRef").is_some_and(|source| source.trim() == id))
            .find_map(|(_, association)| self.node(self.reference(association.attribute("targetRef")?)?))
    }

    /// Link catch events of the same scope with a link's name.
    pub fn link_targets(&self, throw: usize) -> Vec<usize> {
        let name = self.link_name(throw);
        self.bodies[self.nodes[throw].body]
            .nodes
            .iter()
            .copied()
            .filter(|node| self.nodes[*node].tag == "intermediateCatchEvent" && self.link_name(*node) == name)
            .filter(|_| name.is_some())
            .collect()
    }

    pub fn link_name(&self, node: usize) -> Option<&'a str> {
        self.nodes[node]
            .definitions
            .iter()
            .find(|element| self.document.bpmn_name(**element) == "linkEventDefinition")
            .and_then(|element| self.attribute(*element, "name"))
    }
}
