//! Cases as they stand in their files, and whether an answer is what one expects.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::dialect::Dialect;
use crate::run::Answer;

/// One case or a list of them.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Cases {
    /// A list.
    Many(Vec<Case>),
    /// A single one.
    One(Box<Case>),
}

impl Cases {
    /// The cases in order.
    pub fn iter(&self) -> impl Iterator<Item = &Case> {
        let cases: &[Case] = match self {
            Self::Many(cases) => cases,
            Self::One(case) => std::slice::from_ref(case),
        };
        cases.iter()
    }
}

/// A case: a model, what is done, and what is expected.
#[derive(Debug, Deserialize)]
pub struct Case {
    /// Its id.
    pub id: String,
    /// `core` or `extended`.
    #[serde(default)]
    pub level: String,
    /// Path of the model beside the case file.
    pub model: String,
    /// What is started first; nothing if null.
    #[serde(default)]
    pub process_id: Option<String>,
    /// Variables of `main`.
    #[serde(default)]
    pub start_variables: Variables,
    /// Start of the virtual clock.
    #[serde(default)]
    pub clock: Option<String>,
    /// Message name to process variable.
    #[serde(default)]
    pub correlation: BTreeMap<String, String>,
    /// What is done.
    #[serde(default)]
    pub steps: Vec<Step>,
    /// What is expected.
    #[serde(default)]
    pub expected: Expected,
    /// How scripts and expressions are read.
    #[serde(default)]
    pub dialect: Dialect,
}

type Variables = bpmn::state::Variables;

/// One step.
#[derive(Debug, Deserialize)]
pub struct Step {
    /// What is done.
    #[serde(flatten)]
    pub action: Action,
    /// The result it should have.
    #[serde(default)]
    pub expect: Option<String>,
}

/// What a step does.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Action {
    /// Starts an instance.
    Start {
        /// Of this process.
        process_id: String,
        /// Its label.
        #[serde(default, rename = "as")]
        label: Option<String>,
        /// Its variables.
        #[serde(default)]
        variables: Variables,
    },
    /// Moves the clock.
    Advance {
        /// By so much.
        seconds: i64,
    },
    /// Lets the clock leap.
    Jump {
        /// By so much.
        seconds: i64,
    },
    /// Completes a user task.
    Complete {
        /// Its id.
        task: String,
        /// Which of several.
        #[serde(default)]
        index: Option<u32>,
        /// Of this instance.
        #[serde(default)]
        instance: Option<String>,
        /// With these variables.
        #[serde(default)]
        variables: Variables,
    },
    /// Sends a message.
    Message {
        /// Its name.
        name: String,
        /// Its key.
        #[serde(default)]
        key: Option<Value>,
        /// What it carries.
        #[serde(default)]
        variables: Variables,
        /// How long it is kept.
        #[serde(default)]
        ttl_seconds: i64,
        /// Its id.
        #[serde(default)]
        message_id: Option<String>,
    },
    /// Throws a signal.
    Signal {
        /// Its name.
        name: String,
        /// What it carries.
        #[serde(default)]
        variables: Variables,
    },
    /// Writes variables.
    Set {
        /// Of this instance.
        #[serde(default)]
        instance: Option<String>,
        /// These.
        variables: Variables,
    },
    /// Deploys another file.
    Deploy {
        /// Its path.
        model: String,
    },
}

/// What is expected; what is absent is not compared.
#[derive(Debug, Default, Deserialize)]
pub struct Expected {
    state: Option<OneOrMany>,
    traces: Option<Vec<Vec<String>>>,
    counts: Option<BTreeMap<String, usize>>,
    order: Option<Vec<[String; 2]>>,
    open_tasks: Option<Vec<String>>,
    variables: Option<Variables>,
    error_code: Option<Value>,
    instances: Option<BTreeMap<String, String>>,
    instance_counts: Option<BTreeMap<String, usize>>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// What an answer has wrong, if anything.
pub fn mismatch(case: &Case, answer: &Answer) -> Option<String> {
    let expected = &case.expected;
    if let Some(states) = &expected.state {
        let right = match states {
            OneOrMany::One(state) => *state == answer.state,
            OneOrMany::Many(states) => states.contains(&answer.state),
        };
        if !right {
            return Some(format!("state is {}, expected {states:?}", answer.state));
        }
    }
    if let Some(traces) = &expected.traces
        && !traces.contains(&answer.trace)
    {
        return Some(format!("trace is {:?}, expected one of {traces:?}", answer.trace));
    }
    if let Some(counts) = &expected.counts
        && *counts != counted(answer.trace.iter().cloned())
    {
        return Some(format!("trace is {:?}, expected {counts:?}", answer.trace));
    }
    for [first, second] in expected.order.iter().flatten() {
        let last = answer.trace.iter().rposition(|entry| entry == first);
        let next = answer.trace.iter().position(|entry| entry == second);
        if let (Some(last), Some(next)) = (last, next)
            && last > next
        {
            return Some(format!("{second} came before {first} in {:?}", answer.trace));
        }
    }
    if let Some(tasks) = &expected.open_tasks
        && counted(tasks.iter().cloned()) != counted(answer.open_tasks.iter().cloned())
    {
        return Some(format!("open tasks are {:?}, expected {tasks:?}", answer.open_tasks));
    }
    for (name, value) in expected.variables.iter().flatten() {
        if answer.variables.get(name) != Some(value) {
            return Some(format!("{name} is {:?}, expected {value}", answer.variables.get(name)));
        }
    }
    if let Some(code) = &expected.error_code
        && code.as_str() != answer.error_code.as_deref()
    {
        return Some(format!("error code is {:?}, expected {code}", answer.error_code));
    }
    for (label, state) in expected.instances.iter().flatten() {
        let found = answer.instances.iter().find(|instance| instance.label.as_ref() == Some(label));
        if found.is_none_or(|instance| instance.state != *state) {
            return Some(format!("instance {label} is {found:?}, expected {state}"));
        }
    }
    if let Some(counts) = &expected.instance_counts {
        let found =
            counted(answer.instances.iter().map(|instance| format!("{}:{}", instance.process_id, instance.state)));
        if counts.iter().any(|(name, count)| found.get(name).copied().unwrap_or(0) != *count) {
            return Some(format!("instances are {found:?}, expected {counts:?}"));
        }
    }
    for (index, (step, result)) in case.steps.iter().zip(&answer.step_results).enumerate() {
        if step.expect.as_ref().is_some_and(|expected| expected != result) {
            return Some(format!("step {index} gave {result}, expected {:?}", step.expect));
        }
    }
    None
}

fn counted(entries: impl Iterator<Item = String>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for entry in entries {
        *counts.entry(entry).or_default() += 1;
    }
    counts
}
