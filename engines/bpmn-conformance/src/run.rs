//! Runs a case in a fresh engine on a virtual clock.

use std::collections::BTreeMap;

use bpmn::language::{Surroundings, Visible};
use bpmn::state::{Instance, Key, Status, Variables};
use bpmn::{Command, Delivery, Engine, InstanceId, Message, Problem};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::case::{Action, Case};
use crate::read;

/// How states are kept between steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replay {
    /// As they are.
    InMemory,
    /// Written as JSON and read again after every step, as a store does.
    Stored,
}

/// What `trace` says about a case.
#[derive(Debug, Default, Serialize, PartialEq)]
pub struct Answer {
    /// The case's id.
    pub id: String,
    /// The state of `main`, or of all.
    pub state: String,
    /// Log entries in the order written.
    pub trace: Vec<String>,
    /// Ids of open user tasks.
    pub open_tasks: Vec<String>,
    /// One result per step.
    pub step_results: Vec<String>,
    /// Variables of `main`.
    pub variables: Variables,
    /// Code of the error that ended `main`.
    pub error_code: Option<String>,
    /// Instances, called ones apart.
    pub instances: Vec<InstanceAnswer>,
    /// Why the model was refused.
    pub refusals: Vec<Problem>,
}

impl Answer {
    /// The answer to a case that cannot be followed.
    pub(crate) fn broken(case: &Case, reason: String) -> Self {
        let refusal = Problem { element: None, rule: "case-not-followed".into(), reason };
        Self { id: case.id.clone(), state: "broken".into(), refusals: vec![refusal], ..Self::default() }
    }
}

/// How one instance stands at the end.
#[derive(Debug, Serialize, PartialEq)]
pub struct InstanceAnswer {
    /// The label a step gave it.
    #[serde(rename = "as")]
    pub label: Option<String>,
    /// Its process.
    pub process_id: String,
    /// Its state.
    pub state: String,
}

const SECOND: i64 = 1_000_000;

/// Messages are for the value of the variable that the case names.
struct Keys<'c>(&'c BTreeMap<String, String>);

impl Surroundings for Keys<'_> {
    fn message_key(&self, message: &str, variables: &Visible<'_>) -> Result<Option<Value>, String> {
        Ok(self.0.get(message).map(|variable| variables.get(variable).cloned().unwrap_or_default()))
    }
}

/// Runs one case; `model` reads a model by its path beside the case file.
///
/// # Errors
/// A sentence when the case itself cannot be followed: a model that cannot be read, an unknown process.
pub fn run(
    case: &Case,
    model: &mut dyn FnMut(&str) -> Result<Vec<u8>, String>,
    replay: Replay,
) -> Result<Answer, String> {
    let clock = case.clock.as_deref().unwrap_or("2026-01-05T08:00:00Z");
    let clock: Timestamp = clock.parse().map_err(|error| format!("the clock of {} is no instant: {error}", case.id))?;
    let keys = Keys(&case.correlation);
    let mut engine = Engine::new(&keys, clock.as_microsecond());
    if replay == Replay::Stored {
        engine.after_each_step(store_and_load);
    }
    let mut runner = Runner { case, engine, labels: BTreeMap::new() };
    if let Err(refusals) = runner.deploy(&model(&case.model)?) {
        return Ok(Answer { id: case.id.clone(), state: "refused".into(), refusals, ..Answer::default() });
    }
    if let Some(process) = &case.process_id {
        runner.start(process, Some("main"), case.start_variables.clone())?;
        runner.settle();
    }
    let mut step_results = Vec::new();
    for step in &case.steps {
        step_results.push(runner.act(&step.action, model)?);
        runner.settle();
    }
    Ok(runner.answer(step_results))
}

fn store_and_load(state: &mut Instance) {
    let stored = serde_json::to_string(state).and_then(|text| serde_json::from_str::<Instance>(&text));
    match stored {
        Ok(loaded) => *state = loaded,
        // Shows in every comparison of traces.
        Err(error) => state.variables = Variables::from_iter([("not_stored".to_owned(), error.to_string().into())]),
    }
}

struct Runner<'c> {
    case: &'c Case,
    engine: Engine<'c>,
    labels: BTreeMap<InstanceId, String>,
}

impl Runner<'_> {
    fn deploy(&mut self, bytes: &[u8]) -> Result<(), Vec<Problem>> {
        let read = read(bytes, Some(self.case.dialect)).map_err(|problem| vec![problem])?;
        let model = read.checked.model.ok_or(read.checked.refusals)?;
        self.engine.deploy(&model);
        Ok(())
    }

    fn start(&mut self, process: &str, label: Option<&str>, variables: Variables) -> Result<(), String> {
        let id = self.engine.start(process, variables).map_err(|error| format!("{}: {error}", self.case.id))?;
        if let Some(label) = label {
            self.labels.insert(id, label.to_owned());
        }
        Ok(())
    }

    /// Until nothing automatic is left; jobs of the cases have nothing to do and are done at once.
    fn settle(&mut self) {
        for _ in 0..100_000 {
            self.engine.settle();
            let jobs = self.engine.open_jobs();
            if jobs.is_empty() {
                return;
            }
            for (instance, job) in jobs {
                let _gone = self.engine.command(instance, Command::CompleteJob { job, variables: Variables::new() });
            }
        }
    }

    fn act(
        &mut self,
        action: &Action,
        model: &mut dyn FnMut(&str) -> Result<Vec<u8>, String>,
    ) -> Result<String, String> {
        let mut result = "ok".to_owned();
        match action {
            Action::Start { process_id, label, variables } => {
                self.start(process_id, label.as_deref(), variables.clone())?;
            }
            Action::Advance { seconds } => {
                let target = self.engine.now().saturating_add(seconds.saturating_mul(SECOND));
                while let Some(due) = self.engine.next_due().filter(|due| *due <= target) {
                    if !self.engine.advance_to(due) {
                        break;
                    }
                    self.settle();
                }
                self.engine.advance_to(target);
            }
            Action::Jump { seconds } => {
                self.engine.jump_to(self.engine.now().saturating_add(seconds.saturating_mul(SECOND)));
            }
            Action::Complete { task, index, instance, variables } => {
                let open = self.task(task, *index, instance.as_deref());
                let completed = open.is_some_and(|(instance, task)| {
                    self.engine.command(instance, Command::CompleteTask { task, variables: variables.clone() }).is_ok()
                });
                if !completed {
                    result = "refused".into();
                }
            }
            Action::Message { name, key, variables, ttl_seconds, message_id } => {
                let delivery = self.engine.message(Message {
                    name: name.clone(),
                    key: key.clone(),
                    variables: variables.clone(),
                    keep: ttl_seconds.saturating_mul(SECOND),
                    id: message_id.clone(),
                });
                result = match delivery {
                    Delivery::Correlated => "correlated",
                    Delivery::Buffered => "buffered",
                    Delivery::Unmatched => "unmatched",
                    Delivery::Duplicate => "duplicate",
                }
                .into();
            }
            Action::Signal { name, variables } => self.engine.signal(name, variables),
            Action::Set { instance, variables } => {
                let label = instance.as_deref().unwrap_or("main");
                if let Some(id) = self.labelled(label) {
                    let _ended = self.engine.command(id, Command::SetVariables { variables: variables.clone() });
                }
            }
            Action::Deploy { model: path } => {
                if let Err(refusals) = self.deploy(&model(path)?) {
                    return Err(format!("{}: {path} is refused: {refusals:?}", self.case.id));
                }
            }
        }
        Ok(result)
    }

    fn labelled(&self, label: &str) -> Option<InstanceId> {
        self.labels.iter().find(|(_, given)| *given == label).map(|(id, _)| *id)
    }

    /// The open task that a step means.
    fn task(&self, id: &str, index: Option<u32>, label: Option<&str>) -> Option<(InstanceId, Key)> {
        let within = |instance: InstanceId| match label {
            None => true,
            Some(label) => {
                let mut outermost = instance;
                while let Some((parent, _)) = self.engine.instance(outermost).and_then(|live| live.parent) {
                    outermost = parent;
                }
                self.labelled(label) == Some(outermost)
            }
        };
        let mut open: Vec<(InstanceId, Key)> = Vec::new();
        for (instance, live) in self.engine.instances().filter(|(instance, _)| within(*instance)) {
            let tasks = live.state.open_tasks().filter(|(_, element)| live.process.node(element.node).id == id);
            open.extend(tasks.map(|(task, _)| (instance, task)));
        }
        let Some(index) = index else { return open.first().copied() };
        let in_items = open.iter().any(|(instance, task)| self.engine.item_index(*instance, *task).is_some());
        if in_items {
            open.into_iter().find(|(instance, task)| self.engine.item_index(*instance, *task) == Some(index))
        } else {
            open.get(index as usize).copied()
        }
    }

    fn answer(&self, step_results: Vec<String>) -> Answer {
        let main = self.labelled("main").and_then(|id| self.engine.instance(id)).map(|live| &live.state);
        let states: Vec<String> = self.engine.instances().map(|(_, live)| state(&live.state)).collect();
        let overall = || {
            ["incident", "error", "waiting"]
                .into_iter()
                .find(|wanted| states.iter().any(|state| state == wanted))
                .unwrap_or("completed")
                .to_owned()
        };
        let open_tasks = self.engine.instances().flat_map(|(_, live)| {
            live.state.open_tasks().map(|(_, element)| live.process.node(element.node).id.clone()).collect::<Vec<_>>()
        });
        let instances = self.engine.instances().filter(|(_, live)| live.parent.is_none());
        Answer {
            id: self.case.id.clone(),
            state: match main {
                Some(main) => self.called_state(main),
                None => overall(),
            },
            trace: self.engine.log().iter().map(|line| line.text.clone()).collect(),
            open_tasks: open_tasks.collect(),
            step_results,
            variables: main.map(|main| main.variables.clone()).unwrap_or_default(),
            error_code: main.and_then(|main| match &main.status {
                Status::Failed { code } => Some(code.clone()),
                _ => None,
            }),
            instances: instances
                .map(|(id, live)| InstanceAnswer {
                    label: self.labels.get(&id).cloned(),
                    process_id: live.state.process.clone(),
                    state: state(&live.state),
                })
                .collect(),
            refusals: Vec::new(),
        }
    }

    /// An instance that waits for a called one which stopped at an incident has an incident itself.
    fn called_state(&self, main: &Instance) -> String {
        let own = state(main);
        let stopped = || {
            self.engine.instances().any(|(_, live)| {
                live.parent.is_some_and(|(parent, _)| {
                    self.engine.instance(parent).is_some_and(|parent| std::ptr::eq(&raw const parent.state, main))
                }) && self.called_state(&live.state) == "incident"
            })
        };
        if own == "waiting" && stopped() { "incident".into() } else { own }
    }
}

fn state(instance: &Instance) -> String {
    match &instance.status {
        Status::Completed | Status::Cancelled => "completed",
        Status::Failed { .. } => "error",
        Status::New | Status::Running if !instance.incidents.is_empty() => "incident",
        Status::New | Status::Running => "waiting",
    }
    .to_owned()
}
