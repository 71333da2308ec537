//! The executable model: what a checked file means, ready to be stepped through.
//!
//! Nodes, flows and scopes are numbered in document order. States of instances name them by these numbers, so the order is
//! part of what a stored state means and must never change.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::language;
use crate::problem::Problem;
use crate::timer::Schedule;
use crate::xml::ElementId;

/// A node of a process: its place in document order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeId(pub u32);

/// A sequence flow of a process: its place in document order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FlowId(pub u32);

/// A scope of a process: 0 is the process, others its sub-processes in document order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BodyId(pub u32);

/// A file that can be deployed.
#[derive(Debug)]
pub struct Model {
    /// Its executable processes in document order.
    pub processes: Vec<Arc<Process>>,
    /// What is legal but doubtful.
    pub warnings: Vec<Problem>,
}

/// One executable process.
#[derive(Debug)]
pub struct Process {
    /// The id by which it is started and called.
    pub id: String,
    /// The name people see; empty if there is none.
    pub name: String,
    /// The element in its document.
    pub element: ElementId,
    pub(crate) nodes: Vec<Node>,
    pub(crate) flows: Vec<Flow>,
    pub(crate) bodies: Vec<Body>,
    pub(crate) by_id: HashMap<String, NodeId>,
    pub(crate) flows_by_id: HashMap<String, FlowId>,
}

impl Process {
    /// A node by its number. Numbers come from the process itself.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// A flow by its number.
    pub fn flow(&self, id: FlowId) -> &Flow {
        &self.flows[id.0 as usize]
    }

    /// A scope by its number.
    pub fn body(&self, id: BodyId) -> &Body {
        &self.bodies[id.0 as usize]
    }

    /// A node by the id it has in the file.
    pub fn find(&self, id: &str) -> Option<NodeId> {
        self.by_id.get(id).copied()
    }

    /// A flow by the id it has in the file.
    pub fn find_flow(&self, id: &str) -> Option<FlowId> {
        self.flows_by_id.get(id).copied()
    }

    /// All nodes in document order.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        self.nodes.iter().enumerate().map(|(index, node)| (NodeId(index as u32), node))
    }

    /// Start events of the process that wait for something: each starts an instance of its own.
    pub fn starts(&self) -> impl Iterator<Item = (NodeId, &Trigger)> {
        self.starts_numbered().map(|(node, _, trigger)| (node, trigger))
    }

    /// The same with each trigger's number among those of its event.
    pub(crate) fn starts_numbered(&self) -> impl Iterator<Item = (NodeId, u32, &Trigger)> {
        self.bodies[0]
            .triggered
            .iter()
            .flat_map(|id| (0..).zip(self.node(*id).triggers()).map(move |(index, trigger)| (*id, index, trigger)))
    }

    /// Whether it can be started without a trigger, by a person or by a call activity.
    pub fn can_be_called(&self) -> bool {
        !self.bodies[0].first.is_empty()
    }
}

/// A scope: a process or a sub-process.
#[derive(Debug)]
pub struct Body {
    /// The sub-process it is the inside of.
    pub owner: Option<NodeId>,
    /// Where tokens begin when it is entered.
    pub first: Vec<NodeId>,
    /// Start events of a process that wait for a message, signal or timer.
    pub triggered: Vec<NodeId>,
    /// Event sub-processes with their start events.
    pub event_sub_processes: Vec<EventSubProcess>,
    /// Inclusive joins inside.
    pub(crate) inclusive_joins: Vec<NodeId>,
    /// The event sub-process that undoes this scope after it completed.
    pub(crate) compensation: Option<EventSubProcess>,
    pub(crate) is_event_sub_process: bool,
}

/// An event sub-process and what starts it.
#[derive(Debug, Clone, Copy)]
pub struct EventSubProcess {
    /// The sub-process.
    pub node: NodeId,
    /// Its inside.
    pub body: BodyId,
    /// Its start event.
    pub start: NodeId,
    /// Whether it replaces the flow of its scope.
    pub interrupting: bool,
}

/// A sequence flow.
#[derive(Debug)]
pub struct Flow {
    /// Id in the file.
    pub id: String,
    /// Where it leaves.
    pub source: NodeId,
    /// Where it leads.
    pub target: NodeId,
    pub(crate) condition: Option<Program>,
}

/// An event, activity or gateway.
#[derive(Debug)]
pub struct Node {
    /// Id in the file.
    pub id: String,
    /// The name people see; empty if there is none.
    pub name: String,
    /// The element in its document, with its extension elements.
    pub element: ElementId,
    /// The scope it stands in.
    pub body: BodyId,
    /// Flows that lead here, in document order.
    pub incoming: Vec<FlowId>,
    /// Flows that leave here, in document order.
    pub outgoing: Vec<FlowId>,
    /// What it does.
    pub kind: NodeKind,
    /// Boundary events attached to it, those for compensation apart.
    pub boundary: Vec<NodeId>,
    pub(crate) default: Option<FlowId>,
    pub(crate) repeat: Option<Repeat>,
    pub(crate) compensated_by: Option<NodeId>,
    pub(crate) start_quantity: u32,
    pub(crate) completion_quantity: u32,
}

impl Node {
    /// What the event waits for; nothing for other nodes.
    pub fn triggers(&self) -> &[Trigger] {
        match &self.kind {
            NodeKind::Start { triggers }
            | NodeKind::Catch { triggers, .. }
            | NodeKind::Boundary { triggers, .. }
            | NodeKind::Receive { triggers } => triggers,
            _ => &[],
        }
    }

    /// Whether it is an activity: something that takes time and can have boundary events.
    pub fn is_activity(&self) -> bool {
        matches!(
            self.kind,
            NodeKind::Pass
                | NodeKind::User
                | NodeKind::Job { .. }
                | NodeKind::Script { .. }
                | NodeKind::Send { .. }
                | NodeKind::Receive { .. }
                | NodeKind::SubProcess { .. }
                | NodeKind::Call { .. }
        )
    }
}

/// What a node does.
#[derive(Debug)]
pub enum NodeKind {
    /// Start event.
    Start {
        /// What starts it; nothing for a plain one.
        triggers: Vec<Trigger>,
    },
    /// End event.
    End {
        /// What it throws, in order.
        throws: Vec<Throw>,
    },
    /// Intermediate throw event.
    Throw {
        /// What it throws, in order.
        throws: Vec<Throw>,
    },
    /// Link throw event: goes on at the catch event.
    Link {
        /// The catch event with the same link name.
        target: NodeId,
    },
    /// Intermediate catch event; one without triggers is the target of a link.
    Catch {
        /// What it waits for.
        triggers: Vec<Trigger>,
        /// Whether all of it must have come, rather than any.
        all: bool,
    },
    /// Boundary event.
    Boundary {
        /// The activity it is attached to.
        host: NodeId,
        /// Whether it ends that activity.
        interrupting: bool,
        /// What it waits for.
        triggers: Vec<Trigger>,
    },
    /// Exclusive gateway.
    Exclusive,
    /// Parallel gateway.
    Parallel,
    /// Inclusive gateway; the sets say from where each incoming flow can be reached.
    Inclusive(Reach),
    /// Event-based gateway.
    EventBased,
    /// Task that does nothing by itself: plain and manual tasks.
    Pass,
    /// User task.
    User,
    /// Task that somebody outside does: service, rule, and send tasks without a message.
    Job {
        /// Which.
        kind: JobKind,
    },
    /// Script task.
    Script {
        /// Its body.
        script: ScriptProgram,
    },
    /// Send task with a message.
    Send {
        /// The message's name.
        message: String,
    },
    /// Receive task.
    Receive {
        /// The message it waits for, as its only trigger.
        triggers: Vec<Trigger>,
    },
    /// Sub-process, transaction or event sub-process.
    SubProcess {
        /// Its inside.
        body: BodyId,
    },
    /// Call activity.
    Call {
        /// Id of the process it calls.
        process: String,
        /// Variables of the called process and where they come from; empty for a copy of all.
        inputs: Vec<Assignment>,
        /// Variables that come back.
        outputs: Vec<Assignment>,
    },
}

/// Which kind of task a job belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Service task.
    Service,
    /// Business rule task.
    Rule,
    /// Send task without a message of the model.
    Send,
}

/// One variable set from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The variable it comes from.
    pub from: String,
    /// The variable it goes to.
    pub to: String,
}

/// What an event waits for.
#[derive(Debug)]
pub enum Trigger {
    /// Time.
    Timer(Timer),
    /// A message by its name.
    Message(String),
    /// A signal by its name.
    Signal(String),
    /// A condition over variables.
    Condition(Program),
    /// An error by its code; none for any.
    Error(Option<String>),
    /// An escalation by its code; none for any.
    Escalation(Option<String>),
    /// The cancellation of a transaction.
    Cancel,
    /// Compensation of the scope.
    Compensation,
}

/// What an event throws.
#[derive(Debug)]
pub enum Throw {
    /// A message by its name.
    Message(String),
    /// A signal by its name.
    Signal(String),
    /// An error.
    Error(String),
    /// An escalation.
    Escalation(String),
    /// The end of its own scope.
    Terminate,
    /// The cancellation of the transaction around it.
    Cancel,
    /// Compensation of one activity, or of all of the scope.
    Compensation(Option<NodeId>),
}

/// A timer of the model.
#[derive(Debug)]
pub struct Timer {
    pub(crate) kind: crate::timer::TimerKind,
    pub(crate) schedule: TimerText,
    pub(crate) calendar: Option<String>,
}

#[derive(Debug)]
pub(crate) enum TimerText {
    Fixed(Schedule),
    Computed(Program),
}

/// How an activity repeats itself.
#[derive(Debug)]
pub(crate) enum Repeat {
    Many(Many),
    Loop(Loop),
}

/// Multi-instance characteristics.
#[derive(Debug)]
pub(crate) struct Many {
    pub sequential: bool,
    pub cardinality: Option<Program>,
    /// The variable that holds the collection.
    pub collection: Option<String>,
    /// The name each item has inside.
    pub item: Option<String>,
    /// The variable that receives the results.
    pub results: Option<String>,
    /// The name each result has inside.
    pub result: Option<String>,
    pub completion: Option<Program>,
}

/// Standard loop characteristics.
#[derive(Debug)]
pub(crate) struct Loop {
    pub test_before: bool,
    pub condition: Option<Program>,
    pub maximum: Option<u32>,
}

/// An expression with its text.
#[derive(Clone)]
pub struct Program {
    /// As written.
    pub text: String,
    pub(crate) run: Arc<dyn language::Expression>,
}

/// A script with its text.
#[derive(Clone)]
pub struct ScriptProgram {
    /// As written.
    pub text: String,
    pub(crate) run: Arc<dyn language::Script>,
}

impl std::fmt::Debug for Program {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Program").field(&self.text).finish()
    }
}

impl std::fmt::Debug for ScriptProgram {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("ScriptProgram").field(&self.text).finish()
    }
}

/// For each incoming flow of an inclusive join, the nodes from which a token can still reach it without passing the join.
#[derive(Debug, Default)]
pub struct Reach {
    pub(crate) sets: Vec<Vec<u64>>,
}

impl Reach {
    pub(crate) fn contains(&self, incoming: usize, node: NodeId) -> bool {
        let (word, bit) = (node.0 as usize / 64, node.0 % 64);
        self.sets.get(incoming).and_then(|set| set.get(word)).is_some_and(|word| word >> bit & 1 == 1)
    }
}
