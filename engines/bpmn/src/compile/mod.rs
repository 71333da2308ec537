//! From the drawn graph to the executable model, once nothing speaks against it.

mod events;
mod reach;
mod repeat;

use std::collections::HashMap;
use std::sync::Arc;

use crate::language::{Language, Purpose, Source};
use crate::model::{
    Assignment, Body, BodyId, EventSubProcess, Flow, FlowId, JobKind, Model, Node, NodeId, NodeKind, Process, Program,
    ScriptProgram, Trigger,
};
use crate::outline::Outline;
use crate::problem::{Problem, Problems};
use crate::xml::{Document, ElementId};

/// How messages and signals find each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Naming {
    /// By their names, across files.
    #[default]
    ByName,
    /// By the element that is referred to, so that two with the same name stay apart.
    ByReference,
}

/// What came of checking a file.
#[derive(Debug)]
pub struct Checked {
    /// The model, if nothing was refused.
    pub model: Option<Model>,
    /// Why it cannot be deployed, in document order.
    pub refusals: Vec<Problem>,
    /// What is legal but doubtful.
    pub warnings: Vec<Problem>,
}

/// Checks a document and makes its executable processes ready to run.
pub fn check(document: &Document, language: &dyn Language, naming: Naming) -> Checked {
    let outline = Outline::of(document);
    let mut problems = Problems::default();
    crate::check::check(&outline, &mut problems);
    // The graph is sound enough to be built only when every flow has its ends in one scope.
    let processes = if problems.refusals.is_empty() {
        let mut compiler = Compiler { outline: &outline, language, naming, problems: &mut problems };
        compiler.processes()
    } else {
        let mut compiler = Compiler { outline: &outline, language, naming, problems: &mut problems };
        compiler.texts();
        Vec::new()
    };
    let Problems { refusals, warnings } = problems;
    let model = refusals.is_empty().then(|| Model { processes, warnings: warnings.clone() });
    Checked { model, refusals, warnings }
}

struct Compiler<'a, 'o> {
    outline: &'o Outline<'a>,
    language: &'o dyn Language,
    naming: Naming,
    problems: &'o mut Problems,
}

/// Numbers of one process: places in the outline become places in the process.
#[derive(Default)]
struct Numbers {
    nodes: HashMap<usize, NodeId>,
    flows: HashMap<usize, FlowId>,
    bodies: HashMap<usize, BodyId>,
    node_order: Vec<usize>,
    flow_order: Vec<usize>,
    body_order: Vec<usize>,
}

impl Compiler<'_, '_> {
    fn processes(&mut self) -> Vec<Arc<Process>> {
        let mut processes = Vec::new();
        for (index, body) in self.outline.bodies.iter().enumerate() {
            if body.executable && body.owner.is_none() {
                processes.push(Arc::new(self.process(index)));
            }
        }
        processes
    }

    /// Judges all texts when the graph is refused anyway, so that everything wrong is said at once.
    fn texts(&mut self) {
        for node in self.outline.executable_nodes().collect::<Vec<_>>() {
            self.kind(node, None);
            self.repeat(node);
        }
        for flow in self.outline.executable_flows().collect::<Vec<_>>() {
            self.condition(flow);
        }
    }

    fn process(&mut self, root: usize) -> Process {
        let outline = self.outline;
        let numbers = Numbers::of(outline, root);
        let flows: Vec<Flow> = numbers
            .flow_order
            .iter()
            .filter_map(|index| {
                let drawn = &outline.flows[*index];
                Some(Flow {
                    id: outline.id(drawn.element).unwrap_or_default().to_owned(),
                    source: *numbers.nodes.get(&drawn.source?)?,
                    target: *numbers.nodes.get(&drawn.target?)?,
                    condition: self.condition(*index),
                })
            })
            .collect();
        let mut nodes: Vec<Node> = numbers.node_order.iter().map(|index| self.node(*index, &numbers)).collect();
        for (number, index) in numbers.node_order.iter().enumerate() {
            if outline.nodes[*index].tag == "boundaryEvent" {
                attach(outline, *index, NodeId(number as u32), &numbers, &mut nodes);
            }
        }
        let mut bodies: Vec<Body> = numbers.body_order.iter().map(|index| body(outline, *index, &numbers)).collect();
        reach::inclusive_joins(&mut nodes, &flows, &mut bodies);
        self.mutual_joins(&nodes, &bodies);
        let element = outline.bodies[root].element;
        Process {
            id: outline.id(element).unwrap_or_default().to_owned(),
            name: outline.attribute(element, "name").unwrap_or_default().to_owned(),
            element,
            by_id: nodes.iter().enumerate().map(|(index, node)| (node.id.clone(), NodeId(index as u32))).collect(),
            flows_by_id: flows
                .iter()
                .enumerate()
                .map(|(index, flow)| (flow.id.clone(), FlowId(index as u32)))
                .collect(),
            nodes,
            flows,
            bodies,
        }
    }

    fn node(&mut self, index: usize, numbers: &Numbers) -> Node {
        let outline = self.outline;
        let drawn = &outline.nodes[index];
        let flows = |flows: &[usize]| flows.iter().filter_map(|flow| numbers.flows.get(flow).copied()).collect();
        let quantity =
            |name: &str| outline.attribute(drawn.element, name).and_then(|text| text.trim().parse().ok()).unwrap_or(1);
        let default = outline.attribute(drawn.element, "default").and_then(|name| outline.reference(name));
        Node {
            id: outline.id(drawn.element).unwrap_or_default().to_owned(),
            name: outline.attribute(drawn.element, "name").unwrap_or_default().to_owned(),
            element: drawn.element,
            body: numbers.bodies[&drawn.body],
            incoming: flows(&drawn.incoming),
            outgoing: flows(&drawn.outgoing),
            kind: self.kind(index, Some(numbers)),
            boundary: Vec::new(),
            default: drawn
                .outgoing
                .iter()
                .find(|flow| Some(outline.flows[**flow].element) == default)
                .and_then(|flow| numbers.flows.get(flow).copied()),
            repeat: self.repeat(index),
            compensated_by: None,
            start_quantity: quantity("startQuantity"),
            completion_quantity: quantity("completionQuantity"),
        }
    }

    /// What a node does; without numbers only its texts are judged.
    fn kind(&mut self, index: usize, numbers: Option<&Numbers>) -> NodeKind {
        let outline = self.outline;
        let drawn = &outline.nodes[index];
        let number = |node: Option<usize>| {
            node.zip(numbers).and_then(|(node, numbers)| numbers.nodes.get(&node).copied()).unwrap_or(NodeId(0))
        };
        match drawn.tag {
            "startEvent" => NodeKind::Start { triggers: self.triggers(index) },
            "endEvent" => NodeKind::End { throws: self.throws(index, numbers) },
            "intermediateThrowEvent" if outline.defines(index, "linkEventDefinition") => {
                NodeKind::Link { target: number(outline.link_targets(index).first().copied()) }
            }
            "intermediateThrowEvent" => NodeKind::Throw { throws: self.throws(index, numbers) },
            "intermediateCatchEvent" => NodeKind::Catch {
                triggers: self.triggers(index),
                all: outline.flag(drawn.element, "parallelMultiple", false),
            },
            "boundaryEvent" => NodeKind::Boundary {
                host: number(outline.host(index)),
                interrupting: outline.flag(drawn.element, "cancelActivity", true),
                triggers: self.triggers(index),
            },
            "exclusiveGateway" => NodeKind::Exclusive,
            "parallelGateway" => NodeKind::Parallel,
            "inclusiveGateway" => NodeKind::Inclusive(crate::model::Reach::default()),
            "eventBasedGateway" => NodeKind::EventBased,
            "userTask" => NodeKind::User,
            "serviceTask" => NodeKind::Job { kind: JobKind::Service },
            "businessRuleTask" => NodeKind::Job { kind: JobKind::Rule },
            "scriptTask" => self.script(index).map_or(NodeKind::Pass, |script| NodeKind::Script { script }),
            "sendTask" => match self.named(drawn.element, "messageRef") {
                Some(message) => NodeKind::Send { message },
                None => NodeKind::Job { kind: JobKind::Send },
            },
            "receiveTask" => NodeKind::Receive {
                triggers: self.named(drawn.element, "messageRef").map(Trigger::Message).into_iter().collect(),
            },
            "subProcess" | "transaction" => NodeKind::SubProcess {
                body: drawn
                    .inner
                    .zip(numbers)
                    .and_then(|(inner, numbers)| numbers.bodies.get(&inner).copied())
                    .unwrap_or(BodyId(0)),
            },
            "callActivity" => self.call(drawn.element),
            _ => NodeKind::Pass,
        }
    }

    fn call(&self, element: ElementId) -> NodeKind {
        let outline = self.outline;
        let name = outline.attribute(element, "calledElement").unwrap_or_default().trim();
        let process = match outline.reference(name) {
            Some(found) => outline.id(found).unwrap_or(name),
            None => name,
        };
        let assignments = |tag: &str| {
            outline
                .document
                .children_named(element, tag)
                .filter_map(|association| {
                    Some(Assignment {
                        from: self.variable(&outline.reference_text(association, "sourceRef")?),
                        to: self.variable(&outline.reference_text(association, "targetRef")?),
                    })
                })
                .collect()
        };
        NodeKind::Call {
            process: process.to_owned(),
            inputs: assignments("dataInputAssociation"),
            outputs: assignments("dataOutputAssociation"),
        }
    }

    /// The variable that a data element stands for: inputs and outputs by their name, data objects by their id.
    fn variable(&self, reference: &str) -> String {
        let outline = self.outline;
        let Some(element) = outline.reference(reference) else { return reference.trim().to_owned() };
        match outline.document.bpmn_name(element) {
            "dataObjectReference" => match outline.reference_text(element, "dataObjectRef") {
                Some(object) => object.trim().to_owned(),
                None => reference.trim().to_owned(),
            },
            "dataInput" | "dataOutput" => outline
                .attribute(element, "name")
                .filter(|name| !name.trim().is_empty())
                .unwrap_or(reference)
                .trim()
                .to_owned(),
            _ => reference.trim().to_owned(),
        }
    }

    /// The name by which a message or signal is matched.
    fn named(&self, element: ElementId, reference: &str) -> Option<String> {
        let outline = self.outline;
        let found = outline.referenced(element, reference)?;
        let id = outline.id(found)?;
        let name = outline.attribute(found, "name").map(str::trim).filter(|name| !name.is_empty());
        Some(match self.naming {
            Naming::ByName => name.unwrap_or(id).to_owned(),
            Naming::ByReference => id.to_owned(),
        })
    }

    fn condition(&mut self, flow: usize) -> Option<Program> {
        let expression = self.outline.condition(flow)?;
        self.expression(expression, self.outline.flows[flow].element, Purpose::Condition)
    }

    /// Has the language check an expression; `owner` is the element a refusal names.
    fn expression(&mut self, expression: ElementId, owner: ElementId, purpose: Purpose) -> Option<Program> {
        let text = self.outline.document.text(expression);
        let language = self
            .outline
            .attribute(expression, "language")
            .or_else(|| self.outline.attribute(self.outline.document.root(), "expressionLanguage"));
        match self.language.expression(&Source { text: &text, language, purpose }) {
            Ok(run) => Some(Program { text, run }),
            Err(problem) => {
                self.problems.refuse(
                    self.outline.id(owner),
                    "invalid-expression",
                    format!("The expression `{text}` cannot be used: {problem}"),
                );
                None
            }
        }
    }

    fn script(&mut self, index: usize) -> Option<ScriptProgram> {
        let element = self.outline.nodes[index].element;
        let script = self.outline.document.child_named(element, "script")?;
        let text = self.outline.document.text(script);
        let language = self.outline.attribute(element, "scriptFormat");
        match self.language.script(&Source { text: &text, language, purpose: Purpose::Script }) {
            Ok(run) => Some(ScriptProgram { text, run }),
            Err(problem) => {
                self.problems.refuse(
                    self.outline.id(element),
                    "invalid-script",
                    format!("The script of {} cannot be used: {problem}", self.outline.called(index)),
                );
                None
            }
        }
    }

    fn mutual_joins(&mut self, nodes: &[Node], bodies: &[Body]) {
        for body in bodies {
            for pair in reach::mutual(nodes, body) {
                let [first, second] = pair.map(|node: NodeId| nodes[node.0 as usize].id.as_str());
                self.problems.refuse(
                    Some(first),
                    "mutual-inclusive-joins",
                    format!("The inclusive joins `{first}` and `{second}` each lie on the way to the other, so they could wait for each other for ever. Use a parallel or exclusive join for one of them, or take them out of each other's loop."),
                );
            }
        }
    }
}

impl Numbers {
    fn of(outline: &Outline<'_>, root: usize) -> Self {
        let mut numbers = Self::default();
        for (index, body) in outline.bodies.iter().enumerate() {
            if body.process == root {
                numbers.bodies.insert(index, BodyId(numbers.body_order.len() as u32));
                numbers.body_order.push(index);
            }
        }
        for (index, node) in outline.nodes.iter().enumerate() {
            if numbers.bodies.contains_key(&node.body) {
                numbers.nodes.insert(index, NodeId(numbers.node_order.len() as u32));
                numbers.node_order.push(index);
            }
        }
        for (index, flow) in outline.flows.iter().enumerate() {
            if numbers.bodies.contains_key(&flow.body) {
                numbers.flows.insert(index, FlowId(numbers.flow_order.len() as u32));
                numbers.flow_order.push(index);
            }
        }
        numbers
    }
}

fn attach(outline: &Outline<'_>, index: usize, number: NodeId, numbers: &Numbers, nodes: &mut [Node]) {
    let Some(host) = outline.host(index).and_then(|host| numbers.nodes.get(&host)) else { return };
    if outline.defines(index, "compensateEventDefinition") {
        let handler = outline.compensation_handler(index).and_then(|handler| numbers.nodes.get(&handler)).copied();
        nodes[host.0 as usize].compensated_by = handler;
    } else {
        nodes[host.0 as usize].boundary.push(number);
    }
}

fn body(outline: &Outline<'_>, index: usize, numbers: &Numbers) -> Body {
    let drawn = &outline.bodies[index];
    let id = |node: usize| numbers.nodes[&node];
    let starts: Vec<usize> =
        drawn.nodes.iter().copied().filter(|node| outline.nodes[*node].tag == "startEvent").collect();
    let is_event_sub_process = drawn.owner.is_some_and(|owner| outline.is_event_sub_process(owner));
    let plain: Vec<NodeId> =
        starts.iter().filter(|node| outline.nodes[**node].definitions.is_empty()).map(|node| id(*node)).collect();
    let receives = |node: &usize| {
        outline.nodes[*node].tag == "receiveTask"
            && outline.nodes[*node].incoming.is_empty()
            && outline.flag(outline.nodes[*node].element, "instantiate", false)
            && drawn.owner.is_none()
    };
    let mut triggered: Vec<NodeId> =
        starts.iter().filter(|node| !outline.nodes[**node].definitions.is_empty()).map(|node| id(*node)).collect();
    triggered.extend(drawn.nodes.iter().filter(|node| receives(node)).map(|node| id(*node)));
    let first = if starts.is_empty() {
        let link = |node: usize| {
            outline.nodes[node].tag == "intermediateCatchEvent" && outline.defines(node, "linkEventDefinition")
        };
        let begins_elsewhere = |node: usize| {
            outline.nodes[node].tag == "boundaryEvent"
                || outline.is_event_sub_process(node)
                || outline.is_for_compensation(node)
                || link(node)
        };
        let without_flow =
            |node: &&usize| outline.nodes[**node].incoming.is_empty() && !begins_elsewhere(**node) && !receives(node);
        drawn.nodes.iter().filter(without_flow).map(|node| id(*node)).collect()
    } else {
        plain
    };
    let mut event_sub_processes = Vec::new();
    let mut compensation = None;
    for node in drawn.nodes.iter().copied().filter(|node| outline.is_event_sub_process(*node)) {
        let Some(inner) = outline.nodes[node].inner else { continue };
        let Some(start) =
            outline.bodies[inner].nodes.iter().copied().find(|node| outline.nodes[*node].tag == "startEvent")
        else {
            continue;
        };
        let entry = EventSubProcess {
            node: id(node),
            body: numbers.bodies[&inner],
            start: id(start),
            interrupting: outline.flag(outline.nodes[start].element, "isInterrupting", true),
        };
        if outline.defines(start, "compensateEventDefinition") {
            compensation = Some(entry);
        } else {
            event_sub_processes.push(entry);
        }
    }
    Body {
        owner: drawn.owner.map(id),
        first,
        triggered: if drawn.owner.is_none() { triggered } else { Vec::new() },
        event_sub_processes,
        inclusive_joins: Vec::new(),
        compensation,
        is_event_sub_process,
    }
}
