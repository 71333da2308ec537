//! Many instances in memory: what lies between them, on a clock that the caller moves.
//!
//! A step knows one instance. What goes from one to another is done here: calls, messages with keys and a buffer, signals,
//! timers, start events of the latest version. Every part stands for a table of a durable runtime, and every call of
//! [`Engine::command`] for one of its transactions:
//!
//! | here | there |
//! |---|---|
//! | definitions | process versions, with their file |
//! | instances | state as JSON, with process and version, parent instance and call |
//! | timers | rows with the due time, claimed in its order |
//! | message waits, signal waits | rows by name and key |
//! | buffered messages, known message ids | rows with the instant until which they are kept |
//! | queue of effects | an outbox, written with the state and worked off in order |

mod clock;
mod effects;
mod message;

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::sync::Arc;

use serde_json::Value;

use crate::effect::{Command, Effect, Refused};
use crate::language::Surroundings;
use crate::model::{Model, NodeId, Process};
use crate::state::{Instance, Key, Variables};
use crate::step::step;
use crate::timer::Running;
use clock::Due;
pub use clock::StartTimer;
use message::{Buffered, MessageWait};
pub use message::{Delivery, Message};

/// Names an instance in an [`Engine`]; counted up.
pub type InstanceId = u64;

/// The deepest chain of processes that call each other.
const DEEPEST_CALL: u32 = 100;

/// The most commands that run before [`Engine::settle`] gives up on a world that never comes to rest.
const MOST_COMMANDS: u32 = 100_000;

/// An instance with what surrounds it.
#[derive(Debug)]
pub struct Live {
    /// Its state.
    pub state: Instance,
    /// Its version of its process.
    pub process: Arc<Process>,
    /// The instance and call activity that called it.
    pub parent: Option<(InstanceId, Key)>,
    /// How many calls lie around it.
    depth: u32,
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// Whose script wrote it.
    pub instance: InstanceId,
    /// The script's node.
    pub node: NodeId,
    /// The line.
    pub text: String,
}

/// Process definitions and instances in memory.
pub struct Engine<'s> {
    around: &'s dyn Surroundings,
    now: i64,
    definitions: BTreeMap<String, Vec<Arc<Process>>>,
    instances: BTreeMap<InstanceId, Live>,
    children: BTreeMap<(InstanceId, Key), InstanceId>,
    timers: BTreeMap<(i64, u64), Due>,
    timer_of: BTreeMap<Due, (i64, u64)>,
    start_cycles: BTreeMap<(String, NodeId, u32), Running>,
    messages: BTreeMap<u64, MessageWait>,
    signals: BTreeMap<u64, (String, InstanceId, Key)>,
    waits: BTreeMap<(InstanceId, Key), u64>,
    buffer: Vec<Buffered>,
    known_messages: HashSet<String>,
    queue: VecDeque<(InstanceId, Effect)>,
    log: Vec<Logged>,
    jobs: BTreeSet<(InstanceId, Key)>,
    after_step: Option<fn(&mut Instance)>,
    next_instance: InstanceId,
    next_order: u64,
    commands: u32,
}

/// Why nothing could be started.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// No such process.
    #[error("there is no process `{0}`; deploy it first")]
    UnknownProcess(String),
    /// No such instance.
    #[error("there is no process instance {0}")]
    UnknownInstance(InstanceId),
    /// The instance refused.
    #[error(transparent)]
    Refused(#[from] Refused),
}

impl<'s> Engine<'s> {
    /// An empty engine at an instant, microseconds UTC.
    pub fn new(around: &'s dyn Surroundings, now: i64) -> Self {
        Self {
            around,
            now,
            definitions: BTreeMap::new(),
            instances: BTreeMap::new(),
            children: BTreeMap::new(),
            timers: BTreeMap::new(),
            timer_of: BTreeMap::new(),
            start_cycles: BTreeMap::new(),
            messages: BTreeMap::new(),
            signals: BTreeMap::new(),
            waits: BTreeMap::new(),
            buffer: Vec::new(),
            known_messages: HashSet::new(),
            queue: VecDeque::new(),
            log: Vec::new(),
            jobs: BTreeSet::new(),
            after_step: None,
            next_instance: 1,
            next_order: 0,
            commands: 0,
        }
    }

    /// Has every state go through a function after each step, such as writing and reading it again.
    pub fn after_each_step(&mut self, hook: fn(&mut Instance)) {
        self.after_step = Some(hook);
    }

    /// The instant it stands at, microseconds UTC.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// Deploys the processes of a file: those known before get a new version, and start events are those of the latest.
    pub fn deploy(&mut self, model: &Model) {
        for process in &model.processes {
            self.definitions.entry(process.id.clone()).or_default().push(process.clone());
            self.set_start_timers(process);
        }
    }

    /// The latest version of a process, and its number counted from 1.
    pub fn latest(&self, process: &str) -> Option<(Arc<Process>, u32)> {
        let versions = self.definitions.get(process)?;
        versions.last().map(|latest| (latest.clone(), versions.len() as u32))
    }

    /// Starts an instance of the latest version.
    ///
    /// # Errors
    /// An unknown process, or one that starts by events only.
    pub fn start(&mut self, process: &str, variables: Variables) -> Result<InstanceId, EngineError> {
        self.start_at(process, None, variables, None)
    }

    fn start_at(
        &mut self,
        process: &str,
        event: Option<NodeId>,
        variables: Variables,
        parent: Option<(InstanceId, Key)>,
    ) -> Result<InstanceId, EngineError> {
        let (model, version) = self.latest(process).ok_or_else(|| EngineError::UnknownProcess(process.to_owned()))?;
        let depth = parent.and_then(|(parent, _)| self.instances.get(&parent)).map_or(0, |parent| parent.depth + 1);
        let mut state = Instance::new(process, version);
        let effects = step(&model, &mut state, Command::Start { event, variables }, self.now, self.around)?;
        if let Some(hook) = self.after_step {
            hook(&mut state);
        }
        self.commands += 1;
        let id = self.next_instance;
        self.next_instance += 1;
        self.instances.insert(id, Live { state, process: model, parent, depth });
        if let Some(call) = parent {
            self.children.insert(call, id);
        }
        self.queue.extend(effects.into_iter().map(|effect| (id, effect)));
        Ok(id)
    }

    /// Runs one command against one instance. Its effects wait for [`Engine::settle`].
    ///
    /// # Errors
    /// What the instance refuses; nothing has changed then.
    pub fn command(&mut self, instance: InstanceId, command: Command) -> Result<(), EngineError> {
        let live = self.instances.get_mut(&instance).ok_or(EngineError::UnknownInstance(instance))?;
        self.commands += 1;
        let effects = step(&live.process, &mut live.state, command, self.now, self.around)?;
        if let Some(hook) = self.after_step {
            hook(&mut live.state);
        }
        for effect in effects {
            match effect {
                // Whoever threw what ended the call may be inside it, and must not go on: this does not wait its turn.
                Effect::CancelCall { .. } => self.apply(instance, effect),
                effect => self.queue.push_back((instance, effect)),
            }
        }
        Ok(())
    }

    /// Works until nothing automatic is left: effects in order, then timers that are due.
    ///
    /// Says false when it gave up because the world never came to rest.
    pub fn settle(&mut self) -> bool {
        self.commands = 0;
        loop {
            while let Some((instance, effect)) = self.queue.pop_front() {
                if self.commands > MOST_COMMANDS {
                    return false;
                }
                self.apply(instance, effect);
            }
            if self.commands > MOST_COMMANDS {
                return false;
            }
            if !self.fire_due_timer() {
                return true;
            }
        }
    }

    /// One instance.
    pub fn instance(&self, id: InstanceId) -> Option<&Live> {
        self.instances.get(&id)
    }

    /// All instances, called ones included, in the order they began.
    pub fn instances(&self) -> impl Iterator<Item = (InstanceId, &Live)> {
        self.instances.iter().map(|(id, live)| (*id, live))
    }

    /// Jobs that somebody is to do.
    pub fn open_jobs(&self) -> Vec<(InstanceId, Key)> {
        self.jobs.iter().copied().collect()
    }

    /// The log since the beginning.
    pub fn log(&self) -> &[Logged] {
        &self.log
    }

    /// The zero-based index of the nearest multi-instance item around an element, across call activities too.
    pub fn item_index(&self, mut instance: InstanceId, mut element: Key) -> Option<u32> {
        loop {
            let live = self.instances.get(&instance)?;
            if let Some(index) = live.state.item_index(element) {
                return Some(index);
            }
            (instance, element) = live.parent?;
        }
    }

    /// Throws a signal from outside: to all that wait now, and to start events of the latest versions.
    pub fn signal(&mut self, name: &str, variables: &Variables) {
        let waiting: Vec<(InstanceId, Key)> = self
            .signals
            .values()
            .filter(|(awaited, _, _)| awaited == name)
            .map(|(_, instance, wait)| (*instance, *wait))
            .collect();
        for (instance, wait) in waiting {
            // One that is gone since was ended by another catcher of the same signal.
            let _gone = self.command(instance, Command::DeliverSignal { wait, variables: variables.clone() });
        }
        for (process, event) in
            self.starts_by(|trigger| matches!(trigger, crate::model::Trigger::Signal(awaited) if awaited == name))
        {
            let _refused = self.start_at(&process, Some(event), variables.clone(), None);
        }
    }

    /// Start events of the latest versions with a trigger of some kind, in the order of process ids.
    fn starts_by(&self, right: impl Fn(&crate::model::Trigger) -> bool) -> Vec<(String, NodeId)> {
        let latest = self.definitions.values().filter_map(|versions| versions.last());
        latest
            .flat_map(|process| {
                process.starts().filter(|(_, trigger)| right(trigger)).map(|(event, _)| (process.id.clone(), event))
            })
            .collect()
    }

    /// Sends a message from outside.
    pub fn message(&mut self, message: Message) -> Delivery {
        self.correlate(message)
    }

    fn order(&mut self) -> u64 {
        self.next_order += 1;
        self.next_order
    }
}

/// Whether a wait with this key takes a message with that one; a wait without a key takes any.
fn keys_match(awaited: Option<&Value>, sent: Option<&Value>) -> bool {
    awaited.is_none() || awaited == sent
}
