//! The state of one process instance: plain data with a format number, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{BodyId, FlowId, NodeId};
use crate::timer::Running;

/// Names one scope, element or wait inside an instance; counted up and never used again.
pub type Key = u64;

/// Variables by name.
pub type Variables = serde_json::Map<String, Value>;

/// The format that this version writes.
pub const FORMAT: u32 = 1;

/// The key of an instance's outermost scope.
pub const ROOT: Key = 0;

/// How an instance stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Status {
    /// It has not been started.
    New,
    /// It is alive.
    Running,
    /// It ended normally, by a terminate end event too.
    Completed,
    /// An error that nobody caught ended it.
    Failed {
        /// The error's code.
        code: String,
    },
    /// Somebody cancelled it.
    Cancelled,
}

/// One process instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Instance {
    /// Format of this data, [`FORMAT`] when written by this version.
    pub format: u32,
    /// Id of its process.
    pub process: String,
    /// Version of its process; it keeps this one until it is migrated.
    pub version: u32,
    /// How it stands.
    pub status: Status,
    /// Its variables.
    pub variables: Variables,
    /// Live scopes: the process itself, sub-processes, items of multi-instance activities.
    pub scopes: BTreeMap<Key, Scope>,
    /// Live elements: everything a token stays at.
    pub elements: BTreeMap<Key, Element>,
    /// What it waits for.
    pub waits: BTreeMap<Key, Wait>,
    /// Elements that stopped at an incident.
    pub incidents: BTreeSet<Key>,
    /// Waits for conditions among `waits`.
    #[serde(default)]
    pub conditions: BTreeSet<Key>,
    /// The next key.
    pub next: Key,
}

/// A live scope.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scope {
    /// What it is a scope of.
    pub inside: Inside,
    /// The element it belongs to; none for the process itself.
    pub owner: Option<Key>,
    /// Live elements directly in it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub elements: BTreeSet<Key>,
    /// Tokens in it: one per element, one per waiting token.
    pub tokens: u32,
    /// Counted up when its flow is replaced, so that tokens under way from before are recognised.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub round: u32,
    /// Tokens that wait at joins, by the flow they came on.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub waiting: BTreeMap<FlowId, u32>,
    /// Waits of its event sub-processes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waits: Vec<Key>,
    /// Variables of its own: those of a multi-instance item.
    #[serde(default, skip_serializing_if = "Variables::is_empty")]
    pub locals: Variables,
    /// Whether an interrupting event sub-process has replaced its flow.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub interrupted: bool,
    /// Activities that completed in it and could be compensated, in order of completion.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub completed: Vec<Completed>,
}

/// What a scope is the inside of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Inside {
    /// A process or sub-process.
    Body(BodyId),
    /// One round of a multi-instance activity or loop, counted from 0.
    Item(u32),
}

/// An activity that completed and could be compensated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Completed {
    /// The activity.
    pub node: NodeId,
    /// What completed inside it, for sub-processes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inside: Vec<Completed>,
}

/// A live element: a node that a token stays at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Element {
    /// The node.
    pub node: NodeId,
    /// The scope it is in.
    pub scope: Key,
    /// What it is busy with.
    pub work: Work,
    /// Its own waits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waits: Vec<Key>,
    /// Waits of its boundary events.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub boundary: Vec<Key>,
    /// Why it stopped, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<Incident>,
    /// Scopes inside it: of a sub-process, of items, of what is compensated.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub inside: BTreeSet<Key>,
    /// The element that waits for this compensation handler.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compensates: Option<Key>,
}

/// What an element is busy with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// About to begin, or stopped before it did.
    Beginning,
    /// An open user task.
    User,
    /// A job that somebody outside does.
    Job,
    /// A script that pauses.
    Script {
        /// How often it has paused.
        round: u32,
    },
    /// Waits for its events.
    Catch,
    /// A sub-process.
    Body,
    /// A called process.
    Call,
    /// A multi-instance activity.
    Many(Many),
    /// A standard loop.
    Loop {
        /// Rounds begun so far.
        round: u32,
        /// What completed inside its rounds and could be compensated.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        inside: Vec<Completed>,
    },
    /// Throws events, and waits until the one before `next` has reached its catchers.
    Throw {
        /// The throw that comes next.
        next: u32,
    },
    /// Compensates activities one by one.
    Compensate {
        /// What is left, the last one next.
        left: Vec<Completed>,
        /// What follows.
        then: AfterCompensation,
    },
    /// Its work is done; it stopped while leaving.
    Leaving,
}

/// What follows when all is compensated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterCompensation {
    /// The event goes on with its next throw.
    Throw(u32),
    /// The transaction ends by its cancel boundary event.
    Cancel,
}

/// How far a multi-instance activity is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Many {
    /// Number of items, fixed on entry.
    pub total: u32,
    /// Items begun.
    pub begun: u32,
    /// Items completed.
    pub completed: u32,
    /// The collection, if items come from one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<Value>,
    /// Results by item; null where none came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub results: Vec<Value>,
    /// What completed inside its items and could be compensated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inside: Vec<Completed>,
}

/// Why an element stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// Stable code, such as `no-true-flow`.
    pub code: String,
    /// A sentence for whoever operates the process.
    pub message: String,
}

/// Something an instance waits for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wait {
    /// Whose wait it is.
    pub of: Waiter,
    /// The event's node: catch event, boundary event, start event of an event sub-process, or pausing script.
    pub node: NodeId,
    /// Which of the node's triggers.
    pub trigger: u32,
    /// What it waits for.
    pub awaits: Awaits,
}

/// Whose wait it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Waiter {
    /// The element itself.
    Element(Key),
    /// A boundary event of the element.
    Boundary(Key),
    /// An event sub-process of the scope.
    Scope(Key),
    /// A script that pauses.
    Pause(Key),
}

/// What is waited for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Awaits {
    /// Time.
    Timer(Running),
    /// A message, with the key for which it is open.
    Message {
        /// The message's name.
        name: String,
        /// The key.
        key: Option<Value>,
    },
    /// A signal.
    Signal {
        /// The signal's name.
        name: String,
    },
    /// A condition.
    Condition {
        /// Whether it held when it was last looked at.
        held: bool,
    },
}

impl Instance {
    /// An instance that has not been started.
    pub fn new(process: &str, version: u32) -> Self {
        Self {
            format: FORMAT,
            process: process.to_owned(),
            version,
            status: Status::New,
            variables: Variables::new(),
            scopes: BTreeMap::new(),
            elements: BTreeMap::new(),
            waits: BTreeMap::new(),
            incidents: BTreeSet::new(),
            conditions: BTreeSet::new(),
            next: ROOT,
        }
    }

    /// Whether it is alive.
    pub fn is_running(&self) -> bool {
        self.status == Status::Running
    }

    /// Open user tasks in the order they were opened.
    pub fn open_tasks(&self) -> impl Iterator<Item = (Key, &Element)> {
        self.elements
            .iter()
            .filter(|(_, element)| element.work == Work::User && element.incident.is_none())
            .map(|(key, element)| (*key, element))
    }

    /// The index of the nearest multi-instance item around an element, counted from 0.
    pub fn item_index(&self, element: Key) -> Option<u32> {
        let mut scope = self.elements.get(&element)?.scope;
        loop {
            let found = self.scopes.get(&scope)?;
            if let Inside::Item(index) = found.inside {
                return Some(index);
            }
            scope = self.elements.get(&found.owner?)?.scope;
        }
    }

    pub(crate) fn key(&mut self) -> Key {
        let key = self.next;
        self.next += 1;
        key
    }

    /// Sets a variable where it lives: in the nearest item that has it, else in the instance.
    pub(crate) fn assign(&mut self, scope: Key, name: &str, value: Value) {
        let mut next = Some(scope);
        while let Some(key) = next {
            let Some(found) = self.scopes.get_mut(&key) else { break };
            if let Some(local) = found.locals.get_mut(name) {
                *local = value;
                return;
            }
            next = found.owner.and_then(|owner| self.elements.get(&owner)).map(|owner| owner.scope);
        }
        self.variables.insert(name.to_owned(), value);
    }
}

// serde passes a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(number: &u32) -> bool {
    *number == 0
}
